"""Retention, tested on the services: what is past its term goes, all else stays, a broken night is taken up again."""

import io
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import ProjectFactory
from catalog.models import CaseActivity, TestCaseVersion
from catalog.services.versions import keep_versions
from catalog.tests.factories import TestCaseFactory
from files.models import StoredFile
from files.services import claim
from files.sweep import remove_unclaimed
from qaportal.kit.errors import Denied, InvalidInput
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory
from runs.choices import ImportState
from runs.jobs import apply_retention
from runs.models import (
    Artifact,
    Checkpoint,
    FailureCluster,
    LogEntry,
    ReportImport,
    Result,
    RetentionSweep,
    RetentionTerms,
    RunCase,
    RunCluster,
    StepResult,
    TestRun,
    TestStability,
)
from runs.services import expiring, imports, taking_in
from runs.services.expiring import apply_terms
from runs.services.retention import pin_run, set_retention_terms, unpin_run
from runs.tests.factories import evidence_of, make_run, record, reported
from runs.tests.reports import junit

pytestmark = pytest.mark.django_db


def in_days(days=100):
    return timezone.now() + timedelta(days=days)


def terms(project, results=30, artifacts=None):
    return RetentionTerms.objects.create(project=project, results_days=results, artifacts_days=artifacts)


def failed_run(project, actor, words="old", **fields):
    """A run with a passed and a failed test and something of every kind that a test leaves behind."""
    run = make_run(project, name=f"Nightly {words}", **fields)
    record(run, reported("pays"), reported("refunds", "failed", error_message=f"{words} broke"))
    return run, evidence_of(run, actor, words)


def left_of(project):
    """How many rows of each kind the project has."""
    kinds = (RunCase, RunCluster, Result, StepResult, Checkpoint, LogEntry, Artifact)
    return {kind.__name__: kind.objects.filter(project=project).count() for kind in kinds}


def test_a_run_past_its_term_goes_with_all_it_holds(project, tester):
    run, evidence = failed_run(project, tester)
    terms(project)
    sweep = apply_terms(project=project, now=in_days())
    assert set(left_of(project).values()) == {0}
    run.refresh_from_db()
    assert run.deleted_at
    assert run.total == 0
    assert sweep.counts | {"file_bytes": 0} == {
        name: {"tests": 2, "results": 2, "file_bytes": 0}.get(name, 1)
        for name in (
            "runs",
            "tests",
            "results",
            "steps",
            "checkpoints",
            "log_entries",
            "artifacts",
            "files",
            "file_bytes",
        )
    }
    assert StoredFile.objects.get(pk=evidence["artifact"].file_id).claimed_at is None
    actions = AuditEntry.objects.filter(project=project).values_list("action", flat=True)
    assert {"run.expired", "retention.applied"} <= set(actions)


def test_the_sweep_removes_the_bytes_of_what_went(project, tester):
    _run, evidence = failed_run(project, tester)
    terms(project)
    apply_terms(project=project, now=in_days())
    assert remove_unclaimed(now=in_days()) == 1
    assert not StoredFile.objects.filter(pk=evidence["artifact"].file_id).exists()


def test_what_is_younger_stays(project, tester):
    failed_run(project, tester)
    before = left_of(project)
    terms(project)
    sweep = apply_terms(project=project, now=in_days(29))
    assert (left_of(project), sweep.counts) == (before, {})
    assert not AuditEntry.objects.filter(action="retention.applied").exists()


def test_a_run_stays_whole_while_one_of_its_results_is_young(project, tester):
    run, _evidence = failed_run(project, tester)
    terms(project)
    TestRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=80))
    apply_terms(project=project, now=in_days(20))
    assert RunCase.objects.filter(run=run).count() == 2


def test_a_run_that_ended_lately_stays(project, tester):
    run, _evidence = failed_run(project, tester)
    TestRun.objects.filter(pk=run.pk).update(finished_at=in_days(90))
    terms(project)
    apply_terms(project=project, now=in_days())
    assert Result.objects.filter(run=run).count() == 2


def test_attempts_that_were_replaced_go_alone_in_a_run_that_lives_on(project, tester):
    run = make_run(project)
    record(run, reported("pays", "failed"), reported("refunds"))
    record(run, reported("pays"))
    TestRun.objects.filter(pk=run.pk).update(finished_at=in_days(90))
    counts = TestRun.objects.get(pk=run.pk).counts
    terms(project)
    sweep = apply_terms(project=project, now=in_days())
    assert sweep.counts == {"results": 1}
    kept = Result.objects.filter(run=run).order_by("name").values_list("name", "attempt", "status")
    assert list(kept) == [("pays", 2, "passed"), ("refunds", 1, "passed")]
    test = RunCase.objects.get(run=run, name="pays")
    assert (test.attempts, test.is_flaky, test.status) == (2, True, "passed")
    assert TestRun.objects.get(pk=run.pk).counts == counts
    record(run, reported("pays", "failed"))
    assert Result.objects.get(pk=RunCase.objects.get(pk=test.pk).last_result_id).attempt == 3


def test_pinned_runs_stay_for_ever_until_the_pin_is_taken_off(project, tester):
    run, _evidence = failed_run(project, tester)
    pin_run(actor=tester, run=run)
    before = left_of(project)
    terms(project, artifacts=1)
    apply_terms(project=project, now=in_days())
    assert left_of(project) == before
    unpin_run(actor=tester, run=run)
    apply_terms(project=project, now=in_days())
    assert left_of(project)["Result"] == 0
    actions = AuditEntry.objects.filter(target_id=str(run.pk)).values_list("action", flat=True)
    assert {"run.pinned", "run.unpinned", "run.expired"} <= set(actions)


def test_other_projects_and_tenants_keep_theirs(project, tester, stranger):
    neighbour = ProjectFactory(tenant=project.tenant)
    foreign = ProjectFactory(tenant=stranger.tenant)
    for each in (project, neighbour, foreign):
        record(make_run(each), reported("pays"), reported("refunds", "failed", error_message="broke"))
    before = left_of(neighbour), left_of(foreign)
    terms(project)
    terms(neighbour, results=3_000)
    for each in (project, neighbour, foreign):
        apply_terms(project=each, now=in_days())
    assert (left_of(neighbour), left_of(foreign)) == before
    assert left_of(project)["Result"] == 0


def test_verdicts_versions_and_what_is_known_of_cases_stay(project, tester):
    release = ReleaseFactory(project=project)
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    keep_versions(actor=tester, case_ids=[case.pk])
    ReleaseCase.objects.create(project=project, release=release, case=case)
    run = make_run(project, release=release)
    record(run, reported("pays", "failed", error_message="broke"))
    before = ReleaseCase.objects.get(case=case)
    known = CaseActivity.objects.get(case=case)
    cluster = FailureCluster.objects.get(project=project)
    assert before.execution_status == "failed"
    assert before.last_result_id
    terms(project)
    apply_terms(project=project, now=in_days())
    after = ReleaseCase.objects.get(case=case)
    facts = ("execution_status", "executed_at", "is_automated_verdict", "case_version", "updated_at")
    assert [getattr(after, name) for name in facts] == [getattr(before, name) for name in facts]
    assert after.last_result_id is None
    activity = CaseActivity.objects.get(case=case)
    assert activity.last_result_id is None
    told = ("last_status", "last_run_at", "recent_outcomes", "executions", "failing_since", "flaky_score")
    assert [getattr(activity, name) for name in told] == [getattr(known, name) for name in told]
    assert FailureCluster.objects.get(pk=cluster.pk).occurrences == cluster.occurrences
    assert TestStability.objects.filter(project=project).exists()
    assert TestCaseVersion.objects.filter(case=case).exists()


def test_files_go_before_their_results(project, tester):
    run, evidence = failed_run(project, tester)
    done = imported(project, tester)
    terms(project, results=None, artifacts=10)
    sweep = apply_terms(project=project, now=in_days(20))
    assert sweep.counts | {"file_bytes": 0} == {"artifacts": 1, "reports": 1, "files": 2, "file_bytes": 0}
    assert not Artifact.objects.filter(pk=evidence["artifact"].pk).exists()
    assert Result.objects.filter(run=run).count() == 2
    done.refresh_from_db()
    assert (done.file_id, done.state) == (None, ImportState.DONE)


def imported(project, actor):
    report_import, _known = imports.start_import(
        actor=actor, project=project, stream=io.BytesIO(junit("pays")), file_name="report.xml"
    )
    return taking_in.run_import(import_id=report_import.pk)


def test_a_run_takes_its_reports_along(project, tester):
    done = imported(project, tester)
    terms(project)
    apply_terms(project=project, now=in_days())
    assert not ReportImport.objects.filter(pk=done.pk).exists()
    assert StoredFile.objects.get(pk=done.file_id).claimed_at is None


def test_a_file_that_something_else_names_as_well_stays(project, tester):
    _run, evidence = failed_run(project, tester)
    claim(actor=tester, files=[evidence["artifact"].file])
    terms(project)
    apply_terms(project=project, now=in_days())
    assert StoredFile.objects.get(pk=evidence["artifact"].file_id).claimed_at


def test_what_a_person_deleted_goes_as_well(project, tester):
    run, _evidence = failed_run(project, tester)
    TestRun.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
    terms(project)
    sweep = apply_terms(project=project, now=in_days())
    assert set(left_of(project).values()) == {0}
    assert "runs" not in sweep.counts
    assert apply_terms(project=project, now=in_days()).counts == {}


def test_a_night_that_was_broken_off_is_taken_up_again(project, tester, monkeypatch):
    run = make_run(project)
    record(run, *(reported(f"test {number}") for number in range(12)))
    terms(project)
    monkeypatch.setattr(expiring, "TESTS_AT_A_TIME", 5)
    chunks = iter([True, False])
    delete_tests = expiring.expired_rows.delete_tests

    def killed(tests):
        if not next(chunks):
            raise KeyboardInterrupt
        return delete_tests(tests)

    with mock.patch.object(expiring.expired_rows, "delete_tests", killed), pytest.raises(KeyboardInterrupt):
        apply_terms(project=project, now=in_days())
    assert RunCase.objects.filter(run=run).count() == Result.objects.filter(run=run).count() == 7
    assert RetentionSweep.objects.get().finished_at is None
    sweep = apply_terms(project=project, now=in_days())
    assert set(left_of(project).values()) == {0}
    assert sweep.counts == {"runs": 1, "tests": 12, "results": 12}
    assert RetentionSweep.objects.get().finished_at
    assert AuditEntry.objects.filter(action="run.expired").count() == 1


def test_what_breaks_in_one_project_keeps_no_other_one(project, tester, monkeypatch):
    neighbour = ProjectFactory(tenant=project.tenant)
    run = make_run(neighbour)
    record(run, reported("pays"))
    for each in (project, neighbour):
        terms(each)
    apply, later = expiring.apply_terms, in_days()

    def work(*, project):
        if project != neighbour:
            RetentionSweep.objects.create(project=project)
            raise ValueError("broken")
        return apply(project=project, now=later)

    monkeypatch.setattr(expiring, "apply_terms", work)
    apply_retention(timestamp=0)
    assert not Result.objects.filter(run=run).exists()
    assert RetentionSweep.objects.get(project=project).error


def test_terms_are_checked_and_audited(project, lead, tester):
    for given in ({"results_days": 0}, {"artifacts_days": 99_999}, {"results_days": 10, "artifacts_days": 20}):
        with pytest.raises(InvalidInput) as refusal:
            set_retention_terms(actor=lead, project=project, **{"results_days": None, "artifacts_days": None, **given})
        assert refusal.value.fields
    with pytest.raises(Denied):
        set_retention_terms(actor=tester, project=project, results_days=5, artifacts_days=None)
    set_retention_terms(actor=lead, project=project, results_days=90, artifacts_days=30)
    set_retention_terms(actor=lead, project=project, results_days=90, artifacts_days=30)
    entry = AuditEntry.objects.get(action="retention.changed")
    assert entry.changes == {"results_days": [None, 90], "artifacts_days": [None, 30]}


def test_every_row_that_hangs_on_a_test_or_result_is_known_to_retention():
    """Another model that points at a test needs a line in `expired_rows`, or a handler of `tests.expiring`."""
    hanging = {
        relation.related_model._meta.label
        for model in (RunCase, Result)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    assert hanging == {
        *("runs.Result", "runs.StepResult", "runs.Checkpoint", "runs.LogEntry", "runs.Artifact"),
        *("runs.RunnerPresence", "runs.RunnerEntry", "issues.IssueLink"),
    }
