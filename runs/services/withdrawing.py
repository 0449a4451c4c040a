"""Results that are to count no more: marked by the request, worked off in chunks.

The request hides the deleted run, or marks the import as being undone, and sets `TestRun.withdrawn_to`. From then on
each chunk is a transaction that holds the run, does the next of its tests and moves that mark on, so a job that was
killed goes on where it stopped and nothing is counted down twice. A run of at most a thousand attempts is finished
before the request is answered, by the same chunks.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction

from qaportal.kit import progress
from qaportal.kit.models import JobProgress

from ..choices import ImportState
from ..models import ReportImport, RunCase, TestRun
from . import undone_results, withdrawal

AT_ONCE = 1_000
"""Attempts up to which a run is done within the request."""
TESTS_AT_A_TIME = RESULTS_AT_A_TIME = 4_000
_IS_SMALL = """
SELECT count(*) <= %(most)s AND coalesce(sum(attempts), 0) <= %(most)s
FROM (SELECT attempts FROM runs_runcase WHERE run_id = %(run)s LIMIT %(most)s + 1) AS first
"""
_FORGOTTEN = """
SELECT run.id FROM runs_testrun AS run
WHERE run.withdrawn_to IS NOT NULL AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS job
    WHERE job.status IN ('todo', 'doing') AND job.task_name = %(task)s AND job.args ->> 'run_id' = run.id::text)
"""


def begin(*, run: TestRun) -> bool:
    """Work off what was marked in the locked run, by a job where it is large; answers whether it is done already."""
    from ..jobs import withdraw_results

    if run.withdrawn_to is None:
        run.withdrawn_to = 0
        TestRun.objects.filter(pk=run.pk).update(withdrawn_to=0)
    if not _is_small(run):
        withdraw_results.defer(run_id=str(run.pk))
        return False
    withdraw_all(run_id=run.pk)
    run.withdrawn_to = None
    return True


def withdraw_all(*, run_id: UUID) -> None:
    """Go on until nothing of the run is left to be withdrawn; safe to repeat, and to run beside itself."""
    while withdraw_chunk(run_id=run_id):
        pass


@transaction.atomic
def withdraw_chunk(*, run_id: UUID) -> bool:
    """Do the next tests of the run: for an import that is being undone, else for its deletion; answers whether more
    may follow."""
    runs = TestRun.objects.select_for_update(of=("self",)).select_related("project")
    run = runs.filter(pk=run_id, withdrawn_to__isnull=False).first()
    if run is None:
        return False
    undoing = ReportImport.objects.select_for_update(of=("self",)).select_related("project", "undone_by")
    report_import = undoing.filter(run=run, state=ImportState.UNDOING).order_by("pk").first()
    tests = list(_next_tests(run))
    if report_import is not None:
        undone_results.take_back(run=run, report_import=report_import, tests=tests)
        _tell_progress(report_import, len(tests))
        if not tests and not undone_results.holds_results(run=run, report_import=report_import):
            undone_results.close_undone(run=run, report_import=report_import)
    elif tests and run.deleted_at is not None:
        withdrawal.collect(run=run, tests=tests)
        withdrawal.tell_anew(run=run)
    else:
        TestRun.objects.filter(pk=run.pk).update(withdrawn_to=None)
        return False
    # After the last test it begins anew: for another import, for the deletion, or to find that nothing is left.
    TestRun.objects.filter(pk=run.pk).update(withdrawn_to=tests[-1] if tests else 0)
    return True


def forgotten_runs(task_name: str) -> list[UUID]:
    """Runs with something left to be withdrawn that no job of this name will do any more."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, {"task": task_name})
        return [run_id for (run_id,) in cursor.fetchall()]


def _is_small(run: TestRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_SMALL, {"run": run.pk, "most": AT_ONCE})
        return cursor.fetchone()[0]


def _next_tests(run: TestRun) -> Iterator[int]:
    """The tests after the mark, as many as have a chunk's attempts; at least one, while there are any."""
    tests = RunCase.objects.filter(run=run, pk__gt=run.withdrawn_to).order_by("pk")
    attempts = 0
    for pk, own in tests.values_list("pk", "attempts")[:TESTS_AT_A_TIME]:
        attempts += own
        if attempts > max(own, RESULTS_AT_A_TIME):
            return
        yield pk


def _tell_progress(report_import: ReportImport, tests: int) -> None:
    known = JobProgress.objects.filter(pk=report_import.progress_id).first()
    if known is not None:
        progress.advance(known.pk, done=known.done + tests)
