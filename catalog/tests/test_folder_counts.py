import pytest

from catalog.models import FolderCount, TestCase
from catalog.services.cases import create_case, delete_cases, move_cases, update_case
from catalog.services.folder_removal import delete_folder
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tree import counts_of


def kept(project):
    return dict(FolderCount.objects.filter(project=project, cases__gt=0).values_list("folder_id", "cases"))


@pytest.fixture
def folders(project):
    return [FolderFactory(project=project, name=name) for name in ("One", "Two")]


def test_counts_follow_every_way_a_case_comes_and_goes(project, lead, folders):
    one, two = folders
    first = create_case(actor=lead, project=project, title="First", folder=one)
    second = create_case(actor=lead, project=project, title="Second")
    assert kept(project) == {one.pk: 1, None: 1}
    move_cases(actor=lead, project=project, case_ids=[first.pk, second.pk], folder=two)
    assert kept(project) == {two.pk: 2}
    update_case(actor=lead, case=first, folder=None)
    update_case(actor=lead, case=second, is_archived=True)
    assert kept(project) == {None: 1}
    update_case(actor=lead, case=TestCase.objects.get(pk=second.pk), is_archived=False)
    delete_cases(actor=lead, project=project, case_ids=[first.pk])
    assert kept(project) == {two.pk: 1}
    delete_folder(actor=lead, folder=two, content="delete")
    assert kept(project) == {}


def test_counts_follow_whole_sets_and_rows_that_are_removed(project, folders):
    one, two = folders
    cases = [TestCaseFactory(folder=one) for _each in range(3)]
    TestCase.objects.filter(pk__in=[case.pk for case in cases[:2]]).update(folder=two)
    assert kept(project) == {one.pk: 1, two.pk: 2}
    TestCase.objects.filter(folder=two).delete()
    assert kept(project) == {one.pk: 1}


def test_a_change_of_texts_leaves_the_counts_alone(project, lead, folders):
    case = TestCaseFactory(folder=folders[0])
    update_case(actor=lead, case=case, title="Changed")
    assert kept(project) == {folders[0].pk: 1}


def test_a_folder_counts_what_stands_below_it(project, tester, stranger, folders):
    inner = FolderFactory(parent=folders[0], name="Inner")
    TestCaseFactory(folder=inner)
    TestCaseFactory(folder=folders[0])
    TestCaseFactory(project=project)
    counts = counts_of(tester, project)
    assert (counts.below[folders[0].pk], counts.below[inner.pk], counts.total, counts.unfiled) == (2, 1, 3, 1)
    nothing = counts_of(stranger, project)
    assert (nothing.below, nothing.total, nothing.unfiled) == ({}, 0, 0)


def test_a_folder_can_go_with_its_counts(project, folders):
    case = TestCaseFactory(folder=folders[0])
    case.delete()
    folders[0].delete()
    assert not FolderCount.objects.filter(folder_id=folders[0].pk).exists()
    assert kept(project) == {}
