import pytest

from accounts.models import AuditEntry
from catalog.choices import FolderContent
from catalog.models import Folder, FolderCount, TestCase
from catalog.services import cases, folders
from catalog.services.folder_removal import delete_folder, restore_folder
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation


@pytest.fixture
def tree(project, lead):
    """Card > (Capture > Partial, Fraud), and Wallets > capture; a case in Capture, Partial and the capture below."""
    card = folders.create_folder(actor=lead, project=project, name="Card")
    capture = folders.create_folder(actor=lead, project=project, name="Capture", parent=card)
    partial = folders.create_folder(actor=lead, project=project, name="Partial", parent=capture)
    fraud = folders.create_folder(actor=lead, project=project, name="Fraud", parent=card)
    wallets = folders.create_folder(actor=lead, project=project, name="Wallets")
    other = folders.create_folder(actor=lead, project=project, name="capture", parent=wallets)
    return {"card": card, "capture": capture, "partial": partial, "fraud": fraud, "wallets": wallets, "other": other}


@pytest.fixture
def held(tree, lead, project):
    places = {"card": "In card", "capture": "In capture", "partial": "In partial"}
    return {
        name: cases.create_case(actor=lead, project=project, title=title, folder=tree[name])
        for name, title in places.items()
    }


def shape(project):
    """Every living folder and current case, by the names on the way to it."""
    names = dict(Folder.objects.values_list("pk", "name"))
    found = set()
    for folder in Folder.objects.living().in_project(project):
        ids = [int(part) for part in folder.path.split("/") if part]
        assert len(ids) == folder.depth
        way = "/".join(names[each] for each in ids)
        found |= {way, *(f"{way}/{case.title}" for case in folder.cases.living())}
    return found | {case.title for case in TestCase.objects.living().filter(folder=None)}


def test_moving_puts_cases_and_sub_folders_elsewhere_and_joins_those_of_one_name(tree, held, project, lead):
    removal = delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=tree["wallets"])
    assert shape(project) == {
        "Wallets",
        "Wallets/In card",
        "Wallets/capture",
        "Wallets/capture/In capture",
        "Wallets/capture/Partial",
        "Wallets/capture/Partial/In partial",
        "Wallets/Fraud",
    }
    assert (removal.cases, removal.folders) == (3, 3)
    assert FolderCount.objects.get(folder=tree["wallets"]).cases == 1


def test_what_was_moved_comes_back_exactly(tree, held, project, lead):
    before = shape(project)
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=tree["wallets"])
    restore_folder(actor=lead, folder=tree["card"])
    assert shape(project) == before
    with pytest.raises(NotVisible):
        restore_folder(actor=lead, folder=tree["card"])


def test_without_a_target_sub_folders_become_modules_and_cases_stand_in_no_folder(tree, held, project, lead):
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE)
    found = shape(project)
    assert {"Capture/Partial/In partial", "Fraud", "In card"} <= found
    assert "Card" not in found


def test_a_sub_folder_may_have_the_name_of_the_deleted_one(project, lead):
    outer = folders.create_folder(actor=lead, project=project, name="Card")
    inner = folders.create_folder(actor=lead, project=project, name="card", parent=outer)
    delete_folder(actor=lead, folder=outer, content=FolderContent.MOVE)
    assert Folder.objects.get(pk=inner.pk).depth == 1
    with pytest.raises(RuleViolation):
        restore_folder(actor=lead, folder=outer)


def test_what_somebody_changed_since_stays_where_it_is(tree, held, project, lead):
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=tree["wallets"])
    cases.update_case(actor=lead, case=held["card"], title="Edited")
    folders.move_folder(actor=lead, folder=tree["fraud"], parent=None)
    restore_folder(actor=lead, folder=tree["card"])
    assert {"Wallets/Edited", "Fraud", "Card/Capture/Partial/In partial"} <= shape(project)


def test_archiving_leaves_the_cases_archived_in_the_folder_above(tree, held, project, lead):
    before = shape(project)
    delete_folder(actor=lead, folder=tree["capture"], content=FolderContent.ARCHIVE)
    kept = TestCase.objects.filter(pk__in=[held["capture"].pk, held["partial"].pk])
    assert set(kept.values_list("is_archived", "folder", "version")) == {(True, tree["card"].pk, 2)}
    assert not Folder.objects.living().filter(name="Partial").exists()
    restore_folder(actor=lead, folder=tree["capture"])
    assert shape(project) == before
    assert not TestCase.objects.filter(is_archived=True).exists()


def test_deleting_everything_hides_it_and_restoring_brings_all_of_it_back(tree, held, project, lead, published):
    before = shape(project)
    gone = cases.create_case(actor=lead, project=project, title="Gone before", folder=tree["partial"])
    cases.delete_cases(actor=lead, project=project, case_ids=[gone.pk])
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.DELETE)
    assert shape(project) == {"Wallets", "Wallets/capture"}
    restore_folder(actor=lead, folder=tree["card"])
    assert shape(project) == before
    assert published[-2:] == ["case.restored", "folder.restored"]
    assert AuditEntry.objects.get(action="folder.restored").facts == {"cases": 3, "folders": 3}


def test_a_folder_whose_parent_is_deleted_comes_back_with_it_alone(tree, project, lead):
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.DELETE)
    with pytest.raises(RuleViolation) as refusal:
        restore_folder(actor=lead, folder=tree["capture"])
    assert refusal.value.message == "The folder above it, Card, is deleted too. Restore that one."


def test_a_deleted_folder_follows_its_parent_and_comes_back_below_it(tree, held, project, lead):
    delete_folder(actor=lead, folder=tree["capture"], content=FolderContent.DELETE)
    folders.move_folder(actor=lead, folder=tree["card"], parent=tree["wallets"])
    restore_folder(actor=lead, folder=tree["capture"])
    assert "Wallets/Card/Capture/Partial/In partial" in shape(project)


@pytest.mark.parametrize("name", ["card", "partial"])
def test_the_content_cannot_go_below_the_folder_itself(tree, held, lead, name):
    with pytest.raises(InvalidInput) as refusal:
        delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=tree[name])
    assert refusal.value.fields == {"target": ["That place goes with the folder. Choose one outside it."]}


def test_the_target_is_a_living_folder_of_the_project(tree, held, other_project, lead):
    foreign = FolderFactory(project=other_project)
    with pytest.raises(InvalidInput) as refusal:
        delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=foreign)
    assert refusal.value.fields == {"target": ["There is no such folder."]}


def test_an_unknown_way_is_refused(tree, lead):
    with pytest.raises(InvalidInput) as refusal:
        delete_folder(actor=lead, folder=tree["card"], content="burn")
    assert "content" in refusal.value.fields


def test_nothing_is_done_when_the_tree_would_get_too_deep(tree, project, lead):
    names = [f"Level {number}" for number in range(folders.DEEPEST - 1)]
    deep = folders.ensure_folder_path(actor=lead, project=project, names=names)
    with pytest.raises(RuleViolation) as refusal:
        delete_folder(actor=lead, folder=tree["card"], content=FolderContent.MOVE, target=deep)
    assert refusal.value.code == "too_deep"
    assert Folder.objects.living().filter(pk=tree["card"].pk).exists()


def test_a_tester_neither_deletes_nor_restores_folders(tree, lead, tester):
    with pytest.raises(Denied):
        delete_folder(actor=tester, folder=tree["card"], content=FolderContent.MOVE)
    delete_folder(actor=lead, folder=tree["card"], content=FolderContent.DELETE)
    with pytest.raises(Denied):
        restore_folder(actor=tester, folder=tree["card"])


def test_the_number_of_statements_does_not_grow_with_the_cases(tree, project, lead, django_assert_max_num_queries):
    for number in range(60):
        TestCaseFactory(folder=tree["fraud"], title=f"Case {number}")
    with django_assert_max_num_queries(45):
        delete_folder(actor=lead, folder=tree["fraud"], content=FolderContent.MOVE, target=tree["wallets"])
