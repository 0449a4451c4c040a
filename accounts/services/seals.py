"""Sealing the audit trail: what was written is chained afterwards, so that writing it takes no lock.

Entries are sealed in the order of their transactions and only once every older transaction is over: an entry that is
still open is never overtaken. One sealer works at a time, guarded by a lock of its transaction.
"""

from django.db import connection, transaction
from django.utils import timezone

from ..chain import ENTRY_COLUMNS, ENTRY_TABLE, NOW, SEAL_TABLE, SETTLED, entry_digest, seal_digest
from ..models import AuditSeal

LOCK = 7_325_001
"""The number of the advisory lock; nothing else in the portal uses it."""
CHUNK = 5_000
_TENANT = ENTRY_COLUMNS.index("tenant_id")
_TRANSACTION = ENTRY_COLUMNS.index("transaction_id")
_NEWEST = f"""
SELECT entry.transaction_id
FROM {SEAL_TABLE} AS seal JOIN {ENTRY_TABLE} AS entry ON entry.id = seal.entry_id, {NOW}
WHERE entry.transaction_id < now.oldest
  AND seal.id = (SELECT max(id) FROM {SEAL_TABLE})
"""  # noqa: S608
_UNSEALED = f"""
SELECT {", ".join(f"entry.{name}" for name in ENTRY_COLUMNS)}
FROM {ENTRY_TABLE} AS entry, {NOW}
WHERE (entry.transaction_id, entry.id) > (%s, %s)
  AND {SETTLED}
  AND NOT EXISTS (SELECT 1 FROM {SEAL_TABLE} AS seal WHERE seal.entry_id = entry.id)
ORDER BY entry.transaction_id, entry.id
LIMIT %s
"""  # noqa: S608


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
            cursor.execute(_UNSEALED, [*place, chunk])
            rows = cursor.fetchall()
            _seal(rows)
        total += len(rows)
        if len(rows) < chunk:
            return total
        place = (rows[-1][_TRANSACTION], rows[-1][0])


def _seal(rows: list[tuple]) -> None:
    """Append the entries to their chains."""
    moment = timezone.now()
    heads = {tenant_id: _head(tenant_id) for tenant_id in {row[_TENANT] for row in rows}}
    seals = []
    for row in rows:
        sequence, previous = heads[row[_TENANT]]
        facts = {"tenant_id": row[_TENANT], "sequence": sequence + 1, "entry_id": row[0], "sealed_at": moment}
        content = entry_digest(row)
        digest = seal_digest(previous=previous, entry=content, **facts)
        seals.append(AuditSeal(entry_digest=content, digest=digest, **facts))
        heads[row[_TENANT]] = (sequence + 1, digest)
    AuditSeal.objects.bulk_create(seals, batch_size=1_000)


def _head(tenant_id: int | None) -> tuple[int, str]:
    """Number and digest of the last seal of a chain."""
    seals = AuditSeal.objects.filter(tenant_id=tenant_id) if tenant_id else AuditSeal.objects.filter(tenant=None)
    return seals.order_by("-sequence").values_list("sequence", "digest").first() or (0, "")
