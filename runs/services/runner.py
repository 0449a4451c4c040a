"""Executing one test by hand: verdicts of steps and of the whole case, by whoever has it open."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.choices import FINAL_STATUSES, FieldTarget, ResultStatus
from catalog.own_fields import OwnFields
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.inserting import insert_all
from qaportal.kit.models import new_uuid

from .. import policies
from ..case_text import CaseText, text_of
from ..models import Result, RunCase, StepResult, TestRun
from .attempts import (
    VERDICTS,
    AttemptConflict,
    Entry,
    Held,
    begin,
    hold,
    put_step,
    record_into,
    require_note,
    require_place,
    require_status,
)

__all__ = ["VERDICTS", "AttemptConflict", "Entry", "record_step", "record_verdict", "take_new_text"]

LONGEST_DURATION = 7 * 24 * 3600 * 1000  # milliseconds that one execution may last
WORST_FIRST = (ResultStatus.FAILED, ResultStatus.BLOCKED, ResultStatus.PASSED, ResultStatus.SKIPPED)


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
    require_place(text, step_number, iteration)
    require_note(notes)
    if status is not None:
        require_status(status)
    held = hold(actor, test, entry or Entry())
    if held.is_repeated:
        return held.show_in(test)
    if held.is_new:
        begin(held)
    put_step(held, text, step_number, iteration, status=status, notes=notes)
    audit.record(
        "run_case.step_set", actor=actor, target=held.test, project=held.run.project, step=step_number, status=status
    )
    return held.show_in(test, ResultStatus.IN_PROGRESS)


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
    require_status(status)
    require_note(notes)
    require_place(text, 1, iteration or 1)
    for place, step in enumerate(steps):
        require_place(text, step["step_number"], step.get("iteration", 1), inside=f"step_results[{place}].")
    if duration_ms is not None and not 0 <= duration_ms <= LONGEST_DURATION:
        words = _("Between 0 seconds and 7 days.")
        raise InvalidInput(words, fields={"duration": [words]})
    held = hold(actor, test, entry or Entry())
    if held.is_repeated:
        return held.show_in(test)
    ended, iterations = _rolled_up(held, text, status, iteration)
    known = dict(metadata or {}) | ({"iterations": iterations} if iterations else {})
    told = {"notes": notes or "", "duration_ms": duration_ms, "metadata": known or None}
    told |= {"custom_values": _usable_values(held, ended, custom_values)}
    told["error_message"] = _error_of(held, told["notes"], steps) if ended == ResultStatus.FAILED else ""
    if not held.is_new:
        record_into(held, ended, **told)
    elif held.former or steps:
        begin(held, ended, **told)
    else:
        begin(held, ended, steps=list(_unsaid_steps(text, status, iteration, {})), **told)
    if held.former or steps or not held.is_new:
        _put_steps(held, text, status, iteration, steps)
    changes = {"status": [held.test.status, ended]}
    audit.record("run_case.executed", actor=actor, target=held.test, project=held.run.project, changes=changes)
    return held.show_in(test, ended)


def _error_of(held: Held, notes: str, steps: Sequence[Mapping[str, Any]]) -> str:
    """What failed: the tester's note on the result, else what he noted at the first step that failed."""
    if notes.strip():
        return notes
    said = [step.get("notes") for step in steps if step.get("status") == ResultStatus.FAILED]
    if not any(said):
        source = held.former if held.is_new else held.result_id
        failed = StepResult.objects.filter(result=source, status=ResultStatus.FAILED).exclude(notes="")
        said = failed.order_by("iteration", "step_number").values_list("notes", flat=True)[:1] if source else []
    return next((each for each in said if each), "")


def _usable_values(held: Held, status: str, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the result says in the project's own fields; only an executed case has to say what is required."""
    if not held.test.has_own_fields and not given:
        return None
    asks = status in FINAL_STATUSES
    own = OwnFields(held.run.project, actor=held.actor, target=FieldTarget.RESULT, asks_required=asks)
    if not own.by_key:
        return None
    template_id = held.test.case.template_id if held.test.case else None
    values = own.merged({}, given or {}, template_id=template_id, is_new=True)
    own.keep_used()
    return values or None


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
        put_step(held, text, step_number, number, **told)
    if status != ResultStatus.PASSED or not text.steps:
        return
    known = dict(held.carried) if held.is_new and not given else _known_steps(held)
    now = timezone.now()
    facts = {"project_id": held.run.project_id, "result_id": held.result_id, "created_at": now, "updated_at": now}
    insert_all([StepResult(**facts, **step) for step in _unsaid_steps(text, status, iteration, known)])
    if ResultStatus.IN_PROGRESS in known.values():
        open_steps = StepResult.objects.filter(result=held.result_id, status=ResultStatus.IN_PROGRESS)
        numbers = {number for number, _step in _places(text, iteration)}
        open_steps.filter(iteration__in=numbers).update(status=ResultStatus.PASSED)


def _places(text: CaseText, iteration: int | None) -> Iterator[tuple[int, int]]:
    """Every step of the example, or of all examples, as iteration and number."""
    numbers = [iteration] if iteration else range(1, max(1, len(text.iterations)) + 1)
    return ((number, step.number) for number in numbers for step in text.steps)


def _unsaid_steps(
    text: CaseText, status: str, iteration: int | None, known: Container[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """The steps that pass with their case because nobody said anything of them."""
    for number, step_number in _places(text, iteration) if status == ResultStatus.PASSED else ():
        if (number, step_number) not in known:
            action, description = text.words_of(step_number)
            place = {"id": new_uuid(), "iteration": number, "step_number": step_number}
            yield {**place, "status": ResultStatus.PASSED, "action": action, "description": description}


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
