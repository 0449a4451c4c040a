"""camelCase and snake_case names of the same field."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])")
_JOINT = re.compile(r"_([a-z0-9])")


class Verbatim(dict):
    """A mapping whose keys belong to the user and are never respelled."""


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """`created_at` as `createdAt`."""
    return _JOINT.sub(lambda match: match.group(1).upper(), name)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`createdAt` as `created_at`, `folderID` as `folder_id`."""
    return _HUMP.sub(lambda match: "_" + match.group(0), name).lower()


def camelized(value: Any) -> Any:
    """The value with every key in camelCase, except inside `Verbatim` mappings."""
    if isinstance(value, Verbatim):
        return value
    if isinstance(value, Mapping):
        return {camel(key) if isinstance(key, str) else key: camelized(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [camelized(child) for child in value]
    return value


def with_known_names(data: Mapping, names: set[str]) -> dict:
    """The mapping with camelCase keys renamed to the snake_case names that are known; exact names win."""
    renamed = {}
    for key, value in data.items():
        name = key if key in names else snake(key)
        if name != key and (name not in names or name in data):
            name = key
        renamed[name] = value
    return renamed
