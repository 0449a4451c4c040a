"""Planning a run to be executed by hand, and saying who executes its tests."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import project_page
from qaportal.kit.errors import InvalidInput, PortalError
from qaportal.kit.views import shown_refusal

from .. import policies
from ..planning import AssignForm, PlanForm
from ..services.manual_runs import assign_tests, create_manual_run
from .test_links import visible_run

FACTS = ("name", "description", "release", "environment", "build", "due")


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the address suggests: the failures of a run, the scope of a release, a saved view, cases."""
    given = {name: request.GET.get(name, "") for name in ("previous", "scope", "release", "view", "cases", "name")}
    return {name: value[:2_000] for name, value in given.items() if value} | {"statuses": ["failed", "blocked"]}


@require_http_methods(["GET", "POST"])
@project_page
def plan_run(request: HttpRequest) -> HttpResponse:
    """The form of a new run by hand."""
    policies.can_plan_run(request.user, request.project).require()
    form = PlanForm(request.POST or None, user=request.user, project=request.project, initial=_initial(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run = _planned(request, form)
            except PortalError as error:
                form.refuse(error)
            else:
                words = ngettext(
                    "Run %(run)d planned with %(n)d test", "Run %(run)d planned with %(n)d tests", run.total
                )
                messages.success(request, words % {"run": run.number, "n": run.total})
                return redirect(run)
    crumbs = [(_("Runs"), reverse("runs:list", args=[request.project.key]))]
    context = {"project": request.project, "form": form, "crumbs": crumbs}
    return render(request, "runs/run_plan.html", context, status=status)


def _planned(request: HttpRequest, form: PlanForm) -> Any:
    facts = {name: form.cleaned_data[name] for name in FACTS}
    return create_manual_run(
        actor=request.user, project=request.project, chosen=form.chosen, assignment=form.assignment, **facts
    )


@require_POST
@project_page
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """Give the picked tests, or all without a verdict, to people or to nobody."""
    run = visible_run(request, number)
    form = AssignForm(request.POST, project=request.project)
    picked = [int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit() and len(text) < 18]
    with shown_refusal(request) as refusal:
        if not form.is_valid():
            raise InvalidInput(_("This person does not work in the project."))
        tests = None if request.POST.get("all") else picked
        moved = assign_tests(actor=request.user, run=run, assignment=form.assignment, test_ids=tests)
        words = ngettext("%d test has changed hands", "%d tests have changed hands", moved) % moved
        messages.success(request, words)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(f"{run.get_absolute_url()}?tab=all")
