"""The form of one case."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.administration import way_back
from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import InvalidInput, VersionConflict
from qaportal.kit.views import render_fragment, wants_fragment

from .. import policies
from ..forms import EMPTY_STEPS, CaseForm, read_steps
from ..merging import merge, typed_document
from ..models import Folder, TestCase
from ..services import cases
from ..services.steps import steps_document, stored_steps
from ..step_rows import StepRow, step_rows

SHOW = "show"
"""Sent with a form in which another template was chosen: it is drawn anew and nothing is stored."""


@require_http_methods(["GET", "POST"])
@project_page
def create_case(request: HttpRequest) -> HttpResponse:
    """The form for a new case, in the folder of the address."""
    policies.can_edit_cases(request.user, request.project).require()
    if SHOW in request.POST or "restore" in request.POST:
        return _render_typed(request)
    initial = CaseForm.initial_of_new(request.project, request.GET.get("folder", ""))
    form = CaseForm(request.POST or None, initial=initial, project=request.project, user=request.user)
    steps = read_steps(request.POST)
    case, _conflict = _stored(request, form, steps)
    if case is not None:
        messages.success(request, _("%s is written") % case.test_id, extra_tags=_draft_key(request))
        return _after_save(request, case)
    return _render_form(request, form, steps)


@require_http_methods(["GET", "POST"])
@project_page
def update_case(request: HttpRequest, test_id: str) -> HttpResponse:
    """The form of a stored case; what somebody else saved meanwhile is never overwritten unseen."""
    policies.can_edit_cases(request.user, request.project).require()
    case = get_visible(TestCase.objects.for_detail(), request, test_id=test_id)
    if request.method != "POST":
        return _render_form(request, _form_of(request, case), steps_document(case), case=case, etag=etag(case))
    if "restore" in request.POST:
        return _render_draft(request, case)
    if SHOW in request.POST:
        return _render_typed(request, case)
    form, steps = _form_of(request, case, request.POST), read_steps(request.POST)
    saved, conflict = _stored(request, form, steps, case)
    if saved is not None:
        messages.success(request, _("%s is saved") % saved.test_id, extra_tags=_draft_key(request, case))
        return _after_save(request, saved)
    if conflict:
        return _render_merge(request, form, steps, case)
    return _render_form(request, form, steps, case=case, etag=request.POST.get("etag", ""))


def _render_merge(request: HttpRequest, form: CaseForm, steps: list[dict[str, Any]], case: TestCase) -> HttpResponse:
    """The form with both works in it; what both changed stands side by side above."""
    values = form.values()
    if values["folder"] is not None:
        values["folder"] = get_visible(Folder, request, pk=values["folder"])
    story = values.pop("story_id")
    try:
        typed = typed_document(case, values, steps=stored_steps(request.project, [steps])[0], story=story)
    except InvalidInput as error:
        form.refuse(error)
        return _render_form(request, form, steps, case=case, etag=request.POST.get("etag", ""))
    merged = merge(case, typed, request.POST.get("etag", ""))
    initial = {**CaseForm.initial_of_document(merged.document), "reason": form.cleaned_data["reason"]}
    form = CaseForm(None, initial=initial, project=request.project, user=request.user, owner=case.owner)
    return _render_form(request, form, merged.document["steps"], case=case, etag=etag(case), conflict=merged)


def _draft_key(request: HttpRequest, case: TestCase | None = None) -> str:
    """Under what the browser keeps what this person typed and did not save."""
    return f"{request.user.pk}/{request.project.key}/{case.test_id if case else 'new'}"


def _render_draft(request: HttpRequest, case: TestCase) -> HttpResponse:
    """The form with what the browser kept of it, beside what was saved since; nothing is stored."""
    if request.POST.get("etag", "") != etag(case) and (form := _form_of(request, case, request.POST)).is_valid():
        return _render_merge(request, form, read_steps(request.POST), case)
    return _render_typed(request, case)


def _render_typed(request: HttpRequest, case: TestCase | None = None) -> HttpResponse:
    """The form drawn anew with what stands in it, right or wrong: of a draft, or of another template."""
    steps, seen = read_steps(request.POST), request.POST.get("etag", "")
    if case is not None:
        form = _form_of(request, case, typed=request.POST)
    else:
        form = CaseForm(None, project=request.project, user=request.user, typed=request.POST)
    return _render_form(request, form, steps, case=case, etag=seen)


def _form_of(request: HttpRequest, case: TestCase, data: Any = None, *, typed: Any = None) -> CaseForm:
    initial = CaseForm.initial_of(case)
    return CaseForm(data, initial=initial, project=request.project, user=request.user, owner=case.owner, typed=typed)


def _stored(
    request: HttpRequest, form: CaseForm, steps: list[dict[str, Any]], case: TestCase | None = None
) -> tuple[TestCase | None, bool]:
    """The stored case, or None and whether somebody else saved first; what a service refuses stands in the form."""
    if not form.is_valid():
        return None, False
    values = form.values()
    try:
        if values["folder"] is not None:
            values["folder"] = get_visible(Folder, request, pk=values["folder"])
        if case is None:
            return cases.create_case(actor=request.user, project=request.project, steps=steps, **values), False
        kept = {"if_match": request.POST.get("etag"), "reason": form.cleaned_data["reason"]}
        return cases.update_case(actor=request.user, case=case, steps=steps, **kept, **values), False
    except VersionConflict:
        return None, True
    except InvalidInput as error:
        form.refuse(error)
        return None, False


def _render_form(
    request: HttpRequest, form: CaseForm, steps: list[dict[str, Any]], case: TestCase | None = None, **context: Any
) -> HttpResponse:
    rows = [*step_rows(request.project, steps), *[StepRow()] * EMPTY_STEPS]
    list_url = reverse("catalog:case_list", args=[request.project.key])
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    context |= {
        "form": form,
        "steps": rows,
        "empty_row": StepRow(),
        "case": case,
        "draft": _draft_key(request, case),
        "project": request.project,
        "crumbs": [(_("Test cases"), list_url)],
        "cancel_url": way_back(request, (case.get_absolute_url() if case else list_url) + query),
    }
    status = 422 if form.errors or context.get("conflict") else 200
    template = "catalog/case_form.html" + ("#own_fields" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=status)


def _after_save(request: HttpRequest, case: TestCase) -> HttpResponse:
    """Back to where the form was opened: a run, or the case beside the list; a new one beside its folder's."""
    query = request.GET.urlencode() or (f"folder={case.folder_id}" if case.folder_id else "")
    return redirect(way_back(request, f"{case.get_absolute_url()}?{query}" if query else case.get_absolute_url()))
