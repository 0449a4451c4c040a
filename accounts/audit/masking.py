"""Keeping secrets out of what the portal writes down: told by name, by form, or by place in an address."""

import datetime
import decimal
import json
import logging
import math
import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import models

from qaportal.kit.secret_names import MASK, is_secret
from qaportal.kit.text import storable

from ..choices import RoleCode

SECRET_PARTS = frozenset({"key", "token", "code", "secret", "uid", "uidb36", "uidb64", "link", "signature"})
"""Named parts of an address that are secrets."""
ADDRESS_NAMES = frozenset({"login", "username", "email", "identifier"})
"""Where people type who they are, and now and then their password."""
LONGEST_TEXT = 2_000
MOST_NAMES = 50
_TRACES = re.compile(
    r"\bqap_[\w-]{8,}"  # API tokens
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # access and refresh tokens
    r"|(?<=/reset/key/)[^/\s?\"']+"  # links to choose a password
    r"|(?<=[/=])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{20,}"  # other links that are hard to guess
)


def plain(value: Any) -> Any:
    """The value as JSON keeps it, long texts cut."""
    if isinstance(value, models.Model):
        return {"id": str(value.pk), "label": str(value)[:300]}
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
    if isinstance(value, dict):
        return {str(key): masked(str(key), child) for key, child in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(child) for child in value]
    if isinstance(value, datetime.date | datetime.time | uuid.UUID | decimal.Decimal):
        return str(value)
    return value


def masked(name: str, value: Any) -> Any:
    """The value, or a mask when its name says that it is a secret."""
    return MASK if is_secret(name) else plain(value)


def without_traces(text: str) -> str:
    """The text with whatever looks like a token or a secret link masked, and storable."""
    return storable(_TRACES.sub(MASK, text))[0]


def masked_document(value: Any, *, more: Collection[str] = (), kept: Collection[str] | None = None) -> Any:
    """A document that came from outside, storable as JSON: secrets masked by name and by form.

    `more` are whole names that are secrets here. `kept` are the only texts that values named in `ADDRESS_NAMES` may
    hold, in lower case; None lets them hold any.
    """
    if isinstance(value, Mapping):
        return {
            without_traces(str(name)): MASK
            if _hides(str(name), child, more, kept)
            else masked_document(child, more=more, kept=kept)
            for name, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_document(child, more=more, kept=kept) for child in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return without_traces(str(value))


def _hides(name: str, value: Any, more: Collection[str], kept: Collection[str] | None) -> bool:
    """Whether the value of this name is masked; what is empty tells nothing, and the code of a role nothing secret."""
    if value in (None, "", [], {}) or (name.lower() == "code" and value in tuple(RoleCode.values)):
        return False
    if is_secret(name, more=more):
        return True
    return kept is not None and name.lower() in ADDRESS_NAMES and str(value).strip().lower() not in kept


def masked_path(path: str, parts: Mapping[str, Any]) -> str:
    """The path of an address without its secrets; `parts` are the named parts of its route."""
    for name, value in parts.items():
        if name in SECRET_PARTS and value:
            path = re.sub(rf"(?<![\w%]){re.escape(str(value))}(?![\w%])", MASK, path)
    return without_traces(path)


def cut(document: Any, limit: int) -> Any:
    """The document, or the names of its values where it is longer than the limit allows."""
    if len(json.dumps(document, ensure_ascii=False).encode()) <= limit:
        return document
    return shortened(document if isinstance(document, Mapping) else ())


def shortened(names: Iterable[str]) -> dict[str, Any]:
    """What is kept of a document that is too long."""
    return {"truncated": True, "keys": [without_traces(str(name))[:100] for name in islice(names, MOST_NAMES)]}


class SecretLinksFilter(logging.Filter):
    """Keeps the secret parts of addresses out of the lines that tell of refused and failed requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the texts of the line, knowing the route of the request that it tells of."""
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        parts = match.kwargs if match else {}
        if isinstance(record.args, tuple):
            record.args = tuple(masked_path(each, parts) if isinstance(each, str) else each for each in record.args)
        return True
