"""A request and its answer in words: what somebody looks at first when a test of an API did not pass."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from qaportal.kit.secret_names import MASK, is_secret, text_without_secrets, without_secrets

LONGEST_BODY = 256 * 1024
"""Bytes of a body that are looked at; what is kept of them the limits of every text say."""
LONGEST_WRITTEN = 6 * LONGEST_BODY
"""Characters of a report in which a body stands as numbers."""
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered; `body` may be no more than the start of what came."""

    method: str
    address: str
    status: str = ""
    content_type: str = ""
    body: bytes = b""
    size: int = 0

    def __str__(self) -> str:
        """The lines of a request and its answer, secrets masked by their names."""
        asked = " ".join(part for part in (self.method, _plain_address(self.address)) if part)
        answered = ", ".join(part for part in (self.status, self.content_type) if part)
        head = "\n".join(part for part in (asked, answered) if part)
        return "\n\n".join(part for part in (head, self._told_body()) if part)

    def _told_body(self) -> str:
        left_out = max(0, self.size - len(self.body))
        text = _as_text(self.body, is_whole=not left_out)
        if text is None:
            return f"[{max(self.size, len(self.body)):,} bytes that are no text]"
        return f"{text}\n[... {left_out:,} bytes left out ...]" if left_out and text else text


def _as_text(body: bytes, *, is_whole: bool) -> str | None:
    """The body without secrets, JSON in lines of its own; None for one that is no text."""
    if b"\x00" in body:
        return None
    text = body.decode(errors="replace")
    if text.count("\ufffd") > len(text) // 20 + 1:
        return None
    if is_whole and text.lstrip()[:1] in {"{", "["}:
        try:
            return _written(without_secrets(json.loads(text)))
        except (ValueError, RecursionError):
            return text_without_secrets(text)
    return text_without_secrets(text)


def _written(document: Any) -> str:
    """The document in lines of its own; on one line where it is nested so deep that it is mostly indents."""
    pieces, size = [], 0
    for piece in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(document):
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST_WRITTEN:
            return json.dumps(document, ensure_ascii=False)
    return "".join(pieces)


def _plain_address(address: str) -> str:
    """The address without a password and without the values of secret parameters."""
    try:
        parts = urlsplit(address[:LONGEST_ADDRESS])
    except ValueError:
        return text_without_secrets(address[:LONGEST_ADDRESS])
    given = parse_qsl(parts.query, keep_blank_values=True)
    query = "&".join(
        f"{_quoted(name)}={MASK if value and is_secret(name) else _quoted(value)}" for name, value in given
    )
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()


def address_of(scheme: str, host: str, port: str, path: str, query: Iterable[tuple[str, str]]) -> str:
    """An address that a report tells in its parts."""
    start = f"{scheme}://{host}" if scheme and host else host
    start = f"{start}:{port}" if start and port else start
    asked = "&".join(f"{_quoted(unquote(name))}={_quoted(unquote(value))}" for name, value in query)
    return f"{start}/{path.lstrip('/')}{'?' if asked else ''}{asked}"


def _quoted(text: str) -> str:
    """The text as an address writes it; half a character, which JSON can hold, becomes a question mark."""
    return quote(text, errors="replace")


def bytes_of(numbers: str) -> bytes:
    """The bytes that stand as numbers in a JSON list, or in the start of one; what is no byte ends it."""
    inside, end, _rest = numbers.partition("]")
    values = inside.removeprefix("[").split(",")
    found = bytearray()
    for number in (values if end else values[:-1])[:LONGEST_BODY]:
        value = number.strip()
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and int(value) < 256):
            break
        found.append(int(value))
    return bytes(found)
