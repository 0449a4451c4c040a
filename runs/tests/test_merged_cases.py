"""What becomes of tests, results and verdicts when two cases become one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import CaseActivity, TestCase
from catalog.services.merges import merge_cases
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit import panels
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.models import Result, RunCase
from runs.services.merged_cases import move_late_tests
from runs.services.verdicts import set_verdict
from runs.tests.factories import make_run, record, reported

NOW = timezone.now()


@pytest.fixture
def winner(project):
    return TestCaseFactory(project=project, automation_key="cards.pays", title="Card pays")


@pytest.fixture
def loser(project):
    folder = FolderFactory(project=project, name="checkout")
    return TestCaseFactory(folder=folder, automation_key="checkout.pays", title="pays by card")


@pytest.fixture
def merge(winner, loser, admin):
    return lambda: merge_cases(actor=admin, winner=winner, loser=loser)


def night(project, number, *results):
    run = make_run(project, name=f"Night {number}")
    record(run, *results)
    return run


def days_ago(number):
    return NOW - timedelta(days=number)


def test_tests_of_the_loser_move_and_its_results_stay_as_recorded(project, winner, loser, merge):
    run = night(project, 1, reported("pays", "failed"), reported("pays", class_name="cards"))
    before = list(Result.objects.filter(run=run).order_by("pk").values("pk", "case_id", "status"))
    merge()
    assert set(RunCase.objects.filter(run=run).values_list("case_id", flat=True)) == {winner.pk}
    assert list(Result.objects.filter(run=run).order_by("pk").values("pk", "case_id", "status")) == before
    run.refresh_from_db()
    assert (run.count_passed, run.count_failed, run.count_unmatched) == (1, 1, 0)


def test_the_history_of_the_winner_shows_results_of_the_loser_with_its_id(project, winner, loser, merge):
    night(project, 1, reported("pays", "failed", executed_at=days_ago(1)))
    night(project, 2, reported("pays", class_name="cards", executed_at=days_ago(2)))
    merge()
    panel = next(panel for panel in panels.at("catalog.case.drawer") if panel.code == "results")
    shown = [(test.run.name, test.recorded_for) for test in panel.load([winner.pk])[winner.pk]]
    assert shown == [("Night 1", loser.test_id), ("Night 2", "")]


def test_what_is_known_of_the_winner_lately_is_that_of_both(project, winner, loser, merge):
    night(project, 1, reported("pays", "passed", class_name="cards", executed_at=days_ago(4), duration_ms=100))
    night(project, 2, reported("pays", "failed", executed_at=days_ago(3), duration_ms=400))
    night(project, 3, reported("pays", "error", class_name="cards", executed_at=days_ago(2), duration_ms=100))
    merge()
    activity = CaseActivity.objects.get(case=winner)
    assert activity.recent_outcomes == ["passed", "failed", "failed"]
    assert (activity.last_status, activity.executions, activity.mean_duration) == ("error", 3, 200)
    assert activity.failing_since == days_ago(3)
    assert not CaseActivity.objects.filter(case=loser).exists()


def test_a_pass_of_the_loser_ends_that_the_winner_fails(project, winner, loser, merge):
    night(project, 1, reported("pays", "failed", class_name="cards", executed_at=days_ago(2)))
    night(project, 2, reported("pays", "passed", executed_at=days_ago(1)))
    merge()
    activity = CaseActivity.objects.get(case=winner)
    assert (activity.last_status, activity.failing_since) == ("passed", None)


def test_cases_without_results_get_none(winner, merge):
    merge()
    assert not CaseActivity.objects.filter(case=winner).exists()


@pytest.mark.parametrize(
    "result",
    [
        lambda loser: reported("pays"),
        lambda loser: reported("other", explicit_ids=(loser.test_id,)),
        lambda loser: reported("other", named_ids=(loser.test_id.lower(),)),
        lambda loser: reported("pays by card", class_name="x", folder_path=("Checkout",)),
    ],
    ids=["key", "explicit id", "id in the name", "name in its folder"],
)
def test_what_found_the_loser_finds_the_winner_in_later_uploads(project, winner, loser, merge, result):
    merge()
    run = night(project, 1, result(loser))
    assert [test.case for test in RunCase.objects.filter(run=run)] == [winner]
    assert [result.case for result in Result.objects.filter(run=run)] == [winner]


def test_it_finds_the_last_of_a_row_of_merges_and_none_that_was_deleted(project, winner, loser, merge, admin):
    last = TestCaseFactory(project=project)
    merge()
    merge_cases(actor=admin, winner=last, loser=winner)
    first_run = night(project, 1, reported("pays"))
    assert RunCase.objects.get(run=first_run).case == last
    TestCase.objects.filter(pk=last.pk).update(deleted_at=NOW)
    assert RunCase.objects.get(run=night(project, 2, reported("pays"))).case is None


def test_a_living_case_is_found_before_a_merged_one(project, winner, loser, merge):
    merge()
    heir = TestCaseFactory(project=project, automation_key="checkout.pays")
    assert RunCase.objects.get(run=night(project, 1, reported("pays"))).case == heir


def test_two_batches_of_one_transaction_both_follow(project, winner, loser, merge):
    merge()
    runs = [night(project, number, reported("pays")) for number in range(2)]
    assert [RunCase.objects.get(run=run).case for run in runs] == [winner, winner]


def test_a_report_for_a_run_that_holds_both_keeps_them_as_two_tests(project, winner, loser, merge):
    run = night(project, 1, reported("pays"), reported("pays", class_name="cards"))
    merge()
    record(run, reported("pays", "failed"), reported("pays", class_name="cards"))
    tests = RunCase.objects.filter(run=run).order_by("automation_key").values_list("case_id", "status", "attempts")
    assert list(tests) == [(winner.pk, "passed", 2), (winner.pk, "failed", 2)]


def test_a_release_covers_the_winner_once_with_the_later_verdict(project, winner, loser, merge, tester):
    release = ReleaseFactory(project=project)
    kept = ReleaseCaseFactory(release=release, case=winner, bug_ids=["PAY-1"])
    told = ReleaseCaseFactory(release=release, case=loser, assigned_to=tester, bug_ids=["PAY-2"])
    set_verdict(actor=tester, release_case=kept, status="passed", executed_at=days_ago(2))
    set_verdict(actor=tester, release_case=told, status="failed", executed_at=days_ago(1), comments="Broken")
    merge()
    row = ReleaseCase.objects.get(release=release)
    assert (row.pk, row.case, row.execution_status, row.comments) == (kept.pk, winner, "failed", "Broken")
    assert (row.executed_at, row.assigned_to, row.bug_ids) == (days_ago(1), tester, ["PAY-1", "PAY-2"])


def test_an_older_verdict_of_the_loser_changes_nothing(project, winner, loser, merge, tester):
    release = ReleaseFactory(project=project)
    kept, told = (ReleaseCaseFactory(release=release, case=case) for case in (winner, loser))
    set_verdict(actor=tester, release_case=kept, status="passed", executed_at=days_ago(1))
    set_verdict(actor=tester, release_case=told, status="failed", executed_at=days_ago(2))
    merge()
    assert ReleaseCase.objects.get(release=release).execution_status == "passed"


def test_a_release_that_covered_the_loser_alone_covers_the_winner(project, winner, loser, merge, tester):
    told = ReleaseCaseFactory(release=ReleaseFactory(project=project), case=loser)
    set_verdict(actor=tester, release_case=told, status="blocked")
    merge()
    told.refresh_from_db()
    assert (told.case, told.execution_status, told.case_version) == (winner, "blocked", None)


def test_what_an_import_stored_for_the_loser_meanwhile_is_moved_later(project, winner, loser, merge):
    merge()
    run = night(project, 1, reported("pays"))
    RunCase.objects.filter(run=run).update(case=loser)
    assert move_late_tests(case_id=loser.pk) == 1
    assert RunCase.objects.get(run=run).case == winner
    assert CaseActivity.objects.get(case=winner).executions == 1
    assert move_late_tests(case_id=loser.pk) == 0
