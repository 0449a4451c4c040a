"""Storing many new rows at once, as fast as the database takes them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

from .copying import RowForm

FEW = 50
"""Up to so many rows are inserted as usual, in one statement."""


def insert_all(rows: Sequence[Model]) -> None:
    """Store the new rows of one model; each has its key afterwards.

    Many rows come by COPY, in one statement, which fires the same triggers and checks the same constraints. As with
    `bulk_create`, neither `save()` nor signals are called.
    """
    if len(rows) <= FEW:
        if rows:
            type(rows[0]).objects.bulk_create(rows)
        return
    meta = rows[0]._meta
    with connection.wrap_database_errors, connection.cursor() as cursor:
        _give_keys(cursor, rows)
        stored = [field for field in meta.concrete_fields if not field.generated]
        given = [each for each in stored if not isinstance(getattr(rows[0], each.attname), DatabaseDefault)]
        RowForm(meta.model, given).copy(cursor, rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _give_keys(cursor: Any, rows: Sequence[Model]) -> None:
    """Take a key from the table's own sequence for each row that has none."""
    meta = rows[0]._meta
    keyless = [row for row in rows if row.pk is None]
    if not keyless:
        return
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
        [f'"{meta.db_table}"', meta.pk.column, len(keyless)],
    )
    for row, (key,) in zip(keyless, cursor.fetchall(), strict=True):
        row.pk = key
