"""Exporting the cases that the page of cases shows."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.project_pages import project_page
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..case_pages import CasesPage
from ..exporting import FORMATS, Export
from ..forms import ExportForm
from .downloads import streamed

ASKED = ("format", "file_rows", "file_columns", "page")


@require_GET
@project_page
def export_cases(request: HttpRequest) -> HttpResponse:
    """The form that chooses format and columns; with a format, the file of what the filters let through."""
    policies.can_export_cases(request.user, request.project).require()
    page = CasesPage(request)
    form = ExportForm(request.GET if "format" in request.GET else None, project=request.project)
    with shown_refusal(request) as refusal:
        if form.is_bound and form.is_valid():
            return streamed(FORMATS[form.cleaned_data["format"]], _asked(page, form))
    context = {
        "form": form,
        "project": request.project,
        "page": page,
        "refusal": refusal,
        "kept": [(name, value) for name, values in request.GET.lists() if name not in ASKED for value in values],
        "crumbs": [(_("Test cases"), reverse("catalog:case_list", args=[request.project.key]))],
    }
    template = "catalog/case_export.html" + ("#form" if wants_fragment(request) else "")
    status = 422 if refusal or form.errors else 200
    return render_fragment(request, template, context, status=status)


def _asked(page: CasesPage, form: ExportForm) -> Export:
    filters = page.filterset
    cases = filters.qs if filters.form.is_valid() else filters.queryset
    return Export(page.project, cases, form.chosen_columns, form.cleaned_data["file_rows"] == "step", page.order)
