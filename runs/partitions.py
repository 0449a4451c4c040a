"""The monthly partitions of the result family.

The key of a row is a UUIDv7 made when it is stored, so the bounds of a month are the smallest UUIDv7s of its first
and of the next month's first millisecond.
"""

import logging
import re
import uuid
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

logger = logging.getLogger(__name__)
PARTITIONED_TABLES = ("runs_result", "runs_stepresult", "runs_checkpoint", "runs_logentry", "runs_artifact")
MONTHS_AHEAD = 3
SETTLED_AFTER = timedelta(days=2)
"""A month that ended later may still get rows from a transaction that began in it."""
LONGEST_WAIT = "2s"
"""Whoever comes while a partition is taken off waits behind it; longer than autovacuum needs to give way."""


class CreatePartitionedModel(migrations.CreateModel):
    """Creates the table of a model partitioned by ranges of its key; the state is that of `CreateModel`."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: object) -> None:
        """Create the table with the partition clause added to the statement."""
        schema_editor.sql_create_table = type(schema_editor).sql_create_table + " PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, *states)
        finally:
            del schema_editor.sql_create_table


def month_start(moment: datetime, months: int = 0) -> datetime:
    """The first instant of the month that lies `months` after the one of the moment, in UTC."""
    count = moment.year * 12 + moment.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def lower_bound(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of this millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def partition_name(table: str, month: datetime) -> str:
    """`runs_result_2026_11`."""
    return f"{table}_{month:%Y_%m}"


def create_partition(table: str, month: datetime) -> bool:
    """Make the partition of the month unless it exists; answers whether it was made.

    It is built beside the table and attached, which locks out neither readers nor writers of the other months.
    """
    name = partition_name(table, month)
    start, end = lower_bound(month), lower_bound(month_start(month, 1))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"partitions of {table}"])
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)')
        cursor.execute(f"ALTER TABLE \"{table}\" ATTACH PARTITION \"{name}\" FOR VALUES FROM ('{start}') TO ('{end}')")
    return True


_MISSING = """
SELECT asked.parent, asked.place FROM unnest(%s::text[], %s::text[], %s::int[]) AS asked(parent, name, place)
WHERE to_regclass(asked.parent) IS NOT NULL AND to_regclass(asked.name) IS NULL ORDER BY asked.place
"""


def ensure_partitions(*, now: datetime | None = None, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Make the partitions of this month and the next ones; answers the names of those that were made.

    One look tells whether any is missing, so it can be asked before every write. Tables that an older state of the
    database does not have are left out.
    """
    now = now or datetime.now(UTC)
    months = [month_start(now, step) for step in range(months_ahead + 1)]
    asked = [
        (table, partition_name(table, month), step) for table in PARTITIONED_TABLES for step, month in enumerate(months)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(column) for column in zip(*asked, strict=True)])
        missing = cursor.fetchall()
    return [partition_name(table, months[step]) for table, step in missing if create_partition(table, months[step])]


def lacks_partitions(now: datetime | None = None) -> RawSQL:
    """Whether a partition of this month is missing, as a column of whatever is read anyway."""
    month = month_start(now or datetime.now(UTC))
    names = [partition_name(table, month) for table in PARTITIONED_TABLES]
    asked = "EXISTS (SELECT FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL)"
    return RawSQL(asked, [names], output_field=BooleanField())  # noqa: S611  a constant


def create_first_partitions(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Migration step: a new database, a test's included, can store results at once."""
    ensure_partitions()


_PARTITIONS = """
SELECT child.relname FROM pg_inherits
JOIN pg_class AS child ON child.oid = inhrelid WHERE inhparent = to_regclass(%s) ORDER BY child.relname
"""


def drop_empty_partitions(*, now: datetime | None = None) -> list[str]:
    """Take months off of which nothing is kept any more, and drop them; answers their names.

    A partition that somebody holds for long is left to the next night.
    """
    settled = month_start((now or datetime.now(UTC)) - SETTLED_AFTER)
    dropped = []
    for table in PARTITIONED_TABLES:
        for name in _partitions_before(table, settled):
            try:
                dropped += [name] if _drop_if_empty(table, name) else []
            except OperationalError:
                logger.info("The partition %s is in use and stays until the next night", name)
    return dropped


def _partitions_before(table: str, month: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [table])
        names = [name for (name,) in cursor.fetchall()]
    ours = re.compile(rf"{table}_\d{{4}}_\d{{2}}")
    return [name for name in names if ours.fullmatch(name) and name < partition_name(table, month)]


@transaction.atomic
def _drop_if_empty(table: str, name: str) -> bool:
    """Look without a lock that stops anybody, then again with one that does.

    The table is locked before its partition, as everybody else does it, so that nobody waits in a circle.
    """
    is_empty = f'SELECT NOT EXISTS (SELECT FROM "{name}")'  # noqa: S608 - a name out of the catalog of the database
    with connection.cursor() as cursor:
        cursor.execute(is_empty)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"partitions of {table}"])
        cursor.execute(f'LOCK TABLE ONLY "{table}" IN ACCESS EXCLUSIVE MODE')
        cursor.execute(f'LOCK TABLE ONLY "{name}" IN ACCESS EXCLUSIVE MODE')
        cursor.execute(is_empty)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f'ALTER TABLE "{table}" DETACH PARTITION "{name}"')
        cursor.execute(f'DROP TABLE "{name}"')
    return True
