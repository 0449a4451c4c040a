"""The attempt that a tester's words go into: which one it is, how it begins, and what it says of its steps.

The first thing that a tester says of a test opens an attempt, which is in progress until he says how the case ended;
until then all that he says goes into the same attempt. Whatever somebody else said meanwhile stays: what came second
is refused as a conflict, until its tester has seen the other attempt and says that his is one more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.choices import FINAL_STATUSES, FieldTarget, ResultStatus
from catalog.models import CustomField
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.models import new_uuid

from .. import policies
from ..case_text import CaseText
from ..models import Artifact, Result, RunCase, RunnerEntry, StepResult, TestRun
from ..partitions import ensure_partitions, lacks_partitions
from .single import record_single
from .staging import NewResult

LONGEST_NOTE = 20_000
OWN_FIELDS = CustomField.objects.filter(project=OuterRef("project"), target=FieldTarget.RESULT)
VERDICTS = tuple(status for status in FINAL_STATUSES if status != ResultStatus.ERROR)


@dataclass(frozen=True, slots=True)
class Entry:
    """Which entry of a tester this is."""

    seen: int | None = None
    """The number of the last attempt that he saw; None looks for no conflict."""
    key: UUID | None = None
    """The entry's own key: the same once more is ignored."""
    status: str = ""
    """How the test stood when he saw it: an attempt that has ended since is news to him."""

    def misses(self, test: RunCase) -> bool:
        """Whether something was said of the test that he did not see."""
        if self.seen is None or test.attempts < self.seen or not test.attempts:
            return False
        return test.attempts > self.seen or (bool(self.status) and self.status != test.status)


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
    carried: dict[tuple[int, int], str] = field(default_factory=dict)
    """The steps that a new attempt took over, by iteration and number."""
    is_repeated: bool = False

    def show_in(self, test: RunCase, status: str = "") -> int:
        """Let the test that the caller holds say what stands now; answers the number of the attempt."""
        test.status = status or self.test.status
        test.attempts = self.attempt if status else self.test.attempts
        return self.attempt


class AttemptConflict(RuleViolation):
    """Somebody else recorded an attempt that the tester has not seen."""


def hold(actor: User, test: RunCase, entry: Entry) -> Held:
    """Lock the run and find the attempt that the entry belongs to; raises Denied, RuleViolation, AttemptConflict."""
    last = Result.objects.filter(pk=OuterRef("last_result_id"))
    found = (
        RunCase.objects.select_for_update(of=("run",))
        .select_related("run__release")
        .annotate(last_executor=Subquery(last.values("executor_id")), last_source=Subquery(last.values("source")))
        .annotate(has_own_fields=Exists(OWN_FIELDS), lacks_partitions=lacks_partitions())
        .get(pk=test.pk)
    )
    run = found.run
    run.project = test.run.project
    policies.can_record(actor, run.project).require()
    refusal = policies.takes_verdicts(run)
    if not refusal:
        raise RuleViolation(refusal.reason, refusal.code)
    is_own = found.last_executor == actor.pk
    if entry.misses(found) and not is_own:
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


def require_status(status: str) -> None:
    """Refuse what is no verdict."""
    if status not in VERDICTS:
        words = _("Use one of: %s.") % ", ".join(VERDICTS)
        raise InvalidInput(_("Unknown status."), fields={"status": [words]})


def require_place(text: CaseText, step_number: int, iteration: int, *, inside: str = "") -> None:
    """Refuse a step or an example that the case does not have; `inside` is where the fields to blame lie."""
    if not 1 <= iteration <= max(1, len(text.iterations)):
        words = _("The case has no such example.")
        raise InvalidInput(words, fields={f"{inside}iteration": [words]})
    if not 1 <= step_number <= max(1, len(text.steps)):
        words = _("The case has no such step.")
        raise InvalidInput(words, fields={f"{inside}step_number": [words]})


def require_note(notes: str | None) -> None:
    """Refuse a note that is too long."""
    if notes is not None and len(notes) > LONGEST_NOTE:
        words = _("A note has at most %d characters.") % LONGEST_NOTE
        raise InvalidInput(words, fields={"notes": [words]})


def begin(
    held: Held, status: str = ResultStatus.IN_PROGRESS, *, steps: Sequence[Mapping[str, Any]] = (), **told: Any
) -> None:
    """Open the attempt, which goes on with the steps of the tester's former one, or has these of its own."""
    _ensure_partitions(held)
    record_into(held, status, steps=steps, **told)
    if held.former:
        _carry_steps(held)


def _ensure_partitions(held: Held) -> None:
    """Holding the test has looked already."""
    if held.test.lacks_partitions:
        ensure_partitions(months_ahead=0)


def record_into(held: Held, status: str, *, steps: Sequence[Mapping[str, Any]] = (), **told: Any) -> None:
    """Store the attempt as it is now."""
    result = NewResult(
        result_id=held.result_id,
        status=status,
        executed_at=timezone.now(),
        name=held.test.name,
        case_id=held.test.case_id,
        **told,
    )
    record_single(actor=held.actor, run=held.run, test=held.test, result=result, is_new=held.is_new, steps=steps)


def _copied(model: type[Model], source: str, **replaced: str) -> str:
    """The rows of `source` once more, with these columns replaced."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(replaced.get(column, f"{source}.{column}") for column in columns)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {source}"  # noqa: S608


# New keys are made of the time of the attempt, as all keys are, and of the place of the row.
_NUMBERED = """
SELECT held.*, (left(%(key)s, 15) || lpad(to_hex(row_number() OVER (ORDER BY held.id) % 4096), 3, '0')
                || substr(gen_random_uuid()::text, 19))::uuid AS new_id
FROM {table} AS held WHERE held.result_id = %(former)s AND held.id >= %(former)s
"""
_OF_NEW = {"id": "{}.new_id", "result_id": "%(result)s", "created_at": "%(now)s", "updated_at": "%(now)s"}


def _carrying() -> str:
    """The statement that copies steps and files and lets each name the other's copy."""
    steps, files = ({name: value.format(source) for name, value in _OF_NEW.items()} for source in ("step", "file"))
    steps["screenshot_artifact_id"] = "(SELECT new_id FROM file WHERE file.id = step.screenshot_artifact_id)"
    files["step_id"] = "(SELECT new_id FROM step WHERE step.id = file.step_id)"
    numbered = _NUMBERED.replace("% 4096", "%% 4096")
    return (
        f"WITH step AS MATERIALIZED ({numbered.format(table=StepResult._meta.db_table)}),"  # noqa: S608
        f" file AS MATERIALIZED ({numbered.format(table=Artifact._meta.db_table)}),"
        f" steps AS ({_copied(StepResult, 'step', **steps)}), files AS ({_copied(Artifact, 'file', **files)})"
        " SELECT iteration, step_number, status FROM step"
    )


def _carry_steps(held: Held) -> None:
    """Let the new attempt begin with what the former one says of its steps, pictures included."""
    later = UUID(int=(held.result_id.int >> 80) + 1 << 80 | 7 << 76)
    values = {"former": held.former, "result": held.result_id, "key": str(later), "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_carrying(), values)
        held.carried = {(iteration, number): status for iteration, number, status in cursor.fetchall()}


def put_step(held: Held, text: CaseText, step_number: int, iteration: int, **told: Any) -> StepResult:
    """Write what is said of the step; what is not said stays."""
    place = {"result_id": held.result_id, "step_number": step_number, "iteration": iteration}
    given = {name: value for name, value in told.items() if value is not None} | {"updated_at": timezone.now()}
    is_fresh = held.is_new and not held.former
    if not is_fresh and StepResult.objects.filter(**place).update(**given):
        return StepResult(**place, **given)
    _ensure_partitions(held)
    given = {"status": ResultStatus.IN_PROGRESS} | given
    action, description = text.words_of(step_number)
    return StepResult.objects.create(
        project_id=held.run.project_id, **place, **given, action=action, description=description
    )
