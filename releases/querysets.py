"""Reading releases."""

from __future__ import annotations

from typing import Self

from django.db.models import Count, F, Q

from accounts.querysets import ProjectOwnedQuerySet

from .choices import OPEN_MILESTONES, OPEN_STATUSES, ExecutionStatus


class MilestoneQuerySet(ProjectOwnedQuerySet):
    """Milestones."""

    view_permission = "release.view"

    def open(self) -> Self:
        """Those that are still worked towards."""
        return self.filter(status__in=OPEN_MILESTONES)

    def for_list(self) -> Self:
        """What a list shows; the next one due first, those without a date last."""
        return self.select_related("project", "parent", "created_by").order_by(F("due_date").asc(nulls_last=True), "pk")

    def for_choice(self, chosen: int | None = None) -> Self:
        """What a form offers: open ones, and the one that is chosen already."""
        return self.living().filter(Q(status__in=OPEN_MILESTONES) | Q(pk=chosen)).order_by("due_date", "name", "pk")

    def with_releases(self) -> Self:
        """How many living releases each has, and how many of them have shipped."""
        living = Q(releases__deleted_at__isnull=True)
        return self.annotate(
            count_releases=Count("releases", filter=living),
            count_released=Count("releases", filter=living & Q(releases__overall_status="released")),
        )


class ReleaseQuerySet(ProjectOwnedQuerySet):
    """Releases."""

    view_permission = "release.view"

    def open(self) -> Self:
        """Those that have not shipped and are not cancelled."""
        return self.filter(overall_status__in=OPEN_STATUSES)

    def next_to_ship(self) -> Self:
        """Open ones, the earliest date first, those without a date last."""
        return self.open().order_by(F("release_date").asc(nulls_last=True), "-pk")

    def with_counts(self) -> Self:
        """How many living cases of the scope have each verdict: `count_passed`, ..., and `count_total`."""
        living = Q(scope__case__deleted_at__isnull=True)
        counts = {
            f"count_{status.value}": Count("scope", filter=living & Q(scope__execution_status=status))
            for status in ExecutionStatus
        }
        return self.annotate(count_total=Count("scope", filter=living), **counts)

    def for_list(self) -> Self:
        """What a list shows; newest first."""
        return self.select_related("project", "qa_lead", "created_by", "milestone__project").order_by(
            F("release_date").desc(nulls_first=True), "-pk"
        )


class ReleaseCaseQuerySet(ProjectOwnedQuerySet):
    """Cases in the scope of releases."""

    view_permission = "release.view"

    def living(self) -> Self:
        """Those whose case and release are not deleted."""
        return self.filter(case__deleted_at__isnull=True, release__deleted_at__isnull=True)

    def for_list(self) -> Self:
        """What a row of the execution page shows."""
        return (
            self.select_related("case__folder__parent", "case__project", "assigned_to", "executed_by", "release")
            .defer("case__search", "case__folded", "case__description")
            .order_by("case__folder__path", "position", "pk")
        )

    def for_rows(self) -> Self:
        """What a row of a page needs that knows release, project and folders already: a hundred rows, few objects."""
        unseen = ("search", "folded", "description", "preconditions", "expected_result", "test_data")
        found = self.select_related("case", "assigned_to").defer("screenshots", *(f"case__{name}" for name in unseen))
        return found.order_by("case__folder__path", "position", "pk")

    def counts(self) -> dict[str, int]:
        """How many have each verdict, every status present."""
        found = dict(self.order_by().values_list("execution_status").annotate(number=Count("pk")))
        return {status.value: found.get(status.value, 0) for status in ExecutionStatus}
