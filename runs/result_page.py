"""The page of one result: an attempt of a test with all it left behind, between the other failures of its run."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from qaportal.kit import panels, wording

from .choices import ResultSource
from .drawer import TEST_PANELS, ShownAttempt, shown_attempt, whole
from .logs import LogPanel
from .models import Result, RunCase
from .querysets import FAILURES
from .timeline import Iteration, Timeline

SHOWN_ATTEMPTS = 12
MOST_CHIPS = 12
"""More iterations than this are chosen from a list."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The failures of the run around this test, and which of them it is."""

    previous: int | None
    next: int | None
    place: int | None
    total: int


class ResultPage:
    """One reading of the page; the query chooses attempt, iteration, step and the stretch of the log."""

    def __init__(self, test: RunCase, *, user: User, query: QueryDict) -> None:
        """Keep what is asked for; what makes no sense is left out."""
        self.test, self.run, self.user, self.query = test, test.run, user, query

    # -- attempts
    @cached_property
    def attempts(self) -> list[Result]:
        """The last attempts, the oldest first."""
        rows = Result.objects.filter(run_case=self.test)
        return list(rows.only("pk", "attempt", "status").order_by("-attempt", "-id")[:SHOWN_ATTEMPTS])[::-1]

    @cached_property
    def result(self) -> Result | None:
        """The attempt that is shown: as asked, else the last one."""
        rows = Result.objects.filter(run_case=self.test).select_related("executor").order_by("-attempt", "-id")
        wanted = whole(self.query.get("attempt", ""))
        return (rows.filter(attempt=wanted).first() if wanted else None) or rows.first()

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody executed it: its steps are then those of the case, in Markdown, with what they expect."""
        return self.result is not None and self.result.source == ResultSource.MANUAL

    @cached_property
    def shown(self) -> ShownAttempt | None:
        """The attempt with its texts made readable."""
        return shown_attempt(self.result, self.run.project) if self.result else None

    @property
    def hidden_attempts(self) -> int:
        """How many attempts have no tab."""
        return max(0, self.test.attempts - len(self.attempts))

    # -- what it left behind
    @cached_property
    def timeline(self) -> Timeline | None:
        """Its steps with what belongs to them."""
        return Timeline(self.result, self.query) if self.result else None

    @cached_property
    def log(self) -> LogPanel | None:
        """Console and network."""
        return LogPanel(self.result, self.timeline.iteration, self.query) if self.result else None

    @property
    def moments(self) -> list[dict[str, Any]]:
        """The steps with the addresses of each and of its log."""
        return [
            {
                "moment": moment,
                "url": self.step_address(moment.step.step_number),
                "log_url": self.address(of=moment.step.step_number) + "#log",
                "meanwhile_url": self.address(since=moment.begins_ms, until=moment.ends_ms) + "#log",
            }
            for moment in self.timeline.moments
        ]

    @cached_property
    def log_kinds(self) -> list[dict[str, Any]]:
        """What the log can be narrowed to, with addresses; the chosen one leads back."""
        log = self.log
        return [
            kind
            | {
                "is_current": kind["code"] == log.kind,
                "url": self.address(log=None if kind["code"] == log.kind else kind["code"], **log.place) + "#log",
            }
            for kind in log.kinds
        ]

    @property
    def all_log_url(self) -> str:
        """The log of all steps."""
        return self.address(log=self.log.kind or None) + "#log"

    @property
    def meanwhile_words(self) -> str:
        """The time to which the log is narrowed."""
        since = wording.duration(self.log.since)
        if self.log.until is None:
            return _("entries from %(since)s on that name no step") % {"since": since}
        values = {"since": since, "until": wording.duration(self.log.until)}
        return _("entries from %(since)s to %(until)s that name no step") % values

    @property
    def log_pages(self) -> list[str]:
        """The addresses of the stretches of the log before and after the shown one."""
        page = self.log.page
        around = (page.number - 1, page.number + 1)
        chosen = {"log": self.log.kind or None, **self.log.place}
        return [
            self.address(lines=number, **chosen) + "#log" if 1 <= number <= page.paginator.num_pages else ""
            for number in around
        ]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The attempts with their addresses."""
        return [
            {
                "attempt": each,
                "url": self.address(attempt=each.attempt, iteration=None),
                "is_current": self.result is not None and each.pk == self.result.pk,
            }
            for each in self.attempts
        ]

    @cached_property
    def iterations(self) -> list[dict[str, Any]]:
        """The iterations with their addresses; nothing while there is but one."""
        found = self.timeline.iterations if self.timeline else []
        return [self._chip(each) for each in found] if len(found) > 1 else []

    def _chip(self, iteration: Iteration) -> dict[str, Any]:
        return {
            "number": iteration.number,
            "status": iteration.status,
            "url": self.address(iteration=iteration.number),
            "is_current": iteration.number == self.timeline.iteration,
        }

    @property
    def has_chips(self) -> bool:
        """Whether the iterations fit in a row."""
        return len(self.iterations) <= MOST_CHIPS

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The addresses of the other stretches of a long timeline."""
        timeline = self.timeline
        around = (timeline.part - 1, timeline.part + 1)
        return [self.address(part=part) if 1 <= part <= timeline.parts else "" for part in around]

    # -- addresses
    @cached_property
    def _path(self) -> str:
        return self._path_of(self.test.pk)

    def _path_of(self, test_id: int) -> str:
        return reverse("runs:result", args=[self.run.project.key, self.run.number, test_id])

    def address(self, *, test_id: int | None = None, **changes: Any) -> str:
        """This page with other choices; another test starts with its own."""
        path = self._path_of(test_id) if test_id else self._path
        kept: dict[str, Any] = {}
        if test_id is None and self.result is not None:
            last = self.attempts[-1].attempt if self.attempts else None
            kept = {"attempt": self.result.attempt if self.result.attempt != last else None}
            if self.query.get("iteration"):
                kept["iteration"] = self.timeline.iteration
        chosen = {name: value for name, value in {**kept, **changes}.items() if value is not None}
        return f"{path}?{urlencode(chosen)}" if chosen else path

    def step_address(self, number: int) -> str:
        """Where a link to a step leads: attempt and iteration are named, so that it stays what it is."""
        asked = {"attempt": self.result.attempt, "iteration": self.timeline.iteration, "step": number}
        return f"{self.address(**asked)}#step-{number}"

    # -- the other failures of the run
    @cached_property
    def neighbours(self) -> Neighbours:
        """The failures before and after this test, in the order of the run."""
        failures = RunCase.objects.filter(run=self.run).failures().order_by("position", "pk")
        before = self._beside(failures, "lt")
        is_failure = self.test.status in FAILURES
        return Neighbours(
            previous=before.reverse().values_list("pk", flat=True).first(),
            next=self._beside(failures, "gt").values_list("pk", flat=True).first(),
            place=before.count() + 1 if is_failure else None,
            total=self.run.count_failed + self.run.count_error,
        )

    def _beside(self, tests: QuerySet[RunCase], side: str) -> QuerySet[RunCase]:
        here = self.test.position
        return tests.filter(Q(**{f"position__{side}": here}) | Q(**{"position": here, f"pk__{side}": self.test.pk}))

    @property
    def previous_url(self) -> str:
        """The failure before this test."""
        found = self.neighbours.previous
        return self.address(test_id=found) if found else ""

    @property
    def next_url(self) -> str:
        """The failure after this test."""
        found = self.neighbours.next
        return self.address(test_id=found) if found else ""

    # -- beside it
    @cached_property
    def sections(self) -> list[tuple[panels.Panel, Any]]:
        """What other apps know of the test."""
        return [(panel, facts.get(self.test.pk)) for panel, facts in panels.loaded(TEST_PANELS, [self.test.pk])]
