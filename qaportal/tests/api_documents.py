"""What the OpenAPI document says of each route: the fields of its body, the parameters of its query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from operations.views import openapi_document
from qaportal.kit.api.spelling import snake

from .routes import OPEN_TO_THE_ANONYMOUS, Route, named_routes

WRITING = ("post", "put", "patch", "delete")
DEEPEST = 5
"""How far into nested objects the walks go."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, wherever it stands in it."""

    path: tuple[str | int, ...]
    schema: Any
    is_required: bool = False

    @property
    def key(self) -> str:
        """The name closest to the value, in snake_case."""
        return snake(next(part for part in reversed(self.path) if isinstance(part, str)))

    def __str__(self) -> str:
        """The path as refusals spell it: `steps[0].action`."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.removeprefix(".")


def _bare(path: str) -> str:
    """The path with the names of its parts left out, as document and URL configuration may differ in them."""
    path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^)]*\))*\)|<[^>]+>|\{\w+\}", "{}", path)
    return re.sub(r"[\\^$?]", "", path).rstrip("/")


@cache
def _operations() -> dict[tuple[str, str], dict]:
    paths = openapi_document()["paths"]
    return {(_bare(path), method): each for path, methods in paths.items() for method, each in methods.items()}


def operation_of(route: Route, method: str) -> dict[str, Any]:
    """What the document says of the route's method; empty for what it does not describe."""
    return _operations().get((_bare(f"/{route.pattern}"), method), {})


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with references followed, and of several forms the first that is not null."""
    while True:
        if "$ref" in schema:
            schema = openapi_document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        elif len(forms := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []):
            schema = next((form for form in forms if "NullEnum" not in form.get("$ref", "")), forms[0])
        else:
            return schema


def body_schema(route: Route, method: str) -> dict[str, Any]:
    """The schema of the request's body, JSON before any other kind; empty for a route that reads none."""
    contents = operation_of(route, method).get("requestBody", {}).get("content", {})
    chosen = contents.get("application/json") or next(iter(contents.values()), {})
    return resolved(chosen.get("schema", {})) if chosen else {}


def takes_json(route: Route, method: str) -> bool:
    """Whether the body is JSON."""
    return "application/json" in operation_of(route, method).get("requestBody", {}).get("content", {})


def _walk(schema: dict[str, Any], path: tuple, *, is_required: bool = False) -> Iterator[Field]:
    schema = resolved(schema)
    if path:
        yield Field(path, schema, is_required)
    if len(path) >= DEEPEST:
        return
    required = schema.get("required", [])
    for name, child in schema.get("properties", {}).items():
        if not resolved(child).get("readOnly") and not child.get("readOnly"):
            yield from _walk(child, (*path, name), is_required=name in required)
    if schema.get("type") == "array":
        yield from _walk(schema.get("items", {}), (*path, 0))


@cache
def fields_of_body(route: Route, method: str) -> tuple[Field, ...]:
    """Every field of the body, those of nested objects and lists too."""
    return tuple(_walk(body_schema(route, method), ()))


@cache
def query_names(route: Route, method: str = "get") -> tuple[str, ...]:
    """The names of the parameters of the query string."""
    return tuple(each["name"] for each in operation_of(route, method).get("parameters", []) if each["in"] == "query")


@cache
def write_routes() -> tuple[tuple[Route, str], ...]:
    """Every route of the API with every method that may change something."""
    return tuple(
        (route, method) for route in named_routes() if route.is_api for method in route.methods if method in WRITING
    )


@cache
def guarded_writes() -> tuple[tuple[Route, str], ...]:
    """Those that ask who calls."""
    return tuple((route, method) for route, method in write_routes() if route.name not in OPEN_TO_THE_ANONYMOUS)


def with_value(body: dict[str, Any], path: tuple[str | int, ...], value: Any) -> Any:
    """The body with the value at the path; lists and objects on the way are made."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(body) if isinstance(body, list) and body else [{}]
        items[0] = with_value(items[0], rest, value)
        return items
    inside = body if isinstance(body, dict) else {}
    return {**inside, step: with_value(inside.get(step), rest, value)}
