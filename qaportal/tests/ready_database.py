"""Test databases are copies of one that all migrations have run on: migrating takes longer than most tests together.

The first process that needs it makes it, the others wait. It stays for later runs until a migration, a requirement or
the month changes.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.utils import OperationalError

PROJECT = Path(__file__).resolve().parents[2]
READ_BY_MIGRATIONS = ("qaportal/kit/indexes.py", "qaportal/settings.py", "runs/partitions.py", "requirements.txt")
FOLDERS_WITHOUT_MIGRATIONS = {".venv", "var"}


def copy_ready_database(base: str, name: str, *, is_kept: bool) -> None:
    """Make the database `name`, as it is after all migrations; `base` is how the names of all test databases begin.

    What has the name already is dropped, unless it is to be kept.
    """
    ready = f"{base}_ready_{_fingerprint()}"
    with connection._nodb_cursor() as cursor, _alone(cursor, base):
        if is_kept and _exists(cursor, name):
            return
        if not _exists(cursor, ready):
            _drop_outdated(cursor, base)
            _make(cursor, ready)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{ready}"')


def _fingerprint() -> str:
    """What the tables depend on; partitions are made for the months around this one."""
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    migrations = sorted(
        path
        for path in PROJECT.glob("*/migrations/*.py")
        if path.relative_to(PROJECT).parts[0] not in FOLDERS_WITHOUT_MIGRATIONS
    )
    for path in (*migrations, *(PROJECT / each for each in READ_BY_MIGRATIONS)):
        digest.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _alone(cursor: Any, base: str) -> Iterator[None]:
    """No other process makes or copies the ready database meanwhile."""
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [base])
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [base])


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _drop_outdated(cursor: Any, base: str) -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{base}\\_ready\\_%"])
    for (name,) in cursor.fetchall():
        try:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        except OperationalError:
            continue


def _make(cursor: Any, name: str) -> None:
    """Migrate under a name of its own first, so that what was broken off is never taken for ready."""
    settings = connection.settings_dict
    former, settings["TEST"]["NAME"] = settings["TEST"]["NAME"], f"{name}_unfinished"
    usual = settings["NAME"]
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        settings["NAME"], settings["TEST"]["NAME"] = usual, former
    cursor.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
