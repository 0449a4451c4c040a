"""The workflow of a project: the states of its cases, for those who set the project up."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import project_page
from accounts.services.projects import update_project
from qaportal.kit.forms import PortalForm
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from .. import policies
from ..forms import RemoveStateForm, StateForm
from ..services import workflow as services
from ..workflow import forget_workflow, workflow_of
from ..workflow_page import NEW, WorkflowPage


@require_http_methods(["GET", "POST"])
@project_page
def workflow(request: HttpRequest) -> HttpResponse:
    """The states in their order; posting adds one."""
    if request.method != "POST":
        return _render(WorkflowPage(request))
    form = StateForm(request.POST, prefix=NEW)
    return _changed(request, NEW, form, _("State added"), services.add_state)


@require_POST
@project_page
def update_state(request: HttpRequest, code: str) -> HttpResponse:
    """Rename or recolour a state, or change what it means."""
    form = StateForm(request.POST, prefix=f"state-{code}")
    return _changed(request, code, form, _("State changed"), services.update_state, code=code)


@require_POST
@project_page
def move_state(request: HttpRequest, code: str) -> HttpResponse:
    """Move a state up or down."""
    by = 1 if request.POST.get("by") == "down" else -1
    return _changed(request, code, None, _("State moved"), services.move_state, code=code, by=by)


@require_POST
@project_page
def remove_state(request: HttpRequest, code: str) -> HttpResponse:
    """Remove a state; its cases move to the chosen one, in a job when there are many."""
    others = [choice for choice in workflow_of(request.project).choices if choice[0] != code]
    form = RemoveStateForm(request.POST, others=others, prefix=f"remove-{code}")
    if services.cases_in(request.project, code) <= services.MOST_MOVED:
        return _changed(request, code, form, _("State removed"), services.remove_state, code=code)
    words = _("Its cases are being moved; the state goes when that is done")
    return _changed(request, code, form, words, services.remove_state_later, code=code)


@require_POST
@project_page
def change_approval(request: HttpRequest) -> HttpResponse:
    """Say whether every case needs an approval before it counts as active."""
    asked = {"requireApproval": request.POST.get("require_approval") == "on"}
    request.project = update_project(actor=request.user, project=request.project, settings=asked)
    return _told(request, _("Saved"))


def _changed(
    request: HttpRequest, at: str, form: PortalForm | None, words: str, service: Callable[..., object], **named: Any
) -> HttpResponse:
    """Call the service with what the form holds and show the states as they are now; a refusal stands at the state."""
    policies.can_edit_workflow(request.user, request.project).require()
    if at != NEW and at not in workflow_of(request.project).by_code:
        raise Http404
    if form is not None and not form.is_valid():
        return _render(WorkflowPage(request, at=at, form=form), 422)
    given = form.cleaned_data if form is not None else {}
    with shown_refusal(request) as refusal:
        service(actor=request.user, project=request.project, **named, **given)
    if refusal:
        if form is not None:
            form.refuse(refusal)
        return _render(WorkflowPage(request, at=at, form=form, refusal=refusal), refusal.status)
    return _told(request, words)


def _told(request: HttpRequest, words: str) -> HttpResponse:
    forget_workflow(request.project)
    if wants_fragment(request):
        return tell(_render(WorkflowPage(request)), words)
    messages.success(request, words)
    return redirect("catalog:workflow", request.project.key)


def _render(page: WorkflowPage, status: int = 200) -> HttpResponse:
    part = "#states" if wants_fragment(page.request) else ""
    context = {"page": page, "project": page.project}
    return render_fragment(page.request, f"catalog/workflow.html{part}", context, status=status)
