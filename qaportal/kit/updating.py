"""Changing many rows at once, each to values of its own."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Model

from .copying import RowForm
from .inserting import FEW

_STAGED = "staged_changes"


def update_all(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Store these fields of the rows of one model.

    Many rows come by COPY into a table of this transaction and go from there in one statement: the CASE that
    `bulk_update` makes of them is read anew for each row and column, which takes seconds for a thousand rows. As with
    `bulk_update`, neither `save()` nor signals are called.
    """
    if len(rows) <= FEW:
        if rows:
            type(rows[0]).objects.bulk_update(rows, fields)
        return
    meta = rows[0]._meta
    changed = [meta.get_field(name) for name in fields]
    values = ", ".join(f'"{field.column}" = {_STAGED}."{field.column}"' for field in changed)
    form = RowForm(meta.model, (meta.pk, *changed))
    with transaction.atomic(), connection.wrap_database_errors, connection.cursor() as cursor:
        # All names come from the model; what people wrote travels in the COPY alone.
        cursor.execute(f'CREATE TEMP TABLE {_STAGED} AS SELECT {form.names} FROM "{meta.db_table}" WITH NO DATA')  # noqa: S608
        form.copy(cursor, rows, table=_STAGED)
        key = f'"{meta.pk.column}"'
        same_row = f'"{meta.db_table}".{key} = {_STAGED}.{key}'
        cursor.execute(f'UPDATE "{meta.db_table}" SET {values} FROM {_STAGED} WHERE {same_row}')  # noqa: S608
        cursor.execute(f"DROP TABLE {_STAGED}")
