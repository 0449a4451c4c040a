"""Changing a run: its facts, its status, its end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import InvalidInput, PortalError
from qaportal.kit.views import shown_refusal

from .. import policies
from ..choices import RunStatus
from ..forms import RunForm
from ..models import TestRun
from ..services.runs import delete_run, update_run
from .test_links import visible_run

FACTS = (
    *("name", "description", "status", "release", "milestone", "configuration", "environment", "build", "branch"),
    "due",
)


def crumbs_of(run: TestRun) -> list[tuple[str, str]]:
    """The way from the runs to this one."""
    return [
        (_("Runs"), reverse("runs:list", args=[run.project.key])),
        (_("Run %d") % run.number, run.get_absolute_url()),
    ]


@require_http_methods(["GET", "POST"])
@project_page
def edit_run(request: HttpRequest, number: int) -> HttpResponse:
    """The form with the facts of the run."""
    run = visible_run(request, number)
    policies.can_edit_run(request.user, run).require()
    initial = {name: getattr(run, name) for name in FACTS} | {"version": etag(run)}
    form = RunForm(request.POST or None, project=request.project, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                update_run(actor=request.user, run=run, if_match=values.pop("version") or None, **values)
            except PortalError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Run %d saved") % run.number)
                return redirect(run)
    context = {"run": run, "form": form, "crumbs": crumbs_of(run)}
    return render(request, "runs/run_form.html", context, status=status)


@require_POST
@project_page
def change_status(request: HttpRequest, number: int) -> HttpResponse:
    """Complete, cancel or open the run again."""
    run = visible_run(request, number)
    with shown_refusal(request) as refusal:
        status = request.POST.get("status", "")
        if status not in RunStatus.values:
            raise InvalidInput(_("A run cannot have this status."))
        update_run(actor=request.user, run=run, status=status)
        label = RunStatus(status).label.lower()
        messages.success(request, _("Run %(number)d is %(status)s now") % {"number": run.number, "status": label})
    if refusal:
        messages.error(request, refusal.message)
    return redirect(run)


@require_http_methods(["GET", "POST"])
@project_page
def remove_run(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then delete the run."""
    run = visible_run(request, number)
    policies.can_delete_run(request.user, run).require()
    if request.method == "POST":
        deleted = delete_run(actor=request.user, run=run)
        words = _("Run %d deleted")
        if deleted.withdrawn_to is not None:
            words = _("Run %d deleted; what its results counted for is worked out anew, which takes some moments")
        messages.success(request, words % run.number)
        return redirect("runs:list", run.project.key)
    return render(request, "runs/run_delete.html", {"run": run, "crumbs": crumbs_of(run)})
