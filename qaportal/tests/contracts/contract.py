"""The promise of one endpoint, and what tells an answer that keeps it from one that does not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from qaportal.tests.tenant_matrix import World

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
WHEN = object()
"""A time in ISO 8601 and UTC."""
PROBLEMS = {
    "plain": {"detail": str, "code": str, "fields": dict},
    "camel": {"error": {"code": str, "message": str}},
}
CODES = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 422: "VALIDATION_ERROR"}
"""The codes that the document of style `camel` names."""
INVALID = {"plain": 400, "camel": 422}


class Exactly(dict):
    """An object that has these keys and no others; a plain mapping may have more."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file instead of a document."""

    content_type: str
    start: bytes


@dataclass(frozen=True, slots=True)
class Maybe:
    """What may be null."""

    shape: Any


@dataclass(frozen=True, slots=True)
class Each:
    """A list whose items have the shape, if there are any; a plain list of a shape is never empty."""

    shape: Any


@dataclass(frozen=True, slots=True)
class Contract:
    """A call as its document shows it, and the answer that it shows or implies."""

    method: str
    path: str
    """As the list of endpoints writes it."""
    answer: Any = None
    """The shape of the answer; nothing where it has no body."""
    status: int = 200
    parts: dict[str, Callable[[World], Any]] = field(default_factory=dict)
    """The objects that the address names."""
    body: Callable[[World], Any] | None = None
    query: Callable[[World], dict[str, Any]] = lambda world: {}
    echoed: tuple[str, ...] = ()
    """The keys of the body that the answer repeats."""
    wrong: tuple[dict[str, Any], str] | None = None
    """What makes the body unusable, and the name of the field that the refusal blames."""
    names_project: str = ""
    """How the call names its project, for endpoints whose address names no object."""
    foreign: int = 404
    """How the call is answered with objects of another tenant."""
    form: str = "json"
    style: str = ""
    """The style that the client asks for on a path that several documents share."""

    def __str__(self) -> str:
        """Method and path, and the style where the client asks for one."""
        return f"{self.method} {self.path} {self.style}".rstrip()

    def address(self, world: World) -> str:
        """The address with the objects of the world in it."""
        return re.sub(r"\{(\w+)\}", lambda part: str(self.parts[part.group(1)](world)), self.path)


def unlike(shape: Any, value: Any, where: str = "answer") -> Iterator[str]:
    """What of the value is not as the shape says, key by key."""
    if isinstance(shape, Maybe):
        yield from () if value is None else unlike(shape.shape, value, where)
    elif isinstance(shape, dict):
        yield from _unlike_object(shape, value, where)
    elif isinstance(shape, list | Each) and value == []:
        yield from () if isinstance(shape, Each) else [f"{where} is empty"]
    elif isinstance(shape, list | Each):
        yield from _unlike_list(shape.shape if isinstance(shape, Each) else shape[0], value, where)
    elif not _fits(shape, value):
        yield f"{where} is {value!r}"


def _fits(shape: Any, value: Any) -> bool:
    """Whether a single value is one of the words, a time, or of the type."""
    if isinstance(shape, set):
        return value in shape
    if shape is WHEN:
        return isinstance(value, str) and _MOMENT.fullmatch(value) is not None
    return isinstance(value, shape) and not (shape is int and isinstance(value, bool))


def _unlike_list(shape: Any, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where} is no list: {value!r}"
        return
    for number, each in enumerate(value):
        yield from unlike(shape, each, f"{where}[{number}]")


def _unlike_object(shape: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object: {value!r}"
        return
    for name, child in shape.items():
        if name in value:
            yield from unlike(child, value[name], f"{where}.{name}")
        else:
            yield f"{where}.{name} is missing"
    if isinstance(shape, Exactly) and (more := sorted(set(value) - set(shape))):
        yield f"{where} has {more} besides"


def wrong_refusal(style: str, answer: Any, status: int, blamed: str = "") -> Iterator[str]:
    """What is wrong with a refusal: its status, its shape, its code, and the field that it blames."""
    if answer.status_code != status:
        yield f"refused by {answer.status_code} instead of {status}: {answer.content[:300]!r}"
        return
    body = answer.json()
    yield from unlike(PROBLEMS[style], body, "refusal")
    if style == "camel" and status in CODES and body["error"]["code"] != CODES[status]:
        yield f"refused as {body['error']['code']}"
    if blamed:
        details = body["error"].get("details") if style == "camel" else body["fields"]
        named = (
            details.get("field") if style == "camel" and isinstance(details, dict) else next(iter(details or ()), "")
        )
        if named != blamed:
            yield f"the refusal blames {details!r} instead of {blamed}"
        elif style == "camel":
            yield from unlike(Exactly(field=str, message=str), details, "details")
