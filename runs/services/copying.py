"""Rows in the text format of COPY, written by hand: twice as fast as adapting each value of 27 columns.

Format: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

NULL = "\\N"
ROWS_AT_A_TIME = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def text(value: str) -> str:
    """A text as it stands in a COPY column."""
    if value.isprintable() and "\\" not in value:  # most are, and need no second look
        return value
    return value.translate(_ESCAPES)


def optional(value: object | None) -> str:
    """A number or key, or NULL."""
    return NULL if value is None else str(value)


@lru_cache(maxsize=1024)
def moment(value: datetime | None) -> str:
    """A point in time, or NULL; the tests of a suite share theirs."""
    return NULL if value is None else value.isoformat()


@lru_cache(maxsize=1024)
def texts(values: Sequence[str]) -> str:
    """An array of texts; tests of a suite share their path."""
    if not values:
        return "{}"
    return text("{" + ",".join(f'"{value.translate(_IN_ARRAY)}"' for value in values) + "}")


def flag(value: bool) -> str:
    """A truth value."""
    return "t" if value else "f"


def chunks(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows joined into pieces that are worth a write."""
    waiting: list[str] = []
    for row in rows:
        waiting.append("\t".join(row))
        if len(waiting) == ROWS_AT_A_TIME:
            yield "\n".join(waiting) + "\n"
            waiting.clear()
    if waiting:
        yield "\n".join(waiting) + "\n"


def _writer(field: models.Field) -> Callable[[Any], str]:
    """What writes the values of the field as COPY reads them."""
    if isinstance(field, models.JSONField):
        return lambda value: NULL if value is None else text(json.dumps(value))
    if isinstance(field, models.DateTimeField):
        return moment
    if isinstance(field, models.CharField | models.TextField):
        return text
    return optional


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Store new rows of one model that have their keys: texts, numbers, keys, times and JSON, at half of what
    adapting each value costs."""
    meta = rows[0]._meta
    fields = meta.concrete_fields
    columns = [(attrgetter(field.attname), _writer(field)) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{meta.db_table}" ({names}) FROM STDIN'
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in chunks([write(read(row)) for read, write in columns] for row in rows):
            copy.write(chunk)
