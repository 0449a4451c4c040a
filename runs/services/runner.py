"""Executing one test by hand: verdicts of steps and of the whole case, by whoever has it open.

The first thing that a tester says of a test opens an attempt, which is in progress until he says how the case ended;
until then all that he says goes into the same attempt. Whatever somebody else said meanwhile stays: what came second
is refused as a conflict, until its tester has seen the other attempt and says that his is one more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.choices import FINAL_STATUSES, ResultStatus
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.inserting import insert_all
from qaportal.kit.models import new_uuid

from .. import policies
from ..case_text import CaseText, text_of
from ..models import Artifact, Result, RunCase, RunnerEntry, StepResult, TestRun
from ..partitions import ensure_partitions
from .single import record_single
from .staging import NewResult

LONGEST_NOTE = 20_000
LONGEST_DURATION = 7 * 24 * 3600 * 1000  # milliseconds that one execution may last
VERDICTS = tuple(status for status in FINAL_STATUSES if status != ResultStatus.ERROR)
WORST_FIRST = (ResultStatus.FAILED, ResultStatus.BLOCKED, ResultStatus.PASSED, ResultStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class Entry:
    """Which entry of a tester this is."""

    seen: int | None = None
    """The number of the last attempt that he saw; None looks for no conflict."""
    key: UUID | None = None
    """The entry's own key: the same once more is ignored."""


@dataclass(slots=True)
class Held:
    """A test that nobody else can say anything about until the transaction ends."""

    run: TestRun
    test: RunCase
    actor: User
    result_id: UUID
    attempt: int
    is_new: bool
    """Whether the attempt begins with this entry."""
    former: UUID | None
    """The attempt whose steps a new one of the same tester goes on with."""
    is_repeated: bool = False


class AttemptConflict(RuleViolation):
    """Somebody else recorded an attempt that the tester has not seen."""


def _hold(actor: User, test: RunCase, entry: Entry) -> Held:
    """Lock the run and find the attempt that the entry belongs to; raises Denied, RuleViolation, AttemptConflict."""
    last = Result.objects.filter(pk=OuterRef("last_result_id"))
    found = (
        RunCase.objects.select_for_update(of=("run",))
        .select_related("run__project__tenant", "run__release")
        .annotate(last_executor=Subquery(last.values("executor_id")), last_source=Subquery(last.values("source")))
        .get(pk=test.pk)
    )
    run = found.run
    policies.can_record(actor, run.project).require()
    refusal = policies.takes_verdicts(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    is_own = found.last_executor == actor.pk
    if entry.seen is not None and found.attempts > entry.seen and not is_own:
        if entry.key and (known := _attempt_of_entry(actor, entry.key)):
            return Held(run, found, actor, found.last_result_id, known, False, None, is_repeated=True)
        words = _("Somebody else recorded a result of this test in the meantime.")
        raise AttemptConflict(words, "attempt_conflict")
    if is_own and found.status == ResultStatus.IN_PROGRESS and found.last_source == "manual":
        held = Held(run, found, actor, found.last_result_id, found.attempts, False, None)
    else:
        former = found.last_result_id if is_own else _own_open_attempt(actor, found)
        held = Held(run, found, actor, new_uuid(), found.attempts + 1, True, former)
    if entry.key and not _note_entry(held, entry.key):
        held.is_repeated, held.attempt = True, _attempt_of_entry(actor, entry.key)
    return held


def _attempt_of_entry(actor: User, key: UUID) -> int | None:
    """The attempt that an entry went into which came in already."""
    return RunnerEntry.objects.filter(user=actor, key=key).values_list("attempt", flat=True).first()


def _own_open_attempt(actor: User, test: RunCase) -> UUID | None:
    """What the tester had begun before somebody else came between."""
    if not test.attempts:
        return None
    begun = Result.objects.filter(run_case=test, executor=actor, status=ResultStatus.IN_PROGRESS)
    return begun.order_by("-attempt").values_list("pk", flat=True).first()


def _note_entry(held: Held, key: UUID) -> bool:
    """Remember the entry; answers whether it is new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_runnerentry (project_id, run_case_id, user_id, key, attempt, created_at)"
            " VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT (user_id, key) DO NOTHING",
            [held.run.project_id, held.test.pk, held.actor.pk, key, held.attempt],
        )
        return cursor.rowcount == 1


def _require_status(status: str) -> None:
    if status not in VERDICTS:
        words = _("Use one of: %s.") % ", ".join(VERDICTS)
        raise InvalidInput(_("Unknown status."), fields={"status": [words]})


def _require_place(text: CaseText, step_number: int, iteration: int) -> None:
    if not 1 <= iteration <= max(1, len(text.iterations)):
        words = _("The case has no such example.")
        raise InvalidInput(words, fields={"iteration": [words]})
    if not 1 <= step_number <= max(1, len(text.steps)):
        words = _("The case has no such step.")
        raise InvalidInput(words, fields={"step_number": [words]})


def _require_note(notes: str | None) -> None:
    if notes is not None and len(notes) > LONGEST_NOTE:
        words = _("A note has at most %d characters.") % LONGEST_NOTE
        raise InvalidInput(words, fields={"notes": [words]})


def _begin(held: Held, status: str = ResultStatus.IN_PROGRESS, **told: Any) -> None:
    """Open the attempt, which goes on with the steps of the tester's former one."""
    ensure_partitions(months_ahead=0)
    _record(held, status, **told)
    if held.former:
        _carry_steps(held)


def _record(held: Held, status: str, **told: Any) -> None:
    result = NewResult(
        result_id=held.result_id,
        status=status,
        executed_at=timezone.now(),
        name=held.test.name,
        case_id=held.test.case_id,
        **told,
    )
    record_single(actor=held.actor, run=held.run, test=held.test, result=result, is_new=held.is_new)


def _carry_steps(held: Held) -> None:
    """Let the new attempt begin with what the former one says of its steps, pictures included."""
    steps = list(StepResult.objects.filter(result=held.former))
    artifacts = list(Artifact.objects.filter(result=held.former))
    now, keys = timezone.now(), {row.pk: new_uuid() for row in (*steps, *artifacts)}
    for row in (*steps, *artifacts):
        row.pk, row.result_id, row.created_at, row.updated_at = keys[row.pk], held.result_id, now, now
        row._state.adding = True
    for step in steps:
        step.screenshot_artifact_id = keys.get(step.screenshot_artifact_id)
    for artifact in artifacts:
        artifact.step_id = keys.get(artifact.step_id)
    insert_all(steps)
    insert_all(artifacts)


def _put_step(held: Held, text: CaseText, step_number: int, iteration: int, **told: Any) -> StepResult:
    """Write what is said of the step; what is not said stays."""
    place = {"result_id": held.result_id, "step_number": step_number, "iteration": iteration}
    given = {name: value for name, value in told.items() if value is not None} | {"updated_at": timezone.now()}
    is_fresh = held.is_new and not held.former
    if not is_fresh and StepResult.objects.filter(**place).update(**given):
        return StepResult(**place, **given)
    if not held.is_new:  # beginning the attempt has looked already
        ensure_partitions(months_ahead=0)
    given = {"status": ResultStatus.IN_PROGRESS} | given
    action, description = text.words_of(step_number)
    return StepResult.objects.create(
        project_id=held.run.project_id, **place, **given, action=action, description=description
    )


@transaction.atomic
def record_step(
    *,
    actor: User,
    test: RunCase,
    step_number: int,
    status: str | None = None,
    notes: str | None = None,
    iteration: int = 1,
    entry: Entry | None = None,
) -> int:
    """Say how a step went, or note something about it; answers the number of the attempt.

    Raises Denied, RuleViolation when the run takes nothing more, AttemptConflict, and InvalidInput for a step that the
    case does not have.
    """
    text = text_of(test)
    _require_place(text, step_number, iteration)
    _require_note(notes)
    if status is not None:
        _require_status(status)
    held = _hold(actor, test, entry or Entry())
    if held.is_repeated:
        return held.attempt
    if held.is_new:
        _begin(held)
    _put_step(held, text, step_number, iteration, status=status, notes=notes)
    audit.record(
        "run_case.step_set", actor=actor, target=held.test, project=held.run.project, step=step_number, status=status
    )
    return held.attempt


@transaction.atomic
def record_verdict(  # noqa: PLR0913  one keyword for each thing a tester can say
    *,
    actor: User,
    test: RunCase,
    status: str,
    notes: str | None = None,
    duration_ms: int | None = None,
    iteration: int | None = None,
    steps: Sequence[Mapping[str, Any]] = (),
    custom_values: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    entry: Entry | None = None,
) -> int:
    """Say how the test ended, or one of its examples; answers the number of the attempt.

    With `iteration`, the test ends when each of its examples has a verdict, by the worst of them. `steps` are values of
    `StepResult` by name, each with its `step_number`. Steps without a verdict pass with the case that passes. Raises
    what `record_step` raises.
    """
    text = text_of(test)
    _require_status(status)
    _require_note(notes)
    _require_place(text, 1, iteration or 1)
    for step in steps:
        _require_place(text, step["step_number"], step.get("iteration", 1))
    if duration_ms is not None and not 0 <= duration_ms <= LONGEST_DURATION:
        words = _("Between 0 seconds and 7 days.")
        raise InvalidInput(words, fields={"duration": [words]})
    held = _hold(actor, test, entry or Entry())
    if held.is_repeated:
        return held.attempt
    ended, iterations = _rolled_up(held, text, status, iteration)
    known = dict(metadata or {}) | ({"iterations": iterations} if iterations else {})
    told = {"notes": notes or "", "duration_ms": duration_ms, "metadata": known or None}
    told |= {"custom_values": dict(custom_values) if custom_values else None}
    told["error_message"] = told["notes"] if ended == ResultStatus.FAILED else ""
    if held.is_new:
        _begin(held, ended, **told)
    else:
        _record(held, ended, **told)
    _put_steps(held, text, status, iteration, steps)
    changes = {"status": [held.test.status, ended]}
    audit.record("run_case.executed", actor=actor, target=held.test, project=held.run.project, changes=changes)
    return held.attempt


def _rolled_up(held: Held, text: CaseText, status: str, iteration: int | None) -> tuple[str, dict[str, str]]:
    """How the test stands after this verdict, and the verdicts of its examples so far."""
    if not text.iterations:
        return status, {}
    source = held.former if held.is_new else held.result_id
    facts = Result.objects.filter(pk=source).values_list("metadata", flat=True).first() if source else None
    known = dict((facts or {}).get("iterations") or {})
    if iteration is None:
        known = {str(number): status for number in range(1, len(text.iterations) + 1)}
        return status, known
    known[str(iteration)] = status
    if len(known) < len(text.iterations):
        return ResultStatus.IN_PROGRESS, known
    return next(each for each in WORST_FIRST if each in known.values()), known


def _put_steps(
    held: Held, text: CaseText, status: str, iteration: int | None, steps: Sequence[Mapping[str, Any]]
) -> None:
    """Store what is said of steps; with a case that passed, those of which nobody said anything passed too."""
    given = {(step.get("iteration", 1), step["step_number"]): step for step in steps}
    for (number, step_number), step in given.items():
        told = {name: step.get(name) for name in ("status", "notes", "duration_ms", "error_message")}
        _put_step(held, text, step_number, number, **told)
    if status != ResultStatus.PASSED or not text.steps:
        return
    numbers = [iteration] if iteration else range(1, max(1, len(text.iterations)) + 1)
    is_fresh = held.is_new and not held.former and not given
    known = {} if is_fresh else _known_steps(held)
    now, rows = timezone.now(), []
    for number in numbers:
        for step_number in range(1, len(text.steps) + 1):
            if (number, step_number) in known:
                continue
            action, description = text.words_of(step_number)
            rows.append(
                StepResult(
                    id=new_uuid(),
                    project_id=held.run.project_id,
                    result_id=held.result_id,
                    iteration=number,
                    step_number=step_number,
                    status=ResultStatus.PASSED,
                    action=action,
                    description=description,
                    created_at=now,
                    updated_at=now,
                )
            )
    insert_all(rows)
    if ResultStatus.IN_PROGRESS in known.values():
        open_steps = StepResult.objects.filter(result=held.result_id, status=ResultStatus.IN_PROGRESS)
        open_steps.filter(iteration__in=list(numbers)).update(status=ResultStatus.PASSED)


def _known_steps(held: Held) -> dict[tuple[int, int], str]:
    rows = StepResult.objects.filter(result=held.result_id).values_list("iteration", "step_number", "status")
    return {(number, step): status for number, step, status in rows}


@transaction.atomic
def take_new_text(*, actor: User, test: RunCase) -> RunCase:
    """Execute what the case says now instead of what it said when the run was made.

    Raises Denied and RuleViolation.
    """
    policies.can_record(actor, test.run.project).require()
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=test.run_id)
    refusal = policies.takes_verdicts(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    now = timezone.now()
    before = test.case_version
    RunCase.objects.filter(pk=test.pk, case__isnull=False).update(
        case_version=Subquery(RunCase.objects.filter(pk=test.pk).values(number=F("case__version"))), updated_at=now
    )
    test = RunCase.objects.select_related("run__project", "case").get(pk=test.pk)
    changes = {"case_version": [before, test.case_version]}
    audit.record("run_case.text_taken", actor=actor, target=test, project=run.project, changes=changes)
    return test
