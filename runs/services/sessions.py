"""Exploratory sessions: planning, the timer, and the end."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from catalog.services.named_files import claim_named
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible

from .. import policies
from ..choices import SessionStatus
from ..models import Session

EDITABLE = (*("name", "charter", "template", "release", "milestone", "configuration", "assigned_to", "estimate"),)
LONGEST_BOX = 7 * 24 * 3600
OF_PROJECT = ("template", "release", "milestone", "configuration")


def _checked(project: Project, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are stored; raises InvalidInput naming the one that cannot be used."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"A session has no field {sorted(unknown)[0]!r} that can be changed.")
    checked = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    problems: dict[str, list[str]] = {}
    longest = Session._meta.get_field("name").max_length
    if "name" in checked and not 0 < len(checked["name"]) <= longest:
        problems["name"] = [_("A session has a name of at most %d characters.") % longest]
    if (checked.get("estimate") or 0) > LONGEST_BOX:
        problems["estimate"] = [_("A session lasts a week at most.")]
    for name in OF_PROJECT:
        if (other := checked.get(name)) is not None and other.project_id != project.pk:
            problems[name] = [_("There is no such object in the project.")]
    person = checked.get("assigned_to")
    if person is not None and not User.objects.who_reach(project).filter(pk=person.pk).exists():
        problems["assigned_to"] = [_("This person does not work in the project.")]
    if problems:
        raise InvalidInput(_("The session cannot be saved."), fields=problems)
    return checked


@transaction.atomic
def create_session(*, actor: User | None, project: Project, name: str, **fields: Any) -> Session:
    """Plan a session; `fields` are those of `EDITABLE`. Raises Denied and InvalidInput."""
    policies.can_edit_sessions(actor, project).require()
    checked = _checked(project, {"name": name, **fields})
    session = Session.objects.create(project=project, created_by=actor, updated_by=actor, **checked)
    claim_named(actor=actor, project=project, texts=[session.charter])
    audit.record("exploratory_session.created", actor=actor, target=session)
    events.publish("session.created", session=session, actor=actor)
    return session


@transaction.atomic
def update_session(
    *,
    actor: User | None,
    session: Session,
    if_match: str | None = None,
    status: str | None = None,
    **fields: Any,
) -> Session:
    """Change fields of `EDITABLE`, and start, pause or complete the session by its status.

    Whoever starts a session that nobody was to explore explores it.

    Raises Denied, InvalidInput and VersionConflict.
    """
    policies.can_edit_sessions(actor, session.project).require()
    session = locked_session(session)
    require_match(session, if_match)
    watched = (*EDITABLE, "status")
    before = audit.snapshot(session, watched)
    for name, value in _checked(session.project, fields).items():
        setattr(session, name, value)
    if status is not None and status != session.status:
        _move(session, status, timezone.now())
        if status == SessionStatus.ACTIVE and session.assigned_to is None:
            session.assigned_to = actor
    changes = audit.changes_between(before, audit.snapshot(session, watched))
    if not changes:
        return session
    session.updated_by = actor
    session.save()
    claim_named(actor=actor, project=session.project, texts=[session.charter])
    audit.record("exploratory_session.updated", actor=actor, target=session, changes=changes)
    events.publish("session.updated", session=session, actor=actor)
    if "status" in changes and session.status == SessionStatus.COMPLETED:
        events.publish("session.completed", session=session, actor=actor)
    return session


def _move(session: Session, status: str, now: datetime) -> None:
    """Give the (locked) session another status; its timer runs while it is active."""
    if status not in SessionStatus.values:
        words = _("Use one of: %s.") % ", ".join(SessionStatus.values)
        raise InvalidInput(words, fields={"status": [words]})
    session.worked = session.seconds(now)
    session.running_since = now if status == SessionStatus.ACTIVE else None
    session.finished_at = now if status == SessionStatus.COMPLETED else None
    if status != SessionStatus.PLANNED:
        session.started_at = session.started_at or now
    session.status = status


@transaction.atomic
def delete_session(*, actor: User | None, session: Session, if_match: str | None = None) -> None:
    """Hide the session with its notes; cases and issues made of its findings stay.

    Raises Denied and VersionConflict.
    """
    policies.can_delete_sessions(actor, session.project).require()
    session = locked_session(session)
    require_match(session, if_match)
    session.deleted_at = timezone.now()
    session.updated_by = actor
    session.save(update_fields=["deleted_at", "updated_by", "updated_at"])
    audit.record("exploratory_session.deleted", actor=actor, target=session)
    events.publish("session.deleted", session=session, actor=actor)


def locked_session(session: Session) -> Session:
    """The session as it is stored now, locked; raises NotVisible when it was deleted meanwhile."""
    found = Session.objects.living().select_for_update(of=("self",)).filter(pk=session.pk)
    stored = found.for_detail().first()
    if stored is None:
        raise NotVisible
    return stored
