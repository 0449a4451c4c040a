"""What an attempt left behind, stored in bulk: its steps, checkpoints and log entries.

Whoever writes holds the test of the run, so that a step that two calls send at once is stored once. What was sent
before and comes again is updated: its row goes and comes back with the same key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from qaportal.kit.errors import RuleViolation
from qaportal.kit.inserting import insert_all
from qaportal.kit.models import new_uuid

from .. import policies
from ..models import Checkpoint, LogEntry, Result, RunCase, StepResult, TestRun
from ..partitions import ensure_partitions
from .screenshots import find_pictures
from .silence import note_heard


@dataclass(slots=True)
class Stored:
    """The rows that a call wrote, in the order in which it sent them, and how many of them were new."""

    rows: list[Any]
    created: int
    replaced: list[int] = field(default_factory=list)
    """The places of rows in the call that came once more later in it: the last one counts."""

    @property
    def updated(self) -> int:
        """How many were there before."""
        return len(self.rows) - self.created


def open_run_of(*, actor: User, result: Result) -> TestRun:
    """The run of the result, if it takes what the actor has to add. Raises Denied and RuleViolation."""
    run = TestRun.objects.select_related("project__tenant").get(pk=result.run_id)
    policies.can_import_report(actor, run.project).require()
    refusal = policies.takes_results(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    return run


def hold_test(*, actor: User, result: Result) -> TestRun:
    """Let nobody else write what the result's test left behind; answers its run.

    Call it in a transaction. Raises Denied, and RuleViolation when the run takes nothing more.
    """
    run = open_run_of(actor=actor, result=result)
    RunCase.objects.select_for_update(of=("self",)).get(pk=result.run_case_id)
    note_heard(run=run)
    ensure_partitions(months_ahead=0)
    return run


def _put(
    model: type, result: Result, given: Sequence[Mapping[str, Any]], known: Mapping[tuple, Any], number: str
) -> Stored:
    """Make or change the rows of the model that have these numbers in their iteration."""
    now, rows, created = timezone.now(), {}, 0
    places, replaced = {}, []
    for place, values in enumerate(given):
        key = (values.get("iteration", 1), values[number])
        if key in places:
            replaced.append(places[key])
        places[key] = place
        row = rows.get(key) or known.get(key)
        if row is None:
            row = model(id=new_uuid(), project_id=result.project_id, result_id=result.pk, created_at=now)
            created += 1
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = now
        rows[key] = row
    return Stored(list(rows.values()), created, replaced)


def _write(stored: Stored, known: Mapping[tuple, Any]) -> None:
    """Store the rows, those that were there before anew."""
    if not stored.rows:
        return
    table = stored.rows[0]._meta.db_table
    before = {row.pk for row in known.values()}
    again = [row.pk for row in stored.rows if row.pk in before]
    if again:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE id = ANY(%s)', [again])  # noqa: S608
    insert_all(stored.rows)


def _note(actor: User, run: TestRun, result: Result, **counts: int) -> None:
    test = RunCase(pk=result.run_case_id, run_id=run.pk, project_id=run.project_id, name=result.name)
    audit.record("run_case.documented", actor=actor, target=test, project=run.project, **counts)


@transaction.atomic
def save_steps(*, actor: User, result: Result, steps: Sequence[Mapping[str, Any]]) -> Stored:
    """Store the steps of an attempt; one that was sent before, by number and iteration, is updated.

    `steps` are values of `StepResult` by name, each with its `step_number`. Pictures that came before their steps are
    found. Raises Denied and RuleViolation.
    """
    run = hold_test(actor=actor, result=result)
    numbers = [step["step_number"] for step in steps]
    there = StepResult.objects.filter(result=result, step_number__in=numbers)
    known = {(row.iteration, row.step_number): row for row in there}
    stored = _put(StepResult, result, steps, known, "step_number")
    find_pictures(result=result, steps=stored.rows)
    _write(stored, known)
    _note(actor, run, result, steps=len(stored.rows))
    return stored


@transaction.atomic
def save_checkpoints(*, actor: User, result: Result, checkpoints: Sequence[Mapping[str, Any]]) -> Stored:
    """Store the checkpoints of an attempt; one that was sent before, by number and iteration, is updated.

    One without a number gets the next one. Raises Denied and RuleViolation.
    """
    run = hold_test(actor=actor, result=result)
    known = {(row.iteration, row.checkpoint_number): row for row in Checkpoint.objects.filter(result=result)}
    last = max([number for _iteration, number in known], default=0)
    last = max([last, *(each.get("checkpoint_number") or 0 for each in checkpoints)])
    numbered = []
    for each in checkpoints:
        number = each.get("checkpoint_number")
        if number is None:
            last = number = last + 1
        numbered.append({**each, "checkpoint_number": number})
    stored = _put(Checkpoint, result, numbered, known, "checkpoint_number")
    _write(stored, known)
    _note(actor, run, result, checkpoints=len(stored.rows))
    return stored


@transaction.atomic
def save_logs(*, actor: User, result: Result, logs: Sequence[Mapping[str, Any]]) -> Stored:
    """Add entries to what the console and the network of an attempt told. Raises Denied and RuleViolation."""
    run = hold_test(actor=actor, result=result)
    now = timezone.now()
    rows = [
        LogEntry(project_id=result.project_id, result_id=result.pk, created_at=now, updated_at=now, **entry)
        for entry in logs
    ]
    if rows:
        insert_all(rows)
    _note(actor, run, result, logs=len(rows))
    return Stored(rows, len(rows))
