"""Writing, settling and forging the audit trail for tests."""

import threading
from typing import Any

from django.db import connection, transaction

from accounts import audit
from accounts.services.seals import seal_entries

PATIENCE = 300  # seconds


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


def settle() -> None:
    """Let everything count as written in old transactions, one for each entry."""
    with transaction.atomic():
        forge("UPDATE accounts_auditentry SET transaction_id = id WHERE transaction_id <> id")


def wait_until_settled() -> None:
    """Wait until what was committed can be sealed: other tests have older transactions open on the same server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(transaction_id) FROM accounts_auditentry WHERE transaction_id < 5000000000")
        newest = cursor.fetchone()[0]
        for _ in range(PATIENCE * 20):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] > newest:
                return
            threading.Event().wait(0.05)
    raise AssertionError("a transaction of the server does not end")


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
