"""Work in the list itself: changing a row where it stands, and writing cases line by line."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import VersionConflict
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, tell, wants_fragment

from .. import policies
from ..case_pages import CasesPage
from ..change_page import undo_of
from ..forms import RowForm
from ..models import TestCase
from ..services import cases

EDITED = ("title", "priority", "state", "tags")


@require_http_methods(["GET", "POST"])
@project_page
def case_row(request: HttpRequest, test_id: str) -> HttpResponse:
    """One row of the list; `?edit=` a field makes a form of it, and posting that form saves it."""
    case = get_visible(TestCase.objects.for_list(), request, test_id=test_id)
    if not wants_fragment(request) and request.method == "GET":
        return redirect(reverse("catalog:case_update", args=[request.project.key, test_id]))
    if request.method == "POST":
        return _save_row(request, case)
    if "edit" not in request.GET:
        return _render_row(request, case)
    policies.can_edit_cases(request.user, request.project).require()
    return _render_form(request, case, RowForm(initial={**RowForm.initial_of(case), "etag": etag(case)}))


@require_POST
@project_page
def quick_add(request: HttpRequest) -> HttpResponse:
    """Write a case of one line into the folder of the list; the next one can follow."""
    page = CasesPage(request)
    title = request.POST.get("title", "")
    with shown_refusal(request) as refusal:
        case = cases.create_case(actor=request.user, project=request.project, title=title, folder=page.folder)
        words = _("%s is written") % case.test_id
        if not wants_fragment(request):
            messages.success(request, words)
            return HttpResponseRedirect(page.list_url + page.query())
        return tell(_render_row(request, case), words)
    context = {"page": page, "project": request.project, "refusal": refusal, "title": title}
    response = render_fragment(request, "catalog/_case_row.html#quick", context, status=refusal.status)
    response["HX-Retarget"], response["HX-Reswap"] = "#quick-add", "outerHTML"
    return response


def _save_row(request: HttpRequest, case: TestCase) -> HttpResponse:
    form, refusal = RowForm(request.POST), Refusal()
    if form.is_valid():
        seen = form.cleaned_data["etag"] or etag(case)
        with shown_refusal(request) as refusal:
            try:
                saved = cases.update_case(actor=request.user, case=case, if_match=seen, **form.fields_of_case())
            except VersionConflict as conflict:
                return _render_conflict(request, case, form, conflict)
            return _saved(request, case, saved)
    return _render_form(request, case, form, refusal, status=422)


def _saved(request: HttpRequest, before: TestCase, saved: TestCase) -> HttpResponse:
    if not wants_fragment(request):
        return redirect(saved.get_absolute_url())
    response = _render_row(request, saved)
    if saved.version == before.version:
        return response
    undo = undo_of(request.project, saved.updated_at.isoformat())
    return tell(response, _("%s is saved") % saved.test_id, undo=undo)


def _render_conflict(request: HttpRequest, case: TestCase, form: RowForm, conflict: VersionConflict) -> HttpResponse:
    """The form with what was typed and with what stands now; saving it once more is a decision, no accident."""
    stored = RowForm.initial_of(case)
    typed = form.fields_of_case()
    now = [f"{form.fields[name].label}: {stored[name]}" for name in EDITED if stored[name] != typed[name]]
    words = _("Somebody saved it meanwhile. It says now: %s. Save again to put yours in its place.")
    form = RowForm(initial={**typed, "etag": etag(case)})
    return _render_form(request, case, form, Refusal(words % "; ".join(now), "version_conflict", 422), status=422)


def _render_row(request: HttpRequest, case: TestCase) -> HttpResponse:
    page = CasesPage(request)
    context = {"rows": [page.drawn(page.row_of(case.pk))]}
    return render_fragment(request, "catalog/_case_row.html#rows", context)


def _render_form(
    request: HttpRequest, case: TestCase, form: RowForm, refusal: Refusal | None = None, *, status: int = 200
) -> HttpResponse:
    wanted = request.GET.get("edit", "")
    context: dict[str, Any] = {
        "page": CasesPage(request),
        "project": request.project,
        "case": case,
        "form": form,
        "refusal": refusal,
        "focused": wanted if wanted in EDITED else "title",
    }
    return render_fragment(request, "catalog/_case_row.html#form", context, status=status)
