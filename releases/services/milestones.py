"""Planning, changing and deleting milestones."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from catalog.services.named_files import claim_named
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import MilestoneStatus
from ..models import Milestone, Release

EDITABLE = ("name", "description", "status", "start", "due_date", "parent")
DEEPEST = 5
"""How many milestones stand above one another at most."""


def _problems(project: Project, fields: dict[str, Any]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if "name" in fields and not fields["name"]:
        problems["name"] = [_("A milestone needs a name.")]
    if len(fields.get("name") or "") > (longest := Milestone._meta.get_field("name").max_length):
        problems["name"] = [_("At most %d characters.") % longest]
    if "status" in fields and fields["status"] not in MilestoneStatus.values:
        problems["status"] = [_("Use one of: %s.") % ", ".join(MilestoneStatus.values)]
    parent = fields.get("parent")
    if parent is not None and (parent.project_id != project.pk or parent.deleted_at is not None):
        problems["parent"] = [_("There is no such milestone in the project.")]
    return problems


def _checked(project: Project, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidInput naming the one that cannot be used."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"A milestone has no field {sorted(unknown)[0]!r} that can be changed.")
    checked = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if problems := _problems(project, checked):
        raise InvalidInput(_("The milestone cannot be saved."), fields=problems)
    return checked


def _require_sound(milestone: Milestone) -> None:
    """Refuse dates that end before they start, and a milestone that would stand below itself or too deep."""
    if milestone.start and milestone.due_date and milestone.due_date < milestone.start:
        raise InvalidInput(_("It is due before it starts."), fields={"due_date": [_("This is before its start.")]})
    above, seen = milestone.parent, 1
    while above is not None:
        seen += 1
        if above.pk == milestone.pk or seen > DEEPEST:
            words = (
                _("It would be a part of itself.") if above.pk == milestone.pk else _("At most %d levels.") % DEEPEST
            )
            raise InvalidInput(words, fields={"parent": [words]})
        above = above.parent


def _locked_tree(project: Project) -> None:
    """Let nobody else move a milestone of the project meanwhile: two moves could make a circle."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


@transaction.atomic
def create_milestone(*, actor: User | None, project: Project, name: str, **fields: Any) -> Milestone:
    """Plan a milestone; `fields` are those of `EDITABLE`. Raises Denied and InvalidInput."""
    policies.can_edit_milestones(actor, project).require()
    _locked_tree(project)
    checked = _checked(project, {"name": name, **fields})
    milestone = Milestone(project=project, created_by=actor, updated_by=actor, **checked)
    _require_sound(milestone)
    if milestone.status == MilestoneStatus.COMPLETED:
        milestone.completed_at = timezone.now()
    milestone.save()
    claim_named(actor=actor, project=project, texts=[milestone.description])
    audit.record("milestone.created", actor=actor, target=milestone)
    events.publish("milestone.created", milestone=milestone, actor=actor)
    if milestone.completed_at:
        events.publish("milestone.completed", milestone=milestone, actor=actor)
    return milestone


@transaction.atomic
def update_milestone(
    *, actor: User | None, milestone: Milestone, if_match: str | None = None, **fields: Any
) -> Milestone:
    """Change fields of `EDITABLE`; the time of its completion follows its status.

    Raises Denied, InvalidInput and VersionConflict.
    """
    policies.can_edit_milestones(actor, milestone.project).require()
    _locked_tree(milestone.project)
    milestone = _locked(milestone)
    require_match(milestone, if_match)
    before = audit.snapshot(milestone, EDITABLE)
    for name, value in _checked(milestone.project, fields).items():
        setattr(milestone, name, value)
    changes = audit.changes_between(before, audit.snapshot(milestone, EDITABLE))
    if not changes:
        return milestone
    _require_sound(milestone)
    is_completed = milestone.status == MilestoneStatus.COMPLETED
    if "status" in changes:
        milestone.completed_at = timezone.now() if is_completed else None
    milestone.updated_by = actor
    milestone.save()
    claim_named(actor=actor, project=milestone.project, texts=[milestone.description])
    audit.record("milestone.updated", actor=actor, target=milestone, changes=changes)
    events.publish("milestone.updated", milestone=milestone, actor=actor, changes=changes)
    if is_completed and "status" in changes:
        events.publish("milestone.completed", milestone=milestone, actor=actor)
    return milestone


@transaction.atomic
def delete_milestone(*, actor: User | None, milestone: Milestone, if_match: str | None = None) -> None:
    """Hide the milestone; its releases and runs stay and belong to none.

    Raises Denied, VersionConflict, and RuleViolation while milestones stand below it.
    """
    policies.can_delete_milestones(actor, milestone.project).require()
    milestone = _locked(milestone)
    require_match(milestone, if_match)
    if milestone.children.living().exists():
        raise RuleViolation(_("Milestones stand below it. Move or delete them first."), "milestone_has_children")
    milestone.deleted_at = timezone.now()
    milestone.updated_by = actor
    milestone.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    Release.objects.filter(milestone=milestone).update(milestone=None, updated_at=timezone.now())
    audit.record("milestone.deleted", actor=actor, target=milestone)
    events.publish("milestone.deleted", milestone=milestone, actor=actor)


def _locked(milestone: Milestone) -> Milestone:
    found = Milestone.objects.living().select_for_update(of=("self",)).filter(pk=milestone.pk)
    stored = found.select_related("project__tenant", "parent").first()
    if stored is None:
        raise NotVisible
    return stored
