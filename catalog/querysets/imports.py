"""Reading what imports of cases did."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db.models import Count, F

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from accounts.models import Project


class CaseImportQuerySet(ProjectOwnedQuerySet):
    """Imports of cases."""

    view_permission = "case.view"

    def for_list(self) -> Self:
        """The newest first, with who did it."""
        return self.select_related("project", "created_by", "undone_by").order_by("-created_at", "pk")


class CaseImportRowQuerySet(ProjectOwnedQuerySet):
    """Rows of imports."""

    view_permission = "case.view"

    def counted(self) -> dict[str, int]:
        """How many rows have which verdict."""
        return dict(self.order_by().values_list("verdict").annotate(Count("pk")))

    def refused(self) -> Self:
        """Those that cannot be used, in the order of the file."""
        return self.filter(verdict="refused").order_by("number")

    def for_list(self) -> Self:
        """In the order of the file, each with its case."""
        return self.select_related("case__project").defer("case__search", "case__folded").order_by("number")

    def as_made(self) -> Self:
        """Those whose case nobody saved since."""
        return self.filter(case__deleted_at__isnull=True, case__version=F("version"))


class CaseOriginQuerySet(ProjectOwnedQuerySet):
    """Where cases came from."""

    view_permission = "case.view"

    def cases_by_id(self, project: Project, source: str, external_ids: Collection[str]) -> dict[str, int]:
        """The living cases that these ids of the tool became."""
        found = self.filter(project=project, source=source, external_id__in=external_ids)
        return dict(found.filter(case__deleted_at__isnull=True).values_list("external_id", "case_id"))


class ColumnMappingQuerySet(ProjectOwnedQuerySet):
    """How columns were mapped the last time."""

    view_permission = "case.view"
