"""The hash chain of the audit trail: what its digests cover, so that anybody can compute them again.

Every digest is the SHA-256, in lower-case hex, of a JSON array: ASCII only, keys of objects sorted, no spaces. Moments
stand in it as `2026-01-02T03:04:05.000006+00:00`, in UTC and always with six digits of the second.

* The digest of an entry covers `[1, "entry", ...]` with its columns in the order of `ENTRY_COLUMNS`.
* The digest of a seal covers `[1, "seal", previous, tenant, sequence, entry, entry digest, sealed at]`, where
  `previous` is the digest of the seal before it in the same chain and the empty text for the first one.

A tenant has one chain, numbered from 1 without gaps; what belongs to no tenant has one of its own.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any

FORM = 1
ENTRY_TABLE, SEAL_TABLE = "accounts_auditentry", "accounts_auditseal"
ENTRY_COLUMNS = (
    "id",
    "tenant_id",
    "project_id",
    "actor_id",
    "action",
    "target_type",
    "target_id",
    "target_label",
    "changes",
    "facts",
    "correlation_id",
    "created_at",
    "transaction_id",
)
_written = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode
_DOCUMENTS = (ENTRY_COLUMNS.index("changes"), ENTRY_COLUMNS.index("facts"))
_MOMENT = ENTRY_COLUMNS.index("created_at")

NOW = """(
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS coming
) AS now"""
"""The transactions that run now: to be joined where `SETTLED` is asked."""
SETTLED = "(entry.transaction_id < now.oldest OR entry.transaction_id >= now.coming)"
"""Whether every transaction up to the entry's own is over. Numbers that are still to come are those of another cluster,
from which a backup was brought in."""


def _digest(kind: str, values: Iterable[Any]) -> str:
    return hashlib.sha256(_written([FORM, kind, *values]).encode("ascii")).hexdigest()


def _moment(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def entry_digest(row: tuple) -> str:
    """The digest of an entry, read as `ENTRY_COLUMNS` with its documents as text."""
    values = list(row)
    for place in _DOCUMENTS:
        values[place] = None if values[place] is None else json.loads(values[place])
    values[_MOMENT] = _moment(values[_MOMENT])
    return _digest("entry", values)


def seal_digest(
    *, previous: str, tenant_id: int | None, sequence: int, entry_id: int, entry: str, sealed_at: datetime.datetime
) -> str:
    """The digest of a seal; `entry` is the digest of its entry, `previous` that of the seal before."""
    return _digest("seal", [previous, tenant_id, sequence, entry_id, entry, _moment(sealed_at)])
