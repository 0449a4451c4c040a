import pytest

from accounts.models import AuditEntry
from accounts.services.projects import delete_project
from catalog.models import Folder, TestCase
from catalog.services.cases import (
    CaseDraft,
    create_case,
    create_cases,
    delete_cases,
    move_cases,
    update_case,
)
from catalog.services.folder_removal import delete_folder
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict

STEPS = [{"action": "Pay", "expected": "Paid"}, {"action": "Refund", "data": "EUR"}]


def texts(case):
    return list(case.steps.values_list("position", "action", "expected", "data"))


def test_a_case_keeps_everything_it_was_given(project, tester):
    folder = FolderFactory(project=project)
    case = create_case(
        actor=tester,
        project=project,
        title="  Pay   by card ",
        folder=folder,
        steps=STEPS,
        priority="critical",
        tags="smoke, sca,smoke",
        labels=["a,b"],
        owner=tester,
        story_id="PAY-312",
        estimate=360,
    )
    stored = TestCase.objects.for_detail().get(pk=case.pk)
    assert (stored.title, stored.priority, stored.tags, stored.labels) == (
        "Pay by card",
        4,
        ["smoke", "sca"],
        ["a", "b"],
    )
    assert texts(stored) == [(1, "Pay", "Paid", ""), (2, "Refund", "", "EUR")]
    assert [link.story.story_id for link in stored.story_links.all()] == ["PAY-312"]
    assert (stored.created_by, stored.version, stored.state) == (tester, 1, "active")


def test_creating_is_audited_and_announced_once(project, tester, published):
    made = create_cases(actor=tester, project=project, drafts=[CaseDraft(title="One"), CaseDraft(title="Two")])
    assert [case.title for case in made] == ["One", "Two"]
    assert published == ["case.created"]
    assert AuditEntry.objects.filter(action="case.created", project=project, actor=tester).count() == 2


def test_thousands_are_created_in_the_same_number_of_statements(project, tester, django_assert_num_queries):
    drafts = [
        CaseDraft(title=f"Case {number}", folder_path=("Suite", f"Part {number % 5}"), steps=STEPS, story_id="PAY-1")
        for number in range(400)
    ]
    create_cases(actor=tester, project=project, drafts=drafts[:100])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        create_cases(actor=tester, project=project, drafts=drafts[:100])
    with CaptureQueriesContext(connection) as many:
        create_cases(actor=tester, project=project, drafts=drafts)
    assert len(many) <= len(few) + 2
    assert Folder.objects.count() == 6
    assert TestCase.objects.count() == 600


def test_folders_of_drafts_are_found_or_made(project, tester):
    drafts = [CaseDraft(title="A", folder_path=("Card", "Capture")), CaseDraft(title="B", folder_path=("card", " "))]
    first, second = create_cases(actor=tester, project=project, drafts=drafts)
    assert first.folder.name == "Capture"
    assert second.folder_id == first.folder.parent_id


def test_a_project_that_asks_for_approval_starts_cases_in_review(project, tester):
    project.settings = {"requireApproval": True}
    assert create_case(actor=tester, project=project, title="A case", state="active").state == "in_review"
    assert create_case(actor=tester, project=project, title="A case", state="draft").state == "draft"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"tag": "desktop"}, "tag"),
        ({"test_type": "robotic"}, "test_type"),
        ({"priority": "urgent"}, "priority"),
        ({"priority": 9}, "priority"),
        ({"state": "gone"}, "state"),
        ({"estimate": -1}, "estimate"),
        ({"tags": ["x" * 101]}, "tags"),
        ({"steps": [{"expected": "Paid"}]}, "steps"),
        ({"story_id": "x" * 51}, "story_id"),
        ({"description": "x" * 50_001}, "description"),
        ({"automation_status": "sleepy"}, "automation_status"),
    ],
)
def test_an_unusable_field_is_named(project, tester, fields, named):
    with pytest.raises(InvalidInput) as refusal:
        create_case(actor=tester, project=project, **{"title": "A case", **fields})
    assert named in refusal.value.fields
    assert not TestCase.objects.exists()


def test_a_folder_or_owner_of_elsewhere_is_refused(project, other_project, tester, stranger):
    foreign = FolderFactory(project=other_project)
    with pytest.raises(InvalidInput) as refusal:
        create_case(actor=tester, project=project, title="A case", folder=foreign)
    assert "folder" in refusal.value.fields
    with pytest.raises(InvalidInput) as refusal:
        create_case(actor=tester, project=project, title="A case", owner=stranger)
    assert "owner" in refusal.value.fields


def test_a_case_cannot_be_put_into_a_deleted_folder(project, lead):
    folder, case = FolderFactory(project=project), create_case(actor=lead, project=project, title="A case")
    delete_folder(actor=lead, folder=folder)
    with pytest.raises(InvalidInput):
        update_case(actor=lead, case=case, folder=folder)
    with pytest.raises(InvalidInput):
        move_cases(actor=lead, project=project, case_ids=[case.pk], folder=folder)


def test_lines_end_alike_whoever_sent_them(project, tester):
    case = create_case(
        actor=tester, project=project, title="Pay", description="One\r\nTwo", steps=[{"action": "Open\r\nWait"}]
    )
    assert (case.description, case.steps.get().action) == ("One\nTwo", "Open\nWait")
    same = update_case(actor=tester, case=case, description="One\r\nTwo", steps=[{"action": "Open\r\nWait"}])
    assert same.version == 1


def test_a_change_counts_up_the_version_and_tells_both_values(project, tester, published):
    case = create_case(actor=tester, project=project, title="Old", steps=STEPS)
    changed = update_case(actor=tester, case=case, title="New", steps=STEPS[:1], story_id="PAY-1")
    assert changed.version == 2
    assert texts(changed) == [(1, "Pay", "Paid", "")]
    entry = AuditEntry.objects.get(action="case.updated")
    assert set(entry.changes) == {"title", "steps", "story"}
    assert entry.changes["title"] == ["Old", "New"]
    assert published == ["case.created", "case.updated"]


def test_saving_what_is_stored_does_nothing(project, tester, published):
    case = create_case(actor=tester, project=project, title="Same", steps=STEPS, tags=["a"], story_id="PAY-1")
    same = update_case(
        actor=tester, case=case, title="Same", steps=STEPS, tags="a", priority="medium", story_id="PAY-1"
    )
    assert same.version == 1
    assert published == ["case.created"]


def test_steps_are_replaced_as_a_whole_and_numbered_again(project, tester):
    case = create_case(actor=tester, project=project, title="A case", steps=STEPS)
    case = update_case(actor=tester, case=case, steps=[STEPS[1], {}, {"action": "Log out"}, STEPS[0]])
    assert [(number, action) for number, action, *_ in texts(case)] == [(1, "Refund"), (2, "Log out"), (3, "Pay")]


def test_another_story_replaces_the_primary_one_and_nothing_removes_it(project, tester):
    case = create_case(actor=tester, project=project, title="A case", story_id="PAY-1")
    update_case(actor=tester, case=case, story_id="PAY-2")
    assert [(link.story.story_id, link.is_primary) for link in case.story_links.all()] == [("PAY-2", True)]
    update_case(actor=tester, case=case, story_id="")
    assert not case.story_links.exists()


def test_a_write_based_on_an_old_version_is_refused(project, tester):
    case = create_case(actor=tester, project=project, title="A case")
    seen = etag(case)
    update_case(actor=tester, case=case, title="Theirs")
    with pytest.raises(VersionConflict):
        update_case(actor=tester, case=case, title="Mine", if_match=seen)
    assert TestCase.objects.get(pk=case.pk).title == "Theirs"


def test_moving_tells_where_each_case_was(project, tester, published):
    here, there = FolderFactory(project=project), FolderFactory(project=project)
    one, two, three = (TestCaseFactory(project=project, folder=place) for place in (here, None, there))
    before = move_cases(actor=tester, project=project, case_ids=[one.pk, two.pk, three.pk], folder=there)
    assert before == {one.pk: here.pk, two.pk: None}
    assert set(there.cases.values_list("pk", flat=True)) == {one.pk, two.pk, three.pk}
    assert TestCase.objects.get(pk=one.pk).version == 2
    assert published == ["case.moved"]


def test_foreign_and_deleted_cases_do_not_exist_for_moving_and_deleting(project, other_project, lead):
    folder, case, foreign = (
        FolderFactory(project=project),
        TestCaseFactory(project=project),
        TestCaseFactory(project=other_project),
    )
    with pytest.raises(NotVisible):
        move_cases(actor=lead, project=project, case_ids=[case.pk, foreign.pk], folder=folder)
    with pytest.raises(NotVisible):
        delete_cases(actor=lead, project=project, case_ids=[foreign.pk])
    delete_cases(actor=lead, project=project, case_ids=[case.pk])
    with pytest.raises(NotVisible):
        update_case(actor=lead, case=case, title="Ghost")


def test_a_viewer_changes_no_case(project, viewer):
    case = TestCaseFactory(project=project)
    with pytest.raises(Denied):
        create_case(actor=viewer, project=project, title="Mine")
    with pytest.raises(Denied):
        update_case(actor=viewer, case=case, title="Mine")
    with pytest.raises(Denied):
        move_cases(actor=viewer, project=project, case_ids=[case.pk], folder=None)
    with pytest.raises(Denied):
        delete_cases(actor=viewer, project=project, case_ids=[case.pk])


def test_a_project_that_holds_cases_is_deleted_only_with_them(project, admin):
    TestCaseFactory(project=project)
    with pytest.raises(RuleViolation):
        delete_project(actor=admin, project=project)
    delete_project(actor=admin, project=project, cascade=True)


@pytest.mark.parametrize("words", ["tc_ui_10", "receipt", "CAFÉ", "cafe", "eceip", "locale"])
def test_words_are_found_in_id_title_and_texts(project, words):
    case = TestCaseFactory(project=project, test_id="TC_UI_1042", title="Receipt of a café", description="the locale")
    TestCaseFactory(project=project, test_id="TC_API_777", title="Another one")
    assert list(TestCase.objects.matching(words)) == [case]


def test_a_wildcard_of_the_database_is_an_ordinary_character(project):
    TestCaseFactory(project=project, title="Plain")
    hundred = TestCaseFactory(project=project, title="Take 100%_off")
    assert list(TestCase.objects.matching("%_")) == [hundred]
