"""The state of a page in its address."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


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
