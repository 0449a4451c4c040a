"""What the page of cases shows: the list, the tree and the open case, all out of the address."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit import panels
from qaportal.kit.views import PAGE_SIZES, Refusal, render_fragment, wants_fragment

from . import policies
from .case_copies import Copies, copies_of
from .case_links import LinkedCase, linked_cases
from .case_list_page import UNFILED, CaseListPage, read_ids_of
from .forms import CaseLinkForm
from .models import Folder, TestCase
from .open_case import OpenCase, panel_tab
from .row_frame import RowFrame
from .tree import Node, Tree, ancestors_of, load_tree
from .version_page import versions_of

__all__ = ["UNFILED", "CasesPage", "read_ids_of"]

DRAWER = "catalog.case.drawer"
VERSIONS = "versions"
PLACES = {"#panes": "panes", "#rows": "rows", "#drawer": "drawer"}


class CasesPage(CaseListPage):
    """The state of the page of cases for one request."""

    def __init__(
        self,
        request: HttpRequest,
        case: TestCase | None = None,
        *,
        refusal: Refusal | None = None,
        is_choosing: bool = False,
    ) -> None:
        """Read the address; raises Http404 for a folder that is not there."""
        super().__init__(request, is_choosing=is_choosing)
        self.case, self.refusal = case, refusal
        if case is not None:
            case.project = self.project  # what is known of the project is asked once

    @cached_property
    def neighbours(self) -> tuple[TestCase | None, TestCase | None]:
        """The cases before and after the open one on this page of the list."""
        rows = list(self.rows)
        here = next((place for place, each in enumerate(rows) if self.case and each.pk == self.case.pk), None)
        if here is None:
            return None, None
        return (rows[here - 1] if here else None), (rows[here + 1] if here + 1 < len(rows) else None)

    @cached_property
    def _frame(self) -> RowFrame:
        return RowFrame(self, may_edit=self.may["edit_case"], open_id=self.case.pk if self.case else None)

    def drawn(self, case: TestCase) -> dict[str, Any]:
        """A case as a row of the list."""
        return self._frame.row(case)

    @property
    def drawn_rows(self) -> list[dict[str, Any]]:
        """The rows of this page of the list."""
        return [self.drawn(case) for case in self.rows]

    # -- the tree and the case -------------------------------------------------------------------------------------
    @cached_property
    def tree(self) -> Tree:
        """What is shown of the tree."""
        opened, shut = (read_ids_of(self.request.GET.getlist(name)) for name in ("open", "shut"))
        tree = load_tree(self.counts, user=self.user, project=self.project, here=self.folder, opened=opened, shut=shut)
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
            part = next((name for mark, name in PLACES.items() if f"#{target}".endswith(mark)), "panes")
            template = f"{template}#{part}"
        context = {"page": self, "project": self.project, "may": self.may, "page_sizes": PAGE_SIZES}
        return render_fragment(self.request, template, context, status=status)
