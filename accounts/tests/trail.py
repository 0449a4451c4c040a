"""Writing, settling and forging the audit trail for tests."""

import threading
from typing import Any

from django.db import connection

from accounts import audit
from accounts.services.seals import seal_entries

PATIENCE = 600  # seconds that tests beside this one may keep a transaction open


def forge(statement: str, *values: Any) -> int:
    """Run a statement behind the back of every trigger, as somebody who owns the database can; answers how many rows.

    Inside a test's transaction the triggers come back with its end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        rows = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    return rows


def let_it_be_emptied() -> None:
    """Let tests that commit empty the tables of the trail, in the database of the tests alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_emptied'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_emptied")


def settle() -> None:
    """Let everything written in the test's own transaction count as written in old ones, one for each entry."""
    forge("UPDATE accounts_auditentry SET transaction_id = id WHERE transaction_id <> id")


def seal_settled(**options: Any) -> int:
    """Seal what was committed, once nothing else holds it up."""
    await_older_transactions()
    return seal_entries(**options)


def await_older_transactions() -> None:
    """Wait until no transaction that is older than an entry runs any more.

    The numbers of transactions are the server's: tests that run beside this one, in other databases, count too.
    """
    pause = threading.Event()
    for _attempt in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT NOT EXISTS (SELECT 1 FROM accounts_auditentry"
                " WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                " AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
            )
            if cursor.fetchone()[0]:
                break
        pause.wait(0.05)


def sealed_trail(project: Any, actor: Any, number: int) -> list:
    """Sealed entries about the project."""
    entries = [
        audit.record(
            "project.updated", actor=actor, target=project, changes={"name": ["old", f"new {place}"]}, to=place
        )
        for place in range(number)
    ]
    settle()
    seal_entries()
    connection.check_constraints()  # now, or they would stumble at the end over what a test forges
    return entries
