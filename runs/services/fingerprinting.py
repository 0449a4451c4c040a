"""Fingerprints for failures that were stored before there were any.

Run by run: each is locked, its failures without a fingerprint get theirs and are counted, in one transaction. Doing it
twice changes nothing, and work that was interrupted goes on with the runs that are left.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from ..fingerprints import mark_of
from ..models import Result, RunCase, RunCluster, TestRun
from ..querysets import FAILURES
from . import staging
from .failures import count_clusters_of, move_clusters
from .rule_application import class_failures
from .staging import NewResult

RUNS_AT_ONCE = 50
RESULTS_AT_ONCE = 2_000

_WITH_GAPS = """
SELECT run.id FROM runs_testrun AS run
WHERE run.deleted_at IS NULL AND (%(after)s::uuid IS NULL OR run.id > %(after)s)
  AND (%(project)s::bigint IS NULL OR run.project_id = %(project)s)
ORDER BY run.id LIMIT %(limit)s
"""
_MARK_RESULTS = """
UPDATE runs_result AS result SET fingerprint = staged.fingerprint
FROM staged_result AS staged WHERE result.id = staged.result_id AND staged.fingerprint IS NOT NULL
"""
_MARK_TESTS = """
UPDATE runs_runcase AS test SET fingerprint = staged.fingerprint
FROM staged_result AS staged
WHERE test.last_result_id = staged.result_id AND test.run_id = %(run)s AND staged.fingerprint IS NOT NULL
"""


def runs_after(*, after: UUID | None, project_id: int | None = None, limit: int = RUNS_AT_ONCE) -> list[UUID]:
    """The next runs to be looked at, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_GAPS, {"after": after, "project": project_id, "limit": limit})
        return [run_id for (run_id,) in cursor.fetchall()]


@transaction.atomic
def mark_failures_of(*, run_id: UUID) -> int:
    """Give the failures of the run that have none their fingerprints, and count them; answers how many got one."""
    run = TestRun.objects.select_for_update(of=("self",)).filter(pk=run_id, deleted_at=None).first()
    if run is None:
        return 0
    marked, last = 0, None
    while chunk := _next_failures(run, last):
        last = chunk[-1].pk
        marked += _mark(run, chunk)
    if marked and class_failures(
        run=run, tests=RunCase.objects.filter(run=run, fingerprint__isnull=False, rule__isnull=True)
    ):
        touched = RunCluster.objects.filter(run=run).values_list("cluster__fingerprint", flat=True)
        count_clusters_of(run=run, touched=list(touched))
    return marked


def _next_failures(run: TestRun, last: UUID | None) -> list[Result]:
    tests = RunCase.objects.filter(run=run)
    found = Result.objects.filter(run_case__in=tests, status__in=FAILURES, fingerprint__isnull=True)
    if last is not None:
        found = found.filter(pk__gt=last)
    told = found.only("pk", "status", "error_message", "stack_trace", "executed_at")
    return list(told.order_by("pk")[:RESULTS_AT_ONCE])


def _mark(run: TestRun, results: Sequence[Result]) -> int:
    rows = [
        NewResult(
            result_id=result.pk,
            name=str(result.pk),
            status=result.status,
            executed_at=result.executed_at,
            error_message=result.error_message,
            stack_trace=result.stack_trace,
        )
        for result in results
        if mark_of(result.error_message, result.stack_trace) is not None
    ]
    if not rows:
        return 0
    staging.fill(rows)
    with connection.cursor() as cursor:
        cursor.execute(_MARK_RESULTS)
        marked = cursor.rowcount
        cursor.execute(_MARK_TESTS, {"run": run.pk})
    move_clusters(run=run, former=[], has_failures=True)
    return marked


def mark_chunk(*, after: UUID | None = None, project_id: int | None = None) -> tuple[UUID | None, int]:
    """Mark the failures of the next runs; answers the last of these runs, none after the end, and how many failures
    got a fingerprint."""
    runs = runs_after(after=after, project_id=project_id)
    marked = sum(mark_failures_of(run_id=run_id) for run_id in runs)
    return (runs[-1] if runs else None), marked
