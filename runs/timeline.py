"""What one attempt left behind, in the order in which it happened: its steps with their pictures, checkpoints and logs.

One iteration is read at a time and of many steps one stretch, so that neither the number of statements nor the page
grows with what a client sends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Min, Q, Sum

from files.content_types import SHOWN_IN_BROWSER

from .choices import ArtifactCategory
from .logs import StepLogs, logs_by_time, logs_of_steps
from .models import Artifact, Checkpoint, Result, StepResult
from .querysets import FAILURES
from .terminal import readable

STRETCH = 60
"""Steps on one page."""
ALL_WITH_LOGS = 25
"""On a page with more steps, only those that failed or are asked for show entries of the log beside them."""
MOST_FILES, MOST_CHECKPOINTS = 400, 400
NOT_EXECUTED = ("skipped", "blocked", "not_started")


@dataclass(frozen=True, slots=True)
class Iteration:
    """One row of a data-driven test, counted."""

    number: int
    steps: int
    status: str
    first_failed: int | None
    """The number of its first step that failed."""
    took_ms: int | None
    """Known when each of its steps told its time."""


@dataclass(slots=True)
class Pictures:
    """The pictures of one moment, sorted by what they show."""

    pair: tuple[Artifact, Artifact] | None = None
    """Before, and after or when it failed: what can be laid over each other."""
    others: list[Artifact] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.pair is not None or bool(self.others)


@dataclass(slots=True)
class Evidence:
    """Files and checkpoints that belong to one place of the timeline."""

    pictures: Pictures
    videos: list[Artifact]
    files: list[Artifact]
    checkpoints: list[Checkpoint]
    logs: StepLogs | None = None

    def __bool__(self) -> bool:
        return bool(self.pictures or self.videos or self.files or self.checkpoints)


@dataclass(slots=True)
class Moment:
    """One step, with what belongs to it."""

    step: StepResult
    starts_ms: int | None
    """Since the start of the iteration; not known after a step that told no time."""
    evidence: Evidence
    is_chosen: bool
    error: str
    meanwhile: StepLogs | None = None
    """What console and network told from its start to that of the next step without naming one."""
    begins_ms: int | None = None
    """Since the attempt began, unlike `starts_ms`."""
    ends_ms: int | None = None

    @property
    def words(self) -> str:
        """What was done."""
        return readable(self.step.description or self.step.action)

    @property
    def has_failed(self) -> bool:
        """Whether it is what one came for."""
        return self.step.status in FAILURES

    @property
    def tells_trouble(self) -> bool:
        """Whether what was told meanwhile may say why it failed."""
        return bool(self.meanwhile and self.meanwhile.bad and (self.has_failed or self.is_chosen))


def is_picture(artifact: Artifact) -> bool:
    """Whether the browser shows it as a picture; what the client calls it does not count."""
    kind = artifact.file.content_type
    return kind in SHOWN_IN_BROWSER and kind.startswith("image/") and is_here(artifact)


def is_video(artifact: Artifact) -> bool:
    """Whether the browser plays it."""
    kind = artifact.file.content_type
    return kind in SHOWN_IN_BROWSER and kind.startswith("video/") and is_here(artifact)


def is_here(artifact: Artifact) -> bool:
    """Whether its bytes can be read."""
    return artifact.file.is_readable


def sorted_out(artifacts: Iterable[Artifact], checkpoints: list[Checkpoint]) -> Evidence:
    """Files by what a page does with them."""
    pictures: list[Artifact] = []
    found = Evidence(Pictures(), [], [], checkpoints)
    for artifact in artifacts:
        place = pictures if is_picture(artifact) else found.videos if is_video(artifact) else found.files
        place.append(artifact)
    last = {artifact.artifact_category: artifact for artifact in pictures}
    before = last.get(ArtifactCategory.BEFORE)
    after = last.get(ArtifactCategory.AFTER) or last.get(ArtifactCategory.ERROR)
    if before and after:
        found.pictures.pair = before, after
    found.pictures.others = [each for each in pictures if each not in (found.pictures.pair or ())]
    return found


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class Timeline:
    """One reading of what an attempt left; `iteration`, `step` and `part` of the query choose."""

    def __init__(self, result: Result, query: Mapping[str, str]) -> None:
        """Keep what is asked for; what makes no sense is left out."""
        self.result = result
        self.asked_step = _whole(query.get("step", ""))
        self._asked = _whole(query.get("iteration", ""))
        self._part = _whole(query.get("part", ""))

    # -- iterations
    @cached_property
    def iterations(self) -> list[Iteration]:
        """The iterations that have steps, counted in one statement."""
        rows = StepResult.objects.filter(result=self.result).values("iteration").order_by("iteration")
        counted = rows.annotate(
            steps=Count("id"),
            passed=Count("id", filter=Q(status="passed")),
            first_failed=Min("step_number", filter=Q(status__in=FAILURES)),
            told=Count("duration_ms"),
            took=Sum("duration_ms"),
        )
        return [
            Iteration(
                row["iteration"],
                row["steps"],
                self._status_of(row),
                row["first_failed"],
                row["took"] if row["told"] == row["steps"] else None,
            )
            for row in counted
        ]

    def _status_of(self, row: Mapping[str, Any]) -> str:
        told = (self.result.metadata or {}).get("iterations")
        if isinstance(told, dict) and isinstance(told.get(str(row["iteration"])), str):
            return told[str(row["iteration"])]
        if row["first_failed"] is not None:
            return "failed"
        return "passed" if row["passed"] else "skipped"

    @cached_property
    def iteration(self) -> int:
        """The one that is shown: as asked, else the first that failed, else the first."""
        if self._asked:
            return self._asked
        failed = next((each.number for each in self.iterations if each.status in FAILURES), None)
        return failed or (self.iterations[0].number if self.iterations else 1)

    @cached_property
    def _known(self) -> Iteration:
        return next(
            (each for each in self.iterations if each.number == self.iteration),
            Iteration(self.iteration, 0, "not_started", None, None),
        )

    @property
    def count(self) -> int:
        """How many steps the iteration has."""
        return self._known.steps

    @property
    def first_failed(self) -> int | None:
        """The number of its first step that failed."""
        return self._known.first_failed

    # -- steps
    @property
    def _all_steps(self) -> Any:
        rows = StepResult.objects.filter(result=self.result, iteration=self.iteration)
        return rows.order_by("step_number", "id")

    @property
    def parts(self) -> int:
        """How many pages the steps take."""
        return max(1, -(-self.count // STRETCH))

    @cached_property
    def part(self) -> int:
        """The page that is shown: as asked, else that of the step asked for, else that of the first failure."""
        if self._part:
            return min(self._part, self.parts)
        wanted = self.asked_step or self.first_failed
        if self.parts == 1 or wanted is None:
            return 1
        return min(self.parts, self._all_steps.filter(step_number__lt=wanted).count() // STRETCH + 1)

    @cached_property
    def _steps(self) -> list[StepResult]:
        if not self.count:
            return []
        first = (self.part - 1) * STRETCH
        return list(self._all_steps[first : first + STRETCH])

    @cached_property
    def _starts_at(self) -> int | None:
        """When the first shown step began."""
        if self.part == 1 or not self._steps:
            return 0
        before = self._all_steps.filter(step_number__lt=self._steps[0].step_number)
        found = before.aggregate(told=Count("duration_ms"), steps=Count("id"), took=Sum("duration_ms"))
        return found["took"] if found["told"] == found["steps"] else None

    @cached_property
    def moments(self) -> list[Moment]:
        """The shown steps with what belongs to them."""
        artifacts, checkpoints = self._by_step(self._artifacts), self._by_step(self._checkpoints)
        logs = logs_of_steps(self.result, self.iteration, [step.step_number for step in self._steps])
        at, moments = self._starts_at, []
        for step in self._steps:
            number = step.step_number
            evidence = sorted_out(artifacts.get(number, []), checkpoints.get(number, []))
            moment = Moment(step, at, evidence, number == self.asked_step, readable(step.error_message))
            evidence.logs = logs.get(number)
            if evidence.logs and len(self._steps) > ALL_WITH_LOGS and not (moment.has_failed or moment.is_chosen):
                evidence.logs.lines.clear()
            moments.append(moment)
            at = None if at is None or step.duration_ms is None else at + step.duration_ms
        self._add_meanwhile(moments)
        return moments

    # -- what told no step, by its time
    @property
    def _began_ms(self) -> int | None:
        """When the iteration began, since the attempt did."""
        before = [each.took_ms for each in self.iterations if each.number < self.iteration]
        return None if None in before else sum(before)

    def _add_meanwhile(self, moments: list[Moment]) -> None:
        timed = [moment for moment in moments if moment.starts_ms is not None]
        began, zero = self._began_ms, self.result.started_at
        if not timed or began is None or zero is None:
            return
        for moment, following in zip(timed, [*timed[1:], None], strict=True):
            moment.begins_ms = began + moment.starts_ms
            took = moment.step.duration_ms
            moment.ends_ms = began + following.starts_ms if following else took and moment.begins_ms + took
        last = timed[-1]
        if self.part == self.parts and all(each.step.status in NOT_EXECUTED for each in moments[len(timed) :]):
            last.ends_ms = None  # nothing came after it
        elif last.ends_ms is None:
            timed.pop()  # steps without a time follow: nobody knows what happened during which
        starts = [zero + timedelta(milliseconds=moment.begins_ms) for moment in timed]
        until = timed[-1].ends_ms if timed else None
        found = logs_by_time(
            self.result, self.iteration, starts, None if until is None else zero + timedelta(milliseconds=until)
        )
        for place, logs in found.items():
            timed[place].meanwhile = logs
            if len(moments) > ALL_WITH_LOGS and not (timed[place].has_failed or timed[place].is_chosen):
                logs.lines.clear()

    # -- what belongs to them
    @cached_property
    def _shown(self) -> dict[Any, int]:
        return {step.pk: step.step_number for step in self._steps}

    @property
    def _placed(self) -> Q:
        """What belongs to a shown step, or to none."""
        return Q(step_number__in=list(self._shown.values())) | Q(step_number__isnull=True)

    @cached_property
    def _artifacts(self) -> list[Artifact]:
        rows = Artifact.objects.filter(result=self.result, iteration=self.iteration).filter(self._placed)
        return list(rows.for_list()[:MOST_FILES])

    @cached_property
    def _checkpoints(self) -> list[Checkpoint]:
        rows = Checkpoint.objects.filter(result=self.result, iteration=self.iteration).filter(self._placed)
        found = list(rows.order_by("checkpoint_number", "id")[:MOST_CHECKPOINTS])
        for each in found:
            for name in ("name", "message", "expected", "actual"):
                setattr(each, name, readable(getattr(each, name)))
        return found

    def _by_step(self, rows: Iterable[Any]) -> dict[int | None, list[Any]]:
        """Rows by the shown step they belong to; those of none under None."""
        numbers, found = set(self._shown.values()), {}
        for row in rows:
            number = row.step_number if row.step_number in numbers else None
            if number is None and row.step_number is None:
                number = self._shown.get(getattr(row, "step_id", None))
            found.setdefault(number, []).append(row)
        return found

    @cached_property
    def whole(self) -> Evidence:
        """What belongs to no step: a video of the whole test, files, checkpoints."""
        artifacts = self._by_step(self._artifacts).get(None, [])
        return sorted_out(artifacts, self._by_step(self._checkpoints).get(None, []))

    def __bool__(self) -> bool:
        """Whether there is anything to show beside the log."""
        return bool(self.iterations) or bool(self.whole)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an attempt left behind, in short: how much there is, and the first step that failed."""

    steps: int
    files: int
    failed: Moment | None

    def __bool__(self) -> bool:
        return bool(self.steps or self.files)


def summary_of(result: Result) -> Summary:
    """The short form, by three statements whatever the attempt left."""
    failed = StepResult.objects.filter(result=result, status__in=FAILURES).order_by("iteration", "step_number")
    step = failed.first()
    steps = StepResult.objects.filter(result=result).count()
    artifacts = list(Artifact.objects.filter(result=result).for_list()[:MOST_FILES])
    if step is None:
        return Summary(steps, len(artifacts), None)
    own = [each for each in artifacts if _is_of(each, step)]
    moment = Moment(step, None, sorted_out(own, []), False, readable(step.error_message))
    return Summary(steps, len(artifacts), moment)


def _is_of(artifact: Artifact, step: StepResult) -> bool:
    by_number = artifact.step_number == step.step_number and artifact.iteration == step.iteration
    return artifact.step_id == step.pk or by_number
