"""Reading the fields of a project's own and its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Value

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from ..models import TestCase


class CustomFieldQuerySet(ProjectOwnedQuerySet):
    """Fields that projects add."""

    view_permission = "case.view"

    def in_use(self) -> Self:
        """Those that are not archived, in their order."""
        return self.filter(is_archived=False).order_by("position", "pk")

    def of(self, target: str) -> Self:
        """Those of cases, or those of results."""
        return self.filter(target=target)

    def for_list(self) -> Self:
        """In their order, those of cases first, archived ones last; each with the number of templates that have it."""
        counted = Count("places", filter=Q(places__template__is_archived=False))
        return (
            self.select_related("project")
            .annotate(template_count=counted)
            .order_by("target", "is_archived", "position", "pk")
        )


class TemplateQuerySet(ProjectOwnedQuerySet):
    """Which fields cases have."""

    view_permission = "case.view"

    def in_use(self) -> Self:
        """Those that are not archived, the default one first."""
        return self.filter(is_archived=False).order_by("-is_default", "name", "pk")

    def usable_for(self, case: TestCase | None) -> Self:
        """Those in use, and the one that the case has."""
        return self.filter(Q(is_archived=False) | Q(pk=case.template_id if case else None))

    def with_field_ids(self) -> Self:
        """The default one first; each with `field_ids`, the keys of its fields in their order."""
        places = ArrayAgg(
            "places__field",
            filter=Q(places__isnull=False),
            order_by=("places__position", "places__pk"),
            default=Value([]),
        )
        return self.annotate(field_ids=places).order_by("-is_default", "name", "pk")

    def for_list(self) -> Self:
        """The default one first, archived ones last; each with the number of its fields in use."""
        counted = Count("places", filter=Q(places__field__is_archived=False))
        found = self.select_related("project").annotate(field_count=counted)
        return found.order_by("is_archived", "-is_default", "name", "pk")


class TemplateFieldQuerySet(ProjectOwnedQuerySet):
    """The places of fields in templates."""

    view_permission = "case.view"
