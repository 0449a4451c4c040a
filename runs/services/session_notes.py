"""What is written in an exploratory session: notes and findings, and what becomes of a finding."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from catalog.models import TestCase
from catalog.services.cases import create_case
from catalog.services.drafts import LONGEST_TEXT
from catalog.services.named_files import claim_named
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import FindingType, SessionStatus, Severity
from ..models import Finding, Session, SessionEntry
from .sessions import LONGEST_BOX, locked_session

FINDING_FIELDS = ("type", "title", "description", "severity")
LONGEST_SAID = 200  # characters of a text that the trail repeats
LONGEST_TITLE = 300
MOST_FINDINGS = 500

Written = TypeVar("Written", SessionEntry, Finding)


def _require_open(session: Session) -> None:
    decision = policies.takes_notes(session)
    if not decision:
        raise RuleViolation(decision.reason, decision.code)


def _usable_text(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        words = _("At most %d characters.") % LONGEST_TEXT
        raise InvalidInput(words, fields={field: [words]})
    return text


def _usable_finding(given: Mapping[str, Any]) -> dict[str, str]:
    """Type, title, description and severity; a title that is missing is the first line of the description."""
    description = _usable_text(given.get("description") or "", "description")
    title = (given.get("title") or "").strip() or description.partition("\n")[0].strip()[:LONGEST_TITLE]
    problems: dict[str, list[str]] = {}
    if given.get("type") not in FindingType.values:
        problems["type"] = [_("Use one of: %s.") % ", ".join(FindingType.values)]
    if not 0 < len(title) <= LONGEST_TITLE:
        problems["title"] = [_("A finding has a title of at most %d characters.") % LONGEST_TITLE]
    severity = given.get("severity") or ""
    if severity and severity not in Severity.values:
        problems["severity"] = [_("Use one of: %s.") % ", ".join(Severity.values)]
    if problems:
        raise InvalidInput(_("The finding cannot be saved."), fields=problems)
    return {"type": given["type"], "title": title, "description": description, "severity": severity}


@transaction.atomic
def add_note(*, actor: User | None, session: Session, text: str) -> SessionEntry:
    """Write a note. Raises Denied, InvalidInput, and RuleViolation for a completed session."""
    policies.can_edit_sessions(actor, session.project).require()
    session = locked_session(session)
    _require_open(session)
    text = _usable_text(text, "text")
    if not text:
        words = _("Write something first.")
        raise InvalidInput(words, fields={"text": [words]})
    entry = _note(session, actor, text)
    audit.record("exploratory_session.noted", actor=actor, target=session)
    return entry


def _note(session: Session, actor: User | None, text: str) -> SessionEntry:
    claim_named(actor=actor, project=session.project, texts=[text])
    return SessionEntry.objects.create(
        project=session.project,
        session=session,
        text=text,
        at_second=session.seconds(),
        created_by=actor,
        updated_by=actor,
    )


@transaction.atomic
def add_finding(*, actor: User | None, session: Session, **given: Any) -> Finding:
    """Keep a finding: `type`, `title`, `description`, `severity`.

    Raises Denied, InvalidInput, and RuleViolation for a completed session.
    """
    policies.can_edit_sessions(actor, session.project).require()
    session = locked_session(session)
    _require_open(session)
    finding = _finding(session, actor, _usable_finding(given))
    audit.record("exploratory_session.found", actor=actor, target=session, finding=finding.title)
    return finding


def _finding(session: Session, actor: User | None, facts: Mapping[str, str]) -> Finding:
    claim_named(actor=actor, project=session.project, texts=[facts["description"]])
    finding = Finding.objects.create(
        project=session.project,
        session=session,
        at_second=session.seconds(),
        created_by=actor,
        updated_by=actor,
        **facts,
    )
    events.publish("session.found", session=session, finding=finding, actor=actor)
    return finding


@transaction.atomic
def record_session(
    *,
    actor: User | None,
    session: Session,
    notes: str = "",
    duration: int | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
) -> Session:
    """Take in what a client recorded: a note, the seconds that were worked, and findings.

    Raises Denied, InvalidInput, and RuleViolation for a completed session.
    """
    policies.can_edit_sessions(actor, session.project).require()
    session = locked_session(session)
    _require_open(session)
    if len(findings) > MOST_FINDINGS:
        words = _("At most %d findings at once.") % MOST_FINDINGS
        raise InvalidInput(words, fields={"findings": [words]})
    if duration is not None:
        session.worked = min(session.worked + duration, LONGEST_BOX)
    session.started_at = session.started_at or timezone.now()
    if session.status == SessionStatus.PLANNED:  # it was worked on, and no timer runs
        session.status = SessionStatus.PAUSED
    session.updated_by = actor
    session.save(update_fields=["worked", "started_at", "status", "updated_by", "updated_at"])
    if text := _usable_text(notes, "notes"):
        _note(session, actor, text)
    for number, each in enumerate(findings):
        _finding(session, actor, _named(each, number))
    audit.record("exploratory_session.recorded", actor=actor, target=session, findings=len(findings))
    return session


def _named(given: Mapping[str, Any], number: int) -> dict[str, str]:
    """The finding of a list; a refusal names its place."""
    try:
        return _usable_finding(given)
    except InvalidInput as error:
        fields = {f"findings[{number}].{name}": texts for name, texts in error.fields.items()}
        raise InvalidInput(error.message, fields=fields) from error


@transaction.atomic
def update_note(*, actor: User, entry: SessionEntry, text: str, if_match: str | None = None) -> SessionEntry:
    """Write a note anew. Raises Denied, InvalidInput, VersionConflict, and RuleViolation for a completed session."""
    policies.can_remove_from_session(actor, entry).require()
    _require_open(locked_session(entry.session))
    entry = _held(entry)
    require_match(entry, if_match)
    text = _usable_text(text, "text")
    if not text:
        words = _("Write something first.")
        raise InvalidInput(words, fields={"text": [words]})
    if text == entry.text:
        return entry
    claim_named(actor=actor, project=entry.project, texts=[text])
    changes = {"text": [entry.text[:LONGEST_SAID], text[:LONGEST_SAID]]}
    entry.text, entry.updated_by = text, actor
    entry.save(update_fields=["text", "updated_by", "updated_at"])
    audit.record("exploratory_session.note_changed", actor=actor, target=entry.session, changes=changes)
    return entry


@transaction.atomic
def update_finding(*, actor: User, finding: Finding, if_match: str | None = None, **given: Any) -> Finding:
    """Write a finding anew: those of `type`, `title`, `description` and `severity` that are given.

    A case or an issue that was made of it stays as it is. Raises Denied, InvalidInput, VersionConflict, and
    RuleViolation for a completed session.
    """
    policies.can_remove_from_session(actor, finding).require()
    _require_open(locked_session(finding.session))
    finding = _held(finding)
    require_match(finding, if_match)
    before = audit.snapshot(finding, FINDING_FIELDS)
    facts = _usable_finding(before | given)
    changes = audit.changes_between(before, facts)
    if not changes:
        return finding
    claim_named(actor=actor, project=finding.project, texts=[facts["description"]])
    for name, value in facts.items():
        setattr(finding, name, value)
    finding.updated_by = actor
    finding.save(update_fields=[*facts, "updated_by", "updated_at"])
    said = {name: [str(value)[:LONGEST_SAID] for value in pair] for name, pair in changes.items()}
    audit.record("exploratory_session.finding_changed", actor=actor, target=finding.session, changes=said)
    return finding


def _held(item: Written) -> Written:
    """The note or finding as it is stored now, locked; raises NotVisible when it was taken away meanwhile."""
    rows = type(item).objects.select_for_update(of=("self",)).select_related("session", "project")
    stored = rows.filter(pk=item.pk).first()
    if stored is None:
        raise NotVisible
    return stored


@transaction.atomic
def remove_note(*, actor: User, entry: SessionEntry) -> None:
    """Take a note away. Raises Denied."""
    policies.can_remove_from_session(actor, entry).require()
    audit.record("exploratory_session.note_removed", actor=actor, target=entry.session, text=entry.text[:LONGEST_SAID])
    entry.delete()


@transaction.atomic
def remove_finding(*, actor: User, finding: Finding) -> None:
    """Take a finding away; a case that was made of it stays. Raises Denied."""
    policies.can_remove_from_session(actor, finding).require()
    audit.record("exploratory_session.finding_removed", actor=actor, target=finding.session, finding=finding.title)
    finding.delete()


@transaction.atomic
def make_case(*, actor: User, finding: Finding) -> TestCase:
    """Make a test case of the finding, or answer the one that was made already. Raises Denied."""
    stored = Finding.objects.living().select_for_update(of=("self",)).filter(pk=finding.pk)
    finding = stored.select_related("project__tenant", "session", "case__project").first()
    if finding is None:
        raise NotVisible
    if finding.case is not None and finding.case.deleted_at is None:
        return finding.case
    case = create_case(
        actor=actor, project=finding.project, title=finding.title, description=finding.description, folder=None
    )
    finding.case, finding.updated_by = case, actor
    finding.save(update_fields=["case", "updated_by", "updated_at"])
    audit.record("exploratory_session.case_made", actor=actor, target=finding.session, case=case.test_id)
    return case
