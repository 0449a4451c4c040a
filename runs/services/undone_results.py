"""One stretch of an import that is taken back: its results go, and their tests, verdicts and counters are set right."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts import audit
from qaportal.kit import events, progress

from .. import expired_rows
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
_OVERDUE_TESTS = f"SELECT test.id FROM runs_runcase AS test WHERE {_EMPTY} AND NOT coalesce({_IS_PLANNED}, false)"
_HOLDS_RESULTS = """
SELECT EXISTS (
    SELECT FROM runs_runcase AS test JOIN runs_result AS result ON result.run_case_id = test.id
    WHERE test.run_id = %(run)s AND result.report_import_id = %(import)s AND result.id >= %(first)s)
"""
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


def _first_key(report_import: ReportImport) -> UUID:
    """Keys are made of times: partitions older than the upload are not looked at."""
    milliseconds = int(report_import.created_at.timestamp() - CLOCKS_DIFFER) * 1000
    return UUID(int=milliseconds << 80)


def holds_results(*, run: TestRun, report_import: ReportImport) -> bool:
    """Whether a result of the import is still stored."""
    values = {"run": run.pk, "import": report_import.pk, "first": _first_key(report_import)}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS_RESULTS, values)
        return cursor.fetchone()[0]


def take_back(*, run: TestRun, report_import: ReportImport, tests: Sequence[int]) -> None:
    """Delete what the import stored for these tests of the locked run, and set right what was computed from it."""
    first = _first_key(report_import)
    if not withdrawal.collect(run=run, tests=tests, report_import_id=report_import.pk, first=first):
        return
    values = {"run": run.pk, "first": first, "release": run.release_id, "now": timezone.now()}
    with connection.cursor() as cursor:
        for statement in (_DELETE_RESULTS, _RENUMBER, _MOVE_BACK, _RESET_PLANNED):
            cursor.execute(statement, values)
        if run.release_id:
            cursor.execute(_LOCK_SCOPE, values)
            cursor.execute(_MOVE_SCOPE, values)
        cursor.execute(_OVERDUE_TESTS, values)
        overdue = [key for (key,) in cursor.fetchall()]
    if overdue:
        events.publish("tests.expiring", run=run, test_ids=overdue)
        expired_rows.delete_tests(overdue)
    unclassed = RunCase.objects.filter(pk__in=tests, rule__isnull=True, fingerprint__isnull=False)
    class_failures(run=run, tests=unclassed)
    withdrawal.tell_anew(run=run)
    withdrawal.remove_evidence(actor=report_import.undone_by, project=run.project)
    refresh_counters(run=run)


def close_undone(*, run: TestRun, report_import: ReportImport) -> None:
    """The end of an undone import; a run that only it made and that holds nothing any more is deleted with it."""
    actor = report_import.undone_by
    report_import.state, report_import.undone_at = ImportState.UNDONE, timezone.now()
    report_import.save(update_fields=["state", "undone_at", "updated_at"])
    progress.finish(report_import.progress_id)
    results = report_import.counts.get("attempts", 0)
    audit.record("report_import.undone", actor=actor, target=report_import, run=run.number, results=results)
    _delete_empty(run, report_import)
    events.publish("report.undone", run=run, report_import=report_import, actor=actor)


def _delete_empty(run: TestRun, report_import: ReportImport) -> None:
    is_own = not report_import.request.get("run_id") and not run.is_implicit
    if not is_own or run.deleted_at is not None or RunCase.objects.filter(run=run).exists():
        return
    run.deleted_at = timezone.now()
    TestRun.objects.filter(pk=run.pk).update(deleted_at=run.deleted_at, updated_at=run.deleted_at)
    audit.record("run.deleted", actor=report_import.undone_by, target=run)
    events.publish("run.deleted", run=run, actor=report_import.undone_by)
