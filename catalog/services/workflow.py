"""The workflow of a project: adding, changing, ordering and removing the states of its cases."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import CaseState, StateColor
from ..models import TestCase, WorkflowState
from ..models.cases import LONGEST_STATE
from ..workflow import REQUIRED_PHASES, default_states, forget_workflow
from . import states

EDITABLE = ("name", "color", "phase", "needs_approval")
LONGEST_NAME = 60
MOST_STATES = 20
MOST_MOVED = 5_000
"""Cases that leave a state for good while somebody waits; more of them move in a job."""
_BATCH = 1_000


@transaction.atomic
def add_state(*, actor: User | None, project: Project, name: str, **fields: Any) -> WorkflowState:
    """Add a state at the end; its code is made of its name.

    `fields` are the others of `EDITABLE`. Raises Denied and InvalidInput naming the field.
    """
    policies.can_edit_workflow(actor, project).require()
    rows = _rows_of(project)
    if len(rows) >= MOST_STATES:
        words = _("A workflow has at most %d states.") % MOST_STATES
        raise InvalidInput(words, fields={"name": [words]})
    position = max(row.position for row in rows) + 1
    row = WorkflowState(project=project, position=position, phase=CaseState.DRAFT)
    _assign(row, {"name": name, **fields}, rows)
    row.code = _free_code(row.name, {each.code for each in rows})
    row.save()
    audit.record("workflow_state.created", actor=actor, target=row)
    _tell(actor, project)
    return row


@transaction.atomic
def update_state(*, actor: User | None, project: Project, code: str, **fields: Any) -> WorkflowState:
    """Change name, colour, meaning or need of approval of a state; cases keep its code.

    Raises Denied, NotVisible, InvalidInput naming the field, and RuleViolation when a phase would have no state left.
    """
    policies.can_edit_workflow(actor, project).require()
    rows = _rows_of(project)
    row = _named(rows, code)
    before = audit.snapshot(row, EDITABLE)
    _assign(row, fields, rows)
    _require_phases(rows)
    if changes := audit.changes_between(before, audit.snapshot(row, EDITABLE)):
        row.save()
        audit.record("workflow_state.updated", actor=actor, target=row, changes=changes)
        _tell(actor, project)
    return row


@transaction.atomic
def move_state(*, actor: User | None, project: Project, code: str, by: int) -> WorkflowState:
    """Move a state up (a negative number) or down in the order; beyond an end it stays there.

    Raises Denied and NotVisible.
    """
    policies.can_edit_workflow(actor, project).require()
    rows = _rows_of(project)
    row = _named(rows, code)
    place = rows.index(row)
    others = [each for each in rows if each != row]
    others.insert(min(max(place + by, 0), len(others)), row)
    if others != rows:
        for position, each in enumerate(others):
            each.position = position
        WorkflowState.objects.bulk_update(others, ["position"])
        moved = {"position": [place + 1, others.index(row) + 1]}
        audit.record("workflow_state.moved", actor=actor, target=row, changes=moved)
        _tell(actor, project)
    return row


@transaction.atomic
def remove_state(*, actor: User | None, project: Project, code: str, move_to: str = "") -> int:
    """Remove a state; the cases that stand in it move to another one first. Answers how many moved.

    Raises Denied, NotVisible, InvalidInput naming `move_to` when cases stand in it and no other state is named, and
    RuleViolation when a state of its meaning would be missing.
    """
    policies.can_edit_workflow(actor, project).require()
    row, target, left = _removable(project, code, move_to)
    moved = _move_all(actor, project, row, target) if target else 0
    hidden = TestCase.objects.in_project(project).filter(state=code)
    hidden.update(state=(target or next(each for each in left if each.phase == CaseState.DRAFT)).code)
    audit.record("workflow_state.deleted", actor=actor, target=row, cases=moved, moved_to=move_to)
    row.delete()
    _tell(actor, project)
    return moved


@transaction.atomic
def remove_state_later(*, actor: User, project: Project, code: str, move_to: str) -> None:
    """Let a job remove the state, for so many cases that nobody would wait; raises what `remove_state` raises."""
    from ..jobs import remove_state_with_its_cases

    policies.can_edit_workflow(actor, project).require()
    _removable(project, code, move_to)
    remove_state_with_its_cases.defer(project_id=project.pk, code=code, move_to=move_to, actor_id=actor.pk)


def cases_in(project: Project, code: str) -> int:
    """How many cases stand in the state, archived ones among them."""
    return TestCase.objects.living().in_project(project).filter(state=code).count()


# -- inside ----------------------------------------------------------------------------------------------------------
def _rows_of(project: Project) -> list[WorkflowState]:
    """The states as rows, the project locked; the default set becomes rows when it is changed for the first time."""
    Project.objects.select_for_update().get(pk=project.pk)
    found = WorkflowState.objects.in_project(project).order_by("position", "pk")
    if rows := list(found):
        return rows
    made = [
        WorkflowState(
            project=project, code=each.code, name=str(each.name), color=each.color, phase=each.phase, position=place
        )
        for place, each in enumerate(default_states())
    ]
    return WorkflowState.objects.bulk_create(made)


def _removable(
    project: Project, code: str, move_to: str
) -> tuple[WorkflowState, WorkflowState | None, list[WorkflowState]]:
    """The state to remove, the one that its cases move to, and all that are left; raises what `remove_state` raises."""
    rows = _rows_of(project)
    row = _named(rows, code)
    left = [each for each in rows if each != row]
    _require_phases(left)
    target = next((each for each in left if each.code == move_to), None)
    if target is None and (move_to or cases_in(project, code)):
        words = _("Choose the state that its cases move to.")
        raise InvalidInput(words, fields={"move_to": [words]})
    return row, target, left


def _named(rows: list[WorkflowState], code: str) -> WorkflowState:
    row = next((each for each in rows if each.code == code), None)
    if row is None:
        raise NotVisible
    return row


def _assign(row: WorkflowState, fields: dict[str, Any], rows: list[WorkflowState]) -> None:
    """Put the fields on the row; raises InvalidInput naming the one that cannot be used."""
    wrong: dict[str, list[str]] = {}
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"A state has no field {name!r} that its writers change.")
        setattr(row, name, " ".join(str(value).split()) if name == "name" else value)
    if not row.name or len(row.name) > LONGEST_NAME:
        wrong["name"] = [_("A name has 1 to %d characters.") % LONGEST_NAME]
    if any(each.name.casefold() == row.name.casefold() for each in rows if each != row):
        wrong["name"] = [_("Another state has this name.")]
    if row.color not in StateColor.values:
        wrong["color"] = [_("Use one of: %s.") % ", ".join(StateColor.values)]
    if row.phase not in CaseState.values:
        wrong["phase"] = [_("Use one of: %s.") % ", ".join(CaseState.values)]
    if row.needs_approval and row.phase != CaseState.ACTIVE:
        wrong["needs_approval"] = [_("Only a state that means active can need an approval.")]
    if wrong:
        raise InvalidInput(next(iter(wrong.values()))[0], fields=wrong)


def _require_phases(rows: list[WorkflowState]) -> None:
    """Raise RuleViolation unless there is a state for each phase that reviews need."""
    for phase in REQUIRED_PHASES:
        if all(row.phase != phase for row in rows):
            words = _("A workflow needs at least one state that means “%s”.") % phase.label
            raise RuleViolation(words, "phase_needed")


def _free_code(name: str, taken: set[str]) -> str:
    """A code made of the name that no other state has."""
    stem = slugify(name).replace("-", "_").strip("_")[: LONGEST_STATE - 3] or "state"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code


def _move_all(actor: User | None, project: Project, row: WorkflowState, target: WorkflowState) -> int:
    """Put every case of the state into the other one, as a save of each, a stretch at a time."""
    forget_workflow(project)
    reason = _("The state “%s” was removed") % row.name
    cases = TestCase.objects.living().in_project(project).filter(state=row.code).order_by("pk")
    cases = cases.select_for_update(of=("self",)).defer("search", "folded", "steps_text")
    moved = 0
    while stretch := list(cases[:_BATCH]):
        for case in stretch:
            case.project = project
        moved += states.put_into(actor=actor, project=project, cases=stretch, code=target.code, reason=reason)
    return moved


def _tell(actor: User | None, project: Project) -> None:
    forget_workflow(project)
    events.publish("workflow.updated", project=project, actor=actor)
