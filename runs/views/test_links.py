"""Giving reported tests their cases, and a release the cases that a report ran outside its scope."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from catalog.models import TestCase
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..forms import LinkForm
from ..models import RunCase, TestRun
from ..services.linking import create_cases_for_tests, link_test
from ..services.scope import widen_scope
from ..suggestions import cases_like

MOST_AT_ONCE = 1_000
"""Cases that one click creates: more would keep the page waiting. An upload that creates cases has no such limit."""


@dataclass(slots=True)
class LinkOffer:
    """What the panel beside a test without a case offers."""

    test: RunCase
    cases: list[TestCase]
    next: str
    refusal: str = ""
    url: str = field(init=False)
    create_url: str = field(init=False)

    def __post_init__(self) -> None:
        """Where the panel's forms go."""
        run = self.test.run
        self.url = reverse("runs:link_test", args=[run.project.key, run.number, self.test.pk])
        self.create_url = reverse("runs:create_cases", args=[run.project.key, run.number])


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where the form says it came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(target, None, require_https=request.is_secure())
    return target if target.startswith("/") and is_safe else fallback


def visible_run(request: HttpRequest, number: int) -> TestRun:
    """The run of the address, else 404."""
    return get_visible(TestRun.objects.select_related("project", "release__project"), request, number=number)


def _chosen_case(request: HttpRequest, given: str) -> TestCase:
    cases = TestCase.objects.visible_to(request.user).in_project(request.project).select_related("project")
    case = cases.filter(test_id=given.strip().upper()).first()
    if case is None:
        words = _("There is no test case with this id.")
        raise InvalidInput(words, "not_found", fields={"case": [words]})
    return case


@require_http_methods(["GET", "POST"])
@project_page
def link_test_page(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Look for the case of a reported test, and link it."""
    run = visible_run(request, number)
    test = get_object_or_404(RunCase.objects.filter(run=run).select_related("run__project", "case"), pk=test_id)
    target = safe_next(request, f"{run.get_absolute_url()}?tab=unmatched")
    refusal = None
    if request.method == "POST":
        form = LinkForm(request.POST)
        with shown_refusal(request) as refusal:
            case = _chosen_case(request, form.cleaned_data["case"] if form.is_valid() else "")
            link_test(actor=request.user, test=test, case=case)
            words = _("“%(test)s” belongs to %(case)s now") % {"test": test.name[:80], "case": case.test_id}
            messages.success(request, words)
            return HttpResponseRedirect(target)
    words = request.GET.get("q", "").replace("\x00", "")[:200]
    offer = LinkOffer(test, cases_like(test, words=words), target, refusal.message if refusal else "")
    context = {
        "project": request.project,
        "run": run,
        "test": test,
        "link": offer,
        "words": words,
        "may_link": policies.can_link_tests(request.user, run),
        "crumbs": [(_("Runs"), reverse("runs:list", args=[run.project.key])), (str(run), run.get_absolute_url())],
    }
    template = "runs/link_test.html" + ("#panel" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=refusal.status if refusal else 200)


@require_POST
@project_page
def create_cases(request: HttpRequest, number: int) -> HttpResponse:
    """Make cases of the picked tests, or of all that have none."""
    run = visible_run(request, number)
    target = safe_next(request, f"{run.get_absolute_url()}?tab=unmatched")
    picked = [int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit() and len(text) < 19]
    with shown_refusal(request) as refusal:
        if "all" in request.POST:
            unmatched = RunCase.objects.filter(run=run).unmatched().order_by("position", "pk")
            picked = list(unmatched.values_list("pk", flat=True)[:MOST_AT_ONCE])
        elif not picked:
            raise InvalidInput(_("Pick at least one test."))
        cases = create_cases_for_tests(actor=request.user, run=run, test_ids=picked)
        words = ngettext("%d test case created", "%d test cases created", len(cases)) % len(cases)
        messages.success(request, words)
    if refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(target)


@require_POST
@project_page
def add_to_release(request: HttpRequest, number: int) -> HttpResponse:
    """Let the run's release cover the cases that the run executed outside its scope."""
    run = visible_run(request, number)
    with shown_refusal(request) as refusal:
        added = widen_scope(actor=request.user, run=run)
        words = ngettext("%(n)d case added to %(release)s", "%(n)d cases added to %(release)s", added)
        messages.success(request, words % {"n": added, "release": run.release.version})
    if refusal:
        messages.error(request, refusal.message)
    return redirect(safe_next(request, run.get_absolute_url()))
