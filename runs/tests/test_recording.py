"""The one write path of results, tested on the service."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import CaseActivity
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.errors import RuleViolation
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory
from runs.choices import MatchedBy, ResultSource, RunKind, RunStatus
from runs.models import Result, RunCase
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(project):
    return TestCaseFactory(
        project=project, test_id="TC_UI_001", title="Pay with a card", automation_key="checkout.pays"
    )


@pytest.fixture
def release(project):
    return ReleaseFactory(project=project, version="4.18.0")


def test_a_result_makes_a_test_an_attempt_and_counters(project):
    run = make_run(project)
    record(run, reported("pays", duration_ms=1200), reported("refunds", "failed", error_message="\nboom\nmore"))
    run.refresh_from_db()
    assert (run.count_passed, run.count_failed, run.total, run.duration_ms) == (1, 1, 2, 1200)
    failed = RunCase.objects.get(run=run, name="refunds")
    assert (failed.status, failed.attempts, failed.error_summary) == ("failed", 1, "boom")
    attempt = Result.objects.get(pk=failed.last_result_id)
    assert (attempt.run_case_id, attempt.attempt, attempt.source) == (failed.pk, 1, ResultSource.REPORT)


def test_attempts_of_one_batch_are_one_test_and_a_late_pass_is_flaky(project):
    run = make_run(project)
    record(
        run,
        reported("pays", "failed", attempt=1, attempts=2),
        reported("pays", "passed", attempt=2, attempts=2, is_flaky=True),
    )
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts, test.is_flaky) == ("passed", 2, True)
    assert list(Result.objects.filter(run=run).order_by("attempt").values_list("status", flat=True)) == [
        "failed",
        "passed",
    ]


def test_the_same_test_in_a_later_upload_is_the_next_attempt(project):
    run = make_run(project)
    record(run, reported("pays", "failed"))
    record(run, reported("pays", "passed"))
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts, test.is_flaky) == ("passed", 2, True)
    assert sorted(Result.objects.filter(run_case=test).values_list("attempt", flat=True)) == [1, 2]
    run.refresh_from_db()
    assert (run.total, run.count_flaky) == (1, 1)


def test_a_correction_by_hand_is_the_next_attempt_but_not_flaky(project, case, tester):
    run = make_run(project, kind=RunKind.MANUAL)
    for status in ("failed", "passed"):
        result = reported("", status, automation_key="", class_name="", case_id=case.pk)
        record(run, result, actor=tester, source=ResultSource.MANUAL)
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts, test.is_flaky, test.name) == ("passed", 2, False, "Pay with a card")


def test_tests_that_share_a_key_stay_apart_by_occurrence(project):
    run = make_run(project)
    record(run, reported("pays", "passed", occurrence=1), reported("pays", "failed", occurrence=2))
    assert sorted(RunCase.objects.filter(run=run).values_list("occurrence", "status")) == [(1, "passed"), (2, "failed")]


@pytest.mark.parametrize(
    ("fields", "matched_by"),
    [
        ({"name": "x", "explicit_ids": ("TC_UI_001",)}, MatchedBy.EXPLICIT_ID),
        ({"name": "x", "named_ids": ("tc_ui_001",)}, MatchedBy.NAMED_ID),
        ({"name": "pays"}, MatchedBy.AUTOMATION_KEY),
        ({"name": "Pay with a card", "class_name": "other", "folder_path": ("Cards",)}, MatchedBy.NAME),
    ],
)
def test_a_test_finds_its_case(project, case, fields, matched_by):
    case.folder = FolderFactory(project=project, name="Cards")
    case.save()
    run = make_run(project)
    recorded = record(run, reported(**fields))
    test = RunCase.objects.get(run=run)
    assert (test.case_id, test.matched_by, recorded.matched) == (case.pk, matched_by, 1)


def test_an_explicit_id_beats_the_automation_key(project, case):
    other = TestCaseFactory(project=project, test_id="TC_UI_002", automation_key="checkout.refunds")
    run = make_run(project)
    record(run, reported("refunds", explicit_ids=("TC_UI_404", "TC_UI_001")))
    assert RunCase.objects.get(run=run).case_id == case.pk != other.pk


def test_cases_of_another_project_are_never_found(project, other_project):
    TestCaseFactory(project=other_project, test_id="TC_UI_001", automation_key="checkout.pays")
    run = make_run(project)
    recorded = record(run, reported("pays", explicit_ids=("TC_UI_001",)))
    assert recorded.unmatched == 1
    assert RunCase.objects.get(run=run).case_id is None


def test_a_name_that_fits_two_cases_matches_none(project):
    folder = FolderFactory(project=project, name="Cards")
    for _number in range(2):
        TestCaseFactory(project=project, folder=folder, title="Pay")
    run = make_run(project)
    record(run, reported("Pay", class_name="x", folder_path=("Cards",)))
    assert RunCase.objects.get(run=run).case_id is None


def test_missing_cases_are_made_in_folders_of_their_suites(project, lead):
    run = make_run(project)
    recorded = record(run, reported("pays", folder_path=("Checkout", "Cards")), actor=lead, creates_cases=True)
    test = RunCase.objects.select_related("case__folder__parent").get(run=run)
    assert recorded.created == 1
    assert (test.case.title, test.case.folder.name, test.case.folder.parent.name) == ("pays", "Cards", "Checkout")
    assert test.matched_by == MatchedBy.CREATED
    again = make_run(project, name="Next night")
    assert record(again, reported("pays")).matched == 1
    deep = tuple(f"level {number}" for number in range(1, 70))
    assert record(again, reported("deep", folder_path=deep), actor=lead, creates_cases=True).created == 1
    assert RunCase.objects.get(name="deep").case.folder.name == "level 50"


def test_a_report_moves_the_row_of_a_case_that_was_planned_in_the_run(project, case, tester):
    run = make_run(project, kind=RunKind.MANUAL)
    planned = reported("", "in_progress", automation_key="", class_name="", case_id=case.pk)
    record(run, planned, actor=tester, source=ResultSource.MANUAL)
    record(run, reported("pays", "passed"))
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts, test.case_id) == ("passed", 2, case.pk)
    run.refresh_from_db()
    assert run.kind == RunKind.MIXED


def test_two_tests_of_one_planned_case_stay_two_tests(project, case, tester):
    run = make_run(project, kind=RunKind.MANUAL)
    planned = reported("", "in_progress", automation_key="", class_name="", case_id=case.pk)
    record(run, planned, actor=tester, source=ResultSource.MANUAL)
    ids = ("TC_UI_001",)
    record(run, reported("one", "passed", explicit_ids=ids), reported("two", "failed", explicit_ids=ids))
    assert RunCase.objects.filter(run=run).count() == 3


def test_a_result_sets_the_verdict_in_the_release(project, release, case):
    scope = ReleaseCase.objects.create(project=project, release=release, case=case)
    record(make_run(project, release=release), reported("pays", "error", duration_ms=4_200))
    scope.refresh_from_db()
    assert (scope.execution_status, scope.execution_duration, scope.is_automated_verdict) == ("failed", 4, True)
    assert scope.last_result_id is not None


def test_the_latest_execution_is_the_verdict_whoever_sent_it_first(project, release, case):
    scope = ReleaseCase.objects.create(project=project, release=release, case=case)
    now = timezone.now()
    run = make_run(project, release=release)
    record(run, reported("pays", "passed", executed_at=now))
    record(run, reported("pays", "failed", executed_at=now - timedelta(hours=1)))
    scope.refresh_from_db()
    assert scope.execution_status == "passed"


def test_of_simultaneous_results_the_worst_is_the_verdict(project, release, case):
    scope = ReleaseCase.objects.create(project=project, release=release, case=case)
    now, ids = timezone.now(), ("TC_UI_001",)
    record(
        make_run(project, release=release),
        reported("one", "failed", explicit_ids=ids, executed_at=now),
        reported("two", "passed", explicit_ids=ids, executed_at=now),
    )
    scope.refresh_from_db()
    assert scope.execution_status == "failed"


def test_results_outside_the_scope_are_counted_and_do_not_widen_it(project, release, case):
    recorded = record(make_run(project, release=release), reported("pays"))
    assert recorded.outside_scope == 1
    assert not ReleaseCase.objects.filter(release=release).exists()


def test_the_activity_of_a_case_follows_its_results(project, case):
    start = timezone.now() - timedelta(days=3)
    for day, status in enumerate(("passed", "failed", "error")):
        run = make_run(project, name=f"Night {day}")
        record(run, reported("pays", status, executed_at=start + timedelta(days=day), duration_ms=1000 * (day + 1)))
    activity = CaseActivity.objects.get(case=case)
    assert activity.recent_outcomes == ["passed", "failed", "failed"]
    assert (activity.last_status, activity.executions, activity.mean_duration) == ("error", 3, 2000)
    assert activity.failing_since == start + timedelta(days=1)
    record(make_run(project), reported("pays", "passed", executed_at=start + timedelta(days=3, minutes=-1)))
    activity.refresh_from_db()
    assert (activity.last_status, activity.failing_since) == ("passed", None)


def test_only_the_last_twelve_outcomes_are_kept(project, case):
    start = timezone.now() - timedelta(days=20)
    for day in range(14):
        status = "failed" if day < 2 else "passed"
        record(make_run(project), reported("pays", status, executed_at=start + timedelta(days=day)))
    activity = CaseActivity.objects.get(case=case)
    assert activity.recent_outcomes == ["passed"] * 12
    assert activity.executions == 14


def test_a_case_that_keeps_changing_is_flaky_and_one_that_broke_is_not(project, case):
    steady = TestCaseFactory(project=project, automation_key="checkout.steady")
    start = timezone.now() - timedelta(days=20)
    for day in range(8):
        at = start + timedelta(days=day)
        record(
            make_run(project),
            reported("pays", "failed" if day % 2 else "passed", executed_at=at),
            reported("steady", "failed" if day > 4 else "passed", executed_at=at),
        )
    assert CaseActivity.objects.get(case=case).flaky_score > 0.5
    assert CaseActivity.objects.get(case=steady).flaky_score == 0


def test_a_result_changes_neither_version_nor_time_of_the_case(project, case):
    before = (case.version, case.updated_at)
    record(make_run(project), reported("pays"))
    case.refresh_from_db()
    assert (case.version, case.updated_at) == before


def test_a_result_remembers_the_version_of_the_case_it_ran(project, case):
    type(case).objects.filter(pk=case.pk).update(version=7)
    run = make_run(project)
    record(run, reported("pays"))
    assert Result.objects.get(run=run).case_version == 7


def test_a_cancelled_run_takes_no_results(project):
    run = make_run(project, status=RunStatus.CANCELLED)
    with pytest.raises(RuleViolation, match="cancelled"):
        record(run, reported("pays"))


def test_recording_takes_the_same_number_of_statements_whatever_the_number_of_results(project, same_queries):
    sizes = iter([200, 200, 600])

    def read():
        record(make_run(project), *[reported(f"test {number}") for number in range(next(sizes))])

    same_queries(read, lambda: None)
