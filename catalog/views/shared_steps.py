"""The pages of steps that cases share."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import PortalError
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..forms import EMPTY_STEPS, SharedStepsForm, ShareForm, read_steps
from ..models import SharedSteps, SharedStepsVersion, TestCase
from ..services import shared_steps as services
from ..shared_steps_page import SharedStepsList, SharedStepsPage
from ..step_rows import StepRow, step_rows


@require_GET
@project_page
def shared_steps_list(request: HttpRequest) -> HttpResponse:
    """All shared steps of the project; htmx asks for the rows alone."""
    template = "catalog/shared_steps_list.html" + ("#rows" if wants_fragment(request) else "")
    return render_fragment(request, template, {"page": SharedStepsList(request), "project": request.project})


@require_GET
@project_page
def shared_steps_choices(request: HttpRequest) -> HttpResponse:
    """The first that fit what is searched, to be put into the form of a case."""
    context = {"page": SharedStepsList(request), "project": request.project}
    return render_fragment(request, "catalog/shared_steps_choices.html", context)


@require_GET
@project_page
def shared_steps_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps, their versions, and the cases that use them."""
    return _render_page(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
@project_page
def shared_steps_create(request: HttpRequest) -> HttpResponse:
    """The form for new shared steps."""
    policies.can_edit_shared_steps(request.user, request.project).require()
    form = SharedStepsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            title, steps = form.cleaned_data["title"], read_steps(request.POST)
            shared = services.create_shared_steps(actor=request.user, project=request.project, title=title, steps=steps)
            return redirect(shared)
        except PortalError as error:
            form.refuse(error)
    return _render_form(request, form, read_steps(request.POST))


@require_http_methods(["GET", "POST"])
@project_page
def shared_steps_update(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of stored shared steps."""
    policies.can_edit_shared_steps(request.user, request.project).require()
    shared = _visible(request, pk)
    if request.method != "POST":
        form = SharedStepsForm(initial={"title": shared.title, "if_match": etag(shared)})
        return _render_form(request, form, shared.steps, shared)
    form, steps = SharedStepsForm(request.POST), read_steps(request.POST)
    if form.is_valid():
        try:
            services.update_shared_steps(actor=request.user, shared=shared, steps=steps, **form.cleaned_data)
            messages.success(request, _("%s is saved") % form.cleaned_data["title"])
            return redirect(shared)
        except PortalError as error:
            form.refuse(error)
    return _render_form(request, form, steps, shared)


@require_POST
@project_page
def shared_steps_restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Let the shared steps say again what they said in the version."""
    shared = _visible(request, pk)
    version = get_visible(SharedStepsVersion.objects.filter(shared_steps=shared), request, number=number)
    seen = request.POST.get("etag")
    with shown_refusal(request) as refusal:
        services.restore_shared_steps(actor=request.user, shared=shared, version=version, if_match=seen)
        messages.success(request, _("Version %d is back in every case that uses these steps") % number)
        return redirect(shared)
    return _render_page(request, _visible(request, pk), refusal)


@require_http_methods(["GET", "POST"])
@project_page
def shared_steps_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of the cases that use them, then the deletion."""
    shared, refusal = _visible(request, pk), Refusal()
    if request.method == "POST":
        keep = request.POST.get("put_in_place") == "on"
        with shown_refusal(request) as refusal:
            cases = services.delete_shared_steps(actor=request.user, shared=shared, put_in_place=keep)
            words = ngettext("Deleted; %d case keeps the texts", "Deleted; %d cases keep the texts", cases) % cases
            messages.success(request, words if cases else _("Deleted"))
            return redirect("catalog:shared_steps_list", request.project.key)
    policies.can_delete_shared_steps(request.user, request.project).require()
    context = {"page": SharedStepsPage(request, shared), "project": request.project, "refusal": refusal}
    return render(request, "catalog/shared_steps_delete.html", context, status=refusal.status)


@require_http_methods(["GET", "POST"])
@project_page
def case_share(request: HttpRequest, test_id: str) -> HttpResponse:
    """Make shared steps out of steps of the case, or let the case keep the texts of shared ones as its own."""
    policies.can_edit_shared_steps(request.user, request.project).require()
    case = get_visible(TestCase.objects.for_detail(), request, test_id=test_id)
    form = ShareForm(request.POST if "title" in request.POST else None)
    with shown_refusal(request) as refusal:
        if request.method == "POST" and _shared_or_own(request, case, form):
            return redirect(f"{case.get_absolute_url()}?full=1")
    context = {"case": case, "form": form, "refusal": refusal, "project": request.project, "etag": etag(case)}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "catalog/case_share.html", context, status=status)


def _shared_or_own(request: HttpRequest, case: TestCase, form: ShareForm) -> bool:
    """Do what the form of sharing asks for; False when it asks for nothing yet."""
    seen = request.POST.get("etag")
    if "own" in request.POST:
        key = request.POST["own"]
        found = SharedSteps.objects.living().in_project(request.project)
        shared = get_visible(found, request, pk=int(key) if key.isascii() and key.isdigit() and len(key) < 18 else 0)
        services.put_steps_in_place(actor=request.user, case=case, shared=shared, if_match=seen)
        messages.success(request, _("The steps of %s are the case's own now") % shared.title)
        return True
    if not form.is_valid():
        return False
    chosen = [int(each) for each in request.POST.getlist("positions") if each.isascii() and each.isdigit()][:1_000]
    title = form.cleaned_data["title"]
    shared = services.share_steps(actor=request.user, case=case, positions=chosen, title=title, if_match=seen)
    messages.success(request, _("%s can be used by other cases now") % shared.title)
    return True


def _visible(request: HttpRequest, pk: int) -> SharedSteps:
    living = SharedSteps.objects.living().for_list().select_related("project__tenant")
    return get_visible(living, request, pk=pk)


def _render_page(request: HttpRequest, shared: SharedSteps, refusal: Refusal | None = None) -> HttpResponse:
    page = SharedStepsPage(request, shared)
    context = {"page": page, "shared": shared, "project": request.project, "etag": etag(shared), "refusal": refusal}
    return render(request, "catalog/shared_steps_detail.html", context, status=refusal.status if refusal else 200)


def _render_form(
    request: HttpRequest, form: SharedStepsForm, steps: list[dict[str, Any]], shared: SharedSteps | None = None
) -> HttpResponse:
    list_url = reverse("catalog:shared_steps_list", args=[request.project.key])
    context = {
        "form": form,
        "rows": [*step_rows(request.project, steps), *[StepRow()] * EMPTY_STEPS],
        "empty_row": StepRow(),
        "shared": shared,
        "project": request.project,
        "crumbs": [(_("Shared steps"), list_url)],
        "cancel_url": shared.get_absolute_url() if shared else list_url,
    }
    return render(request, "catalog/shared_steps_form.html", context, status=422 if form.errors else 200)
