"""What the audit log shows of an entry: its changes in words, how it was asked for, and what was done with it."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..models import AuditEntry, AuditSeal, RequestRecord, User
from . import words

MOST_NEIGHBOURS = 20
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
"""Values that are chosen, such as `not_started`; people read them without the underscores."""
LONGEST_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """One field with what it was and what it became."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry with everything that is known of it."""

    entry: AuditEntry
    title: str
    nobody: str
    """Who did it when nobody known did."""
    kind: str
    object: str
    address: str
    """Where the object is found now; empty when the reader finds it nowhere."""
    changes: list[Change]
    facts: list[tuple[str, str]]
    request: RequestRecord | None
    bodies: list[tuple[str, str]]
    """What was sent and answered, as indented JSON, each under its name."""
    seal: AuditSeal | None
    neighbours: list[tuple[AuditEntry, str]]
    """Other entries of the same request, each with its title."""
    more_neighbours: bool


def words_for(value: Any) -> str:
    """A value as people read it."""
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        if set(value) == {"id", "label"}:
            return str(value["label"])
        return ", ".join(f"{str(name).replace('_', ' ')}: {words_for(each)}" for name, each in value.items())[
            :LONGEST_VALUE
        ]
    if isinstance(value, list):
        return ", ".join(words_for(each) for each in value)[:LONGEST_VALUE]
    text = str(value)[:LONGEST_VALUE]
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def label_of(entry: AuditEntry, name: str) -> str:
    """What a field of the entry's object is called."""
    model = words.model_of(entry)
    if model is not None:
        with suppress(FieldDoesNotExist):
            field = model._meta.get_field(name)
            name = str(getattr(field, "verbose_name", name))  # steps of a case, for one, are rows of their own
    plain = name.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def changes_of(entry: AuditEntry) -> list[Change]:
    """The changes of an entry in words."""
    pairs = ((name, pair) for name, pair in (entry.changes or {}).items() if isinstance(pair, list) and len(pair) == 2)
    return [Change(label_of(entry, name), words_for(before), words_for(after)) for name, (before, after) in pairs]


def records_of(entries: Iterable[AuditEntry], reader: User) -> dict[int, RequestRecord]:
    """How each entry was asked for, by its key, in one query; entries that no request asked for are left out."""
    entries = [entry for entry in entries if entry.correlation_id not in ("", "-")]
    wanted = AuditEntry.objects.filter(pk__in=[entry.pk for entry in entries]).with_record()
    records = (
        RequestRecord.objects.visible_to(reader).filter(pk__in=wanted.values("record_id")).order_by("created_at", "pk")
    )
    found: dict[tuple[str, int | None], list[RequestRecord]] = {}
    for record in records.select_related("user") if entries else ():
        found.setdefault((record.correlation_id, record.tenant_id), []).append(record)
    answer = {}
    for entry in entries:
        candidates = found.get((entry.correlation_id, entry.tenant_id), ())
        record = next((each for each in candidates if each.created_at >= entry.created_at), None)
        if record is not None:
            answer[entry.pk] = record
    return answer


def shown(entry: AuditEntry, reader: User) -> ShownEntry:
    """Everything that the reader may know of the entry."""
    request = records_of([entry], reader).get(entry.pk)
    neighbours = list(_neighbours(entry, reader)[: MOST_NEIGHBOURS + 1])
    bodies = [(_("Sent"), request.request_body), (_("Answered"), request.response_body)] if request else []
    return ShownEntry(
        entry=entry,
        title=words.title_of(entry.action),
        nobody=words.nobody_of(entry.action),
        kind=words.kind_of(entry),
        object=words.object_of(entry),
        address=words.address_of(entry, reader),
        changes=changes_of(entry),
        facts=[(label_of(entry, name), words_for(value)) for name, value in (entry.facts or {}).items()],
        request=request,
        bodies=[(name, json.dumps(body, ensure_ascii=False, indent=2)) for name, body in bodies if body is not None],
        seal=AuditSeal.objects.filter(entry=entry).first(),
        neighbours=[(each, words.title_of(each.action)) for each in neighbours[:MOST_NEIGHBOURS]],
        more_neighbours=len(neighbours) > MOST_NEIGHBOURS,
    )


def _neighbours(entry: AuditEntry, reader: User) -> QuerySet[AuditEntry]:
    """Other entries of the same request, the first ones first."""
    if entry.correlation_id in ("", "-"):
        return AuditEntry.objects.none()
    found = AuditEntry.objects.visible_to(reader).filter(correlation_id=entry.correlation_id, tenant=entry.tenant_id)
    return found.exclude(pk=entry.pk).order_by("pk")
