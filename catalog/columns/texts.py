"""Lists, places, steps and durations as the text of one cell, each such that reading gives the same back."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

SEPARATORS = ("/", ".", ">")
_NUMBERED = re.compile(r"[ \t]*(\d{1,5})[.)](?: (.*)|)")
_SHARED = re.compile(r"\[\[shared-steps:(\d{1,18})\]\]")
_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(d|h|m|s)[a-z]*\.?\s*", re.IGNORECASE)
_SECONDS = {"d": 8 * 3600, "h": 3600, "m": 60, "s": 1}
TRUE, FALSE = frozenset({"true", "yes", "1", "x", "on"}), frozenset({"false", "no", "0", "", "off"})


def as_json(value: Any) -> str:
    """The value as JSON in one cell, every letter as it is."""
    return json.dumps(value, ensure_ascii=False)


def from_json(text: str) -> Any:
    """What the JSON of a cell says; raises ValueError for text that is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def folder_text(names: Iterable[str], separator: str = "/") -> str:
    """The names from the root downwards; a separator or a backslash inside a name has a backslash before it."""
    return separator.join(name.replace("\\", "\\\\").replace(separator, f"\\{separator}") for name in names)


def folder_names(text: str, separator: str = "/") -> list[str]:
    """The names of a place; without a separator the whole text is one name."""
    if not separator:
        return [name] if (name := " ".join(text.split())) else []
    parts, current, signs = [], "", iter(text)
    for sign in signs:
        if sign == "\\":
            following = next(signs, "")
            current += following if following in (separator, "\\") and following else sign + following
        elif sign == separator:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [name for part in [*parts, current] if (name := " ".join(part.split()))]


def numbered_text(items: Sequence[str]) -> str:
    """The texts as numbered lines, or as JSON where reading those would not give the same texts back."""
    if not any(items):
        return ""
    text = "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))
    return text if numbered_items(text) == list(items) else as_json(list(items))


def numbered_items(text: str) -> list[str]:
    """The texts of numbered lines, of a JSON list of texts, or the whole text as the only one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if text.startswith("["):
        try:
            items = from_json(text)
        except ValueError:
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return items
    items = []
    for line in text.split("\n"):
        match = _NUMBERED.fullmatch(line)
        if match and int(match.group(1)) == len(items) + 1:
            items.append(match.group(2) or "")
        elif items:
            items[-1] += f"\n{line}"
        else:
            return [text] if text else []
    return [item.strip() for item in items]


def joined_steps(actions: str, expected: str, data: str) -> list[dict[str, str]]:
    """Steps out of three cells, each with the numbered texts of one kind."""
    columns = [numbered_items(cell) for cell in (actions, expected, data)]
    length = max(len(column) for column in columns)
    filled = [column + [""] * (length - len(column)) for column in columns]
    return [
        {"action": action, "expected": result, "data": given} for action, result, given in zip(*filled, strict=True)
    ]


def shared_mark(key: int, title: str) -> str:
    """How steps that many cases share stand in a file: their key, which counts, and their title for readers."""
    return f"[[shared-steps:{key}]] {title}"


def shared_key(action: str) -> int | None:
    """The key of the shared steps that stand in place of an action."""
    match = _SHARED.match(action)
    return int(match.group(1)) if match else None


def seconds_of(text: str) -> int | None:
    """Seconds of a plain number, or of words such as `1h 30m`, `45 min`; a day has eight hours.

    Raises InvalidInput naming `estimate`.
    """
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    found, rest = 0.0, _DURATION.sub("", text)
    if rest.strip(" ,"):
        words = _("An estimate is a number of seconds, or such as 1h 30m.")
        raise InvalidInput(words, fields={"estimate": [words]})
    for number, unit in _DURATION.findall(text):
        found += float(number.replace(",", ".")) * _SECONDS[unit.lower()]
    return round(found)
