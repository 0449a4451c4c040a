"""What the console and the network told while an attempt ran: in short beside each step, and whole in pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, QuerySet, When, Window
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


def line_of(entry: LogEntry, result: Result) -> Line:
    """The entry with its time since the attempt began, where both are known."""
    if entry.logged_at is None or result.started_at is None:
        return Line(entry, None)
    at = round((entry.logged_at - result.started_at).total_seconds() * 1000)
    return Line(entry, at if 0 <= at < 48 * 3_600_000 else None)


def logs_of_steps(result: Result, iteration: int, numbers: Collection[int]) -> dict[int, StepLogs]:
    """What is shown beside each of the steps, in one statement."""
    if not numbers:
        return {}
    rows = LogEntry.objects.filter(result=result, iteration=iteration, step_number__in=list(numbers))
    by_step = {"partition_by": F("step_number")}
    trouble_first = [Case(When(PROBLEMS, then=0), default=1), F("id").asc()]
    ranked = rows.annotate(
        place=Window(RowNumber(), order_by=trouble_first, **by_step),
        total=Window(Count("id"), **by_step),
    )
    found: dict[int, StepLogs] = {}
    for entry in ranked.filter(place__lte=BESIDE_A_STEP).order_by("step_number", "logged_at", "id"):
        logs = found.setdefault(entry.step_number, StepLogs())
        logs.lines.append(line_of(entry, result))
        logs.total = entry.total
    return found


class LogPanel:
    """All entries of an iteration in pages; `log` narrows them to a kind, `of` to a step, `lines` chooses the page."""

    def __init__(self, result: Result, iteration: int, query: Mapping[str, str]) -> None:
        """Keep what is asked for; what makes no sense is left out."""
        self.result, self.iteration = result, iteration
        self.kind = query.get("log", "") if query.get("log", "") in KINDS else ""
        self.step = self._whole(query.get("of", ""))
        self._page = self._whole(query.get("lines", "")) or 1

    @staticmethod
    def _whole(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def _of_place(self) -> QuerySet[LogEntry]:
        rows = LogEntry.objects.filter(result=self.result, iteration=self.iteration)
        return rows if self.step is None else rows.filter(step_number=self.step)

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
        return bool(self.counts["all"]) or self.step is not None
