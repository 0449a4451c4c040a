"""Reading the fields of a project's own and its templates."""

from __future__ import annotations

from typing import Self

from accounts.querysets import ProjectOwnedQuerySet


class CustomFieldQuerySet(ProjectOwnedQuerySet):
    """Fields that projects add."""

    view_permission = "case.view"

    def in_use(self) -> Self:
        """Those that are not archived, in their order."""
        return self.filter(is_archived=False).order_by("position", "pk")

    def of(self, target: str) -> Self:
        """Those of cases, or those of results."""
        return self.filter(target=target)


class TemplateQuerySet(ProjectOwnedQuerySet):
    """Which fields cases have."""

    view_permission = "case.view"

    def in_use(self) -> Self:
        """Those that are not archived, the default one first."""
        return self.filter(is_archived=False).order_by("-is_default", "name", "pk")


class TemplateFieldQuerySet(ProjectOwnedQuerySet):
    """The places of fields in templates."""

    view_permission = "case.view"
