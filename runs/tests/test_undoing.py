"""Taking an import back, tested on the service: everything is as if it had not been."""

import io

import pytest

from accounts.models import AuditEntry
from catalog.models import CaseActivity
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, RuleViolation
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory
from runs.choices import ImportState, ResultSource, RunKind
from runs.models import Result, RunCase, TestRun
from runs.services import imports, taking_in
from runs.services.undoing import undo_import
from runs.tests.factories import make_run, record, reported
from runs.tests.reports import junit

pytestmark = pytest.mark.django_db
OWN = {"id", "created_at", "updated_at", "last_result_id", "run_case_id", "report_import_id", "finished_at"}


def take_in(actor, project, content, **options):
    report_import, _known = imports.start_import(
        actor=actor, project=project, stream=io.BytesIO(content), file_name="report.xml", **options
    )
    done = taking_in.run_import(import_id=report_import.pk)
    assert done.state == ImportState.DONE
    return done


def rows_of(model, *order, **where):
    """The rows without what is new whenever they are written."""
    return [
        {name: value for name, value in row.items() if name not in OWN}
        for row in model.objects.filter(**where).order_by(*order).values()
    ]


def state_of(project, run=None):
    """What imports move: tests, results, verdicts in releases, activities and counters."""
    return {
        "tests": rows_of(RunCase, "run__number", "test_key", "occurrence", project=project),
        "results": rows_of(Result, "run__number", "name", "attempt", project=project),
        "scope": rows_of(ReleaseCase, "release_id", "case_id", project=project),
        "activities": rows_of(CaseActivity, "case_id", project=project),
        "runs": rows_of(TestRun, "number", project=project, deleted_at=None),
    }


def a_scope(project):
    """A release with two cases that reports find by their keys."""
    release = ReleaseFactory(project=project)
    cases = [
        TestCaseFactory(project=project, automation_key=f"checkout.Card.{name}", title=name)
        for name in ("pays", "refunds")
    ]
    for case in cases:
        ReleaseCase.objects.create(project=project, release=release, case=case)
    return release, cases


def test_a_run_that_only_the_import_made_goes_with_it(project, tester):
    release, _cases = a_scope(project)
    before = state_of(project)
    done = take_in(tester, project, junit(("pays", "failed"), "refunds"), release=release)
    assert state_of(project) != before
    undone = undo_import(actor=tester, report_import=done)
    assert (undone.state, undone.undone_by) == (ImportState.UNDONE, tester)
    assert undone.undone_at
    assert state_of(project) == before
    assert TestRun.objects.get(pk=done.run_id).deleted_at
    entry = AuditEntry.objects.get(action="report_import.undone")
    assert entry.actor == tester


@pytest.mark.parametrize("undone_first", [True, False])
def test_of_two_imports_of_one_run_either_can_be_undone(project, tester, undone_first):
    release, _cases = a_scope(project)
    first = junit(("pays", "failed"), "refunds", "only in the first")
    second = junit("pays", ("refunds", "error"), "only in the second").replace(b"10:00:00", b"11:00:00")
    kept_content, undone_content = (second, first) if undone_first else (first, second)

    kept_alone = take_in(tester, project, kept_content, release=release, external_id="expected")
    expected = state_of(project)
    undo_import(actor=tester, report_import=kept_alone)
    assert state_of(project)["activities"] == []

    imported = [take_in(tester, project, content, release=release, external_id="build") for content in (first, second)]
    undo_import(actor=tester, report_import=imported[0 if undone_first else 1])
    found = state_of(project)
    for name in ("scope", "activities"):
        assert found[name] == expected[name], name
    for name in ("tests", "results"):
        alike = [[{**row, "run_id": None} for row in rows] for rows in (found[name], expected[name])]
        shared = {"only in the first", "only in the second", "pays", "refunds"}
        assert [(row["name"], row["status"]) for row in alike[0]] == [(row["name"], row["status"]) for row in alike[1]]
        assert {row["name"] for row in alike[0]} <= shared
    assert [row["attempts"] for row in found["tests"]] == [1, 1, 1]
    assert [row["attempt"] for row in found["results"]] == [1, 1, 1]
    (run,), (wanted,) = found["runs"], expected["runs"]
    counters = [name for name in run if name.startswith("count_")]
    assert {name: run[name] for name in counters} == {name: wanted[name] for name in counters}
    assert kept_content != undone_content


def test_planned_tests_stay_and_wait_again(project, tester):
    release, (pays, _refunds) = a_scope(project)
    run = make_run(project, kind=RunKind.MANUAL, release=release)
    record(run, reported("", "not_started", case_id=pays.pk, automation_key="", class_name=""), source=ResultSource.API)
    Result.objects.filter(run=run).delete()
    RunCase.objects.filter(run=run).update(attempts=0, last_result_id=None, executed_at=None)
    done = take_in(tester, project, junit(("pays", "failed")), run=run)
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts) == ("failed", 1)
    undo_import(actor=tester, report_import=done)
    test.refresh_from_db()
    run.refresh_from_db()
    assert (test.status, test.attempts, test.last_result_id, test.error_summary) == ("not_started", 0, None, "")
    assert (run.count_not_started, run.count_failed, run.deleted_at) == (1, 0, None)


def test_what_people_recorded_after_it_stands_without_it(project, tester):
    release, (pays, _refunds) = a_scope(project)
    done = take_in(tester, project, junit(("pays", "failed")), release=release, external_id="a")
    test = RunCase.objects.get(run=done.run)
    corrected = reported("pays", "passed", class_name="checkout.Card", case_id=pays.pk)
    record(done.run, corrected, actor=tester, source=ResultSource.MANUAL)
    test.refresh_from_db()
    assert (test.status, test.attempts) == ("passed", 2)
    undo_import(actor=tester, report_import=done)
    test.refresh_from_db()
    assert (test.status, test.attempts, test.is_flaky) == ("passed", 1, False)
    scope = ReleaseCase.objects.get(case=pays)
    assert (scope.execution_status, scope.executed_by, scope.is_automated_verdict) == ("passed", tester, False)
    activity = CaseActivity.objects.get(case=pays)
    assert (activity.executions, activity.recent_outcomes, activity.failing_since) == (1, ["passed"], None)
    assert TestRun.objects.get(pk=done.run_id).deleted_at is None


def test_a_flaky_test_is_flaky_no_more_when_its_failure_goes(project, tester):
    first = take_in(tester, project, junit(("pays", "failed")), external_id="a")
    take_in(tester, project, junit("pays"), external_id="a")
    assert RunCase.objects.get().is_flaky
    undo_import(actor=tester, report_import=first)
    assert not RunCase.objects.get().is_flaky
    run = TestRun.objects.get(deleted_at=None)
    assert (run.count_flaky, run.count_passed) == (0, 1)


def test_the_same_bytes_can_be_taken_in_again_afterwards(project, tester):
    done = take_in(tester, project, junit("pays"), external_id="a")
    undo_import(actor=tester, report_import=done)
    again = take_in(tester, project, junit("pays"), external_id="a")
    assert again.pk != done.pk
    assert again.duplicate_of is None
    assert RunCase.objects.filter(run=again.run).count() == 1


def test_cases_that_the_import_made_stay(project, tester, admin):
    done = take_in(admin, project, junit("pays"), creates_cases=True)
    case = RunCase.objects.get(run=done.run).case
    undo_import(actor=admin, report_import=done)
    case.refresh_from_db()
    assert case.deleted_at is None
    assert not CaseActivity.objects.filter(case=case).exists()


def test_what_cannot_be_undone_says_why(project, tester, viewer):
    done = take_in(tester, project, junit("pays"), external_id="a")
    with pytest.raises(Denied):
        undo_import(actor=viewer, report_import=done)
    undo_import(actor=tester, report_import=done)
    done.refresh_from_db()
    with pytest.raises(RuleViolation, match="undone already"):
        undo_import(actor=tester, report_import=done)
    report_import, _known = imports.start_import(
        actor=tester, project=project, stream=io.BytesIO(b"nonsense"), file_name="a.xml"
    )
    failed = taking_in.run_import(import_id=report_import.pk)
    with pytest.raises(RuleViolation, match="Nothing of this import was stored"):
        undo_import(actor=tester, report_import=failed)
