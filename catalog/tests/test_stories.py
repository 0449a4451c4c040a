"""Stories, and which cases cover them."""

import pytest

from accounts.models import AuditEntry
from catalog.models import Story, TestCase, TestCaseStory
from catalog.services.cases import create_case, update_case
from catalog.services.coverage import link_cases, unlink_cases
from catalog.services.stories import create_story, delete_story, update_story
from catalog.tests.factories import CaseActivityFactory, StoryFactory, TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict


@pytest.fixture
def story(project, tester):
    return create_story(actor=tester, project=project, story_id="PAY-312", title="Pay by card", epic_id="PAY-300")


@pytest.fixture
def cases(project):
    return [TestCaseFactory(project=project) for _number in range(3)]


def actions(target):
    return list(AuditEntry.objects.filter(target_id=str(target.pk)).order_by("pk").values_list("action", flat=True))


def test_a_story_is_written_by_hand(story, tester):
    assert (str(story), story.epic_id, story.created_by) == ("PAY-312 Pay by card", "PAY-300", tester)
    assert actions(story) == ["story.created"]


def test_an_id_is_given_once_in_a_project_and_is_free_again_after_deletion(project, story, tester):
    with pytest.raises(RuleViolation) as refused:
        create_story(actor=tester, project=project, story_id=" PAY-312 ", title="Again")
    assert refused.value.code == "story_taken"
    delete_story(actor=tester, story=story)
    assert create_story(actor=tester, project=project, story_id="PAY-312", title="Again").pk != story.pk


def test_a_stub_that_a_case_made_is_described_by_writing_the_story(project, tester):
    create_case(actor=tester, project=project, title="Pays", story_id="PAY-9")
    stub = Story.objects.get()
    story = create_story(actor=tester, project=project, story_id="PAY-9", title="Pay", sprint="Sprint 4")
    assert (story.pk, story.title, story.sprint) == (stub.pk, "Pay", "Sprint 4")
    assert actions(story) == ["story.updated"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"story_id": ""}, "story_id"),
        ({"story_id": "PAY/1"}, "story_id"),
        ({"story_id": "P" * 51}, "story_id"),
        ({"title": "  "}, "title"),
        ({"title": "t" * 501}, "title"),
        ({"epic_id": "a/b"}, "epic_id"),
        ({"sprint": "s" * 201}, "sprint"),
        ({"description": "d" * 2_000_001}, "description"),
    ],
)
def test_what_cannot_be_used_is_named(project, tester, fields, name):
    with pytest.raises(InvalidInput) as refused:
        create_story(actor=tester, project=project, **{"story_id": "PAY-1", "title": "Pay", **fields})
    assert list(refused.value.fields) == [name]
    assert not Story.objects.exists()


def test_a_change_names_the_state_it_was_based_on(story, tester, lead):
    seen = etag(story)
    update_story(actor=lead, story=story, status="Done", if_match=seen)
    with pytest.raises(VersionConflict):
        update_story(actor=tester, story=story, status="To do", if_match=seen)
    with pytest.raises(VersionConflict):
        delete_story(actor=tester, story=story, if_match=seen)
    assert AuditEntry.objects.get(action="story.updated").changes == {"status": ["", "Done"]}


def test_saving_what_is_stored_changes_nothing(story, tester):
    update_story(actor=tester, story=story, title="Pay by card")
    assert actions(story) == ["story.created"]


def test_cases_are_linked_many_at_once_and_each_once(story, cases, tester):
    first = link_cases(actor=tester, story=story, case_ids=[cases[0].pk])
    assert [link.linked_by for link in first] == [tester]
    assert len(link_cases(actor=tester, story=story, case_ids=[case.pk for case in cases])) == 2
    assert link_cases(actor=tester, story=story, case_ids=[cases[0].pk]) == []
    assert TestCaseStory.objects.filter(story=story, is_primary=False).count() == 3
    assert actions(story) == ["story.created", "story.linked", "story.linked"]
    assert AuditEntry.objects.filter(action="story.linked").order_by("pk").first().changes == {
        "cases": [[], [cases[0].test_id]]
    }


def test_linking_costs_the_same_for_more_cases(project, story, tester, same_queries):
    ids = [TestCaseFactory(project=project).pk for _number in range(40)]
    batches = iter([ids[:2], ids[2:4], ids[4:]])
    same_queries(lambda: link_cases(actor=tester, story=story, case_ids=next(batches)), lambda: None)


def test_cases_of_other_projects_and_deleted_ones_are_not_linked(project, story, cases, tester):
    for case in (TestCaseFactory(), TestCaseFactory(project=project, deleted_at=story.created_at)):
        with pytest.raises(NotVisible):
            link_cases(actor=tester, story=story, case_ids=[cases[0].pk, case.pk])
    assert not TestCaseStory.objects.exists()


def test_unlinking_the_primary_story_is_a_new_version_of_the_case(project, tester):
    case = create_case(actor=tester, project=project, title="Pays", story_id="PAY-9")
    story = Story.objects.get()
    other = TestCaseFactory(project=project)
    link_cases(actor=tester, story=story, case_ids=[other.pk])
    assert unlink_cases(actor=tester, story=story, case_ids=[case.pk, other.pk]) == 2
    assert unlink_cases(actor=tester, story=story, case_ids=[other.pk]) == 0
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.version, other.version) == (2, 1)
    assert case.versions.get(number=2).document["story"] == ""
    assert actions(case) == ["case.created", "case.updated"]
    assert update_case(actor=tester, case=case, story_id="").version == 2


def test_a_deleted_story_is_no_story_of_its_cases_any_more(project, tester):
    case = create_case(actor=tester, project=project, title="Pays", story_id="PAY-9")
    story = Story.objects.get()
    delete_story(actor=tester, story=story)
    stored = TestCase.objects.for_detail().get(pk=case.pk)
    assert (stored.version, list(stored.story_links.all())) == (2, [])
    assert not Story.objects.visible_to(tester).exists()
    update_case(actor=tester, case=stored, story_id="PAY-9")
    assert [link.story.story_id for link in TestCase.objects.for_detail().get(pk=case.pk).story_links.all()] == [
        "PAY-9"
    ]
    assert Story.objects.living().get().pk != story.pk


def test_who_may_only_read_writes_deletes_and_links_nothing(project, story, cases, viewer):
    for refused in (
        lambda: create_story(actor=viewer, project=project, story_id="PAY-1", title="Pay"),
        lambda: update_story(actor=viewer, story=story, title="New"),
        lambda: delete_story(actor=viewer, story=story),
        lambda: link_cases(actor=viewer, story=story, case_ids=[cases[0].pk]),
        lambda: unlink_cases(actor=viewer, story=story, case_ids=[cases[0].pk]),
    ):
        with pytest.raises(Denied, match="may not"):
            refused()


def test_coverage_follows_the_last_results_of_current_cases(project):
    def covered(*statuses, **fields):
        found = []
        for status in statuses:
            case = TestCaseFactory(project=project, **fields)
            if status:
                CaseActivityFactory(case=case, last_status=status)
            found.append(case)
        return StoryFactory(project=project, cases=found)

    passed, failing, waiting = covered("passed", "passed"), covered("passed", "error"), covered("passed", None)
    bare, archived = covered(), covered("passed", is_archived=True)
    expected = {"passed": {passed}, "failing": {failing}, "not_executed": {waiting}, "uncovered": {bare, archived}}
    for word, stories in expected.items():
        assert set(Story.objects.having_coverage([word])) == stories, word
    assert set(Story.objects.having_coverage(["passed", "failing"])) == {passed, failing}
    assert {story.pk: story.case_count for story in Story.objects.with_case_counts()} == {
        passed.pk: 2, failing.pk: 2, waiting.pk: 2, bare.pk: 0, archived.pk: 0,
    }  # fmt: skip
    counts = TestCaseStory.objects.counts_by("story")
    assert counts[failing.pk] == {"passed": 1, "error": 1}
    assert counts[waiting.pk] == {"passed": 1, "not_started": 1}


def test_a_case_counts_once_in_an_epic(project):
    case = TestCaseFactory(project=project)
    for _number in range(2):
        StoryFactory(project=project, epic_id="PAY-300", cases=[case])
    assert TestCaseStory.objects.counts_by("story__epic_id") == {"PAY-300": {"not_started": 1}}


def test_stories_are_sorted_by_number(project):
    for number in (10, 9, 100):
        StoryFactory(project=project, story_id=f"PAY-{number}")
    assert [each.story_id for each in Story.objects.sorted_by("")] == ["PAY-9", "PAY-10", "PAY-100"]
    assert [each.story_id for each in Story.objects.sorted_by("-id")] == ["PAY-100", "PAY-10", "PAY-9"]
