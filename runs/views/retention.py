"""How long a project keeps results and files: the terms, what would go, what is taken, and pins of runs."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import project_page
from qaportal.kit.errors import PortalError
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..models import RetentionSweep
from ..retention import Limits, terms_of
from ..retention_figures import disk_use_of, preview_of
from ..retention_forms import RetentionForm, SilenceForm
from ..services import retention as services
from ..services.silence import set_silent_hours, silent_hours_of
from .test_links import safe_next, visible_run

PAGE = "runs/retention.html"
SHOWN_SWEEPS = 10


@require_http_methods(["GET", "POST"])
@project_page
def retention_terms(request: HttpRequest) -> HttpResponse:
    """The terms with what they mean; `preview=1` tells what other terms would mean."""
    terms = terms_of(request.project)
    initial = {name: getattr(terms, name) for name in services.TERMS}
    given = request.POST if request.method == "POST" else request.GET if request.GET.get("preview") else None
    form = RetentionForm(given, initial=initial)
    if request.method == "POST":
        policies.can_set_retention(request.user, request.project).require()
        if form.is_valid() and _is_saved(request, form):
            messages.success(request, _("The terms are saved. The coming night acts on them."))
            return redirect("runs:retention", request.project.key)
    context = _preview(request, form, initial)
    if wants_fragment(request):
        return render_fragment(request, f"{PAGE}#preview", context)
    context |= _facts(request)
    return render(request, PAGE, context, status=422 if request.method == "POST" else 200)


@require_POST
@project_page
def silent_hours(request: HttpRequest) -> HttpResponse:
    """Say how long a run may be silent, on the page of the terms."""
    policies.can_set_retention(request.user, request.project).require()
    form = SilenceForm(request.POST)
    if form.is_valid():
        try:
            set_silent_hours(actor=request.user, project=request.project, hours=form.cleaned_data["silent_hours"])
            messages.success(request, _("The hours of silence are saved."))
            return redirect("runs:retention", request.project.key)
        except PortalError as error:
            form.refuse(error)
    terms = {name: getattr(terms_of(request.project), name) for name in services.TERMS}
    context = _preview(request, RetentionForm(initial=terms), terms) | _facts(request) | {"silence_form": form}
    return render(request, PAGE, context, status=422)


def _is_saved(request: HttpRequest, form: RetentionForm) -> bool:
    try:
        services.set_retention_terms(actor=request.user, project=request.project, **form.cleaned_data)
    except PortalError as error:
        form.refuse(error)
        return False
    return True


def _preview(request: HttpRequest, form: RetentionForm, initial: dict[str, Any]) -> dict[str, Any]:
    """What would go by the terms of the form; by the stored ones where nothing usable was given."""
    is_given = form.is_bound and form.is_valid()
    terms = form.cleaned_data if is_given else initial
    asked = any(terms.values()) and (request.GET.get("preview") or wants_fragment(request))
    preview = None
    if asked:
        with transaction.atomic():
            preview = preview_of(request.project, Limits.of(terms["results_days"], terms["artifacts_days"]))
    return {"preview": preview, "terms": terms, "is_saved": terms == initial, "form": form, "project": request.project}


def _facts(request: HttpRequest) -> dict[str, Any]:
    uses = disk_use_of(request.project)
    sweeps = RetentionSweep.objects.visible_to(request.user).in_project(request.project).newest_first()
    return {
        "uses": uses,
        "total": sum(each.size for each in uses),
        "largest": max(1, *(each.size for each in uses)),
        "sweeps": list(sweeps[:SHOWN_SWEEPS]),
        "silence_form": SilenceForm(initial={"silent_hours": silent_hours_of(request.project)}),
        "decision": policies.can_set_retention(request.user, request.project),
    }


@require_POST
@project_page
def pin_run(request: HttpRequest, number: int) -> HttpResponse:
    """Pin the run, or take the pin off with `off=1`."""
    run = visible_run(request, number)
    off = bool(request.POST.get("off"))
    with shown_refusal(request) as refusal:
        (services.unpin_run if off else services.pin_run)(actor=request.user, run=run)
        words = _("Run %d goes when its term is over") if off else _("Run %d is kept for ever")
        messages.success(request, words % run.number)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(safe_next(request, run.get_absolute_url()))
