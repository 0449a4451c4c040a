"""Taking an import back: its results go, and everything that was computed from them is as if it had not been."""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from qaportal.kit import events
from qaportal.kit.errors import RuleViolation

from .. import policies
from ..choices import ImportState
from ..models import ReportImport, RunCase, TestRun
from . import withdrawal
from .recording import refresh_counters
from .rule_application import class_failures

CLOCKS_DIFFER = 3_600
"""Seconds by which the clock of a worker may be behind."""
_DELETE_RESULTS = """
DELETE FROM runs_result AS result USING undone_result AS gone
WHERE result.id = gone.result_id AND result.id >= %(first)s
"""
_RENUMBER = """
UPDATE runs_result AS result SET attempt = left_over.place
FROM (
    SELECT id, row_number() OVER (PARTITION BY run_case_id ORDER BY attempt) AS place
    FROM runs_result WHERE run_case_id IN (SELECT run_case_id FROM undone_result)
) AS left_over
WHERE result.id = left_over.id AND result.attempt <> left_over.place
"""
_MOVE_BACK = """
UPDATE runs_runcase AS test SET
    status = last.status, attempts = last.attempt, last_result_id = last.id, executed_at = last.executed_at,
    duration_ms = last.duration_ms, updated_at = %(now)s,
    error_summary = left(btrim(coalesce(substring(last.error_message FROM '\\S[^\\n]*'), '')), 300),
    fingerprint = last.fingerprint,
    rule_id = CASE WHEN last.fingerprint IS NOT DISTINCT FROM test.fingerprint THEN test.rule_id END,
    is_flaky = last.source <> 'manual' AND last.status = 'passed' AND EXISTS (
        SELECT FROM runs_result AS earlier
        WHERE earlier.run_case_id = test.id AND earlier.attempt < last.attempt
          AND earlier.status IN ('failed', 'error'))
FROM (
    SELECT DISTINCT ON (run_case_id) * FROM runs_result
    WHERE run_case_id IN (SELECT run_case_id FROM undone_result) ORDER BY run_case_id, attempt DESC
) AS last
WHERE test.id = last.run_case_id
"""
_EMPTY = """
test.run_id = %(run)s AND test.id IN (SELECT run_case_id FROM undone_result)
AND NOT EXISTS (SELECT FROM runs_result AS result WHERE result.run_case_id = test.id)
"""
_IS_PLANNED = "(test.case_id IS NOT NULL AND test.test_key = md5('case:' || test.case_id)::uuid)"
_RESET_PLANNED = f"""
UPDATE runs_runcase AS test SET
    status = 'not_started', attempts = 0, last_result_id = NULL, executed_at = NULL, duration_ms = NULL,
    error_summary = '', is_flaky = false, fingerprint = NULL, rule_id = NULL, updated_at = %(now)s
WHERE {_EMPTY} AND {_IS_PLANNED}
"""
_DELETE_TESTS = f"DELETE FROM runs_runcase AS test WHERE {_EMPTY} AND NOT coalesce({_IS_PLANNED}, false)"
_LOCK_SCOPE = """
SELECT id FROM releases_releasecase
WHERE release_id = %(release)s AND last_result_id IN (SELECT result_id FROM undone_result) ORDER BY id FOR UPDATE
"""
_MOVE_SCOPE = """
UPDATE releases_releasecase AS scope SET
    execution_status = CASE coalesce(last.status, 'not_started') WHEN 'error' THEN 'failed'
                            ELSE coalesce(last.status, 'not_started') END,
    executed_at = last.executed_at, executed_by_id = CASE last.source WHEN 'manual' THEN last.executor_id END,
    execution_duration = last.duration_ms / 1000, last_result_id = last.result_id, case_version = last.case_version,
    is_automated_verdict = coalesce(last.source = 'report', false), is_flaky = coalesce(last.is_flaky, false),
    updated_at = %(now)s
FROM releases_releasecase AS affected
LEFT JOIN LATERAL (
    SELECT test.status, test.executed_at, test.duration_ms, test.is_flaky, result.id AS result_id, result.source,
           result.executor_id, result.case_version
    FROM runs_runcase AS test
    JOIN runs_testrun AS run ON run.id = test.run_id AND run.release_id = affected.release_id
    JOIN runs_result AS result ON result.id = test.last_result_id
    WHERE test.case_id = affected.case_id
    ORDER BY test.executed_at DESC, test.id DESC LIMIT 1
) AS last ON true
WHERE scope.id = affected.id AND affected.release_id = %(release)s
  AND affected.last_result_id IN (SELECT result_id FROM undone_result)
"""


@transaction.atomic
def undo_import(*, actor: User, report_import: ReportImport) -> ReportImport:
    """Take the import back; cases that it made stay, as people may have worked on them.

    Results of other imports and of people stay and count as if this import had never been; a run that holds nothing
    else is deleted. Raises Denied, and RuleViolation for an import that has stored nothing.
    """
    policies.can_undo_import(actor, report_import).require()
    run = None
    if report_import.run_id:
        runs = TestRun.objects.select_for_update(of=("self",)).select_related("project")
        run = runs.get(pk=report_import.run_id)
    imports = ReportImport.objects.select_for_update(of=("self",)).select_related("project", "run")
    report_import = imports.get(pk=report_import.pk)
    refusal = policies.is_undoable(report_import)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    events.publish("results.withdrawn", run=run, report_import=report_import, actor=actor)
    results = _withdraw(run, report_import)
    withdrawal.remove_evidence(actor=actor, project=run.project)
    refresh_counters(run=run)
    _close(report_import, actor)
    audit.record("report_import.undone", actor=actor, target=report_import, run=run.number, results=results)
    _delete_empty(run, report_import, actor)
    events.publish("report.undone", run=run, report_import=report_import, actor=actor)
    return report_import


def _withdraw(run: TestRun, report_import: ReportImport) -> int:
    """Delete the results and set right what was computed from them; answers how many there were."""
    milliseconds = int(report_import.created_at.timestamp() - CLOCKS_DIFFER) * 1000
    values = {
        "run": run.pk,
        "first": UUID(int=milliseconds << 80),  # keys are made of times: older partitions are not looked at
        "release": run.release_id,
        "now": timezone.now(),
    }
    results = withdrawal.collect(run=run, report_import_id=report_import.pk, first=values["first"])
    with connection.cursor() as cursor:
        for statement in (_DELETE_RESULTS, _RENUMBER, _MOVE_BACK, _RESET_PLANNED):
            cursor.execute(statement, values)
        if run.release_id:
            cursor.execute(_LOCK_SCOPE, values)
            cursor.execute(_MOVE_SCOPE, values)
        cursor.execute(_DELETE_TESTS, values)
    class_failures(run=run, tests=RunCase.objects.filter(run=run, rule__isnull=True, fingerprint__isnull=False))
    withdrawal.tell_anew(run=run)
    return results


def _close(report_import: ReportImport, actor: User) -> None:
    now = timezone.now()
    report_import.state = ImportState.UNDONE
    report_import.undone_at, report_import.undone_by = now, actor
    report_import.updated_by = actor
    report_import.save(update_fields=["state", "undone_at", "undone_by", "updated_by", "updated_at"])


def _delete_empty(run: TestRun, report_import: ReportImport, actor: User) -> None:
    """A run that only this import made and that holds nothing any more is deleted with it."""
    if report_import.request.get("run_id") or run.is_implicit or RunCase.objects.filter(run=run).exists():
        return
    now = timezone.now()
    TestRun.objects.filter(pk=run.pk).update(deleted_at=now, updated_at=now)
    audit.record("run.deleted", actor=actor, target=run)
    events.publish("run.deleted", run=run, actor=actor)
