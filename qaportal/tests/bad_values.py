"""What people and programs send by mistake or on purpose, and what an answer to it must look like."""

import json
from typing import Any

from qaportal.kit.api.spelling import snake

from .api_documents import Field, resolved
from .callers import fields_of
from .routes import Route

SURROGATE = "half \ud800 a character"
NUL = "zero\x00byte"
HUGE = 2**70
UNSTORABLE = {"NUL": NUL, "a lone surrogate": SURROGATE, "2**70": HUGE}
"""Refused wherever they stand, with the field's name; texts that machines report are repaired, naming it too."""
INFINITE = "an infinite number"
"""Stands for a number that JSON can write and no computer can hold; `as_json` writes it."""
BAD_VALUES: dict[str, Any] = {
    **UNSTORABLE,
    "a negative number": -1,
    "a fraction": 1.5,
    "an infinite number": INFINITE,
    "a truth": True,
    "an object": {"plain": 1},
    "a list": [1, "two", None, [["deep"]]],
    "a text": "plain words",
    "an empty text": "",
    "10,000 characters": "x" * 10_000,
    "nothing": None,
    "no date": "0000-00-00",
    "the 30th of February": "2026-02-30T25:61:61Z",
    "the year 10000": "10000-01-01T00:00:00Z",
    "digits of another script": "١٢٣",
}
ALWAYS_TRIED = frozenset({*UNSTORABLE, "an infinite number", "an object"})
"""Also where the same fields were tried by another method of the route."""
LIKE_A_TEXT = frozenset({"a fraction", "no date", "the 30th of February", "the year 10000", "digits of another script"})
"""To a field of plain text they are texts like any other."""
BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b"{",
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a list": b"[]",
    "a text": b'"plain"',
    "a number": b"1",
    "null": b"null",
    "no JSON number": b'{"name": NaN}',
    "10,000 brackets": b"[" * 10_000,
    "10,000 objects": b'{"name":' * 10_000 + b"1" + b"}" * 10_000,
    "a text of NULs": b"\x00" * 100,
}
BAD_TEXTS = {
    "NUL": "zero%00byte",
    "a lone surrogate": "half%ED%A0%80",
    "2**70": str(HUGE),
    "a negative number": "-1",
    "a broken percent sign": "%zz%",
    "a text": "plain-words",
    "nothing": "",
    "10,000 characters": "x" * 10_000,
    "the 30th of February": "2026-02-30",
    "no date": "0000-00-00",
    "a broken UUID": "018f0000-0000-7000-8000-00000000zzzz",
    "an infinite number": "1e999",
    "digits of another script": "%D9%A1%D9%A2",
}
"""For addresses: percent-encoded as they are sent."""
IN_PATHS = {name: text for name, text in BAD_TEXTS.items() if text} | {"10,000 digits": "9" * 10_000}
IN_PATHS_OF_PAGES = {
    name: IN_PATHS[name] for name in ("NUL", "a lone surrogate", "2**70", "a negative number", "10,000 characters")
}

REFUSALS = {400, 401, 403, 404, 409, 413, 415, 422}
SHAPES = {"plain": "detail", "camel": "error", "envelope": "success", "envelope-camel": "success"}


def kinds_for(field: Field, *, is_repeated: bool) -> frozenset[str]:
    """The bad values that are tried in a field."""
    if is_repeated:
        return ALWAYS_TRIED
    schema = resolved(field.schema)
    is_text = schema.get("type") == "string" and not schema.get("format") and not schema.get("enum")
    return frozenset(BAD_VALUES) - (LIKE_A_TEXT if is_text else frozenset())


def as_multipart(fields: dict[str, Any], file: bytes) -> tuple[bytes, str]:
    """A form with a report in it, and its content type; half a character is sent as the bytes some program made."""
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), _form_bytes(value))
        for name, value in fields.items()
    ]
    parts.append(b'Content-Disposition: form-data; name="file"; filename="plain.xml"\r\n\r\n' + file)
    return b"".join(
        b"--plain\r\n" + part + b"\r\n" for part in parts
    ) + b"--plain--\r\n", "multipart/form-data; boundary=plain"


def _form_bytes(value: Any) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else str(value).encode()


def as_json(document: Any) -> bytes:
    """The document as a client would write it, surrogates escaped."""
    return json.dumps(document).replace(json.dumps(INFINITE), "1e999").encode()


def style_of(route: Route) -> str:
    """The style of the route's view; empty for what answers no style."""
    return getattr(getattr(route.callback, "cls", None), "style", "")


def blames(answer: Any, path: str) -> bool:
    """Whether the refusal names the field, what it lies in, or what lies in it."""
    wanted = snake(path)
    named = {snake(name) for name in fields_of(answer)}
    return any(
        name == wanted or wanted.startswith((f"{name}.", f"{name}[")) or name.startswith((f"{wanted}.", f"{wanted}["))
        for name in named
    )


def repairs(answer: Any, path: str) -> bool:
    """Whether the answer says that the text was stored with a character in place of what cannot be: a report's."""
    told = json.loads(answer.body) if answer.status_code in {200, 201} else {}
    return path in told.get("repaired", ()) if isinstance(told, dict) else False


def problems(route: Route, answer: Any, kind: str, field: Field, *, is_json: bool = True) -> list[str]:
    """What is wrong with the answer to a bad value of a field; a form knows no numbers and no halves of characters."""
    where = f"{kind} in {field}: {answer.status_code} {answer.body[:300]!r}"
    if answer.status_code >= 500:
        return [where]
    found = []
    must_refuse = kind in UNSTORABLE if is_json else kind == "NUL"
    is_refused = answer.status_code in {400, 422} and blames(answer, str(field))
    if must_refuse and not is_refused and not repairs(answer, str(field)):
        found.append(f"{where} is not refused by the field's name")
    if answer.status_code < 400:
        return found
    if answer.status_code not in REFUSALS:
        found.append(f"{where} is no refusal")
    if answer.status_code in {400, 422} and not blames(answer, str(field)):
        found.append(f"{where} does not name the field")
    if answer.status_code == 404 and not field.key.endswith(("id", "ids")):
        found.append(f"{where} is not found")
    return found + wrong_style(route, answer)


def wrong_style(route: Route, answer: Any) -> list[str]:
    """What is wrong with the shape of a refusal."""
    expected = SHAPES.get(style_of(route))
    if expected and (
        not answer["Content-Type"].startswith("application/json") or expected not in json.loads(answer.body)
    ):
        return [f"{answer.status_code} {answer.body[:200]!r} is not in the style of the route"]
    return []
