import pytest

from accounts.models import AuditEntry
from catalog.choices import FolderContent
from catalog.models import Folder, TestCase
from catalog.services import folders
from catalog.services.folder_removal import delete_folder
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict


@pytest.fixture
def tree(project, lead):
    """Card > Capture > Partial, and Wallets."""
    card = folders.create_folder(actor=lead, project=project, name="Card")
    capture = folders.create_folder(actor=lead, project=project, name="Capture", parent=card)
    partial = folders.create_folder(actor=lead, project=project, name="Partial", parent=capture)
    wallets = folders.create_folder(actor=lead, project=project, name="Wallets")
    return {"card": card, "capture": capture, "partial": partial, "wallets": wallets}


def test_a_new_folder_knows_its_path_and_depth(tree):
    partial = Folder.objects.get(pk=tree["partial"].pk)
    ids = [tree[name].pk for name in ("card", "capture", "partial")]
    assert partial.path == "".join(f"{each:010d}/" for each in ids)
    assert partial.depth == 3


def test_siblings_have_different_names_whatever_their_case(tree, project, lead):
    with pytest.raises(RuleViolation) as refusal:
        folders.create_folder(actor=lead, project=project, name=" capture ", parent=tree["card"])
    assert refusal.value.fields == {"name": ["There is a folder capture in Card already."]}
    assert folders.create_folder(actor=lead, project=project, name="Capture", parent=tree["wallets"]).pk


def test_the_name_of_a_deleted_folder_is_free_again(tree, project, lead):
    delete_folder(actor=lead, folder=tree["wallets"])
    assert folders.create_folder(actor=lead, project=project, name="Wallets").pk != tree["wallets"].pk


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_folder_needs_a_usable_name(project, lead, name):
    with pytest.raises(InvalidInput) as refusal:
        folders.create_folder(actor=lead, project=project, name=name)
    assert "name" in refusal.value.fields


def test_moving_takes_everything_below_along(tree, lead):
    folders.move_folder(actor=lead, folder=tree["capture"], parent=tree["wallets"])
    capture, partial = (Folder.objects.get(pk=tree[name].pk) for name in ("capture", "partial"))
    assert capture.path == f"{tree['wallets'].pk:010d}/{capture.pk:010d}/"
    assert partial.path == f"{capture.path}{partial.pk:010d}/"
    assert (capture.depth, partial.depth) == (2, 3)


def test_a_folder_can_become_a_root(tree, lead):
    folders.move_folder(actor=lead, folder=tree["capture"], parent=None)
    partial = Folder.objects.get(pk=tree["partial"].pk)
    assert partial.depth == 2
    assert partial.path.startswith(f"{tree['capture'].pk:010d}/")


@pytest.mark.parametrize("name", ["capture", "partial"])
def test_a_folder_cannot_be_moved_below_itself(tree, lead, name):
    with pytest.raises(RuleViolation) as refusal:
        folders.move_folder(actor=lead, folder=tree["capture"], parent=tree[name])
    assert refusal.value.code == "below_itself"


def test_a_move_is_refused_where_a_sibling_has_the_name(tree, project, lead):
    folders.create_folder(actor=lead, project=project, name="capture", parent=tree["wallets"])
    with pytest.raises(RuleViolation) as refusal:
        folders.move_folder(actor=lead, folder=tree["capture"], parent=tree["wallets"])
    assert refusal.value.code == "name_taken"


def test_a_folder_of_another_project_is_no_parent(tree, other_project, lead):
    foreign = FolderFactory(project=other_project)
    with pytest.raises(InvalidInput) as refusal:
        folders.move_folder(actor=lead, folder=tree["capture"], parent=foreign)
    assert refusal.value.fields == {"parent": ["There is no such folder."]}


def test_the_tree_has_a_deepest_level(project, lead):
    names = [f"Level {number}" for number in range(folders.DEEPEST)]
    deepest = folders.ensure_folder_path(actor=lead, project=project, names=names)
    with pytest.raises(RuleViolation) as refusal:
        folders.create_folder(actor=lead, project=project, name="One more", parent=deepest)
    assert refusal.value.code == "too_deep"
    other = folders.create_folder(actor=lead, project=project, name="Other root")
    with pytest.raises(RuleViolation):
        folders.move_folder(actor=lead, folder=Folder.objects.get(name="Level 0"), parent=other)


def test_a_folder_that_holds_something_is_deleted_only_with_it(tree, lead):
    case = TestCaseFactory(folder=tree["partial"])
    with pytest.raises(RuleViolation) as refusal:
        delete_folder(actor=lead, folder=tree["card"])
    assert refusal.value.message == "The folder still holds 2 folders and 1 test case."
    assert delete_folder(actor=lead, folder=tree["card"], content=FolderContent.DELETE).cases == 1
    assert not TestCase.objects.living().filter(pk=case.pk).exists()
    assert set(Folder.objects.living().values_list("name", flat=True)) == {"Wallets"}
    entry = AuditEntry.objects.get(action="folder.deleted")
    assert entry.facts == {"cases": 1, "folders": 2, "content": "delete"}


def test_deleted_content_does_not_hold_a_folder(tree, lead):
    case = TestCaseFactory(folder=tree["wallets"])
    TestCase.objects.filter(pk=case.pk).update(deleted_at=case.created_at)
    assert delete_folder(actor=lead, folder=tree["wallets"]).cases == 0


def test_a_tester_may_make_folders_but_not_delete_them(project, tester):
    folder = folders.create_folder(actor=tester, project=project, name="Mine")
    with pytest.raises(Denied) as refusal:
        delete_folder(actor=tester, folder=folder)
    assert refusal.value.reason == "Your role, Tester, may not delete folders."


def test_a_viewer_changes_nothing(tree, project, viewer):
    with pytest.raises(Denied):
        folders.create_folder(actor=viewer, project=project, name="Mine")
    with pytest.raises(Denied):
        folders.update_folder(actor=viewer, folder=tree["card"], name="Mine")
    with pytest.raises(Denied):
        folders.move_folder(actor=viewer, folder=tree["capture"], parent=None)


def test_an_unchanged_save_writes_nothing(tree, lead):
    before = AuditEntry.objects.count()
    folder = folders.update_folder(actor=lead, folder=tree["card"], name="Card", description="")
    assert AuditEntry.objects.count() == before
    assert folder.updated_at == Folder.objects.get(pk=tree["card"].pk).updated_at


def test_a_change_is_audited_with_both_values(tree, lead):
    folders.update_folder(actor=lead, folder=tree["card"], name="Cards")
    assert AuditEntry.objects.get(action="folder.updated").changes == {"name": ["Card", "Cards"]}


def test_only_the_letters_of_a_name_can_change_case(tree, lead):
    assert folders.update_folder(actor=lead, folder=tree["card"], name="CARD").name == "CARD"


def test_a_write_based_on_an_old_state_is_refused(tree, lead):
    seen = etag(tree["card"])
    folders.update_folder(actor=lead, folder=tree["card"], name="Cards")
    with pytest.raises(VersionConflict):
        folders.update_folder(actor=lead, folder=tree["card"], name="Plastic", if_match=seen)


def test_a_deleted_folder_cannot_be_changed(tree, lead):
    delete_folder(actor=lead, folder=tree["wallets"])
    with pytest.raises(NotVisible):
        folders.update_folder(actor=lead, folder=tree["wallets"], name="Purses")


def test_a_path_of_names_is_found_or_made(tree, project, lead):
    found = folders.ensure_folder_path(actor=lead, project=project, names=["card", "CAPTURE"])
    assert found.pk == tree["capture"].pk
    made = folders.ensure_folder_path(actor=lead, project=project, names=["Late", "Later"], below=tree["capture"])
    assert made.path.startswith(tree["capture"].path)
    assert made.depth == 4


def test_a_developer_may_use_a_path_but_not_make_one(tree, project, developer):
    assert folders.ensure_folder_path(actor=developer, project=project, names=["Card"]).pk == tree["card"].pk
    with pytest.raises(Denied):
        folders.ensure_folder_path(actor=developer, project=project, names=["Card", "New"])
