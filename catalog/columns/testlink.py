"""What TestLink's XML cannot say of a case, in a custom field beside it: with it our own files come back unchanged."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from .texts import as_json

FIELD = "qaportal"
"""The name of the custom field; TestLink ignores fields that it does not know."""


def mark_text(test_id: str, exact: Mapping[str, tuple[Any, Any]], *, is_filed: bool) -> str:
    """The mark: for each part of the XML what stands there and what it stands for."""
    parts = {name: list(pair) for name, pair in exact.items()}
    return as_json({"test_id": test_id, "is_filed": is_filed, "exact": parts})


def read_mark(text: str) -> dict[str, Any] | None:
    """The mark, or None for anything else."""
    try:
        mark = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(mark, dict) or not isinstance(mark.get("test_id"), str):
        return None
    exact = mark.get("exact")
    pairs = exact.items() if isinstance(exact, dict) else ()
    mark["exact"] = {name: pair for name, pair in pairs if isinstance(pair, list) and len(pair) == 2}
    return mark


def print_of(steps: Sequence[Mapping[str, str]]) -> int:
    """A number that says whether the steps of the XML are still those that were written; spaces do not count."""
    told = [[" ".join(str(step[name]).split()) for name in ("action", "expected")] for step in steps]
    return crc32(json.dumps(told).encode())
