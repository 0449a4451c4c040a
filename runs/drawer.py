"""What the drawer of one test shows: its attempts, one of them in full, and the history of its case."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Project
from catalog.choices import FieldTarget
from catalog.own_fields import OwnFields
from catalog.shown_values import ShownValues, shown_values
from qaportal.kit import panels

from .models import Result, RunCase, TestRun
from .terminal import readable
from .timeline import Summary, summary_of
from .traces import Part, parts_of

TEST_PANELS = "runs.test.drawer"
"""The place where apps above show what they know of a test; a loader answers its facts by the test's id."""
HISTORY_PAGE = 15
RUNS_SEARCHED = 60  # runs of the project in which the history of a test without a case is looked for
SHOWN_ATTEMPTS = 12


@dataclass(slots=True)
class ShownAttempt:
    """One attempt with its texts made readable."""

    result: Result
    message: str
    trace: list[Part]
    """Its stack trace; frames of frameworks are folded."""
    output: str
    notes: str
    properties: list[tuple[str, str]]
    attachments: list[str]
    own: ShownValues
    """What the project's own fields say."""
    summary: Summary | None = None
    """What it left behind, in short; the drawer alone shows it."""

    @property
    def says_nothing(self) -> bool:
        """Whether the report told nothing beside the status."""
        texts = (self.message, self.trace, self.output, self.notes)
        return not any(texts) and not self.properties and not self.attachments and not self.own


@dataclass(slots=True)
class Drawer:
    """The drawer of one test."""

    test: RunCase
    view: str
    """`attempt` or `history`."""
    attempts: list[Result]
    hidden_attempts: int
    shown: ShownAttempt | None
    history: Page | None = None
    sections: list[tuple[panels.Panel, Any]] = field(default_factory=list)
    """What other apps know of the test."""
    neighbours: dict[str, Any] = field(default_factory=dict)
    """The tests above and below it in the list: `previous` and `next`, each `(test id, page)` or None."""


def whole(text: str) -> int | None:
    """The number that a query names, if it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _texts(value: object) -> list[tuple[str, str]]:
    return [(str(name), readable(str(text))) for name, text in value.items()] if isinstance(value, dict) else []


def shown_attempt(result: Result, project: Project) -> ShownAttempt:
    """The attempt with its texts made readable."""
    facts = result.metadata or {}
    trace, message = readable(result.stack_trace), readable(result.error_message)
    if message and trace.startswith(message):
        trace = trace.removeprefix(message).lstrip("\n")
    return ShownAttempt(
        result=result,
        message=message,
        trace=parts_of(trace),
        output=readable(result.output),
        notes=result.notes,
        properties=_texts(facts.get("properties")),
        attachments=[str(path) for path in facts.get("attachments") or []],
        own=shown_values(OwnFields(project, target=FieldTarget.RESULT), result.custom_values, None),
    )


def history_of(test: RunCase) -> QuerySet:
    """The verdicts of this test's case in all runs, newest first; without a case, of the same test in the last runs."""
    found = RunCase.objects.living().filter(project_id=test.project_id, last_result_id__isnull=False)
    if test.case_id is not None:
        found = found.filter(case_id=test.case_id)
    else:
        recent = TestRun.objects.living().filter(project_id=test.project_id).order_by("-started_at")
        recent_ids = list(recent.values_list("pk", flat=True)[:RUNS_SEARCHED])
        found = found.filter(run__in=recent_ids, test_key=test.test_key, occurrence=test.occurrence)
    return found.select_related("run__project", "run__release").order_by("-executed_at", "-pk")


def _neighbours(test: RunCase, rows: Page) -> dict[str, Any]:
    """The tests around this one, across the border of the page too."""
    ids = [row.record.pk for row in rows.object_list]
    if test.pk not in ids:
        return {"previous": None, "next": None}
    place = ids.index(test.pk)
    before = (ids[place - 1], rows.number) if place else _across(rows, step=-1)
    after = (ids[place + 1], rows.number) if place + 1 < len(ids) else _across(rows, step=1)
    return {"previous": before, "next": after}


def _across(rows: Page, *, step: int) -> tuple[int, int] | None:
    number = rows.number + step
    if not 1 <= number <= rows.paginator.num_pages:
        return None
    other = list(rows.paginator.page(number).object_list)
    row = other[-1] if step < 0 else other[0]
    return row.record.pk, number


def drawer_of(test: RunCase, *, request: HttpRequest, rows: Page) -> Drawer:
    """The drawer as the address asks for it: `attempt` chooses one, `view=history` the history, `before` its page."""
    attempts = list(
        Result.objects.filter(run_case=test)
        .select_related("executor")
        .defer("stack_trace", "output", "error_message", "metadata", "custom_values")
        .order_by("-attempt", "-id")[: SHOWN_ATTEMPTS + 1]
    )
    hidden = max(0, test.attempts - SHOWN_ATTEMPTS)
    attempts = attempts[:SHOWN_ATTEMPTS][::-1]
    wanted = whole(request.GET.get("attempt", ""))
    chosen = next((each for each in attempts if each.attempt == wanted), attempts[-1] if attempts else None)
    view = "history" if request.GET.get("view") == "history" else "attempt"
    drawer = Drawer(test, view, attempts, hidden, None, neighbours=_neighbours(test, rows))
    if view == "history":
        drawer.history = Paginator(history_of(test), HISTORY_PAGE).get_page(whole(request.GET.get("before", "")) or 1)
    elif chosen is not None:
        result = Result.objects.select_related("executor").get(pk=chosen.pk)
        drawer.shown = shown_attempt(result, request.project)
        drawer.shown.summary = summary_of(result)
    drawer.sections = [(panel, facts.get(test.pk)) for panel, facts in panels.loaded(TEST_PANELS, [test.pk])]
    return drawer
