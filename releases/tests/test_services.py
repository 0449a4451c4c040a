"""Making releases and choosing what they cover."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from catalog.choices import Priority
from qaportal.kit import events
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation, VersionConflict
from releases.choices import OverallStatus
from releases.models import Release, ReleaseCase
from releases.services.releases import create_release, delete_release, mark_started, update_release
from releases.services.scope import add_cases, assign_cases, remove_cases, update_scope_row
from releases.tests.factories import ReleaseFactory, cover, make_case, make_folder


@pytest.fixture
def release(project) -> Release:
    return ReleaseFactory(project=project, version="4.18.0")


@pytest.fixture
def heard(monkeypatch):
    """The events that were published, in order."""
    found = []
    for name in ("release.created", "release.updated", "release.deleted", "release.scope_changed"):
        monkeypatch.setitem(events._handlers, name, [lambda name=name, **facts: found.append((name, facts))])
    return found


def test_a_release_is_made_audited_and_announced(lead, project, heard):
    release = create_release(actor=lead, project=project, version=" 5.0 ", name="Five", qa_lead=lead)
    assert (release.version, release.created_by) == ("5.0", lead)
    assert AuditEntry.objects.about(release).get().action == "release.created"
    assert [name for name, _facts in heard] == ["release.created"]


def test_a_version_exists_once_among_living_releases(lead, project, release):
    with pytest.raises(RuleViolation) as refused:
        create_release(actor=lead, project=project, version="4.18.0")
    assert refused.value.code == "version_taken"
    delete_release(actor=lead, release=release)
    assert create_release(actor=lead, project=project, version="4.18.0").pk


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"version": " "}, "version"),
        ({"version": "9" * 61}, "version"),
        ({"version": "1", "overall_status": "great"}, "overall_status"),
        ({"version": "1", "platforms": ["WEB"] * 21}, "platforms"),
    ],
)
def test_unusable_facts_are_refused_by_name(lead, project, fields, named):
    with pytest.raises(InvalidInput) as refused:
        create_release(actor=lead, project=project, **fields)
    assert list(refused.value.fields) == [named]


def test_a_lead_from_another_company_is_refused(lead, project, stranger):
    with pytest.raises(InvalidInput):
        create_release(actor=lead, project=project, version="5.0", qa_lead=stranger)


def test_testers_may_not_change_releases_but_their_scope(tester, viewer, release, project):
    with pytest.raises(Denied):
        update_release(actor=tester, release=release, name="Mine")
    with pytest.raises(Denied):
        delete_release(actor=tester, release=release)
    assert add_cases(actor=tester, release=release, case_ids=[make_case(project).pk]) == 1
    with pytest.raises(Denied):
        add_cases(actor=viewer, release=release, everything=True)


def test_a_change_tells_what_changed_and_nothing_when_nothing_did(lead, release, heard):
    update_release(actor=lead, release=release, name="Autumn", overall_status=OverallStatus.READY)
    update_release(actor=lead, release=release, name="Autumn")
    entry = AuditEntry.objects.about(release).get()
    assert entry.changes["overall_status"] == ["not_started", "ready"]
    assert len(heard) == 1


def test_a_change_on_top_of_a_newer_state_is_refused(lead, release):
    seen = etag(release)
    update_release(actor=lead, release=release, name="Newer", if_match=seen)
    with pytest.raises(VersionConflict):
        update_release(actor=lead, release=release, name="Older", if_match=seen)


def test_a_deleted_release_is_gone_from_every_list(lead, release, heard):
    delete_release(actor=lead, release=release)
    assert not Release.objects.visible_to(lead).exists()
    assert heard[-1][0] == "release.deleted"


def test_the_first_verdict_starts_the_release_once(release):
    assert mark_started(release=release)
    assert not mark_started(release=release)
    release.refresh_from_db()
    assert release.overall_status == OverallStatus.IN_PROGRESS


def test_the_ways_to_name_cases_add_up(tester, release, project, heard):
    cards = make_folder(project, "Cards")
    below = make_case(project, folder=make_folder(project, "Below", cards))
    tagged = make_case(project, tags=["smoke", "sca"])
    picked = make_case(project)
    make_case(project)
    added = add_cases(actor=tester, release=release, case_ids=[picked.pk], folder=cards, tags=["smoke"])
    assert added == 3
    assert set(release.scope.values_list("case_id", flat=True)) == {below.pk, tagged.pk, picked.pk}
    assert heard[-1][1]["added"] == 3


def test_naming_no_cases_adds_none(tester, release, signed_in):
    assert add_cases(actor=tester, release=release) == 0
    page = f"/p/{release.project.key}/releases/{release.pk}/scope/add/"
    assert signed_in(tester).post(page).status_code == 302


def test_adding_again_adds_only_what_is_missing_and_keeps_verdicts(tester, release, project):
    first = cover(release, "passed")[0]
    make_case(project)
    assert add_cases(actor=tester, release=release, everything=True) == 1
    assert add_cases(actor=tester, release=release, everything=True) == 0
    first.refresh_from_db()
    assert first.execution_status == "passed"


def test_deleted_archived_and_foreign_cases_are_not_added(tester, release, project, other_project):
    foreign = make_case(other_project)
    archived = make_case(project, is_archived=True)
    deleted = make_case(project, deleted_at="2026-01-01T00:00Z")
    ids = [foreign.pk, archived.pk, deleted.pk, 987654321]
    assert add_cases(actor=tester, release=release, case_ids=ids) == 0
    assert add_cases(actor=tester, release=release, everything=True) == 0


def test_many_cases_are_added_in_the_order_of_folders_and_ids_by_one_statement(
    tester, release, project, django_assert_max_num_queries
):
    second, first = make_folder(project, "B"), make_folder(project, "A")
    for number in range(30):
        make_case(project, folder=first if number % 2 else second)
    with django_assert_max_num_queries(20):
        assert add_cases(actor=tester, release=release, everything=True, priority=Priority.HIGH) == 30
    rows = list(release.scope.order_by("position").select_related("case"))
    assert [row.case.test_id for row in rows[:15]] == sorted(row.case.test_id for row in rows[:15])
    assert {row.priority for row in rows} == {Priority.HIGH}
    assert len({row.position for row in rows}) == 30


def test_cases_are_removed_with_a_trace(tester, release, heard):
    first, second = cover(release, "passed", "failed")
    assert remove_cases(actor=tester, release=release, case_ids=[first.case_id, 987654321]) == 1
    assert release.scope.get() == second
    assert AuditEntry.objects.about(release).get().facts["cases"] == [first.case.test_id]


def test_cases_are_given_to_people_of_the_project_only(tester, stranger, release):
    row = cover(release, "not_started")[0]
    assert assign_cases(actor=tester, release=release, case_ids=[row.case_id], assigned_to=tester) == 1
    assert assign_cases(actor=tester, release=release, case_ids=[row.case_id], assigned_to=tester) == 0
    with pytest.raises(InvalidInput):
        assign_cases(actor=tester, release=release, case_ids=[row.case_id], assigned_to=stranger)
    assert assign_cases(actor=tester, release=release, case_ids=[row.case_id], assigned_to=None) == 1


@pytest.mark.parametrize("status", [OverallStatus.RELEASED, OverallStatus.CANCELLED])
def test_the_scope_of_a_closed_release_stays_as_it_is(tester, lead, project, status):
    release = ReleaseFactory(project=project, overall_status=status)
    row = cover(release, "passed")[0]
    for attempt in (
        lambda: add_cases(actor=tester, release=release, everything=True),
        lambda: remove_cases(actor=tester, release=release, case_ids=[row.case_id]),
        lambda: assign_cases(actor=tester, release=release, case_ids=[row.case_id], assigned_to=tester),
        lambda: update_scope_row(actor=tester, release_case=row, comments="Late"),
    ):
        with pytest.raises(RuleViolation) as refused:
            attempt()
        assert refused.value.code == "release_closed"
    update_release(actor=lead, release=release, overall_status=OverallStatus.IN_PROGRESS)
    assert remove_cases(actor=tester, release=release, case_ids=[row.case_id]) == 1


def test_details_of_a_verdict_are_corrected_without_another_attempt(tester, release):
    row = cover(release, "failed")[0]
    changed = update_scope_row(actor=tester, release_case=row, comments="No receipt", bug_ids=["PAY-1"])
    assert (changed.comments, changed.execution_status) == ("No receipt", "failed")
    with pytest.raises(VersionConflict):
        update_scope_row(actor=tester, release_case=row, comments="Other", if_match=etag(row))


@pytest.mark.parametrize(
    "fields",
    [
        {"bug_ids": ["x" * 61]},
        {"bug_ids": ["x"] * 51},
        {"screenshots": [7]},
        {"comments": "x" * 20_001},
        {"priority": 9},
    ],
)
def test_details_that_do_not_fit_are_refused(tester, release, fields):
    row = cover(release, "failed")[0]
    with pytest.raises(InvalidInput) as refused:
        update_scope_row(actor=tester, release_case=row, **fields)
    assert set(refused.value.fields) == set(fields)


def test_a_person_without_access_to_a_closed_project_cannot_be_assigned(tester, release, project, tenant):
    outsider = UserFactory(tenant=tenant)
    project.memberships.create(user=tester, role=tester.role)
    project.settings = {"membersOnly": True}
    project.save()
    row = cover(release, "not_started")[0]
    row.refresh_from_db()
    with pytest.raises(InvalidInput):
        update_scope_row(actor=tester, release_case=row, assigned_to=outsider)
    assert ReleaseCase.objects.get().assigned_to is None
