"""The OpenAPI document told in the style each view speaks.

The generator names list components by serializer alone and knows no envelopes, so four styles would share one
(wrong) shape; this class names and wraps them apart.
"""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from .spelling import camel

_STRING = {"type": "string"}


def without_trailing_slashes(endpoints: list[tuple], **_kwargs: Any) -> list[tuple]:
    """Name every path as it is documented; the slash at its end is accepted, not asked for."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


_PROBLEMS: dict[str, dict[str, Any]] = {
    "plain": {
        "type": "object",
        "properties": {
            "detail": _STRING,
            "code": _STRING,
            "fields": {"type": "object", "additionalProperties": {"type": "array", "items": _STRING}},
        },
        "required": ["detail", "code"],
    },
    "camel": {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {"code": _STRING, "message": _STRING, "details": {}},
                "required": ["code", "message"],
            }
        },
        "required": ["error"],
    },
    "envelope": {
        "type": "object",
        "properties": {
            "success": {"type": "boolean", "enum": [False]},
            "error": {},
            "details": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["success", "error"],
    },
}
_PAGINATION = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("page", "limit", "total", "totalPages")}
    | {"hasMore": {"type": "boolean"}},
    "required": ["page", "limit", "total", "totalPages", "hasMore"],
}


def _camelized_schema(schema: dict) -> dict:
    if "properties" in schema:
        schema["properties"] = {camel(name): value for name, value in schema["properties"].items()}
    if "required" in schema:
        schema["required"] = sorted(camel(name) for name in schema["required"])
    return schema


class PortalAutoSchema(AutoSchema):
    """Describes answers, lists and errors in the style of the view."""

    @property
    def style(self) -> str:
        """The style of the view; views without one are described as plain."""
        return getattr(self.view, "style", "") or "plain"

    @property
    def _is_camel(self) -> bool:
        return self.style in {"camel", "envelope-camel"}

    def get_tags(self) -> list[str]:
        """The first word of the path after the prefix."""
        words = [word for word in self.path.split("/") if word and word not in {"api", "v1"} and "{" not in word]
        return [words[0] if words else "portal"]

    def _get_serializer_name(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> str:
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return f"{name}Camel" if self._is_camel else name

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict:
        schema = super()._map_basic_serializer(serializer, direction)
        return _camelized_schema(schema) if self._is_camel else schema

    def get_paginated_name(self, serializer_name: str) -> str:
        """A component name of its own for each style."""
        return f"{serializer_name}{self.style.title().replace('-', '')}List"

    def _get_response_for_code(self, serializer: Any, status_code: Any, *args: Any, **kwargs: Any) -> dict:
        response = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        if not str(status_code).startswith("2"):
            return response
        for media in response.get("content", {}).values():
            if "schema" in media:
                media["schema"] = self._worded(media["schema"])
        return response

    def _worded(self, schema: dict) -> dict:
        is_list = self._is_list_view() and self.method == "GET"
        rows = {"type": "array", "items": self._items(schema)} if is_list else schema
        if self.style == "plain":
            if not is_list:
                return schema
            paged = {
                "type": "object",
                "properties": {
                    "count": {"type": "integer"},
                    "next": {"type": "string", "nullable": True},
                    "previous": {"type": "string", "nullable": True},
                    "results": rows,
                },
                "required": ["count", "results"],
            }
            return {"oneOf": [rows, paged]}
        if self.style == "camel":
            return {"type": "object", "properties": {"data": rows}, "required": ["data"]} if is_list else schema
        properties = {"success": {"type": "boolean", "enum": [True]}, "data": rows}
        if schema.get("$ref", "").endswith("/Message"):
            properties["message"] = _STRING
            del properties["data"]
        if is_list:
            properties["pagination"] = _PAGINATION
        return {"type": "object", "properties": properties, "required": sorted(properties)}

    def _items(self, schema: dict) -> dict:
        """The schema of one row, out of whatever list component the generator made."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        component = self.registry._components.get((name, ResolvedComponent.SCHEMA))
        resolved = component.schema if component else schema
        return resolved.get("items", schema)

    def get_operation(self, *args: Any, **kwargs: Any) -> dict | None:
        """The operation with the error answer of its style added."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            problem = _PROBLEMS["envelope" if self.style.startswith("envelope") else self.style]
            operation["responses"].setdefault(
                "default", {"description": "An error", "content": {"application/json": {"schema": problem}}}
            )
        return operation
