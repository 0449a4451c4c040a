"""The list of cases as the address asks for it: place, filters, order and columns."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.project_pages import get_visible
from qaportal.kit.views import PAGE_SIZES

from .case_columns import Column, asked_columns, offered_columns
from .case_filters import Chip, FilterMenu
from .case_rows import RELEVANCE, is_narrowed, is_ranked, load_rows
from .case_views import SavedViews
from .choices import FieldTarget
from .filters import TestCaseFilter
from .models import CustomField, Folder, Template, TestCase
from .querysets.cases import OWN_FIELD
from .tree import Counts, counts_of

UNFILED = "none"
PAGE_SIZE = 50
NOT_CARRIED = ("page", "open", "shut", "tab", "full", "expand", "to", "edit")
"""What belongs to one look at the list, not to its state."""


def read_ids_of(values: list[str]) -> set[int]:
    """The numbers among the values, each of which may hold several, separated by commas."""
    parts = [part for value in values for part in value.split(",")]
    return {int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 18}


class CaseListPage:
    """The list of cases of one request."""

    def __init__(self, request: HttpRequest, *, is_choosing: bool = False) -> None:
        """Read the address; raises Http404 for a folder that is not there.

        `is_choosing` says that every filter or column is offered, not only shown where the address names it.
        """
        self.is_choosing = is_choosing
        self.request = request
        self.project: Project = request.project
        self.user: User = request.user
        chosen = request.GET.get("folder", "")
        self.is_unfiled = chosen == UNFILED
        self.folder: Folder | None = self._chosen_folder(chosen)
        self.is_direct = request.GET.get("direct") == "1"
        self.is_archived = request.GET.get("archived") == "1"
        self.order = request.GET.get("sort", "")

    def _chosen_folder(self, chosen: str) -> Folder | None:
        if not chosen or self.is_unfiled:
            return None
        if not read_ids_of([chosen]):
            raise Http404
        return get_visible(Folder.objects.select_related("parent"), self.request, pk=int(chosen))

    # -- addresses -------------------------------------------------------------------------------------------------
    def query(self, **changes: Any) -> str:
        """The state of the list as a query string with `?`, with these keys replaced, or removed by None."""
        values: QueryDict = self.request.GET.copy()
        for name in [name for name in values if name in NOT_CARRIED or not values[name]]:
            del values[name]
        if "page" not in changes and (page := self.request.GET.get("page")):
            values["page"] = page
        for name, value in changes.items():
            if value is None:
                values.pop(name, None)
            elif isinstance(value, list):
                values.setlist(name, value)
            else:
                values[name] = str(value)
        return f"?{values.urlencode()}" if values else ""

    @cached_property
    def carried_query(self) -> str:
        """The state of the list, for links to its cases and back."""
        return self.query()

    @property
    def closed_url(self) -> str:
        """The same list with no case open."""
        return self.list_url + self.query()

    @property
    def full_query(self) -> str:
        """The state of the list with the open case as a page of its own."""
        return self.query(full="1")

    @property
    def plain_url(self) -> str:
        """The place without any filter; it names no view, not even the usual one."""
        values = QueryDict(mutable=True)
        values["view"] = "0"
        if folder := self.request.GET.get("folder"):
            values["folder"] = folder
        return f"{self.list_url}?{values.urlencode()}"

    @property
    def new_case_query(self) -> str:
        """What the form for a new case needs to know of the place."""
        return f"?folder={self.folder.pk}" if self.folder else ""

    @cached_property
    def list_url(self) -> str:
        """The list without an open case."""
        return reverse("catalog:case_list", args=[self.project.key])

    def _kept(self, *left_out: str) -> list[tuple[str, str]]:
        """The state of the list but for these, as fields of a form."""
        skipped = {*NOT_CARRIED, *left_out}
        return [(name, each) for name, values in self.request.GET.lists() if name not in skipped for each in values]

    # -- the list --------------------------------------------------------------------------------------------------
    @cached_property
    def own_fields(self) -> list[CustomField]:
        """The fields of the project's own that cases have; nobody reads them before they are named or offered."""
        if not self.is_choosing and OWN_FIELD not in self.request.GET.urlencode():
            return []
        found = CustomField.objects.visible_to(self.user).in_project(self.project)
        return list(found.of(FieldTarget.CASE).in_use())

    @cached_property
    def _templates(self) -> list[tuple[str, str]]:
        if not self.is_choosing and not self.request.GET.get("template"):
            return []
        found = Template.objects.visible_to(self.user).in_project(self.project).in_use()
        return [(str(pk), name) for pk, name in found.values_list("pk", "name")]

    @cached_property
    def filterset(self) -> TestCaseFilter:
        """The filters of the address."""
        found = TestCase.objects.visible_to(self.user).in_project(self.project).filter(is_archived=self.is_archived)
        if self.is_unfiled:
            found = found.filter(folder__isnull=True)
        elif self.folder:
            found = found.filter(folder=self.folder) if self.is_direct else found.below_folder(self.folder)
        return TestCaseFilter(
            self.request.GET,
            queryset=found,
            request=self.request,
            own_fields=self.own_fields,
            templates=self._templates,
        )

    @cached_property
    def rows(self) -> Page:
        """The page of cases that the address asks for; one beyond the end means the last."""
        size = self.request.GET.get("per_page", "")
        size = int(size) if size in {str(each) for each in PAGE_SIZES} else PAGE_SIZE
        place, known = self.request.GET.get("page"), None
        if not self.is_direct and not self.is_archived and not is_narrowed(self.filterset):
            counts = self.counts
            known = counts.below[self.folder.pk] if self.folder else counts.total
            known = counts.unfiled if self.is_unfiled else known
        page = load_rows(
            self.filterset,
            user=self.user,
            order=self.order,
            size=size,
            place=place,
            known=known,
            columns=self.columns,
        )
        for case in page.object_list:
            case.project = self.project  # its states are asked once
        return page

    def row_of(self, pk: int) -> TestCase:
        """One case with what the columns show of it."""
        needs = {name for column in self.columns for name in column.needs}
        with_stories = any(column.needs_stories for column in self.columns)
        return TestCase.objects.rows_of([pk], needs=needs, with_stories=with_stories)[0]

    @cached_property
    def row_query(self) -> str:
        """The state of the list, for the form of one of its rows."""
        return self.query(edit="title")

    @cached_property
    def counts(self) -> Counts:
        """How many cases stand where."""
        return counts_of(self.user, self.project)

    @cached_property
    def default_sort(self) -> str:
        """The order that no address names: the best first while words are searched."""
        return RELEVANCE if is_ranked(self.filterset, "") else "id"

    @property
    def relevance_url(self) -> str:
        """The list with the best first, while words are searched but another order is chosen."""
        ranked = is_ranked(self.filterset, self.order)
        return "" if ranked or self.default_sort == "id" else self.list_url + self.query(sort=None, page=None)

    @cached_property
    def views(self) -> SavedViews:
        """The saved views of the list, and which of them it is."""
        return SavedViews(self.request, self.list_url)

    # -- columns ---------------------------------------------------------------------------------------------------
    @cached_property
    def _offered(self) -> dict[str, Column]:
        return offered_columns(self.own_fields)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that the list shows beside id and title, in their order."""
        return asked_columns(self.request.GET.getlist("columns"), self._offered)

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """Every column, those that are shown first and in their order, each with whether it is shown."""
        shown = {column.code for column in self.columns}
        hidden = [(column, False) for column in self._offered.values() if column.code not in shown]
        return [(column, True) for column in self.columns] + hidden

    @property
    def usual_columns_url(self) -> str:
        """The list with the columns it has when nobody chose any."""
        return self.list_url + self.query(columns=None)

    @property
    def is_wide(self) -> bool:
        """Whether the columns need more room than there is, so that the list moves sideways."""
        return len(self.columns) > 4

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """What the choice of columns takes along unchanged."""
        return self._kept("columns")

    # -- filters ---------------------------------------------------------------------------------------------------
    @cached_property
    def menu(self) -> FilterMenu:
        """The filters as people see them."""
        return FilterMenu(self.filterset, user=self.user, project=self.project)

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters in words; the search stands in its box."""
        chips = self.menu.chips(lambda name: self.list_url + self.query(page=None, **{name: None}))
        if self.is_direct and self.folder:
            chips.append(Chip(_("Only"), _("this folder"), self.list_url + self.query(page=None, direct=None)))
        if self.is_archived:
            chips.append(Chip(_("Only"), _("archived"), self.list_url + self.query(page=None, archived=None)))
        return chips

    @cached_property
    def carried(self) -> list[tuple[str, str]]:
        """What the filter form takes along unchanged: everything that it does not ask for itself."""
        return self._kept("direct", "archived", *(each.name for each in self.menu.fields))

    @property
    def searched_within(self) -> list[tuple[str, str]]:
        """What the search box takes along: the whole state of the list but the words themselves."""
        return self._kept("search")

    @property
    def search(self) -> str:
        """The words that are searched."""
        return self.request.GET.get("search", "")

    @property
    def is_filtered(self) -> bool:
        """Whether something but the place narrows the list."""
        return bool(self.chips or self.search)
