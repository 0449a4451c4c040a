"""How far releases are: the verdicts of their cases, counted in one statement for many releases."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from catalog.choices import Priority

from .choices import EXECUTED, ExecutionStatus
from .models import Release, ReleaseCase


def _no_counts() -> dict[str, int]:
    return {status.value: 0 for status in ExecutionStatus}


@dataclass(slots=True)
class Standing:
    """The verdicts in one release. A skipped case was executed, but says nothing about passing."""

    counts: dict[str, int] = field(default_factory=_no_counts)
    failed_critical: int = 0
    """Failed cases whose priority here, or their own, is critical."""

    @property
    def total(self) -> int:
        """How many cases the release covers."""
        return sum(self.counts.values())

    @property
    def executed(self) -> int:
        """How many have a verdict."""
        return sum(self.counts[status] for status in EXECUTED)

    @property
    def left(self) -> int:
        """How many are still to be executed."""
        return self.total - self.executed

    @property
    def judged(self) -> int:
        """How many verdicts say something about passing: executed and not skipped."""
        return self.executed - self.counts[ExecutionStatus.SKIPPED]

    @property
    def execution_rate(self) -> float:
        """Executed cases in percent of all."""
        return 100 * self.executed / self.total if self.total else 0.0

    @property
    def pass_rate(self) -> float | None:
        """Passed cases in percent of those that were judged; None while none was."""
        return 100 * self.counts[ExecutionStatus.PASSED] / self.judged if self.judged else None


def standings(releases: Iterable[Release]) -> dict[int, Standing]:
    """The standing of each release by its id, in one query."""
    found = {release.pk: Standing() for release in releases}
    if not found:
        return found
    critical = Count("pk", filter=Q(effective_priority=Priority.CRITICAL))
    rows = (
        ReleaseCase.objects.living()
        .filter(release__in=list(found))
        .annotate(effective_priority=Coalesce("priority", "case__priority"))
        .order_by()
        .values_list("release_id", "execution_status")
        .annotate(number=Count("pk"), critical=critical)
    )
    for release_id, status, number, critical_number in rows:
        standing = found[release_id]
        standing.counts[status] = number
        if status == ExecutionStatus.FAILED:
            standing.failed_critical = critical_number
    return found


def standing_of(release: Release) -> Standing:
    """The standing of one release."""
    return standings([release])[release.pk]
