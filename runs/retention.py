"""What of a project is past its term: the limits, and the runs that are kept whatever their age.

A run is the unit: it goes whole once its last result and its end are older than the term, so that no page ever shows
half a run and the counters of a run stay true. In runs that live longer, attempts that later ones replaced go alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Project

from .choices import ImportState
from .models import ReportImport, RetentionTerms
from .partitions import lower_bound

OLDEST_UPLOAD = timedelta(days=2)
"""An import that is older than this is not waited for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The moments before which things are past their term; None where they are kept for ever."""

    results: datetime | None
    artifacts: datetime | None

    @classmethod
    def of(cls, results_days: int | None, artifacts_days: int | None, now: datetime | None = None) -> "Limits":
        """The limits of terms in days."""
        now = now or timezone.now()
        results, artifacts = (now - timedelta(days=days) if days else None for days in (results_days, artifacts_days))
        return cls(results, artifacts)

    @property
    def reports(self) -> datetime | None:
        """Before this, uploads that belong to no run lose their file: nothing else would take it along."""
        return max((each for each in (self.results, self.artifacts) if each), default=None)


@dataclass(frozen=True, slots=True)
class Holder:
    """Something that keeps runs beyond their term."""

    code: str
    words: Callable[[int], str]
    """What so many runs are called that it keeps."""
    find: Callable[[Project], Iterable[UUID]]


_holders: dict[str, Holder] = {}


def register_holder(holder: Holder) -> None:
    """Let an app above keep runs that it still needs."""
    _holders[holder.code] = holder


def held_runs(project: Project) -> dict[Holder, set[UUID]]:
    """The runs that somebody needs, by who needs them."""
    found = {each: set(each.find(project)) for each in _holders.values()}
    return {holder: runs for holder, runs in found.items() if runs}


def awaited_runs(project: Project) -> set[UUID]:
    """The runs into which reports are being read just now."""
    young = ReportImport.objects.in_project(project).filter(created_at__gte=timezone.now() - OLDEST_UPLOAD)
    waiting = young.filter(state__in=[ImportState.QUEUED, ImportState.RUNNING])
    given = {value for pair in waiting.values_list("run_id", "request__run_id") for value in pair if value}
    return {UUID(str(value)) for value in given}


def terms_of(project: Project) -> RetentionTerms:
    """The project's terms; without any, everything is kept."""
    return RetentionTerms.objects.in_project(project).first() or RetentionTerms(project=project)


IS_OVER = """
run.project_id = %(project)s AND run.pinned_at IS NULL AND run.withdrawn_to IS NULL AND NOT run.id = ANY(%(held)s)
AND run.created_at < %(before)s AND coalesce(run.finished_at, run.created_at) < %(before)s
AND NOT EXISTS (SELECT FROM runs_runcase AS test WHERE test.run_id = run.id AND test.last_result_id >= %(first_kept)s)
"""
"""Whether a run is past its term."""


def values_for(project: Project, before: datetime, held: Iterable[UUID]) -> dict[str, object]:
    """What `IS_OVER` needs."""
    return {"project": project.pk, "before": before, "first_kept": lower_bound(before), "held": list(held)}
