"""Trees that are too deep, that turn in circles, and that several people change at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from catalog.choices import FolderContent
from catalog.models import Folder, TestCase
from catalog.services import cases, folders
from catalog.services.folder_removal import delete_folder
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.imports import checked, imported, table, verdicts
from catalog.tests.pages import url
from qaportal.kit.errors import PortalError, RuleViolation

DEEP = [f"Level {number}" for number in range(2_000)]
REFUSAL = "The tree has at most 50 levels."


# -- depth
def test_a_path_of_two_thousand_names_is_refused_and_leaves_nothing(project, lead):
    with pytest.raises(RuleViolation) as refusal:
        folders.ensure_folder_path(actor=lead, project=project, names=DEEP)
    assert refusal.value.fields == {"parent": [REFUSAL]}
    assert not Folder.objects.exists()


def test_the_deepest_path_fits_its_column(project, lead):
    deepest = folders.ensure_folder_path(actor=lead, project=project, names=DEEP[: folders.DEEPEST])
    assert len(deepest.path) == 11 * folders.DEEPEST < Folder._meta.get_field("path").max_length


def test_the_page_says_how_deep_a_tree_may_be(project, signed_in, lead):
    deepest = folders.ensure_folder_path(actor=lead, project=project, names=DEEP[: folders.DEEPEST])
    answer = signed_in(lead).post(url("folder_create", project), {"name": "Deeper", "parent": deepest.pk})
    assert answer.status_code == 422
    assert REFUSAL in answer.content.decode()


def test_a_file_with_a_path_of_two_thousand_names_gets_a_verdict_and_makes_no_folder(project, lead):
    content = table(["title", "folder"], ["Pay", "/".join(DEEP)])
    assert verdicts(checked(lead, project, content)) == ["refused"]
    imported(lead, project, content)
    assert not Folder.objects.exists()
    assert not TestCase.objects.exists()


# -- circles
def test_no_chain_of_moves_makes_a_circle(project, lead, api):
    module = FolderFactory(project=project)
    sub_module = FolderFactory(parent=module)
    feature = FolderFactory(parent=sub_module)
    with pytest.raises(RuleViolation):
        folders.move_folder(actor=lead, folder=module, parent=feature)
    answer = api(lead).put(f"/api/features/{feature.pk}", {"sub_module_id": feature.pk})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["sub_module_id"])
    answer = api(lead).put(f"/api/sub-modules/{sub_module.pk}", {"module_id": sub_module.pk})
    assert answer.status_code == 400


# -- several at once
def at_once(*works):
    """Do the works at the same time, each on a connection of its own; answers what each answered or was refused."""
    start = Barrier(len(works))

    def run(work):
        try:
            start.wait(timeout=30)
            return work() or "done"
        except PortalError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_the_same_folder_one_makes_it(project, lead):
    def make():
        return folders.create_folder(actor=lead, project=project, name="Card").name

    outcomes = at_once(*[make] * 8)
    assert sorted(outcomes) == ["Card", *["name_taken"] * 7]
    assert Folder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_name_the_same_path_all_get_the_same_folder(project, lead):
    def find():
        return folders.ensure_folder_path(actor=lead, project=project, names=["Card", "Capture"]).pk

    assert len(set(at_once(*[find] * 8))) == 1
    assert Folder.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_moves_against_each_other_make_no_circle(project, lead):
    one, other = FolderFactory(project=project), FolderFactory(project=project)

    def under(folder, parent):
        return lambda: folders.move_folder(actor=lead, folder=folder, parent=parent).name

    outcomes = at_once(under(one, other), under(other, one))
    assert outcomes.count("below_itself") == 1
    assert sorted(Folder.objects.values_list("depth", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("content", FolderContent.values)
def test_a_case_added_while_its_folder_is_deleted_goes_with_it_or_is_refused(project, lead, content):
    folder = FolderFactory(project=project)
    TestCaseFactory(folder=folder)

    def add():
        return cases.create_case(actor=lead, project=project, title="Late", folder=folder).title

    def delete():
        return delete_folder(actor=lead, folder=folder, content=content).content

    added, deleted = at_once(add, delete)
    assert deleted == content
    assert added in {"Late", "not_found"}
    lost = TestCase.objects.living().filter(folder__deleted_at__isnull=False)
    assert not lost.exists()
