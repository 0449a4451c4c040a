"""What the console and the network told while an attempt ran: in short beside each step, and whole in pages.

An entry that names no step stands where its time puts it; one without a time stands in the pages alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DateTimeField, F, Func, IntegerField, Min, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from .choices import LogType
from .models import LogEntry, Result
from .terminal import readable

BESIDE_A_STEP = 8
PAGE = 100
BAD_LEVELS = ("error", "severe", "fatal", "critical", "assert")
_SPELT = [spelt for level in BAD_LEVELS for spelt in (level, level.upper(), level.capitalize())]
PROBLEMS = Q(log_type=LogType.CONSOLE, level__in=_SPELT) | Q(status_code__gte=400)
KINDS = {"console": _("Console"), "network": _("Network"), "problems": _("Problems")}


@dataclass(slots=True)
class Line:
    """One entry, as a row says it."""

    entry: LogEntry
    at_ms: int | None
    """Since the attempt began."""

    @property
    def is_bad(self) -> bool:
        """Whether it tells of trouble."""
        return self.entry.level in _SPELT or (self.entry.status_code or 0) >= 400

    @property
    def mark(self) -> str:
        """How it starts: the method of a request, the level of a line."""
        return self.entry.method if self.entry.log_type == LogType.NETWORK else self.entry.level

    @property
    def words(self) -> str:
        """What was asked for, or said."""
        entry = self.entry
        told = (entry.url, entry.message) if entry.log_type == LogType.NETWORK else (entry.message, entry.url)
        return readable(" ".join(part for part in told if part))


@dataclass(slots=True)
class StepLogs:
    """The first entries of a step, those that tell of trouble before the others."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    bad: int = 0
    """How many of all tell of trouble."""
    first_ms: int | None = None
    """When the first of all came, since the attempt began."""


def line_of(entry: LogEntry, result: Result) -> Line:
    """The entry with its time since the attempt began, where both are known."""
    return Line(entry, _since_start(entry.logged_at, result))


def _since_start(moment: datetime | None, result: Result) -> int | None:
    if moment is None or result.started_at is None:
        return None
    at = round((moment - result.started_at).total_seconds() * 1000)
    return at if 0 <= at < 48 * 3_600_000 else None


def logs_of_steps(result: Result, iteration: int, numbers: Collection[int]) -> dict[int, StepLogs]:
    """What is shown beside each of the steps, in one statement."""
    if not numbers:
        return {}
    rows = LogEntry.objects.filter(result=result, iteration=iteration, step_number__in=list(numbers))
    return _first_of(rows.annotate(group=F("step_number")), result)


def logs_by_time(
    result: Result, iteration: int, starts: Sequence[datetime], until: datetime | None
) -> dict[int, StepLogs]:
    """What told no step, by the place in `starts` of the last moment before it, in one statement."""
    if not starts:
        return {}
    rows = LogEntry.objects.filter(result=result, iteration=iteration, step_number=None, logged_at__gte=starts[0])
    if until is not None:
        rows = rows.filter(logged_at__lt=until)
    edges = Value(list(starts), output_field=ArrayField(DateTimeField()))
    place = Func(F("logged_at"), edges, function="width_bucket", output_field=IntegerField()) - 1
    return _first_of(rows.annotate(group=place), result)


def _first_of(rows: QuerySet[LogEntry], result: Result) -> dict[int, StepLogs]:
    """The first entries of each group, with how many there are."""
    trouble_first = [Case(When(PROBLEMS, then=0), default=1), F("id").asc()]
    ranked = rows.annotate(
        place=Window(RowNumber(), partition_by=F("group"), order_by=trouble_first),
        total=Window(Count("id"), partition_by=F("group")),
        bad=Window(Count("id", filter=PROBLEMS), partition_by=F("group")),
        first_at=Window(Min("logged_at"), partition_by=F("group")),
    )
    found: dict[int, StepLogs] = {}
    for entry in ranked.filter(place__lte=BESIDE_A_STEP).order_by("group", "logged_at", "id"):
        logs = found.setdefault(entry.group, StepLogs())
        logs.lines.append(line_of(entry, result))
        logs.total, logs.bad = entry.total, entry.bad
        logs.first_ms = _since_start(entry.first_at, result)
    return found


class LogPanel:
    """All entries of an iteration in pages: `log` narrows them to a kind, `of` to a step, `since` and `until`, in
    milliseconds of the attempt, to those that told no step meanwhile; `lines` chooses the page."""

    def __init__(self, result: Result, iteration: int, query: Mapping[str, str]) -> None:
        """Keep what is asked for; what makes no sense is left out."""
        self.result, self.iteration = result, iteration
        self.kind = query.get("log", "") if query.get("log", "") in KINDS else ""
        self.step = self._whole(query.get("of", ""))
        self.since, self.until = (self._whole(query.get(name, "")) for name in ("since", "until"))
        if self.step is not None or result.started_at is None:
            self.since = None
        self._page = self._whole(query.get("lines", "")) or 1

    @staticmethod
    def _whole(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def _of_place(self) -> QuerySet[LogEntry]:
        rows = LogEntry.objects.filter(result=self.result, iteration=self.iteration)
        if self.since is not None:
            rows = rows.filter(step_number=None, logged_at__gte=self._at(self.since))
            return rows if self.until is None else rows.filter(logged_at__lt=self._at(self.until))
        return rows if self.step is None else rows.filter(step_number=self.step)

    def _at(self, milliseconds: int) -> datetime:
        return self.result.started_at + timedelta(milliseconds=milliseconds)

    @property
    def place(self) -> dict[str, int | None]:
        """What the address says of the chosen place."""
        until = self.until if self.since is not None else None
        return {"of": self.step, "since": self.since, "until": until}

    @property
    def is_narrowed(self) -> bool:
        """Whether the entries of one place alone are shown."""
        return self.step is not None or self.since is not None

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many entries there are, of all and of each kind."""
        return self._of_place.aggregate(
            all=Count("id"),
            console=Count("id", filter=Q(log_type=LogType.CONSOLE)),
            network=Count("id", filter=Q(log_type=LogType.NETWORK)),
            problems=Count("id", filter=PROBLEMS),
        )

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """What the entries can be narrowed to."""
        return [{"code": code, "label": label, "count": self.counts[code]} for code, label in KINDS.items()]

    @cached_property
    def page(self) -> Page:
        """The chosen entries, in the order of their time."""
        rows = self._of_place
        narrowed = {"problems": PROBLEMS, "console": Q(log_type="console"), "network": Q(log_type="network")}
        if self.kind:
            rows = rows.filter(narrowed[self.kind])
        paginator = Paginator(rows.order_by(F("logged_at").asc(nulls_last=True), "id"), PAGE)
        paginator.count = self.counts[self.kind or "all"]
        return paginator.get_page(self._page)

    @property
    def lines(self) -> list[Line]:
        """The entries of the page."""
        return [line_of(entry, self.result) for entry in self.page.object_list]

    def __bool__(self) -> bool:
        """Whether there is a log, or was one before it was narrowed."""
        return bool(self.counts["all"]) or self.is_narrowed
