"""Lists of the data administration: counts that stay quick, and filters that show nothing foreign."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

COUNTED = 10_000
"""Rows are counted up to here: nobody pages further, and counting a million takes longer than showing them."""
OFFERED = 500
"""Choices of a filter; a longer list is searched instead."""


class BoundedPaginator(Paginator):
    """Counts no further than `COUNTED`."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most one more than are counted."""
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[: COUNTED + 1].count()
        return len(self.object_list)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > COUNTED


class LookedUp(AutocompleteSelect):
    """A related object that is looked up while somebody types; what is no key is shown as nothing chosen."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list:
        """The chosen object, if a key was sent."""
        key = self.choices.queryset.model._meta.pk
        return super().optgroups(name, [each for each in value if _is_key(key, each)], attrs)


def _is_key(key: Field, value: str) -> bool:
    try:
        key.to_python(value)
    except ValidationError:
        return False
    return True


class VisibleRelatedFilter(admin.RelatedFieldListFilter):
    """Filters by a related object, of those that the reader sees."""

    def field_choices(self, field: Field, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, str]]:
        """The objects that the reader sees, in the order of their own list."""
        visible = field.remote_field.model._default_manager.visible_to(request.user)
        ordering = self.field_admin_ordering(field, request, model_admin)
        return [(each.pk, str(each)) for each in visible.order_by(*ordering)[:OFFERED]]

    def has_output(self) -> bool:
        """Whether there is something to choose between."""
        return len(self.lookup_choices) > 1


class DeletedFilter(admin.SimpleListFilter):
    """Hides what was deleted, or shows it alone."""

    title = gettext_lazy("deletion")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The one choice beside the usual one."""
        return [("deleted", _("Deleted"))]

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """Not deleted, as long as nothing is chosen."""
        usual, *others = super().choices(changelist)
        yield {**usual, "display": _("Not deleted")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that were deleted, or the others."""
        return queryset.filter(deleted_at__isnull=self.value() != "deleted")


class NarrowedFilter(admin.SimpleListFilter):
    """For tables of millions of rows: shows those of one object and nothing without it.

    Subclasses name the parameter, the path of the key and where links to the list are.
    """

    lookup: str
    hint: Any

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """What to do to see something."""
        return [("", self.hint)]

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """The hint, or the way back to it."""
        chosen = bool(self.value())
        link = changelist.get_query_string(remove=[self.parameter_name])
        yield {"selected": chosen, "query_string": link, "display": _("One chosen") if chosen else self.hint}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of the object; an id that is none leads back to the empty list."""
        if not self.value():
            return queryset.none()
        try:
            return queryset.filter(**{self.lookup: self.value()})
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error
