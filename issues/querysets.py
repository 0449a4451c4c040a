"""Reading issues."""

from __future__ import annotations

from typing import Self

from django.db.models import Count, Q

from accounts.querysets import ProjectOwnedQuerySet

from .choices import OPEN_STATUSES


class IssueQuerySet(ProjectOwnedQuerySet):
    """Issues."""

    view_permission = "issue.view"

    def open(self) -> Self:
        """Those that are still to be solved."""
        return self.filter(status__in=OPEN_STATUSES)

    def for_list(self) -> Self:
        """What a list shows, the last changed first."""
        known = self.select_related("project", "assignee", "reporter", "case__project", "release__project")
        return known.defer("case__search", "case__folded", "case__description").order_by("-updated_at", "-pk")

    def for_detail(self) -> Self:
        """What its page shows."""
        known = self.select_related(
            *("project__tenant", "assignee", "reporter", "case__project", "release__project", "module__project"),
            "created_by",
        )
        return known.prefetch_related("links")

    def matching(self, words: str) -> Self:
        """Those whose title or ticket holds the words."""
        return self.filter(Q(title__icontains=words) | Q(external_key__icontains=words))

    def counts(self, field: str) -> dict[object, int]:
        """How many have each value of the field."""
        return dict(self.order_by().values_list(field).annotate(number=Count("pk")))


class IssueLinkQuerySet(ProjectOwnedQuerySet):
    """Where issues were seen."""

    view_permission = "issue.view"

    def living(self) -> Self:
        """Those of issues that are not deleted."""
        return self.filter(issue__deleted_at__isnull=True)

    def for_list(self) -> Self:
        """What a line about one shows, the first seen first."""
        known = self.select_related(
            *("case__project", "run__project", "run_case__case", "session__project", "finding"),
        )
        unseen = [f"{case}__{name}" for case in ("case", "run_case__case") for name in ("search", "folded")]
        return known.defer(*unseen).order_by("created_at", "pk")
