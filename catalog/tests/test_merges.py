"""Two cases that turned out to be the same test become one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.models import AuditEntry
from catalog.models import CaseOrigin, FolderCount, SimilarPair, TestCase, TestCaseLink, TestCaseStory, TestCaseVersion
from catalog.services.cases import create_case, delete_cases, restore_cases, update_case
from catalog.services.links import link_two_cases
from catalog.services.merges import merge_cases
from catalog.services.versions import keep_versions
from catalog.tests.factories import StoryFactory, TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, PortalError, RuleViolation, VersionConflict

SAME, DEPENDS = "SAME_TEST_DIFFERENT_SOURCE", "DEPENDS_ON"


def make(project, title="Card is charged", **fields):
    case = TestCaseFactory(project=project, title=title, **fields)
    keep_versions(actor=None, case_ids=[case.pk])
    return case


@pytest.fixture
def pair(project):
    winner = make(
        project, "Card is charged", steps=["Pay"], tags=["smoke", "cards"], labels=["gdpr"], description="Old"
    )
    loser = make(project, "Card gets charged", steps=["Pay by card", "Look"], tags=["cards", "sca"], description="New")
    return winner, loser


def test_the_loser_leaves_lists_and_counts_and_leads_to_the_winner(pair, project, admin, published):
    winner, loser = pair
    before = FolderCount.objects.in_project(project).total()
    merge_cases(actor=admin, winner=winner, loser=loser)
    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert list(TestCase.objects.visible_to(admin).in_project(project)) == [winner]
    assert FolderCount.objects.in_project(project).total() == before - 1
    assert loser.standing_for() == winner
    assert published.count("case.merged") == 1


def test_the_winners_text_stays_but_for_what_is_taken_and_words_are_those_of_both(pair, lead):
    winner, loser = pair
    merge_cases(actor=lead, winner=winner, loser=loser, taken=["description", "steps"])
    winner.refresh_from_db()
    assert (winner.title, winner.description) == ("Card is charged", "New")
    assert [step.action for step in winner.steps.all()] == ["Pay by card", "Look"]
    assert (winner.tags, winner.labels) == (["smoke", "cards", "sca"], ["gdpr"])
    version = TestCaseVersion.objects.get(case=winner, number=2)
    assert version.reason == f"Merged with {loser.test_id}"
    assert version.changed == ["description", "steps", "tags"]


def test_a_merge_that_changes_no_text_makes_no_version(project, admin):
    winner, loser = make(project), make(project)
    merge_cases(actor=admin, winner=winner, loser=loser)
    winner.refresh_from_db()
    assert winner.version == 1


def test_stories_of_both_are_covered_and_the_primary_one_stays(pair, project, admin):
    winner, loser = pair
    both, other = StoryFactory(project=project, cases=[winner, loser]), StoryFactory(project=project, cases=[loser])
    winner = update_case(actor=admin, case=winner, story_id=both.story_id)
    loser = update_case(actor=admin, case=loser, story_id=other.story_id)
    merge_cases(actor=admin, winner=winner, loser=loser)
    links = TestCaseStory.objects.filter(case=winner).values_list("story", "is_primary")
    assert dict(links) == {both.pk: True, other.pk: False}


def test_a_winner_without_a_primary_story_gets_the_losers(pair, project, admin):
    winner, loser = pair
    loser = update_case(actor=admin, case=loser, story_id=StoryFactory(project=project).story_id)
    merge_cases(actor=admin, winner=winner, loser=loser)
    assert TestCaseStory.objects.filter(case=winner, is_primary=True).count() == 1


def test_links_of_the_loser_become_the_winners_without_circles_and_doubles(pair, project, admin):
    winner, loser = pair
    needed, above, twin = make(project, "Needed"), make(project, "Above"), make(project, "Twin")
    for case, other, type in (
        (winner, loser, SAME),
        (loser, needed, DEPENDS),
        (winner, needed, DEPENDS),
        (loser, above, DEPENDS),
        (above, winner, DEPENDS),
        (twin, loser, SAME),
    ):
        link_two_cases(actor=admin, case=case, other=other, type=type)
    merge_cases(actor=admin, winner=winner, loser=loser)
    links = {(link.case_a, link.type, link.case_b) for link in TestCaseLink.objects.of_case(winner)}
    assert links == {(winner, DEPENDS, needed), (above, DEPENDS, winner), (twin, SAME, winner)}


def test_the_trail_tells_of_both(pair, admin):
    winner, loser = pair
    merge_cases(actor=admin, winner=winner, loser=loser)
    told = AuditEntry.objects.filter(action="case.merged").order_by("pk").values_list("target_id", "changes")
    assert list(told) == [
        (str(winner.pk), {"merged_with": [None, loser.test_id]}),
        (str(loser.pk), {"merged_into": [None, winner.test_id]}),
    ]


def test_pairs_of_the_loser_wait_for_nobody(pair, project, admin):
    third = make(project)
    pairs = [(pair[0], pair[1]), (pair[1], third), (pair[0], third)]
    for case_a, case_b in pairs:
        SimilarPair.objects.create(project=project, case_a=case_a, case_b=case_b, score=80, found_at=project.created_at)
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    assert [(each.case_a, each.case_b) for each in SimilarPair.objects.all()] == [(pair[0], third)]


def test_the_id_of_the_loser_stays_taken(pair, project, admin):
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    with pytest.raises(RuleViolation):
        create_case(actor=admin, project=project, title="Again", test_id=pair[1].test_id)


def test_the_id_that_another_tool_gave_the_loser_names_the_winner(pair, project, admin):
    CaseOrigin.objects.create(project=project, source="testrail", external_id="C12", case=pair[1])
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    assert CaseOrigin.objects.get().case == pair[0]


def test_a_merged_case_does_not_come_back_like_a_deleted_one(pair, project, admin):
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    with pytest.raises(NotVisible):
        restore_cases(actor=admin, project=project, case_ids=[pair[1].pk])


def test_a_case_that_stood_for_another_can_be_merged_too(pair, project, admin):
    last = make(project)
    merge_cases(actor=admin, winner=pair[0], loser=pair[1])
    merge_cases(actor=admin, winner=last, loser=pair[0])
    pair[1].refresh_from_db()
    assert pair[1].standing_for() == last
    delete_cases(actor=admin, project=project, case_ids=[last.pk])
    assert pair[1].standing_for() is None


def test_nothing_is_merged_with_itself_across_projects_or_by_unknown_fields(pair, admin):
    winner, loser = pair
    with pytest.raises(InvalidInput, match="itself"):
        merge_cases(actor=admin, winner=winner, loser=winner)
    with pytest.raises(NotVisible):
        merge_cases(actor=admin, winner=winner, loser=TestCaseFactory())
    with pytest.raises(InvalidInput) as refused:
        merge_cases(actor=admin, winner=winner, loser=loser, taken=["test_id"])
    assert "take" in refused.value.fields


def test_what_was_merged_or_deleted_already_is_refused(pair, project, admin):
    winner, loser = pair
    merge_cases(actor=admin, winner=winner, loser=loser)
    for case, other in ((winner, loser), (loser, winner), (winner, make(project, deleted_at=project.created_at))):
        with pytest.raises(RuleViolation) as refused:
            merge_cases(actor=admin, winner=case, loser=other)
        assert refused.value.code == "case_gone"


@pytest.mark.parametrize("changed", [0, 1])
def test_a_merge_of_what_somebody_changed_since_is_refused(pair, admin, changed):
    winner, loser = pair
    tags = {"if_match": etag(winner), "loser_if_match": etag(loser)}
    update_case(actor=admin, case=pair[changed], description="Meanwhile")
    with pytest.raises(VersionConflict):
        merge_cases(actor=admin, winner=winner, loser=loser, **tags)


def test_it_takes_the_right_to_change_and_to_delete_cases(pair, developer, viewer):
    for person in (viewer, developer):
        with pytest.raises(Denied):
            merge_cases(actor=person, winner=pair[0], loser=pair[1])


def test_the_database_keeps_a_merged_case_hidden(pair):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="test_case_merged_is_hidden"), transaction.atomic():
        TestCase.objects.filter(pk=pair[1].pk).update(merged_into=pair[0])


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_two_cases_both_ways_at_once_merge_them_once(project, admin):
    pair = [make(project) for _number in range(2)]

    def merge(order):
        try:
            merge_cases(actor=admin, winner=order[0], loser=order[1])
            return "merged"
        except PortalError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(merge, [pair, pair[::-1]]))
    assert sorted(outcomes) == ["case_gone", "merged"]
    assert TestCase.objects.living().in_project(project).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_circle_of_merges_from_three_sides_ends_in_one_case_that_all_lead_to(project, admin):
    three = [make(project) for _number in range(3)]

    def merge(place):
        try:
            merge_cases(actor=admin, winner=three[place], loser=three[(place + 1) % 3])
        except PortalError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(merge, range(3)))
    living = TestCase.objects.living().in_project(project)
    assert living.count() in {1, 2}
    for case in TestCase.objects.in_project(project).filter(merged_into__isnull=False):
        assert case.standing_for() in set(living)


@pytest.mark.django_db(transaction=True)
def test_a_case_that_others_hold_for_long_is_not_waited_for_without_end(project, admin, monkeypatch):
    winner, loser = (make(project) for _number in range(2))
    monkeypatch.setattr("catalog.services.merges._PATIENCE", "50ms")
    with transaction.atomic():
        TestCase.objects.select_for_update().get(pk=loser.pk)

        def merge():
            try:
                merge_cases(actor=admin, winner=winner, loser=loser)
            except RuleViolation as error:
                return error.code
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(merge).result() == "busy"
