"""Counting how often somebody does something, in PostgreSQL, so that every process counts the same.

A window is fixed: an hour begins with the hour. Each window of each person or address is one row, which begins anew
when the next window does; one statement counts in all windows that a request stands in.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .errors import TooMany
from .rates import Rate, parse

CLOCK = "floor(extract(epoch FROM statement_timestamp()))::bigint"
"""The clock of the database, the same for every process."""
_COUNT = """
INSERT INTO kit_ratecounter AS counter (key, ends_at, count)
SELECT wanted.key, (clock.now / wanted.seconds + 1) * wanted.seconds, 1
FROM unnest(%(keys)s::uuid[], %(seconds)s::bigint[]) AS wanted (key, seconds), (SELECT {clock}) AS clock (now)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN counter.ends_at = EXCLUDED.ends_at THEN counter.count + 1 ELSE 1 END,
    ends_at = EXCLUDED.ends_at
RETURNING key, count, ends_at, ends_at - {clock}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in one window after he was counted."""

    limit: int
    used: int
    resets_at: int
    """When the window ends, in seconds since 1970."""
    wait: int
    """The seconds until then."""

    @property
    def is_exceeded(self) -> bool:
        """Whether this was one too many."""
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        """How often more it may happen in this window."""
        return max(0, self.limit - self.used)


def count(identity: str, windows: Sequence[tuple[str, Rate]]) -> list[Standing]:
    """Count once in each of the named windows of a person or an address; answers them in the same order."""
    keys = [_key(name, rate, identity) for name, rate in windows]
    seconds = [rate.seconds for _name, rate in windows]
    with _connection() as used, used.cursor() as cursor:
        cursor.execute(_COUNT.format(clock=CLOCK), {"keys": keys, "seconds": seconds})
        counted = {key: rest for key, *rest in cursor.fetchall()}
    return [Standing(rate.limit, *counted[key]) for key, (_name, rate) in zip(keys, windows, strict=True)]


def rate_limit(scope: str, identity: object, rate: str) -> None:
    """Count one attempt of this kind; raises TooMany when there were more than the rate (`5/h`, `off`) allows.

    The attempt stays counted when the transaction around the call is taken back. Upper and lower case of the
    identity are the same; for a client take `requests.client_network`.
    """
    limit = parse(rate)
    if limit is None:
        return
    standing = count(str(identity).strip().casefold(), [(scope, limit)])[0]
    if standing.is_exceeded:
        raise TooMany(
            _("Too many attempts. Try again in %s.") % in_words(standing.wait), retry_after=max(1, standing.wait)
        )


def forget_ended_windows() -> int:
    """Remove the rows of windows that are over; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM kit_ratecounter WHERE ends_at < {CLOCK}")  # noqa: S608 - a constant
        return cursor.rowcount


def in_words(seconds: int) -> str:
    """A time to wait, in the unit a person would use."""
    if seconds < 100:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 100:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _key(name: str, rate: Rate, identity: str) -> UUID:
    """A digest, so that the table holds no addresses and takes identities of any length and content."""
    text = f"{name}\0{rate.seconds}\0{identity}".encode("utf-8", "surrogatepass")
    return UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())


@contextmanager
def _connection() -> Iterator[BaseDatabaseWrapper]:
    """The thread's connection, or one beside it while a transaction is open: what is counted stays counted."""
    blocks = connection.atomic_blocks
    if not blocks or blocks[0]._from_testcase:
        yield connection
        return
    side = connection.copy()
    try:
        yield side
    finally:
        side.close()
