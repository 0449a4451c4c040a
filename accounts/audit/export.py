"""The audit log as CSV, row by row: memory does not grow with it."""

import csv
import json
from collections.abc import Iterator

from django.db.models import QuerySet

from qaportal.kit.spreadsheets import Echo, neutral

from ..models import AuditEntry
from .words import words_of

STRETCH = 1_000
COLUMNS = (
    "id", "time", "company", "person", "email", "action", "words", "project", "object_type", "object_id", "object",
    "changes", "details", "request_id",
)  # fmt: skip


def _as_json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False) if document else ""


def _cells(entry: AuditEntry) -> list[object]:
    return [
        entry.pk,
        entry.created_at.isoformat(),
        entry.tenant.name if entry.tenant else "",
        entry.actor.full_name if entry.actor else "",
        entry.actor.email if entry.actor else "",
        entry.action,
        words_of(entry.action),
        entry.project.key if entry.project else "",
        entry.target_type,
        entry.target_id,
        entry.target_label,
        _as_json(entry.changes),
        _as_json(entry.facts),
        entry.correlation_id,
    ]


def csv_lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """The head and one line for each entry, the newest first, read in stretches that follow one another."""
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    last: AuditEntry | None = None
    while stretch := list((entries if last is None else entries.older_than(last.created_at, last.pk))[:STRETCH]):
        yield "".join(writer.writerow([neutral(cell) for cell in _cells(entry)]) for entry in stretch)
        last = stretch[-1]
