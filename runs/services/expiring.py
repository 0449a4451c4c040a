"""The nightly work of retention: deletes in chunks what is past its project's term.

Every chunk is a transaction that deletes rows, counts them in the night's `RetentionSweep` and leaves nothing half
done, so a job that was killed goes on where it stopped. Verdicts of releases and what is known of cases stay: they are
columns of their own, and only forget the key of the result they came from.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Project
from files.services import release
from qaportal.kit import events

from .. import expired_rows
from ..models import RetentionSweep, RetentionTerms, RunCase, TestRun
from ..retention import IS_OVER, Limits, awaited_runs, held_runs, values_for
from .recording import refresh_counters

TESTS_AT_A_TIME, RESULTS_AT_A_TIME = 500, 2_000
REMEMBERED = timedelta(days=100)
"""For so long it is told what a night removed; the audit trail knows longer."""
_OVER = f"""
SELECT run.id FROM runs_testrun AS run WHERE {IS_OVER} AND (
    run.deleted_at IS NULL OR EXISTS (SELECT FROM runs_runcase AS test WHERE test.run_id = run.id)
    OR EXISTS (SELECT FROM runs_reportimport AS report WHERE report.run_id = run.id))
ORDER BY run.created_at
"""
_IS_OVER = f"SELECT EXISTS (SELECT FROM runs_testrun AS run WHERE {IS_OVER} AND run.id = %(run)s)"
_LIVING_ON = """
SELECT id FROM runs_testrun AS run WHERE project_id = %(project)s AND pinned_at IS NULL AND NOT id = ANY(%(held)s)
  AND created_at < %(before)s AND deleted_at IS NULL AND withdrawn_to IS NULL
  AND EXISTS (SELECT FROM runs_runcase AS test WHERE test.run_id = run.id AND test.attempts > 1)
"""
_REPLACED = """
SELECT result.id, result.case_id FROM runs_runcase AS test
JOIN runs_result AS result ON result.run_case_id = test.id
WHERE test.run_id = %(run)s AND test.attempts > 1 AND result.id < %(first_kept)s
  AND result.id <> test.last_result_id LIMIT %(limit)s
"""
_RESULTS_OF = "SELECT id, case_id FROM runs_result WHERE run_case_id = ANY(%(tests)s) LIMIT %(limit)s"


def apply_terms(*, project: Project, now: datetime | None = None) -> RetentionSweep | None:
    """Delete what of the project is past its term; answers what went, or None where everything is kept."""
    terms = RetentionTerms.objects.with_terms().filter(project=project).first()
    if terms is None:
        RetentionSweep.objects.in_project(project).filter(finished_at__isnull=True).update(finished_at=timezone.now())
        return None
    return _Night(project, terms, now or timezone.now()).work()


class _Night:
    """One night's work in one project."""

    def __init__(self, project: Project, terms: RetentionTerms, now: datetime) -> None:
        self.project = project
        self.limits = Limits.of(terms.results_days, terms.artifacts_days, now)
        self.held = set().union(awaited_runs(project), *held_runs(project).values())
        sweep, _is_new = RetentionSweep.objects.get_or_create(project=project, finished_at=None)
        sweep.results_days, sweep.artifacts_days, sweep.error = terms.results_days, terms.artifacts_days, ""
        sweep.save()
        self.sweep = sweep

    def work(self) -> RetentionSweep:
        if self.limits.results is not None:
            self.values = values_for(self.project, self.limits.results, self.held)
            for run in _ids(_OVER, self.values):
                self._expire_run(run)
            for run in _ids(_LIVING_ON, self.values):
                self._expire_replaced(run)
        if self.limits.artifacts is not None:
            self._expire_artifacts()
        if self.limits.reports is not None:
            self._expire_reports()
        return self._finish()

    def _expire_run(self, run_id: UUID) -> None:
        """Hide the run first, so that nobody meets half of it, then delete what it holds."""
        with self._held_run(run_id) as run:
            if run is None:
                return
            if run.deleted_at is None:
                run.deleted_at = timezone.now()
                run.save(update_fields=["deleted_at", "updated_at"])
                audit.record("run.expired", actor=None, target=run, tests=run.total)
                events.publish("run.expired", run=run)
                self._count(runs=1)
        while self._expire_tests(run_id):
            pass

    def _expire_tests(self, run_id: UUID) -> bool:
        """One chunk of the run's tests; answers whether more may follow."""
        with self._held_run(run_id) as run:
            if run is None:
                return False
            found = RunCase.objects.filter(run=run).order_by("position", "pk")
            tests = list(found.values_list("pk", flat=True)[:TESTS_AT_A_TIME])
            if not tests:
                self._release(expired_rows.delete_reports(run))
                refresh_counters(run=run)
                return False
            found = _rows(_RESULTS_OF, {"tests": tests, "limit": RESULTS_AT_A_TIME})
            self._delete_results(found)
            if len(found) < RESULTS_AT_A_TIME:
                events.publish("tests.expiring", run=run, test_ids=tests)
                self._count(tests=expired_rows.delete_tests(tests))
            return True

    def _expire_replaced(self, run_id: UUID) -> None:
        """Delete attempts that later ones replaced; the last attempt of each test stays."""
        found = True
        while found:
            with transaction.atomic():
                run = _locked(run_id)
                if run.pinned_at is not None:
                    return
                found = _rows(_REPLACED, {**self.values, "run": run_id, "limit": RESULTS_AT_A_TIME})
                self._delete_results(found)

    def _expire_artifacts(self) -> None:
        after = UUID(int=0)
        while after is not None:
            with transaction.atomic():
                after, files = expired_rows.delete_old_artifacts(
                    project=self.project, before=self.limits.artifacts, held=self.held, after=after
                )
                self._count(artifacts=len(files))
                self._release(files)

    def _expire_reports(self) -> None:
        files = [None]
        while files:
            with transaction.atomic():
                files = expired_rows.forget_old_reports(project=self.project, limits=self.limits, held=self.held)
                self._count(reports=len(files))
                self._release(files)

    def _delete_results(self, found: list[tuple[UUID, int | None]]) -> None:
        if found:
            counts, files = expired_rows.delete_results(
                [result for result, _case in found], list({case for _result, case in found if case})
            )
            self._count(**counts)
            self._release(files)

    def _release(self, keys: Iterable[UUID]) -> None:
        """Leave files to the sweep that nothing names any more."""
        freed = release(keys=expired_rows.unnamed(list(keys)))
        self._count(files=len(freed), file_bytes=sum(each.size for each in freed))

    @contextmanager
    def _held_run(self, run_id: UUID) -> Iterator[TestRun | None]:
        """The locked run while it is still past its term: somebody may have pinned it or sent a result since."""
        with transaction.atomic():
            run = _locked(run_id)
            is_over = _rows(_IS_OVER, {**self.values, "run": run_id})[0][0]
            yield run if is_over else None

    def _count(self, **numbers: int) -> None:
        """Count in the transaction of the deletion, so that a killed job tells the truth."""
        numbers = {name: number for name, number in numbers.items() if number}
        if not numbers:
            return
        sweep = RetentionSweep.objects.select_for_update().get(pk=self.sweep.pk)
        sweep.counts |= {name: sweep.counts.get(name, 0) + number for name, number in numbers.items()}
        sweep.save(update_fields=["counts", "updated_at"])

    @transaction.atomic
    def _finish(self) -> RetentionSweep:
        sweep = RetentionSweep.objects.select_for_update().get(pk=self.sweep.pk)
        sweep.finished_at = timezone.now()
        sweep.save(update_fields=["finished_at", "updated_at"])
        if sweep.counts:
            terms = {"results_days": sweep.results_days, "artifacts_days": sweep.artifacts_days}
            audit.record("retention.applied", actor=None, target=self.project, **terms, **sweep.counts)
        RetentionSweep.objects.in_project(self.project).filter(started_at__lt=sweep.finished_at - REMEMBERED).delete()
        return sweep


def note_failure(*, project: Project, words: str) -> None:
    """Tell on the project's page that the night's work broke off; the next night takes it up again."""
    RetentionSweep.objects.in_project(project).filter(finished_at__isnull=True).update(error=words)


def _locked(run_id: UUID) -> TestRun:
    return TestRun.objects.select_for_update(of=("self",)).select_related("project").get(pk=run_id)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _ids(statement: str, values: dict[str, Any]) -> list[UUID]:
    return [key for (key,) in _rows(statement, values)]
