"""Files that stand in a report itself, as Cucumber and Playwright write them: found while it is read, cut out later.

While a report is read the bodies are left out of its text, whatever their size, and only their places noted: the end
of each says where it stood. `cut_out` walks through the report once more and unpacks them, one after the other. No
body is ever whole in memory.
"""

import binascii
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from .json_text import plain_text, shortened, start_of_open_escape
from .normal_form import BodyForm, EmbeddedBody, ReportedAttachment
from .source import ReportSource
from .unpacking import BrokenBody, unpacker

KEPT = 8_000
"""Characters of a body that the reader gets: enough for a line of a log."""
LONGEST_OPENING = 64
LONGEST_PREFIX = 128
LONGEST_NOTE = 160
IN_MEMORY = 256 * 1024
STRING = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
PREFIX = re.compile(r"data:([\w.+/\\-]{0,80})[\w.+/\\;=-]{0,30};base64,")
UNESCAPED = re.compile(r'[^"\\]*+')
QUOTED_LINK = re.compile(r'\\"(?=data:[\w.+/-]{1,60};base64,)')
BASE64 = re.compile(r"[A-Za-z0-9+/_-]*+={0,2}")
ESCAPE = re.compile(r"\\(?:[nrt]|u00(?:3[dD]|2[bBfF])|/)")
LINE_ENDS = dict.fromkeys(map(ord, "\r\n"))
ESCAPED = {"3d": "=", "2b": "+", "2f": "/"}
TEXTS = ("text/", "application/json", "application/xml", "application/x-ndjson", "application/javascript")


def _letters(piece: str) -> str:
    """The piece without the escapes and line ends that writers of base64 use."""
    if "\\" in piece:
        piece = ESCAPE.sub(lambda found: ESCAPED.get(found.group()[-2:].lower(), found.group()[1:].strip("nrt")), piece)
    return piece.translate(LINE_ENDS) if "\n" in piece or "\r" in piece else piece


@dataclass(slots=True)
class _Passing:
    """A body while it is walked through."""

    start: int
    length: int = 0
    letters: int = 0
    padding: int = 0
    is_base64: bool = True

    def add(self, piece: str) -> str:
        """Take the next piece; answers how much of it the reader gets."""
        if not self.length and (found := PREFIX.match(piece)):
            self.start += found.end()
            return found.group() + self.add(piece[found.end() :])
        room = KEPT - self.length
        self.length += len(piece)
        if self.is_base64:
            self._count(_letters(piece))
        if not self.is_base64 or room >= len(piece):
            return piece  # texts are shortened like any other
        return piece[: start_of_open_escape(piece[:room])] if room > 0 else ""

    def _count(self, letters: str) -> None:
        ended = len(letters.rstrip("="))
        self.is_base64 = BASE64.fullmatch(letters) is not None and not (self.padding and ended)
        self.letters += ended
        self.padding += len(letters) - ended

    def note(self) -> str:
        """What stands at the end of what the reader gets."""
        is_whole = self.is_base64 and self.letters % 4 != 1
        is_padded = (self.letters + self.padding) % 4 == 0
        return f"{self.start}:{self.length}:{self.letters * 3 // 4 if is_whole else -1}:{int(is_padded)}"


class EmbeddedBodies:
    """The bodies of one report of JSON, known by the names of the members that hold them."""

    def __init__(self, source: ReportSource, *names: str, in_texts: bool = False) -> None:
        """Look for texts under these names, or for `data:` addresses in JSON that stands in texts."""
        self._source = source
        self._mark = f"embedded-{secrets.token_hex(8)}:"  # nobody can write it into a report
        self._noted = re.compile(rf"{self._mark}(\d+):(\d+):(-?\d+):([01])")
        self._opening = re.compile(rf'"(?:{"|".join(names)})"[ \t\r\n]{{0,8}}:[ \t\r\n]{{0,8}}"')
        self._inner = UNESCAPED if in_texts else STRING
        if in_texts:
            self._opening = QUOTED_LINK

    def texts(self) -> Iterator[str]:
        """Yield the document with bodies and long texts shortened. Raises RepairNeeded as `plain_text` does."""
        return shortened(self._lifted())

    def _lifted(self) -> Iterator[str]:
        body: _Passing | None = None
        rest, before = "", 0
        for piece in chain(plain_text(self._source), [None]):
            text, at, is_end = rest + (piece or ""), 0, piece is None
            while True:
                if body is None:
                    found = self._opening.search(text, at)
                    if not found or (len(text) - found.end() < LONGEST_PREFIX and not is_end):
                        break
                    yield text[at : found.end()]
                    at = found.end()
                    body = _Passing(before + at)
                end = self._inner.match(text, at).end()
                is_closed = text[end : end + 1] == ('"' if self._inner is STRING else "\\")
                if not is_closed:
                    end = at + start_of_open_escape(text[at:end])
                yield body.add(text[at:end])
                at = end
                if not is_closed:
                    break
                yield self._mark + body.note()
                body = None
            kept = at if body or is_end else max(at, self._open_at(text, at))
            if body is None:
                yield text[at:kept] if not is_end else text[at:]
            rest, before = text[kept:], before + kept

    def _open_at(self, text: str, at: int) -> int:
        """From where the text may be the start of a body."""
        found = self._opening.search(text, at)
        return found.start() if found else len(text) - LONGEST_OPENING

    def read(self, value: str) -> tuple[str, EmbeddedBody | None]:
        """The start of a text that stood under one of the names, and its place."""
        noted = self._noted.search(value, max(0, len(value) - LONGEST_NOTE))
        if not noted or noted.end() < len(value):
            return self.without_notes(value), None
        start, length, size, is_padded = map(int, noted.groups())
        form = BodyForm.BASE64 if size >= 0 else BodyForm.BROKEN
        body = EmbeddedBody(start, length, max(size, 0), form, not is_padded, self._source.repairing)
        return value[: noted.start()], body

    def without_notes(self, text: str) -> str:
        """A text that may hold bodies without being one, as it was written."""
        return self._noted.sub("", text) if self._mark in text else text

    def attachment(
        self, value: str, name: str, kind: str, step_number: int | None = None, *, is_text: bool | None = False
    ) -> ReportedAttachment:
        """The file that a text under one of the names is; `is_text` None for one that may be written out or packed."""
        head, body = self.read(value)
        prefix = PREFIX.match(head)
        kind = kind or (prefix.group(1).replace("\\", "") if prefix else "")
        if is_text is None:
            is_text = not prefix and kind.startswith(TEXTS) and _is_written_out(head, body)
        if body is not None and is_text:
            body = body.as_text()
        return ReportedAttachment("", name, kind, step_number, body)


def _is_written_out(head: str, body: EmbeddedBody | None) -> bool:
    """Whether what should be a text is one already: no base64, or such that says nothing."""
    if body is None or body.form == BodyForm.BROKEN:
        return True
    if body.length > KEPT:
        return False
    try:
        unpacked(head).decode()
    except (ValueError, BrokenBody):
        return True
    return False


def unpacked(text: str) -> bytes:
    """The bytes of a short text of base64. Raises BrokenBody."""
    unpack = unpacker(BodyForm.BASE64)
    return b"".join((unpack.feed(text), unpack.finish()))


def log_text(head: str) -> str:
    """What a line of a log in base64 says; one that is written out stays."""
    try:
        return unpacked(head).decode()
    except (ValueError, BrokenBody):
        return head


def cut_out(source: ReportSource, bodies: Sequence[EmbeddedBody]) -> Iterator[IO[bytes] | None]:
    """Walk through the report once and yield the bytes of each body, in the order of their places, each good until the
    next; None for one that cannot be unpacked. Raises what reading raises."""
    is_xml = bool(bodies) and bodies[0].form.startswith("xml")
    texts: Iterator[Any] = source.chunks() if is_xml else source.texts()
    text, before = (b"" if is_xml else ""), 0
    for body in bodies:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            unpack, at, end = unpacker(body.form), body.start, body.start + body.length
            try:
                while at < end:
                    while before + len(text) <= at:
                        before, text = before + len(text), _next(texts)
                    piece = text[at - before : end - before]
                    at += len(piece)
                    file.write(unpack.feed_escaped(piece, is_last=at >= end))
                file.write(unpack.finish())
            except (BrokenBody, binascii.Error):
                yield None
                continue
            file.seek(0)
            yield file


def _next(texts: Iterator[Any]) -> Any:
    text = next(texts, None)
    if text is None:
        raise BrokenBody
    return text
