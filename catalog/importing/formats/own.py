"""The portal's own tables and JSON, and any table that somebody made by hand."""

from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..bounds import refusal
from ..documents import json_elements
from .base import DocumentFormat, Record, TableFormat

TABLE = TableFormat("table", gettext_lazy("Table"), mapping={"case_id": "test_id"})


def _recognises(head: str) -> bool:
    return head.startswith(("[", "{"))


def _records(stream: IO[bytes]) -> Iterator[Record]:
    """A list of objects, or an object with the list under `cases`, `test_cases` or `data`."""
    for number, element in enumerate(_elements(stream), start=1):
        if not isinstance(element, dict):
            raise refusal(_("Element %d of the list is no object.") % number, "malformed")
        yield number, {str(name): value for name, value in element.items()}


def _elements(stream: IO[bytes]) -> Iterator[Any]:
    for element in json_elements(stream):
        lists = [element[name] for name in ("cases", "test_cases", "data") if _holds_list(element, name)]
        if lists and "title" not in element:
            yield from lists[0]
        else:
            yield element


def _holds_list(element: Any, name: str) -> bool:
    return isinstance(element, dict) and isinstance(element.get(name), list)


DOCUMENT = DocumentFormat("json", gettext_lazy("JSON"), _recognises, _records)
