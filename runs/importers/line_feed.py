"""Reports that are written line by line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .bounds import Limits, ReportRejected
from .json_document import DECODER


def text_lines(texts: Iterable[str], limits: Limits) -> Iterator[str]:
    """Yield the lines of a text without their ends; of a line that is too long to be one the rest is left out."""
    waiting = ""
    for text in texts:
        if "\n" not in text:
            if len(waiting) < limits.record_characters:
                waiting += text
            continue
        first, *others = text.split("\n")
        yield (waiting + first).rstrip("\r")
        waiting = others.pop()
        for line in others:
            yield line.rstrip("\r")
    if waiting:
        yield waiting.rstrip("\r")


def json_lines(texts: Iterable[str], limits: Limits, *, strict: bool) -> Iterator[dict[str, Any]]:
    """Yield the object in each line; blank lines are passed over, and unless `strict` all others that hold none.

    Raises ReportRejected for a line that is broken or holds something else.
    """
    for number, line in enumerate(text_lines(texts, limits), start=1):
        if not line.startswith("{"):
            if strict and line.strip():
                raise ReportRejected(f"Line {number} of the file is no JSON object.", "malformed", number)
            continue
        try:
            found = DECODER.decode(line)
        except RecursionError:
            raise ReportRejected("The values are nested too deep.", "too_deep", number) from None
        except ValueError as error:
            if not strict:
                continue
            is_cut = isinstance(error, json.JSONDecodeError) and error.pos >= len(line) - 1
            words = "ends too early; the file was cut off" if is_cut else "is broken JSON"
            code = "truncated" if is_cut else "malformed"
            raise ReportRejected(f"Line {number} of the file {words}.", code, number) from None
        if isinstance(found, dict):
            yield found
