"""The state of a page in its address."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def kept(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What a GET form carries along in hidden fields: the query without the named keys."""
    return [
        (name, value) for name, values in request.GET.lists() if name not in without for value in values if value != ""
    ]


def address(request: HttpRequest, changes: Mapping[str, Any], *without: str) -> str:
    """The current address with keys replaced, or removed by None; `without` are removed too."""
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
