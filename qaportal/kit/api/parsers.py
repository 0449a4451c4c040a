"""One JSON parser for the whole API: bounded in size and depth, and nothing passes that the database refuses."""

import json
import math
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from ..errors import InvalidInput
from ..text import problem_in, storable

INTEGER_LIMIT = 2**63


class BodyTooLarge(APIException):
    """The body is larger than the portal reads."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The request body is too large."


def _refuse_constant(name: str) -> None:
    raise ParseError(f"{name} is not a JSON value.")


def _is_too_large(value: Any) -> bool:
    """Whether it is a whole number outside 64 bits, or a fraction that became infinite."""
    if isinstance(value, int):
        return not -INTEGER_LIMIT <= value < INTEGER_LIMIT
    return isinstance(value, float) and not math.isfinite(value)


def check_storable(document: Any, depth_limit: int) -> None:
    """Walk the document without recursion.

    Raises InvalidInput with the field's path for nesting deeper than the limit, texts that PostgreSQL refuses,
    integers outside 64 bits and fractions that are too large to be one.
    """
    stack: list[tuple[str, Any, int]] = [("", document, 1)]
    while stack:
        path, value, depth = stack.pop()
        problem = None
        if depth > depth_limit:
            problem = f"The document is nested deeper than {depth_limit} levels."
        elif isinstance(value, dict):
            for key, child in value.items():
                problem = problem or problem_in(key)
                stack.append((f"{path}.{key}" if path else key, child, depth + 1))
        elif isinstance(value, list):
            stack.extend((f"{path}[{position}]", child, depth + 1) for position, child in enumerate(value))
        elif isinstance(value, str):
            problem = problem_in(value)
        elif _is_too_large(value):
            problem = "The number is too large."
        if problem:
            field = path.encode("utf-8", "replace").decode().replace("\x00", "")[:200] or "body"
            raise InvalidInput("The document cannot be used.", fields={field: [problem]})


def repair_texts(document: Any) -> list[str]:
    """Put U+FFFD where a text of the document holds what PostgreSQL refuses; answers the paths of these texts.

    Ids stay as they are, to be refused: a repaired one might be another's.
    """
    repaired, stack = [], [("", document)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            children = [(f"{path}.{key}" if path else key, key, child) for key, child in value.items()]
        else:
            children = [(f"{path}[{place}]", place, child) for place, child in enumerate(value)]
        for where, key, child in reversed(children):
            if isinstance(child, dict | list):
                stack.append((where, child))
            elif isinstance(child, str) and not str(key).lower().endswith("id"):
                value[key], is_repaired = storable(child)
                if is_repaired:
                    repaired.append(where)
    return repaired


class SafeJSONParser(JSONParser):
    """Reads JSON within the bounds of the settings."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """The document; raises ParseError, BodyTooLarge or InvalidInput with the field's name."""
        raw = stream.read(settings.JSON_BODY_LIMIT + 1)
        if len(raw) > settings.JSON_BODY_LIMIT:
            raise BodyTooLarge()
        try:
            document = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ParseError("The document is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from error
        self.prepare(document, raw, parser_context or {})
        check_storable(document, settings.JSON_DEPTH_LIMIT)
        return document

    def prepare(self, document: Any, raw: bytes, parser_context: dict) -> None:
        """What else is done to the document before it is checked."""


class ReportJSONParser(SafeJSONParser):
    """Reads what a machine reports: a text that PostgreSQL refuses is repaired, for one byte refuses no report.

    The request tells in `repaired` where.
    """

    def prepare(self, document: Any, raw: bytes, parser_context: dict) -> None:
        """Repair the texts; only an escape can bring what needs it."""
        if any(escape in raw for escape in (b"\\u0000", b"\\ud", b"\\uD")):
            parser_context["request"].repaired = repair_texts(document)
