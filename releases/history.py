"""The audit trail of a release in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuditEntry, User
from qaportal.kit.statuses import shown

from .choices import OverallStatus
from .models import Release, ReleaseCase


@dataclass(frozen=True, slots=True)
class Change:
    """One field with what it was and what it became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as people read it."""

    entry: AuditEntry
    words: str
    changes: list[Change]


def entries_of(release: Release, *, with_verdicts: bool = False) -> QuerySet[AuditEntry]:
    """The entries about the release, newest first, on demand with those about the cases in its scope."""
    about = Q(target_type=Release._meta.label_lower, target_id=str(release.pk))
    if with_verdicts:
        rows = ReleaseCase.objects.filter(release=release).values(key=Cast("pk", CharField()))
        about |= Q(target_type=ReleaseCase._meta.label_lower, target_id__in=rows)
    found = AuditEntry.objects.filter(about, project=release.project_id)
    return found.select_related("actor").order_by("-pk")


def _scope_words(facts: dict[str, Any]) -> str:
    if added := facts.get("added"):
        return ngettext("added %d case to the scope", "added %d cases to the scope", added) % added
    removed = facts.get("removed") or 0
    return ngettext("removed %d case from the scope", "removed %d cases from the scope", removed) % removed


def _words(entry: AuditEntry) -> str:
    facts = entry.facts or {}
    case = facts.get("case", "")
    if entry.action == "release.scope_changed":
        return _scope_words(facts)
    if entry.action == "release.assigned":
        words = ngettext("gave %(number)d case to %(person)s", "gave %(number)d cases to %(person)s", facts["cases"])
        return words % {"number": facts["cases"], "person": facts["to"]}
    if entry.action == "release_case.executed":
        before_after = (entry.changes or {}).get("execution_status", ["", ""])
        return _("set %(case)s to %(status)s") % {"case": case, "status": str(shown(before_after[1]).word).lower()}
    known = {
        "release.created": _("created the release"),
        "release.updated": _("changed the release"),
        "release.deleted": _("deleted the release"),
        "release_case.updated": _("changed the details of %s") % case,
    }
    return known.get(entry.action, entry.action.replace("_", " ").replace(".", ", "))


def _text(name: str, value: Any, people: dict[int, User]) -> str:
    if value in (None, "", []):
        return _("nothing")
    if name in {"qa_lead", "assigned_to"}:
        return str(people.get(value) or _("somebody"))
    if name == "overall_status" and value in OverallStatus.values:
        return str(OverallStatus(value).label)
    if name == "execution_status":
        return str(shown(value).word)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _label(name: str) -> str:
    for model in (Release, ReleaseCase):
        if any(field.name == name for field in model._meta.fields):
            return str(model._meta.get_field(name).verbose_name).capitalize()
    return name


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """The entries in words, in one more query for the people they name."""
    entries = list(entries)
    ids = {
        value
        for entry in entries
        for name in ("qa_lead", "assigned_to")
        for value in (entry.changes or {}).get(name, [])
        if value
    }
    people = User.objects.in_bulk(ids)
    lines = []
    for entry in entries:
        shown_changes = {} if entry.action == "release_case.executed" else entry.changes or {}
        changes = [
            Change(_label(name), _text(name, before, people), _text(name, after, people))
            for name, (before, after) in shown_changes.items()
        ]
        lines.append(Line(entry, _words(entry), changes))
    return lines
