"""Proving the hash chains of the audit trail: every seal and every entry is read once, as a stream."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ..models import AuditEntry
from .chain import ENTRY_COLUMNS, ENTRY_TABLE, NOW, SEAL_TABLE, SETTLED, entry_digest, seal_digest

PATIENCE = 10
"""Minutes after which an entry that could be sealed has to be."""
ANCHOR_FORM = 1
_STRETCH = 2_000
_GUESSES = 4
_LINKS = f"""
SELECT seal.tenant_id, seal.sequence, seal.entry_id, seal.entry_digest, seal.digest, seal.sealed_at,
       {", ".join(f"entry.{name}" for name in ENTRY_COLUMNS)}
FROM {SEAL_TABLE} AS seal LEFT JOIN {ENTRY_TABLE} AS entry ON entry.id = seal.entry_id
ORDER BY seal.tenant_id, seal.sequence
"""  # noqa: S608
_FORGOTTEN = f"""
SELECT entry.tenant_id, count(*), min(entry.id)
FROM {ENTRY_TABLE} AS entry LEFT JOIN {SEAL_TABLE} AS seal ON seal.entry_id = entry.id, {NOW}
WHERE seal.id IS NULL AND entry.created_at < now() - make_interval(mins => %s) AND {SETTLED}
GROUP BY entry.tenant_id
ORDER BY entry.tenant_id
"""  # noqa: S608


class UnusableAnchors(Exception):
    """The file with the anchors cannot be read."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far a chain went when somebody noted it."""

    tenant_id: int | None
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong."""

    kind: str
    """`entry_altered`, `entry_missing`, `gap`, `seal_altered`, `not_sealed`, `tail_cut` or `rewritten`."""
    tenant_id: int | None
    words: str


@dataclass(slots=True)
class Chain:
    """One chain as far as it was walked."""

    tenant_id: int | None
    sequence: int = 0
    digest: str = ""
    seals: int = 0
    fitting: tuple[str, ...] = ("",)
    """What the next seal may build on: the stored digest of the last one, or one that it should have had."""

    def findings(self, link: tuple, anchor: Anchor | None) -> Iterator[Finding]:
        """What is wrong with the next seal and its entry; takes it in."""
        _tenant_id, sequence, entry_id, content, digest, sealed_at, *entry = link
        if sequence != self.sequence + 1:
            missing = f"{self.sequence + 1} to {sequence - 1}" if sequence > self.sequence + 2 else self.sequence + 1
            yield Finding("gap", self.tenant_id, f"seal {missing} is missing before seal {sequence}")
            self.fitting = ()
        if entry[0] is None:
            yield Finding("entry_missing", self.tenant_id, f"entry {entry_id} of seal {sequence} is missing")
        elif entry_digest(tuple(entry)) != content:
            yield Finding("entry_altered", self.tenant_id, f"entry {entry_id} of seal {sequence} was altered")
        facts = {"tenant_id": self.tenant_id, "sequence": sequence, "entry_id": entry_id, "sealed_at": sealed_at}
        expected = [seal_digest(previous=before, entry=content, **facts) for before in self.fitting]
        is_wrong = bool(expected) and digest not in expected
        if is_wrong:
            yield Finding("seal_altered", self.tenant_id, f"seal {sequence} was altered")
        if anchor is not None and anchor.sequence == sequence and anchor.digest != digest:
            yield Finding("rewritten", self.tenant_id, f"seal {sequence} is not the one of the anchor")
        self.fitting = (digest, *expected)[:_GUESSES] if is_wrong else (digest,)
        self.sequence, self.digest = sequence, digest
        self.seals += 1

    def ending(self, anchor: Anchor | None) -> Iterator[Finding]:
        """What is wrong at the end of the chain."""
        if anchor is not None and anchor.sequence > self.sequence:
            words = f"the chain ends at {self.sequence}, its anchor is {anchor.sequence}"
            yield Finding("tail_cut", self.tenant_id, words)


def walk(anchors: dict[int | None, Anchor]) -> Iterator[Finding | Chain]:
    """What is wrong, one after the other, and each chain after it was walked."""
    chain: Chain | None = None
    seen: set[int | None] = set()
    for link in _rows(_LINKS):
        if chain is None or chain.tenant_id != link[0]:
            yield from _ended(chain, anchors)
            chain = Chain(link[0])
            seen.add(link[0])
        yield from chain.findings(link, anchors.get(link[0]))
    yield from _ended(chain, anchors)
    for tenant_id in anchors.keys() - seen:
        yield from Chain(tenant_id).ending(anchors[tenant_id])
    for tenant_id, number, first in _rows(_FORGOTTEN, [PATIENCE]):
        words = f"{number} older than {PATIENCE} minutes not sealed, the first is entry {first}"
        yield Finding("not_sealed", tenant_id, words)


def _ended(chain: Chain | None, anchors: dict[int | None, Anchor]) -> Iterator[Finding | Chain]:
    if chain is not None:
        yield from chain.ending(anchors.get(chain.tenant_id))
        yield chain


def waiting() -> int:
    """How many entries are not sealed yet."""
    return AuditEntry.objects.filter(seal__isnull=True).count()


def _rows(statement: str, values: list[Any] | None = None) -> Iterator[tuple]:
    """The rows of a statement by a cursor of the database: memory does not grow with them."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(_STRETCH):
            yield from rows


def read_anchors(path: Path) -> dict[int | None, Anchor]:
    """The anchors of a file; raises UnusableAnchors."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["form"] != ANCHOR_FORM:
            raise UnusableAnchors(f"{path} has a form that is not known here.")
        anchors = [Anchor(each["tenant"], each["sequence"], each["digest"]) for each in document["chains"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableAnchors(f"{path} cannot be read: {error}") from error
    return {anchor.tenant_id: anchor for anchor in anchors}


def write_anchors(path: Path, chains: list[Anchor]) -> None:
    """Note how far each chain goes, all or nothing; raises UnusableAnchors."""
    document = {
        "form": ANCHOR_FORM,
        "written_at": timezone.now().isoformat(),
        "chains": [{"tenant": each.tenant_id, "sequence": each.sequence, "digest": each.digest} for each in chains],
    }
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UnusableAnchors(f"{path} cannot be written: {error}") from error
