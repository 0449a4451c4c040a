"""What one person still has to execute in the open releases of a project."""

from dataclasses import dataclass

from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Project, User
from catalog.models import CaseReview
from catalog.sidebar import sidebar_counts
from qaportal.kit.shell import Resume
from releases.choices import OPEN_STATUSES
from releases.filters import NOT_EXECUTED
from releases.models import Release, ReleaseCase
from releases.querysets import ReleaseCaseQuerySet

MINE = "?assigned=me&status=left"
"""The filters of the execution page that leave what a person still has to do."""


@dataclass(frozen=True, slots=True)
class ReleaseWork:
    """The cases of one release that are assigned to a person."""

    release: Release
    url: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many are assigned."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """How many are still to be executed."""
        return sum(self.counts.get(status, 0) for status in NOT_EXECUTED)

    @property
    def done(self) -> int:
        """How many have a verdict."""
        return self.total - self.left


def _assigned(user: User, project: Project) -> ReleaseCaseQuerySet:
    assigned = ReleaseCase.objects.in_project(project).living().filter(assigned_to=user)
    return assigned.filter(release__overall_status__in=OPEN_STATUSES)


def work_of(user: User, project: Project) -> list[ReleaseWork]:
    """The releases in which the person has cases left, the next to ship first: one query, a second one if there are."""
    left = _assigned(user, project).filter(execution_status__in=NOT_EXECUTED)
    release_ids = list(left.order_by().values_list("release", flat=True).distinct())
    if not release_ids:
        return []
    rows = (
        _assigned(user, project)
        .filter(release__in=release_ids)
        .values_list("release", "release__version", "release__name", "execution_status")
        .annotate(number=Count("pk"))
        .order_by(F("release__release_date").asc(nulls_last=True), "release")
    )
    found: dict[int, ReleaseWork] = {}
    for pk, version, name, status, number in rows:
        if pk not in found:
            release = Release(pk=pk, version=version, name=name, project=project)
            found[pk] = ReleaseWork(release, release.get_absolute_url() + MINE, {})
        found[pk].counts[status] = number
    return list(found.values())


@dataclass(frozen=True, slots=True)
class NextCase:
    """A case that the person could execute now."""

    test_id: str
    title: str
    status: str
    url: str


def next_cases(user: User, work: ReleaseWork, *, limit: int = 4) -> list[NextCase]:
    """What to execute next in the release: what was begun, then the most important."""
    rows = (
        ReleaseCase.objects.living()
        .filter(release=work.release.pk, assigned_to=user, execution_status__in=NOT_EXECUTED)
        .order_by("execution_status", Coalesce("priority", "case__priority").desc(), "position", "pk")
        .values_list("case__test_id", "case__title", "execution_status")
    )
    return [NextCase(test_id, title, status, f"{work.url}&case={test_id}") for test_id, title, status in rows[:limit]]


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """The cases that the person is asked to review."""

    newest: list[CaseReview]
    total: int


def reviews_for(user: User, project: Project, *, limit: int = 3) -> WaitingReviews:
    """How many reviews wait for the person, and those that were asked for last."""
    waiting = CaseReview.objects.visible_to(user).in_project(project).waiting_for(user)
    return WaitingReviews(list(waiting.for_list()[:limit]), sidebar_counts(user, project).reviews)


def resume(user: User, project: Project) -> Resume | None:
    """The card at the foot of the sidebar: the next release in which the person has cases left."""
    work = next(iter(work_of(user, project)), None)
    if work is None:
        return None
    return Resume(
        title=_("Resume testing"),
        note=str(work.release),
        url=work.url,
        done=work.done,
        total=work.total,
        segments=work.counts,
    )
