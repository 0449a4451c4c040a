"""What the page of cases shows: the tree, the filtered list and the open case, all out of the address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.project_pages import get_visible
from qaportal.kit import panels
from qaportal.kit.statuses import shown as shown_status
from qaportal.kit.views import PAGE_SIZES, Refusal, render_fragment, wants_fragment

from . import policies
from .case_copies import Copies, copies_of
from .case_links import LinkedCase, linked_cases
from .case_rows import RELEVANCE, is_narrowed, is_ranked, load_rows
from .filters import TestCaseFilter
from .forms import CaseLinkForm
from .models import Folder, TestCase
from .open_case import OpenCase, panel_tab
from .tree import Counts, Node, Tree, ancestors_of, counts_of, load_tree
from .version_page import versions_of

DRAWER = "catalog.case.drawer"
UNFILED = "none"
VERSIONS = "versions"
PAGE_SIZE = 50
_PLACES = {"#panes": "panes", "#rows": "rows", "#drawer": "drawer"}
_NOT_CARRIED = ("page", "open", "shut", "tab", "full", "expand", "to")


def read_ids_of(values: list[str]) -> set[int]:
    """The numbers among the values, each of which may hold several, separated by commas."""
    parts = [part for value in values for part in value.split(",")]
    return {int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 18}


@dataclass(slots=True)
class Chip:
    """An active filter."""

    label: str
    value: str
    remove_url: str


class CasesPage:
    """The state of the page of cases for one request."""

    def __init__(self, request: HttpRequest, case: TestCase | None = None, *, refusal: Refusal | None = None) -> None:
        """Read the address; raises Http404 for a folder that is not there."""
        self.request = request
        self.project: Project = request.project
        self.user: User = request.user
        self.case, self.refusal = case, refusal
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
        for name in [name for name in values if name in _NOT_CARRIED or not values[name]]:
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

    @property
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
        """The place without any filter."""
        return self.list_url + (f"?folder={self.request.GET['folder']}" if self.request.GET.get("folder") else "")

    @property
    def new_case_query(self) -> str:
        """What the form for a new case needs to know of the place."""
        return f"?folder={self.folder.pk}" if self.folder else ""

    @cached_property
    def list_url(self) -> str:
        """The list without an open case."""
        return reverse("catalog:case_list", args=[self.project.key])

    # -- the list --------------------------------------------------------------------------------------------------
    @cached_property
    def filterset(self) -> TestCaseFilter:
        """The filters of the address."""
        found = TestCase.objects.visible_to(self.user).in_project(self.project).filter(is_archived=self.is_archived)
        if self.is_unfiled:
            found = found.filter(folder__isnull=True)
        elif self.folder:
            found = found.filter(folder=self.folder) if self.is_direct else found.below_folder(self.folder)
        return TestCaseFilter(self.request.GET, queryset=found, request=self.request)

    @cached_property
    def rows(self) -> Page:
        """The page of cases that the address asks for; one beyond the end means the last."""
        size = self.request.GET.get("per_page", "")
        size = int(size) if size in {str(each) for each in PAGE_SIZES} else PAGE_SIZE
        place, known = self.request.GET.get("page"), None
        if not self.is_direct and not self.is_archived and not is_narrowed(self.filterset):
            counts = self._counts
            known = counts.below[self.folder.pk] if self.folder else counts.total
            known = counts.unfiled if self.is_unfiled else known
        return load_rows(self.filterset, user=self.user, order=self.order, size=size, place=place, known=known)

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
    def _counts(self) -> Counts:
        return counts_of(self.user, self.project)

    @cached_property
    def _is_usable(self) -> bool:
        return self.filterset.form.is_valid()

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters in words; the search stands in its box."""
        if not self._is_usable:
            return []
        chips = [
            Chip(str(bound.label), self._words(name, value), self.list_url + self.query(page=None, **{name: None}))
            for name, bound in self.filterset.form.fields.items()
            if name != "search" and (value := self.filterset.form.cleaned_data.get(name))
        ]
        if self.is_direct and self.folder:
            chips.append(Chip(_("Only"), _("this folder"), self.list_url + self.query(page=None, direct=None)))
        if self.is_archived:
            chips.append(Chip(_("Only"), _("archived"), self.list_url + self.query(page=None, archived=None)))
        return chips

    def _words(self, name: str, value: Any) -> str:
        if name == "last_status":
            return ", ".join(str(shown_status(each).word) for each in value)
        if name == "owner":
            return dict(self.owners).get(value, value)
        choices = dict(getattr(self.filterset.form.fields[name], "choices", []))
        return ", ".join(str(choices.get(each, each)) for each in value) if isinstance(value, list) else str(value)

    @cached_property
    def owners(self) -> list[tuple[str, str]]:
        """Whom the filter for owners offers."""
        people = User.objects.who_reach(self.project).order_by("first_name", "last_name", "email")
        named = [(str(each.pk), each.full_name) for each in people if each.pk != self.user.pk]
        return [("me", _("Me")), ("none", _("Nobody")), *named]

    @cached_property
    def carried(self) -> list[tuple[str, str]]:
        """What the filter form takes along unchanged."""
        kept = ("folder", "search", "sort", "per_page")
        return [(name, value) for name in kept if (value := self.request.GET.get(name))]

    @property
    def searched_within(self) -> list[tuple[str, str]]:
        """What the search box takes along: the whole state of the list but the words themselves."""
        left_out = {*_NOT_CARRIED, "search"}
        return [(name, value) for name, values in self.request.GET.lists() if name not in left_out for value in values]

    @property
    def search(self) -> str:
        """The words that are searched."""
        return self.request.GET.get("search", "")

    @property
    def is_filtered(self) -> bool:
        """Whether something but the place narrows the list."""
        return bool(self.chips or self.search)

    @cached_property
    def filter_fields(self) -> list[dict[str, Any]]:
        """The filters with fixed choices and which of them are chosen."""
        cleaned = self.filterset.form.cleaned_data if self._is_usable else {}
        return [
            {
                "name": name,
                "label": bound.label,
                "options": [
                    {"code": code, "word": word, "is_chosen": code in (cleaned.get(name) or [])}
                    for code, word in bound.choices
                ],
            }
            for name, bound in self.filterset.form.fields.items()
            if hasattr(bound, "choices")
        ]

    @property
    def chosen_tags(self) -> str:
        """The tags of the filter."""
        return self.request.GET.get("tags", "")

    @property
    def chosen_owner(self) -> str:
        """The owner of the filter."""
        return self.request.GET.get("owner", "")

    @cached_property
    def neighbours(self) -> tuple[TestCase | None, TestCase | None]:
        """The cases before and after the open one on this page of the list."""
        rows = list(self.rows)
        here = next((place for place, each in enumerate(rows) if self.case and each.pk == self.case.pk), None)
        if here is None:
            return None, None
        return (rows[here - 1] if here else None), (rows[here + 1] if here + 1 < len(rows) else None)

    # -- the tree and the case -------------------------------------------------------------------------------------
    @cached_property
    def tree(self) -> Tree:
        """What is shown of the tree."""
        opened, shut = (read_ids_of(self.request.GET.getlist(name)) for name in ("open", "shut"))
        tree = load_tree(self._counts, user=self.user, project=self.project, here=self.folder, opened=opened, shut=shut)
        self.address(tree.roots, opened)
        return tree

    def address(self, nodes: list[Node], opened: set[int]) -> None:
        """Give the nodes their addresses; opening and closing one keeps what else is open."""
        for node in nodes:
            pk, key = node.folder.pk, self.project.key
            node.url = f"{self.list_url}{self.tree_query}folder={pk}"
            opening = opened - {pk} if node.is_open else opened | {pk}
            shutting = {"shut": str(pk)} if node.is_open else {}
            state = {"open": ",".join(map(str, sorted(opening))) or None, **shutting}
            node.toggle_url = self.list_url + self.query(**state)
            expand = "0" if node.is_open else "1"
            node.part_url = reverse("catalog:folder_children", args=[key, pk]) + self.query(expand=expand, page=None)
            node.drop_url = f"{reverse('catalog:case_move', args=[key])}?to={pk}"
            node.state_query = self.query(expand="1" if node.is_open else "0", page=None)
            if self.may["edit_folder"]:
                node.edit_url = reverse("catalog:folder_update", args=[key, pk]).removesuffix("edit/")
            self.address(node.children, opened)

    @cached_property
    def tree_query(self) -> str:
        """What a link of the tree keeps of the address, to be followed by `folder=`."""
        kept = self.query(folder=None, search=None, page=None, direct=None)
        return f"{kept}&" if kept else "?"

    @cached_property
    def trail(self) -> list[Folder]:
        """The folders above the chosen one."""
        return ancestors_of(self.folder)[:-1] if self.folder and self.folder.parent_id else []

    @cached_property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        if not self.folder and not self.is_unfiled:
            return []
        steps = [(each.name, f"{self.list_url}?folder={each.pk}") for each in self.trail]
        return [(_("Test cases"), self.list_url), *steps]

    @cached_property
    def case_crumbs(self) -> list[tuple[str, str]]:
        """Where the open case stands."""
        above = ancestors_of(self.case.folder) if self.case.folder else []
        return [(_("Test cases"), self.list_url), *((each.name, f"{self.list_url}?folder={each.pk}") for each in above)]

    @property
    def heading(self) -> str:
        """The name of the place."""
        if self.is_unfiled:
            return _("Not filed")
        return self.folder.name if self.folder else _("Test cases")

    @cached_property
    def opened(self) -> OpenCase | None:
        """The open case with what other apps show of it."""
        if self.case is None:
            return None
        loaded = [(panel, facts.get(self.case.pk)) for panel, facts in panels.loaded(DRAWER, [self.case.pk])]
        return OpenCase(self.case, self.request.GET.get("tab", ""), loaded)

    @cached_property
    def links(self) -> list[LinkedCase]:
        """The cases that are linked to the open one."""
        return linked_cases(self.case, self.user)

    @cached_property
    def copies(self) -> Copies:
        """Where the open case was copied from, or moved to."""
        return copies_of(self.case, self.user)

    @property
    def link_form(self) -> CaseLinkForm:
        """The form that links another case; what was refused stands in it."""
        return CaseLinkForm(self.request.POST) if self.refusal and "other" in self.request.POST else CaseLinkForm()

    @cached_property
    def versions(self) -> list:
        """The versions of the open case, while their tab is chosen."""
        return versions_of(self.case, self.user) if self.opened and self.opened.tab == VERSIONS else []

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The details of the open case, its versions, and the panels of other apps."""
        if not self.opened:
            return []
        full = "1" if self.request.GET.get("full") == "1" else None
        shown = self.opened.shown_panel
        current = shown[0].code if shown else VERSIONS if self.opened.tab == VERSIONS else None
        offered = [(None, _("Details"), None), *(panel_tab(*pair) for pair in self.opened.sections)]
        offered.append((VERSIONS, _("Versions"), self.case.version))
        url = self.case.get_absolute_url()
        return [
            {
                "label": label,
                "url": url + self.query(tab=code, full=full),
                "is_current": code == current,
                "count": count,
            }
            for code, label, count in offered
        ]

    # -- what the user may -----------------------------------------------------------------------------------------
    @cached_property
    def may(self) -> dict[str, Any]:
        """The decisions that buttons show."""
        return {
            "edit_case": policies.can_edit_cases(self.user, self.project),
            "delete_case": policies.can_delete_cases(self.user, self.project),
            "edit_folder": policies.can_edit_folders(self.user, self.project),
            "delete_folder": policies.can_delete_folders(self.user, self.project),
        }

    def render(self, status: int = 200) -> HttpResponse:
        """The page, or the part of it that htmx is about to replace."""
        template = "catalog/case_list.html"
        if self.case is not None and self.request.GET.get("full") == "1":
            template = "catalog/case_page.html"
        elif wants_fragment(self.request):
            target = self.request.headers.get("HX-Target", "")
            part = next((name for mark, name in _PLACES.items() if f"#{target}".endswith(mark)), "panes")
            template = f"{template}#{part}"
        context = {"page": self, "project": self.project, "may": self.may, "page_sizes": PAGE_SIZES}
        return render_fragment(self.request, template, context, status=status)
