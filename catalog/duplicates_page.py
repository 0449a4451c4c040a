"""What the page of duplicates shows: the pairs that wait for a decision, or those that were dismissed."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.models import JobProgress
from qaportal.kit.views import Refusal, filter_chips, render_fragment, wants_fragment
from qaportal.kit.wording import number

from . import policies
from .filters import DuplicateFilter
from .models import DuplicateScan, SimilarPair
from .services.duplicates import is_under_way

DISMISSED = "dismissed"
PAGE_SIZE = 25
MOST_COUNTED = 1_000


class PairPaginator(Paginator):
    """Pages through pairs; it counts no more than `MOST_COUNTED`."""

    @cached_property
    def _counted(self) -> int:
        return counted(self.object_list)

    @property
    def count(self) -> int:
        """How many can be paged through."""
        return min(self._counted, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more."""
        return self._counted > MOST_COUNTED

    @property
    def shown_count(self) -> str:
        """The number as the foot of the list says it."""
        return f"{number(MOST_COUNTED)}+" if self.is_capped else number(self.count)


def counted(pairs: Any) -> int:
    """How many pairs there are; one more than `MOST_COUNTED` means more."""
    return pairs.order_by()[: MOST_COUNTED + 1].count()


class DuplicatesPage:
    """The state of the page of duplicates for one request."""

    def __init__(self, request: HttpRequest, refusal: Refusal | None = None) -> None:
        """Read the address."""
        self.request, self.refusal = request, refusal
        self.project: Project = request.project
        self.user: User = request.user
        self.is_part = wants_fragment(request)
        self.is_dismissed = request.GET.get("show") == DISMISSED
        self.url = reverse("catalog:duplicate_list", args=[self.project.key])

    @cached_property
    def found(self) -> Any:
        """All pairs of the project."""
        return SimilarPair.objects.visible_to(self.user).in_project(self.project)

    @cached_property
    def filterset(self) -> DuplicateFilter:
        """The filters of the address."""
        found = self.found.dismissed() if self.is_dismissed else self.found.open()
        return DuplicateFilter(self.request.GET, queryset=found, project=self.project, user=self.user)

    @cached_property
    def rows(self) -> Page:
        """The page of pairs that the address asks for, the most alike first."""
        filters = self.filterset
        pairs = filters.filter_queryset(filters.queryset) if filters.form.is_valid() else filters.queryset
        page = PairPaginator(pairs.for_list(), PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.object_list = list(page.object_list)
        for pair in page.object_list:
            pair.case_a.project = pair.case_b.project = self.project
        return page

    @property
    def folders(self) -> list[tuple[str, str]]:
        """The folders that the filter offers; hundreds of options are drawn by the template, not by a widget."""
        return list(self.filterset.form.fields["folder"].choices)

    @property
    def chosen_folder(self) -> str:
        """The folder of the filter."""
        return self.request.GET.get("folder", "")

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """The active filters."""
        return filter_chips(self.request, self.filterset)

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The pairs that wait, and those that were dismissed."""
        offered = [("", _("To decide"), self.found.open()), (DISMISSED, _("Dismissed"), self.found.dismissed())]
        return [
            {
                "label": label,
                "url": self.url + (f"?show={code}" if code else ""),
                "is_current": self.is_dismissed == bool(code),
                "count": min(number, MOST_COUNTED),
                "is_capped": number > MOST_COUNTED,
            }
            for code, label, pairs in offered
            for number in [counted(pairs)]
        ]

    @cached_property
    def scan(self) -> DuplicateScan | None:
        """When cases were compared last."""
        return DuplicateScan.objects.visible_to(self.user).in_project(self.project).first()

    @cached_property
    def progress(self) -> JobProgress | None:
        """How far the comparison is that goes on now."""
        if not is_under_way(self.scan):
            return None
        return JobProgress.objects.filter(pk=self.scan.progress_id).first()

    @cached_property
    def failure(self) -> str:
        """Why the last comparison did not get through; empty when it did."""
        if self.scan is None or self.progress is not None:
            return ""
        failed = JobProgress.objects.filter(pk=self.scan.progress_id, state=JobProgress.State.FAILED).first()
        return failed.message if failed else ""

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        return [(_("Test cases"), reverse("catalog:case_list", args=[self.project.key]))]

    @property
    def kept_query(self) -> str:
        """The state of the list, for its buttons."""
        query = self.request.GET.urlencode()
        return f"?{query}" if query else ""

    @cached_property
    def may(self) -> dict[str, Any]:
        """The decisions that buttons show."""
        return {
            "decide": policies.can_edit_cases(self.user, self.project),
            "merge": policies.can_merge_cases(self.user, self.project),
        }

    def render(self, status: int = 200) -> HttpResponse:
        """The page, or its rows."""
        template = "catalog/duplicate_list.html" + ("#rows" if self.is_part else "")
        context = {"page": self, "project": self.project, "may": self.may}
        return render_fragment(self.request, template, context, status=status)
