"""The failures of a run grouped by their causes, as the page of the run shows them."""

from dataclasses import dataclass

from django.http import HttpRequest

from .models import RunCluster, TestRun

SHOWN_GROUPS = 30


@dataclass(frozen=True, slots=True)
class Groups:
    """The causes with most tests."""

    rows: list[RunCluster]
    failures: int
    explained: int
    """How many failures the shown causes explain."""
    chosen: int | None

    @property
    def unexplained(self) -> int:
        """Failures that say nothing, or whose cause is not among the shown ones."""
        return max(0, self.failures - self.explained)


def groups_of(run: TestRun, request: HttpRequest) -> Groups:
    """The causes of the run's failures, the largest first; reads counters, not tests."""
    rows = list(RunCluster.objects.of_run(run)[:SHOWN_GROUPS])
    for row in rows:
        row.is_new = row.cluster.first_run_id == run.pk
    chosen = request.GET.get("cluster", "")
    return Groups(
        rows=rows,
        failures=run.count_failed + run.count_error,
        explained=sum(row.tests for row in rows),
        chosen=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else None,
    )
