"""How far milestones are: the verdicts of the cases that their releases cover, counted together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from .choices import EXECUTED
from .models import Milestone, ReleaseCase


@dataclass(slots=True)
class Progress:
    """The verdicts of all releases of one milestone."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many cases its releases cover."""
        return sum(self.counts.values())

    @property
    def executed(self) -> int:
        """How many of them have a verdict."""
        return sum(self.counts.get(status.value, 0) for status in EXECUTED)


def progress_of(milestones: Iterable[Milestone]) -> Mapping[int, Progress]:
    """How far each milestone is, in one query."""
    found = {milestone.pk: Progress() for milestone in milestones}
    rows = ReleaseCase.objects.living().filter(release__milestone__in=list(found)).order_by()
    counted = rows.values_list("release__milestone", "execution_status").annotate(number=Count("pk"))
    for key, status, number in counted:
        found[key].counts[status] = number
    return found
