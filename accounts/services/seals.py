"""Sealing the audit trail: what was written is chained afterwards, so that writing it takes no lock.

Entries are sealed in the order of their transactions and only once every older transaction of the server, whatever
its database, is over: an entry that is still open is never overtaken. One sealer works at a time, guarded by a lock
that its transaction holds.
"""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ..audit.chain import ENTRY_COLUMNS, ENTRY_TABLE, NOW, SEAL_TABLE, SETTLED, entry_digest, seal_digest
from ..models import AuditSeal

LOCK = 7_325_001
"""The number of the advisory lock; nothing else in the portal uses it."""
CHUNK = 5_000
_TENANT = ENTRY_COLUMNS.index("tenant_id")
_TRANSACTION = ENTRY_COLUMNS.index("transaction_id")
_COPIED = ("tenant_id", "sequence", "entry_id", "entry_digest", "digest", "sealed_at")
_NEWEST = f"""
SELECT entry.transaction_id
FROM {SEAL_TABLE} AS seal JOIN {ENTRY_TABLE} AS entry ON entry.id = seal.entry_id, {NOW}
WHERE entry.transaction_id < now.oldest
  AND seal.id = (SELECT max(id) FROM {SEAL_TABLE})
"""  # noqa: S608
_UNSEALED = f"""
SELECT {", ".join(f"entry.{name}" for name in ENTRY_COLUMNS)}
FROM {ENTRY_TABLE} AS entry
LEFT JOIN LATERAL (
    SELECT 1 AS is_there FROM {SEAL_TABLE} WHERE entry_id = entry.id LIMIT 1
) AS seal ON true,
{NOW}
WHERE entry.transaction_id >= %s AND (entry.transaction_id, entry.id) > (%s, %s)
  AND {SETTLED}
  AND seal.is_there IS NULL
ORDER BY entry.transaction_id, entry.id
LIMIT %s
"""  # noqa: S608
"""Entry after entry along the index from the place on, each looked up among the seals, however many there are."""


def seal_entries(*, whole_trail: bool = False, chunk: int = CHUNK) -> int:
    """Seal every settled entry that is not sealed yet, chunk by chunk; answers how many.

    Entries of transactions before the newest sealed one are not looked at again: they are sealed. After a backup was
    brought into another cluster the numbers of transactions start anew, and everything is looked at until the first
    seal is made there; `whole_trail` looks at everything in any case.
    """
    total, place = 0, (-1, 0) if whole_trail else None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if place is None:
                cursor.execute(_NEWEST)
                newest = cursor.fetchone()
                place = (newest[0], -1) if newest else (-1, 0)
            cursor.execute(_UNSEALED, [place[0], *place, chunk])
            rows = cursor.fetchall()
            _seal(cursor, rows)
        total += len(rows)
        if len(rows) < chunk:
            return total
        place = (rows[-1][_TRANSACTION], rows[-1][0])


def _seal(cursor: Any, rows: list[tuple]) -> None:
    """Append the entries to their chains."""
    if not rows:
        return
    moment = timezone.now()
    heads = {tenant_id: _head(tenant_id) for tenant_id in {row[_TENANT] for row in rows}}
    with cursor.copy(f"COPY {SEAL_TABLE} ({', '.join(_COPIED)}) FROM STDIN") as seals:
        for row in rows:
            tenant_id, entry_id = row[_TENANT], row[0]
            sequence, previous = heads[tenant_id]
            facts = {"tenant_id": tenant_id, "sequence": sequence + 1, "entry_id": entry_id, "sealed_at": moment}
            content = entry_digest(row)
            digest = seal_digest(previous=previous, entry=content, **facts)
            seals.write_row((tenant_id, sequence + 1, entry_id, content, digest, moment))
            heads[tenant_id] = (sequence + 1, digest)


def _head(tenant_id: int | None) -> tuple[int, str]:
    """Number and digest of the last seal of a chain."""
    seals = AuditSeal.objects.filter(tenant_id=tenant_id) if tenant_id else AuditSeal.objects.filter(tenant=None)
    return seals.order_by("-sequence").values_list("sequence", "digest").first() or (0, "")
