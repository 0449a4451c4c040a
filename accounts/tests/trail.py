"""Writing, settling and forging the audit trail for tests."""

from typing import Any

from django.db import connection

from accounts import audit
from accounts.services.seals import seal_entries


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
    """Let everything written in the test's own transaction count as written in old ones, one for each entry."""
    forge("UPDATE accounts_auditentry SET transaction_id = id WHERE transaction_id <> id")


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
