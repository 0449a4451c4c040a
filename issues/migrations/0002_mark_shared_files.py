"""Mark files of results that something else named before files could be marked as shared.

Retention takes a file with its result unless the file is shared. What names a file beside a result says so in its text,
so each text is read once, in stretches of its own transaction. It can be repeated, and going back leaves the marks:
they keep files, and keep none from being read.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, migrations, transaction

AT_A_TIME = 2_000
TEXTS = {
    "catalog_testcaseversion": "document::text",
    "catalog_sharedstepsversion": "document::text",
    "releases_milestone": "description",
    "runs_session": "charter",
    "runs_sessionentry": "text",
    "runs_finding": "description",
    "issues_issue": "description || ' ' || screenshots::text",
}
MARK = """
WITH stretch AS (
    SELECT id, {text} AS words FROM {table} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
), named AS (
    SELECT DISTINCT found.key[1]::uuid AS id FROM stretch
    CROSS JOIN LATERAL regexp_matches(
        stretch.words, '[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}', 'gi') AS found(key)
), marked AS (
    UPDATE files_storedfile AS stored SET is_shared = true FROM named
    WHERE stored.id = named.id AND stored.claimed_at IS NOT NULL AND NOT stored.is_shared
      AND (EXISTS (SELECT FROM runs_artifact AS artifact WHERE artifact.file_id = stored.id)
           OR EXISTS (SELECT FROM runs_reportimport AS report WHERE report.file_id = stored.id))
)
SELECT max(id) FROM stretch
"""


def stretches(table: str, text: str) -> Iterator[int]:
    """Read the table to its end; each stretch is a transaction."""
    statement, after = MARK.format(table=table, text=text), 0
    while after is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {"after": after, "limit": AT_A_TIME})
            after = cursor.fetchone()[0]
        if after is not None:
            yield after


def mark_shared_files(*_state: Any) -> None:
    """Mark the files of results that any text names."""
    for table, text in TEXTS.items():
        for _after in stretches(table, text):
            pass


class Migration(migrations.Migration):
    """Read every text that may name a file."""

    atomic = False
    dependencies = [
        ("issues", "0001_initial"),
        ("files", "0001_squashed"),
        ("catalog", "0001_squashed"),
        ("releases", "0001_squashed"),
        ("runs", "0001_squashed"),
    ]

    operations = [migrations.RunPython(mark_shared_files, migrations.RunPython.noop)]
