"""The runner: executing the tests of a run one by one."""

import hashlib
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.project_pages import get_visible, project_page
from catalog.choices import FieldTarget
from catalog.forms.own_fields import DRAWN, OwnFieldsForm
from catalog.own_fields import OwnFields
from qaportal.kit.errors import InvalidInput
from qaportal.kit.statuses import shown
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, wants_fragment

from ..models import RunCase
from ..runner_page import RunnerPage, key_of
from ..services import presence
from ..services.runner import VERDICTS, Entry, record_step, record_verdict, take_new_text
from ..services.runner_files import add_screenshot
from .test_links import visible_run

TEMPLATE = "runs/runner.html"


class EntryForm(forms.Form):
    """What every entry of a tester says about itself, and which step it is about."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=10**9)
    seen_status = forms.CharField(required=False, max_length=20)
    key = forms.CharField(required=False, max_length=40)
    step_number = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    iteration = forms.IntegerField(required=False, min_value=1, max_value=10**6)
    status = forms.CharField(required=False, max_length=20)
    notes = forms.CharField(required=False, strip=False, max_length=20_000)
    duration = forms.IntegerField(required=False, min_value=0, max_value=7 * 24 * 3600)
    size = forms.IntegerField(required=False, min_value=0)

    def told(self) -> dict[str, Any]:
        """The fields that were sent; raises InvalidInput naming those that cannot be used."""
        if not self.is_valid():
            raise InvalidInput(_("This cannot be used."), fields={n: list(texts) for n, texts in self.errors.items()})
        return {name: value for name, value in self.cleaned_data.items() if name in self.data and value is not None}


def _entry(told: dict[str, Any]) -> Entry:
    return Entry(told.get("seen"), status=told.get("seen_status", ""), key=key_of(told.get("key", "")))


ENTERED = (
    *("name", "project", "position", "status", "attempts", "last_result_id", "case_version", "case__version"),
    *("run__number", "run__status", "run__project"),
)
"""What an entry needs of its test, which is read whole when it is held."""


def _tests(number: int) -> QuerySet[RunCase]:
    """The tests of the run that stand for cases."""
    return RunCase.objects.living().planned().filter(run__number=number, run__is_implicit=False)


def _load(request: HttpRequest, number: int, test_id: int) -> RunCase:
    """A test of the run that stands for a case, else 404."""
    tests = _tests(number).with_text()
    known = ("run__project__tenant", "run__release", "run__configuration", "assigned_to", "case__project")
    tests = tests.select_related(*known, "case__folder")
    return get_visible(tests.defer("case__search", "case__folded", "case__steps_text"), request, pk=test_id)


def _load_for_entry(request: HttpRequest, number: int, test_id: int) -> RunCase:
    """The same with no more than an entry needs."""
    tests = _tests(number).with_text().select_related("run", "case").only("run", "case", *ENTERED)
    test = get_visible(tests, request, pk=test_id)
    test.run.project = request.project
    return test


def _page(request: HttpRequest, test: RunCase) -> RunnerPage:
    return RunnerPage(test.run, test, user=request.user, query=request.GET)


def _shown(request: HttpRequest, page: RunnerPage, *, status: int = 200, **more: Any) -> HttpResponse:
    verdicts = [{"code": code, "mark": shown(code)} for code in VERDICTS]
    context = {"project": request.project, "run": page.run, "test": page.test, "page": page, "verdicts": verdicts}
    return render(request, TEMPLATE, context | {"refusal": Refusal(), "mine": None} | more, status=status)


@require_safe
@project_page
def runner(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """One test of the run, to be executed."""
    test = _load(request, number, test_id)
    return _shown(request, _page(request, test))


@require_safe
@project_page
def start_runner(request: HttpRequest, number: int) -> HttpResponse:
    """Go to the next test without a verdict: one's own first, then any, then the first of all."""
    run = visible_run(request, number)
    tests = RunCase.objects.filter(run=run).planned().order_by("position", "pk")
    if run.is_implicit:
        raise Http404
    mine = tests.left().filter(assigned_to=request.user).first()
    test = mine or tests.left().first() or tests.first()
    if test is None:
        return redirect(run)
    filters = "?assigned=me" if mine else ""
    return redirect(RunnerPage(run, test, user=request.user, query=request.GET).address(test.pk) + filters)


def _mine(request: HttpRequest) -> dict[str, Any]:
    """What the tester entered, to be shown beside what stands and sent again."""
    left_out = {"csrfmiddlewaretoken", "seen", "seen_status", "key"}
    carried = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    told = {name: request.POST.get(name, "") for name in ("status", "notes")}
    status = told["status"] if told["status"] in VERDICTS else ""
    return {"status": status, "notes": told["notes"], "carried": carried}


def _answer(
    request: HttpRequest, test: RunCase, refusal: Refusal, attempt: int | None, *, moves_on: bool
) -> HttpResponse:
    """What the script, or a browser without one, gets for an entry; what was taken in stands in the test itself."""
    fresh = _load(request, test.run.number, test.pk) if refusal else test
    page = _page(request, fresh)
    if refusal and wants_fragment(request):
        body = {"code": refusal.code, "detail": refusal.message, "seen": fresh.attempts}
        if refusal.code == "attempt_conflict":
            context = {"page": page, "test": fresh, "mine": _mine(request), "refusal": refusal}
            body["html"] = render_fragment(request, f"{TEMPLATE}#conflict", context).content.decode()
        return JsonResponse(body, status=409 if refusal.code == "attempt_conflict" else 422)
    if wants_fragment(request):
        is_left = fresh.status in {"in_progress", "not_started"}
        return JsonResponse({"attempt": attempt, "status": fresh.status, "is_left": is_left})
    if refusal:
        return _shown(request, page, status=refusal.status, refusal=refusal, mine=_mine(request))
    stays = not moves_on or fresh.status == "in_progress"
    return redirect(page.address(fresh.pk) if stays else page.next_url or fresh.run.get_absolute_url())


def _entered(
    request: HttpRequest,
    number: int,
    test_id: int,
    record: Callable[[RunCase, dict], int | None],
    *,
    moves_on: bool = False,
) -> HttpResponse:
    """Record one entry and answer it."""
    test, attempt = _load_for_entry(request, number, test_id), None
    with shown_refusal(request) as refusal:
        attempt = record(test, EntryForm(request.POST).told())
    return _answer(request, test, refusal, attempt, moves_on=moves_on)


@require_POST
@project_page
def set_step(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Say how a step went, or note something about it."""

    def record(test: RunCase, told: dict[str, Any]) -> int:
        return record_step(
            actor=request.user,
            test=test,
            step_number=told.get("step_number", 1),
            iteration=told.get("iteration", 1),
            status=told.get("status") or None,
            notes=told.get("notes"),
            entry=_entry(told),
        )

    return _entered(request, number, test_id, record)


@require_POST
@project_page
def set_test(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Say how the test, or one of its examples, ended."""

    def record(test: RunCase, told: dict[str, Any]) -> int:
        seconds = told.get("duration")
        return record_verdict(
            actor=request.user,
            test=test,
            status=told.get("status", ""),
            notes=told.get("notes"),
            iteration=told.get("iteration"),
            duration_ms=None if seconds is None else seconds * 1000,
            custom_values=_own_values(request, test),
            entry=_entry(told),
        )

    return _entered(request, number, test_id, record, moves_on=True)


def _own_values(request: HttpRequest, test: RunCase) -> dict[str, Any] | None:
    """What the form says in the project's own fields of results; None where it shows none."""
    if DRAWN not in request.POST:
        return None
    own = OwnFields(request.project, actor=request.user, target=FieldTarget.RESULT)
    fields = own.of(test.case.template_id)
    return OwnFieldsForm(request.POST, own=own, fields=fields, values={}).typed_values()


@require_POST
@project_page
def add_file(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Put a screenshot or another file on a step."""

    def record(test: RunCase, told: dict[str, Any]) -> int | None:
        given = request.FILES.get("file")
        if given is None:
            raise InvalidInput(_("Choose a file."), fields={"file": [_("Choose a file.")]})
        if told.get("size", given.size) != given.size:
            words = _("The file did not arrive whole. Send it again.")
            raise InvalidInput(words, fields={"file": [words]})
        place = {name: told[name] for name in ("step_number", "iteration") if name in told}
        add_screenshot(actor=request.user, test=test, stream=given, name=given.name, entry=_entry(told), **place)
        return None

    return _entered(request, number, test_id, record)


@require_POST
@project_page
def take_text(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Execute what the case says now."""
    test = _load(request, number, test_id)
    with shown_refusal(request) as refusal:
        test = take_new_text(actor=request.user, test=test)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(_page(request, test).address(test.pk))


@require_safe
@project_page
def people_here(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Who else has the test open and what the last attempt says; 304 when neither changed."""
    test = _load_for_entry(request, number, test_id)
    others = presence.others_at(actor=request.user, test=test)
    facts = f"{test.attempts}:{test.status}:{[person.pk for person in others]}:{test.run.status}"
    tag = f'"{hashlib.sha256(facts.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        page = _page(request, test)
        page.others = others
        response = render_fragment(request, f"{TEMPLATE}#here", {"page": page, "test": test, "run": test.run})
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


@require_POST
@project_page
def note_me_here(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """Note that the tester has the test open, or has closed it."""
    test = _load_for_entry(request, number, test_id)
    act = presence.leave_test if request.POST.get("leaves") else presence.note_presence
    act(actor=request.user, test=test)
    return HttpResponse(status=204)
