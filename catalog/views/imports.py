"""Bringing cases in: choosing a file, mapping its columns, looking at every row, storing them, taking that back."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import PortalError
from qaportal.kit.views import shown_refusal, wants_fragment

from .. import policies
from ..forms import ImportFileForm
from ..import_page import SHOWN_STATES, ImportPage
from ..importing.bounds import SMALL_BYTES
from ..importing.source import format_of
from ..models import CaseImport
from ..services import case_imports, import_running, import_undo

IMPORTS_ON_A_PAGE = 50


@require_GET
@project_page
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports of the project, the newest first, with what they did."""
    imports = CaseImport.objects.visible_to(request.user).in_project(request.project).for_list()
    page = Paginator(imports, IMPORTS_ON_A_PAGE).get_page(request.GET.get("page"))
    for each in page.object_list:
        each.summary = import_running.summary_of(each)
        each.shown_state = SHOWN_STATES.get(each.state, each.state)
        each.format_label = format_of(each.format).label
    context = {
        "page_obj": page,
        "project": request.project,
        "may_import": policies.can_import_cases(request.user, request.project),
        "crumbs": [(_("Test cases"), reverse("catalog:case_list", args=[request.project.key]))],
    }
    return render(request, "catalog/import_list.html", context)


@require_http_methods(["GET", "POST"])
@project_page
def upload_cases(request: HttpRequest) -> HttpResponse:
    """The form that takes a file."""
    policies.can_import_cases(request.user, request.project).require()
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = case_imports.upload_cases(
                actor=request.user, project=request.project, stream=file.file, file_name=file.name
            )
            return redirect(made.get_absolute_url())
        except PortalError as error:
            form.refuse(error)
    crumbs = [
        (_("Test cases"), reverse("catalog:case_list", args=[request.project.key])),
        (_("Imports"), reverse("catalog:import_list", args=[request.project.key])),
    ]
    context = {"form": form, "project": request.project, "crumbs": crumbs}
    return render(request, "catalog/import_new.html", context, status=422 if form.errors else 200)


@require_GET
@project_page
def import_detail(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Where an import stands: its columns, how far its job is, or its rows with their verdicts."""
    page = ImportPage(request, _visible_import(request, import_id))
    if wants_fragment(request) and not page.is_under_way and not request.headers.get("HX-Target", "").endswith("rows"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return page.render()


@require_POST
@project_page
def choose_import_options(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Keep how the file is read; `check` lets every row have its verdict too."""
    case_import = _visible_import(request, import_id)
    policies.can_import_cases(request.user, request.project).require()
    page = ImportPage(request, case_import)
    if page.form is None or not page.form.is_valid():
        return _again(page)
    with shown_refusal(request) as refusal:
        choices = page.form.choices()
        case_import = case_imports.choose_options(actor=request.user, case_import=case_import, **choices)
        if "check" in request.POST:
            case_import = _checked(request, case_import)
        return redirect(case_import.get_absolute_url())
    page.refusal = refusal
    return _again(page)


def _again(page: ImportPage) -> HttpResponse:
    """The columns once more, with what is wrong."""
    page.is_asking = True
    return page.render(status=422)


def _checked(request: HttpRequest, case_import: CaseImport) -> CaseImport:
    """The rows with their verdicts: at once for a small file, by a job for others."""
    is_small = case_import.file.size <= SMALL_BYTES
    begun = case_imports.begin_check(actor=request.user, case_import=case_import, defers=not is_small)
    return import_running.run_check(import_id=begun.pk) if is_small else begun


@require_POST
@project_page
def start_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Let the rows be stored."""
    case_import = _visible_import(request, import_id)
    with shown_refusal(request) as refusal:
        case_imports.begin_import(actor=request.user, case_import=case_import)
        return redirect(case_import.get_absolute_url())
    return ImportPage(request, case_import, refusal=refusal).render(status=refusal.status)


@require_POST
@project_page
def undo_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Take back what an import stored, as far as nobody saved it since."""
    case_import = _visible_import(request, import_id)
    with shown_refusal(request) as refusal:
        import_undo.begin_undo(actor=request.user, case_import=case_import)
        return redirect(case_import.get_absolute_url())
    return ImportPage(request, case_import, refusal=refusal).render(status=refusal.status)


def _visible_import(request: HttpRequest, import_id: UUID) -> CaseImport:
    imports = CaseImport.objects.select_related("project__tenant", "file", "created_by", "undone_by")
    return get_visible(imports, request, pk=import_id)
