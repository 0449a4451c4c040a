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
    """How far each milestone is, with all that stands below it, in two queries."""
    shown = list(milestones)
    found = {milestone.pk: Progress() for milestone in shown}
    projects = {milestone.project_id for milestone in shown}
    above = dict(Milestone.objects.living().filter(project__in=projects).values_list("pk", "parent_id"))
    rows = ReleaseCase.objects.living().filter(release__milestone__in=list(above)).order_by()
    counted = rows.values_list("release__milestone", "execution_status").annotate(number=Count("pk"))
    for key, status, number in counted:
        step = key
        while step is not None:
            if step in found:
                found[step].counts[status] = found[step].counts.get(status, 0) + number
            step = above.get(step)
    return found
