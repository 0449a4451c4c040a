"""Text that comes from outside and goes into the database."""

import re

_SURROGATES = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> tuple[str, bool]:
    """The text with NUL and lone surrogates replaced by U+FFFD, and whether any was.

    PostgreSQL refuses both. Use it for reports and outputs, which are not refused for one byte;
    what a person types is refused with the field's name instead (`problem_in`).
    """
    cleaned = _SURROGATES.sub(REPLACEMENT, text.replace("\x00", REPLACEMENT))
    return cleaned, cleaned != text


def problem_in(text: str) -> str | None:
    """Why the text cannot be stored, or None when it can."""
    if "\x00" in text:
        return "Null characters are not allowed."
    if _SURROGATES.search(text):
        return "The text holds half of a character (a lone surrogate)."
    return None


def key_in(text: str | None) -> int | None:
    """The key of a row that the text of an address names, or None when it can be none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
