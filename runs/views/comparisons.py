"""Two runs side by side, and putting a test of a run into quarantine."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import PortalError

from .. import comparison, policies
from ..failure_forms import QuarantineForm
from ..models import RunCase, TestRun
from ..outcome import run_before
from ..services.quarantine import put_into_quarantine
from .addresses import address
from .run_changes import crumbs_of
from .test_links import visible_run

PAGE = 100
OFFERED_RUNS = 50


class _Rows:
    """Tests of one change, for the paginator: a page costs one statement."""

    def __init__(self, count: int, **what: Any) -> None:
        self.number, self.what = count, what

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, part: slice) -> list[comparison.Compared]:
        start = part.start or 0
        return comparison.rows_of(limit=(part.stop or self.number) - start, offset=start, **self.what)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _context(request: HttpRequest, run: TestRun, before: TestRun) -> dict[str, Any]:
    counts = comparison.counts_of(run=run, before=before)
    asked = request.GET.get("change", "")
    change = (
        asked
        if asked in comparison.CHANGES
        else next((name for name in comparison.CHANGES if counts[name]), "new_failure")
    )
    rows = _Rows(counts[change], run=run, before=before, change=change)
    tabs = [
        {
            "label": label,
            "count": counts[name],
            "url": address(request, {"change": name}, "page"),
            "is_current": name == change,
        }
        for name, label in comparison.CHANGES.items()
    ]
    return {
        "page_obj": Paginator(rows, PAGE).get_page(_whole(request.GET.get("page", "")) or 1),
        "tabs": tabs,
        "change": change,
        "counts": counts,
    }


@require_safe
@project_page
def compare(request: HttpRequest, number: int) -> HttpResponse:
    """What became of each test since another run; by default the previous one of the same name, branch and place."""
    run = visible_run(request, number)
    runs = TestRun.objects.visible_to(request.user).in_project(request.project)
    chosen = request.GET.get("with", "")
    before = get_visible(TestRun, request, number=_whole(chosen) or 0) if chosen else run_before(run)
    others = list(
        runs.exclude(pk=run.pk)
        .filter(is_implicit=False)
        .select_related("configuration")
        .order_by("-started_at", "-number")[:OFFERED_RUNS]
    )
    if before is not None and before.pk not in {other.pk for other in others}:
        others.append(before)
    context = {"run": run, "before": before, "others": others, "crumbs": crumbs_of(run)}
    if before is not None:
        context |= _context(request, run, before)
    return render(request, "runs/compare.html", context)


@require_http_methods(["GET", "POST"])
@project_page
def quarantine_test(request: HttpRequest, number: int, test_id: int) -> HttpResponse:
    """The form with reason and last day."""
    run = visible_run(request, number)
    test = get_visible(RunCase.objects.for_list().select_related("project"), request, run=run, pk=test_id)
    policies.can_sort_failures(request.user, request.project).require()
    initial = {"expires_on": timezone.now().date() + timedelta(days=14)}
    form = QuarantineForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _held(request, test, form):
            return redirect("runs:quarantine", request.project.key)
    context = {"run": run, "test": test, "form": form, "crumbs": crumbs_of(run)}
    return render(request, "runs/quarantine_form.html", context, status=status)


def _held(request: HttpRequest, test: RunCase, form: QuarantineForm) -> bool:
    try:
        put_into_quarantine(actor=request.user, test=test, **form.cleaned_data)
    except PortalError as error:
        form.refuse(error)
        return False
    messages.success(request, _("In quarantine: failures of this test do not count for now"))
    return True
