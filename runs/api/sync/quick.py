"""Lists of many rows, told without the framework, and read without it where a row is plainly right.

The framework looks at each field of each row through a dozen calls. Thousands of steps in one call are mostly numbers
and texts within their bounds: those are read here. A row with anything else, wrong or only unusual, goes the
framework's way as a whole, and comes out the same.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from catalog.status_words import parse_status
from qaportal.kit.errors import InvalidInput

from .fields import MillisecondsField, OptionalText, OutcomeField

UNSURE = object()
Reader = Callable[[Any], Any]


def _text(longest: int) -> Reader:
    def read(value: Any) -> Any:
        if value is None:
            return ""
        return value if type(value) is str and len(value) <= longest else UNSURE

    return read


def _number(least: int, most: int, *, may_be_null: bool) -> Reader:
    def read(value: Any) -> Any:
        if value is None and may_be_null:
            return None
        return value if type(value) is int and least <= value <= most else UNSURE

    return read


@lru_cache(maxsize=256)
def _word(value: str) -> Any:
    try:
        return parse_status(value).value
    except InvalidInput:
        return UNSURE


def _outcome(value: Any) -> Any:
    return _word(value) if type(value) is str and len(value) <= 40 else UNSURE


def _reader_of(field: serializers.Field) -> Reader | None:
    """What reads the plain values of the field, or nothing for a field that the framework reads."""
    if field.read_only:
        return None
    if type(field) is OptionalText:
        return _text(field.max_length)
    if type(field) is OutcomeField:
        return _outcome
    if type(field) is MillisecondsField:
        return _number(0, MillisecondsField.longest, may_be_null=True)
    if type(field) is serializers.IntegerField:
        return _number(field.min_value, field.max_value, may_be_null=field.allow_null)
    return None


def _teller_of(field: serializers.Field) -> Callable[[Any], Any]:
    """What words a value of the field that is not null, as the field itself does."""
    if type(field) is serializers.UUIDField:
        return str
    if type(field) in {MillisecondsField, serializers.IntegerField}:
        return lambda value: value
    if type(field) is serializers.DateTimeField:
        return lru_cache(maxsize=1_024)(field.to_representation)
    return field.to_representation


class QuickRows(serializers.ListSerializer):
    """A list whose plain rows are read quickly, and which tells its rows quickly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Know how each field of a row is read."""
        super().__init__(*args, **kwargs)
        self._readers: dict[str, tuple[str, Reader]] | None = None

    def to_representation(self, data: Any) -> list[dict[str, Any]]:
        """The rows as the framework words them, each field asked for once."""
        columns = [
            (name, attrgetter(field.source), _teller_of(field))
            for name, field in self.child.fields.items()
            if not field.write_only
        ]
        return [
            {name: None if (value := read(row)) is None else tell(value) for name, read, tell in columns}
            for row in data
        ]

    def run_child_validation(self, data: Any) -> Any:
        """The values of one row; raises ValidationError."""
        values = self._plainly(data)
        return super().run_child_validation(data) if values is None else values

    def _plainly(self, data: Any) -> dict[str, Any] | None:
        if type(data) is not dict:
            return None
        if self._readers is None:
            found = {name: (field.source, _reader_of(field)) for name, field in self.child.fields.items()}
            self._readers = {name: (source, reader) for name, (source, reader) in found.items() if reader}
            self._required = [name for name, field in self.child.fields.items() if field.required]
        values = {}
        for name, given in data.items():
            source, reader = self._readers.get(name, (None, None))
            value = reader(given) if reader else UNSURE
            if value is UNSURE:
                return None
            values[source] = value
        return values if all(name in data for name in self._required) else None
