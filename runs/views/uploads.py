"""Uploading a report, and watching what becomes of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import InvalidInput, PortalError, RuleViolation
from qaportal.kit.models import JobProgress
from qaportal.kit.views import render_fragment, wants_fragment

from .. import policies
from ..choices import ImportState
from ..forms import UploadForm
from ..models import ReportImport, RunCase
from ..outcome import verdict_of
from ..services.import_preview import preview_import
from ..services.imports import FACTS, start_import
from ..services.packing import NamedFile, one_file
from ..services.reading_again import is_readable_again, read_again
from ..services.scope import can_widen, outside_scope
from ..services.undoing import undo_import as undo
from .test_links import MOST_AT_ONCE

PREFILLED = ("run", "release", "configuration", "run_name", "environment", "build", "branch", "external_id")
SHOWN_UNMATCHED = 20
OPEN_STATES = (ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING)


@require_http_methods(["GET", "POST"])
@project_page
def upload_report(request: HttpRequest) -> HttpResponse:
    """The form that takes a report; a dry run answers what is in it, a real one the page of the import."""
    policies.can_import_report(request.user, request.project).require()
    initial = {name: request.GET[name] for name in PREFILLED if request.GET.get(name)}
    form = UploadForm(request.POST or None, request.FILES or None, project=request.project, initial=initial)
    context: dict[str, Any] = {
        "project": request.project,
        "form": form,
        "crumbs": [(_("Runs"), reverse("runs:list", args=[request.project.key]))],
        "may_create": policies.can_create_cases(request.user, request.project),
        "preview": None,
    }
    if request.method == "POST" and form.is_valid():
        try:
            if address := _looked_at_or_taken(request, form.cleaned_data, context):
                return redirect(address)
        except PortalError as error:
            refuse(form, error)
    is_wrong = request.method == "POST" and context["preview"] is None
    return render(request, "runs/upload.html", context, status=422 if is_wrong else 200)


def _looked_at_or_taken(request: HttpRequest, values: dict[str, Any], context: dict[str, Any]) -> str:
    """The address of the import; after a dry run none, and what it told is in the context."""
    with one_file([(file.name, file.file) for file in values["report"]]) as file:
        if not values["dry_run"]:
            return _taken_in(request, values, file)
        context["preview"] = _previewed(request, values, file)
    return ""


def refuse(form: UploadForm, error: PortalError) -> None:
    """Show the refusal beside the field of the page that the service means."""
    places = {"file": "report", "releaseId": "release", "configuration_id": "configuration"}
    error.fields = {places.get(name, name): texts for name, texts in error.fields.items()}
    form.refuse(error)


def _taken_in(request: HttpRequest, values: dict[str, Any], file: NamedFile) -> str:
    run = values["run"]
    report_import, stood_already = start_import(
        actor=request.user,
        project=request.project,
        stream=file[1],
        file_name=file[0],
        run=run,
        release=run.release if run else values["release"],
        configuration=values["configuration"],
        creates_cases=values["creates_cases"],
        **{name: values[name] for name in FACTS},
    )
    return report_import.get_absolute_url() + ("?again=1" if stood_already else "")


def _previewed(request: HttpRequest, values: dict[str, Any], file: NamedFile) -> dict[str, Any]:
    release = values["run"].release if values["run"] else values["release"]
    preview = preview_import(
        actor=request.user,
        project=request.project,
        stream=file[1],
        file_name=file[0],
        run=values["run"],
        release=release,
        configuration=values["configuration"],
        external_id=values["external_id"],
        creates_cases=values["creates_cases"],
    )
    return preview | {"file_name": file[0], "status_counts": _by_status(preview["counts"])}


def _by_status(counts: dict[str, int]) -> dict[str, int]:
    """The counts of an import under the names of statuses."""
    return {
        "passed": counts.get("passed", 0),
        "failed": counts.get("failed", 0),
        "error": counts.get("errors", 0),
        "blocked": counts.get("blocked", 0),
        "skipped": counts.get("skipped", 0),
    }


@require_GET
@project_page
def import_detail(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """How far an import is, and when it is done what it found."""
    imports = ReportImport.objects.select_related(
        "project", "run__release__project", "run__project", "run__configuration", "file"
    )
    report_import = get_visible(
        imports.select_related("created_by", "undone_by", "duplicate_of__project"), request, pk=import_id
    )
    is_open = report_import.state in OPEN_STATES
    if wants_fragment(request) and not is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "project": request.project,
        "import": report_import,
        "is_open": is_open,
        "is_repeated": request.GET.get("again") == "1",
        "progress": JobProgress.objects.filter(pk=report_import.progress_id).first() if is_open else None,
        "crumbs": [(_("Runs"), reverse("runs:list", args=[request.project.key]))],
        **(_summary(request, report_import) if report_import.state == ImportState.DONE else {}),
        **(_retry(report_import) if report_import.state == ImportState.FAILED else {}),
        "is_readable_again": is_readable_again(report_import),
        "may_import": policies.can_import_report(request.user, request.project),
    }
    template = "runs/import_detail.html" + ("#progress" if wants_fragment(request) else "")
    return render_fragment(request, template, context)


@require_POST
@project_page
def undo_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Take an import back, and tell so on its page."""
    imports = ReportImport.objects.select_related("project", "run")
    report_import = get_visible(imports, request, pk=import_id)
    try:
        undone = undo(actor=request.user, report_import=report_import)
        if undone.state == ImportState.UNDONE:
            messages.success(request, _("The import was undone."))
    except RuleViolation as refusal:
        messages.error(request, refusal.message)
    return redirect(report_import.get_absolute_url())


@require_POST
@project_page
def repeat_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Read the kept bytes of an import once more, and watch the new import."""
    imports = ReportImport.objects.select_related("project__tenant", "file")
    report_import = get_visible(imports, request, pk=import_id)
    try:
        again = read_again(actor=request.user, report_import=report_import)
    except (InvalidInput, RuleViolation) as refusal:
        messages.error(request, refusal.message)
        return redirect(report_import.get_absolute_url())
    return redirect(again.get_absolute_url())


def _summary(request: HttpRequest, report_import: ReportImport) -> dict[str, Any]:
    run = report_import.run
    unmatched = RunCase.objects.filter(run=run).unmatched().order_by("position", "pk")
    return {
        "run": run,
        "verdict": verdict_of(run),
        "legend_url": f"{run.get_absolute_url()}?tab=all",
        "status_counts": _by_status(report_import.counts),
        "unmatched": unmatched[:SHOWN_UNMATCHED],
        "outside": outside_scope(run),
        "most_at_once": MOST_AT_ONCE,
        "may_link": policies.can_link_tests(request.user, run),
        "may_widen": can_widen(request.user, run),
        "is_deleted": run.deleted_at is not None,
        "may_undo": policies.can_undo_import(request.user, report_import),
        "is_undoable": policies.is_undoable(report_import),
    }


def _retry(report_import: ReportImport) -> dict[str, Any]:
    """The address of the upload page with the same answers filled in."""
    asked = report_import.request
    query = QueryDict(mutable=True)
    facts = {
        "run": asked.get("run_id"),
        "release": asked.get("release_id"),
        "configuration": asked.get("configuration_id"),
        **{name: asked.get(name) for name in FACTS},
    }
    query.update({name: value for name, value in facts.items() if value})
    return {"retry_url": f"{reverse('runs:upload', args=[report_import.project.key])}?{query.urlencode()}"}
