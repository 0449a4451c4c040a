"""The lists of stories: all of them, by epic, and with the cases that cover them."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.project_pages import ProjectMixin, project_page
from qaportal.kit.views import (
    PAGE_SIZES,
    FilteredListView,
    FragmentMixin,
    filter_chips,
    render_fragment,
    shown_refusal,
    wants_fragment,
)

from .. import policies
from ..coverage import EpicPaginator, Matrix, standings
from ..filters import MatrixFilter, StoryPageFilter
from ..matrix_export import csv_lines, excel_file
from ..models import Story
from ..story_pages import kept, story_tabs
from ..tables import StoryTable

EPICS_ON_A_PAGE = 20
ROWS_ON_A_PAGE = 100
FILTERS = ("status", "epic_id", "sprint", "release", "coverage", "last_status")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _visible(request: HttpRequest) -> QuerySet[Story]:
    return Story.objects.visible_to(request.user).in_project(request.project)


def _kept(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    return {"kept_by_search": kept(request, "search"), "kept_by_filters": kept(request, *FILTERS)}


class StoryListView(ProjectMixin, FragmentMixin, FilteredListView):
    """All stories of the project with how far their cases are; htmx asks for the rows alone."""

    table_class, filterset_class, fragment = StoryTable, StoryPageFilter, "rows"
    template_name = "catalog/story_list.html"

    def get_queryset(self) -> QuerySet[Story]:
        """The stories the reader may see."""
        return _visible(self.request).for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The coverage of the stories of the page, all at once."""
        context = super().get_context_data(**kwargs)
        context["table"].standings = standings([row.record for row in context["page_obj"].object_list])
        context["tabs"] = story_tabs(self.project, "list")
        context["may_create"] = policies.can_edit_stories(self.request.user, self.project)
        context["totals"] = None if wants_fragment(self.request) else _visible(self.request).totals()
        return context | _kept(self.request)


@require_GET
@project_page
def epic_list(request: HttpRequest) -> HttpResponse:
    """The epics with the coverage of each and of its stories."""
    words = " ".join(request.GET.get("search", "").split())[:200]
    found = _visible(request).of_epics_like(words)
    page = EpicPaginator(found, EPICS_ON_A_PAGE, project=request.project).get_page(request.GET.get("page"))
    context = {"page_obj": page, "search": words, "project": request.project}
    context["tabs"] = story_tabs(request.project, "epics")
    return render_fragment(request, _template(request, "catalog/story_epics.html"), context)


@require_GET
@project_page
def story_matrix(request: HttpRequest) -> HttpResponse:
    """Stories x cases x last results."""
    filters = MatrixFilter(request.GET, queryset=_visible(request), request=request)
    return _render_matrix(request, filters)


@require_GET
@project_page
def matrix_csv(request: HttpRequest) -> HttpResponse:
    """What the filters of the matrix let through, as CSV."""
    lines = csv_lines(_matrix(MatrixFilter(request.GET, queryset=_visible(request), request=request)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(request)}.csv"'
    return response


@require_GET
@project_page
def matrix_excel(request: HttpRequest) -> HttpResponse:
    """What the filters of the matrix let through, as a workbook."""
    filters = MatrixFilter(request.GET, queryset=_visible(request), request=request)
    with shown_refusal(request) as refusal:
        file = excel_file(_matrix(filters))
        return FileResponse(file, as_attachment=True, filename=f"{_file_name(request)}.xlsx", content_type=EXCEL)
    return _render_matrix(request, filters, refusal=refusal, status=refusal.status)


def _render_matrix(request: HttpRequest, filters: MatrixFilter, *, status: int = 200, **context: Any) -> HttpResponse:
    matrix = _matrix(filters)
    size = request.GET.get("per_page", "")
    size = int(size) if size in {str(each) for each in PAGE_SIZES} else ROWS_ON_A_PAGE
    page = Paginator(matrix.keys, size).get_page(request.GET.get("page"))
    page.object_list = matrix.filled(page.object_list)
    context |= {"page_obj": page, "filter": filters, "project": request.project, "page_sizes": PAGE_SIZES}
    context |= {"tabs": story_tabs(request.project, "matrix"), "chips": filter_chips(request, filters)}
    narrowed = urlencode(kept(request, "per_page"))
    context |= {"export_query": f"?{narrowed}" if narrowed else "", **_kept(request)}
    return render_fragment(request, _template(request, "catalog/story_matrix.html"), context, status=status)


def _matrix(filters: MatrixFilter) -> Matrix:
    found = filters.filter_queryset(filters.queryset) if filters.form.is_valid() else filters.queryset
    return Matrix(found, statuses=filters.statuses)


def _template(request: HttpRequest, name: str) -> str:
    return f"{name}#rows" if wants_fragment(request) else name


def _file_name(request: HttpRequest) -> str:
    return _("%(key)s-traceability-%(day)s") % {"key": request.project.key, "day": f"{timezone.now():%Y-%m-%d}"}
