"""Planning a run to be executed by hand, and saying who executes its tests."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import project_page
from qaportal.kit.errors import InvalidInput, PortalError
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..models import TestRun
from ..planning import LONGEST_AXES, SOURCES, AssignForm, PlanForm, combinations_of
from ..services.manual_runs import assign_tests, chosen_cases
from ..services.sibling_runs import create_sibling_runs
from .test_links import visible_run

FACTS = ("name", "description", "release", "milestone", "environment", "build", "due")
SUGGESTED = ("previous", "scope", "release", "view", "cases", "name", "milestone", "axes", "combine")
TEMPLATE = "runs/run_plan.html"


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the address suggests: the failures of a run, the scope of a release, a saved view, cases, axes."""
    given = {name: request.GET.get(name, "") for name in SUGGESTED}
    return {name: value[:2_000] for name, value in given.items() if value} | {"statuses": ["failed", "blocked"]}


@require_http_methods(["GET", "POST"])
@project_page
def plan_run(request: HttpRequest) -> HttpResponse:
    """The form of a new run by hand; htmx asks how many cases, and which combinations, what is typed comes to."""
    policies.can_plan_run(request.user, request.project).require()
    if request.method == "GET" and wants_fragment(request):
        if "count" in request.GET:
            return render_fragment(request, f"{TEMPLATE}#chosen", _chosen(request))
        return render_fragment(request, f"{TEMPLATE}#combinations", _combinations(request.GET))
    form = PlanForm(request.POST or None, user=request.user, project=request.project, initial=_initial(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                runs = _planned(request, form)
            except PortalError as error:
                form.refuse(error)
            else:
                messages.success(request, _planned_words(runs))
                return redirect(runs[0] if len(runs) == 1 else f"{runs[0].get_absolute_url()}?tab=siblings")
    crumbs = [(_("Runs"), reverse("runs:list", args=[request.project.key]))]
    context = {"project": request.project, "form": form, "crumbs": crumbs, "chosen": None, "chosen_refused": []}
    context |= _combinations(request.POST or request.GET)
    return render(request, TEMPLATE, context, status=status)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """How many cases what is chosen until now comes to, or why it cannot be told."""
    form = PlanForm(request.GET, user=request.user, project=request.project)
    form.is_valid()
    refused = [text for name in SOURCES for text in form.errors.get(name, [])]
    chosen = form.chosen
    if refused or chosen.is_empty:
        return {"chosen": None, "chosen_refused": refused}
    cases = chosen_cases(actor=request.user, project=request.project, chosen=chosen)
    return {"chosen": cases.order_by().count(), "chosen_refused": []}


def _combinations(data: QueryDict) -> dict[str, Any]:
    """The combinations of what is typed, or why there are none."""
    try:
        return {"combinations": combinations_of(data.get("axes", "")[:LONGEST_AXES], data.get("combine", ""))}
    except InvalidInput as error:
        return {"combinations": [], "axes_refused": error.fields["axes"]}


def _planned(request: HttpRequest, form: PlanForm) -> list[TestRun]:
    facts = {name: form.cleaned_data[name] for name in FACTS}
    return create_sibling_runs(
        actor=request.user,
        project=request.project,
        chosen=form.chosen,
        configurations=form.cleaned_data["configurations"],
        combinations=form.combinations,
        assignment=form.assignment,
        **facts,
    )


def _planned_words(runs: list[TestRun]) -> str:
    tests = runs[0].total
    if len(runs) == 1:
        words = ngettext("Run %(run)d planned with %(n)d test", "Run %(run)d planned with %(n)d tests", tests)
        return words % {"run": runs[0].number, "n": tests}
    words = ngettext("%(runs)d runs planned with %(n)d test each", "%(runs)d runs planned with %(n)d tests each", tests)
    return words % {"runs": len(runs), "n": tests}


@require_POST
@project_page
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """Give the picked tests, or all without a verdict, to people or to nobody; the list stays as it was narrowed."""
    run = visible_run(request, number)
    form = AssignForm(request.POST, project=request.project)
    picked = [int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit() and len(text) < 18]
    with shown_refusal(request) as refusal:
        if not form.is_valid():
            raise InvalidInput(_("This person may not record results in the project."))
        tests = None if request.POST.get("all") else picked
        moved = assign_tests(actor=request.user, run=run, assignment=form.assignment, test_ids=tests)
        words = ngettext("%d test has changed hands", "%d tests have changed hands", moved) % moved
        messages.success(request, words)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(f"{run.get_absolute_url()}?{request.GET.urlencode() or 'tab=all'}")
