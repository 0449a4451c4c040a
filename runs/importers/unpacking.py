"""Turning the text of a file in a report into its bytes, piece by piece."""

import binascii
import json
import re
from abc import ABC, abstractmethod
from typing import Any
from xml.parsers import expat

from .bounds import ReportRejected
from .json_text import start_of_open_escape
from .normal_form import BodyForm
from .xml_feed import hardened_parser

BLANKS = re.compile(r"\s+")
BASE64 = re.compile(r"[A-Za-z0-9+/]*+={0,2}")
PLAIN_ALPHABET = str.maketrans("-_", "+/")
LINK = re.compile(r"data:[\w.+/-]{1,80};base64,")
LONGEST_LINK = 100
AFTER_LINK = re.compile(r"[\"'<>)]")
LONGEST_NAME = 200
TAG_NAME = re.compile(rb"<([^\s/>]{1,200})[\s/>]")
HIGH_SURROGATES = ("\ud800", "\udbff")


class BrokenBody(Exception):
    """A text is not what it should be."""


class _Unpacker(ABC):
    """Base: undoes the escapes of JSON."""

    def __init__(self) -> None:
        self._open = ""

    def feed_escaped(self, piece: str, *, is_last: bool) -> bytes:
        """The bytes of the next piece of a text as it stands in JSON."""
        piece = self._open + piece
        end = len(piece) if is_last else start_of_open_escape(piece)
        piece, self._open = piece[:end], piece[end:]
        if "\\" in piece:
            try:
                piece = json.loads(f'"{piece}"', strict=False)
            except ValueError as error:
                raise BrokenBody from error
        return self.feed(piece)

    @abstractmethod
    def feed(self, piece: str) -> bytes:
        """The bytes of the next piece."""

    @abstractmethod
    def finish(self) -> bytes:
        """The bytes that were held back."""


class _Base64(_Unpacker):
    """Base64 in either alphabet, with or without line ends and padding."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = ""

    def feed(self, piece: str) -> bytes:
        text = self._rest + BLANKS.sub("", piece).translate(PLAIN_ALPHABET)
        if not BASE64.fullmatch(text):
            raise BrokenBody
        text = text.rstrip("=") if text.endswith("=") else text
        whole = len(text) - len(text) % 4
        self._rest = text[whole:]
        return binascii.a2b_base64(text[:whole])

    def finish(self) -> bytes:
        if len(self._rest) == 1:
            raise BrokenBody
        return binascii.a2b_base64(self._rest + "=" * (-len(self._rest) % 4))


class _Text(_Unpacker):
    """A text, in UTF-8; halves of characters that lack their other half become U+FFFD."""

    def __init__(self) -> None:
        super().__init__()
        self._half = ""

    def feed(self, piece: str) -> bytes:
        text = self._half + piece
        self._half = ""
        if text and HIGH_SURROGATES[0] <= text[-1] <= HIGH_SURROGATES[1]:
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

    def finish(self) -> bytes:
        return b"\xef\xbf\xbd" if self._half else b""


class _Link(_Base64):
    """The first `data:` address in a text, up to the quote after it."""

    def __init__(self) -> None:
        super().__init__()
        self._before: str | None = ""

    def feed(self, piece: str) -> bytes:
        if self._before is not None:
            found = LINK.search(text := self._before + piece)
            self._before = None if found else text[-LONGEST_LINK:]
            piece = text[found.end() :] if found else ""
        if self._is_over:
            return b""
        end = AFTER_LINK.search(piece)
        self._is_over = end is not None
        return super().feed(piece[: end.start()] if end else piece)

    _is_over = False

    def finish(self) -> bytes:
        if self._before is not None:
            raise BrokenBody
        return super().finish()


class _Element:
    """The text of an element of XML, unpacked."""

    def __init__(self, inner: _Unpacker) -> None:
        self._inner = inner
        self._texts: list[str] = []
        self._parser = hardened_parser(lambda _name, _attributes: None, lambda _name: None)
        self._parser.CharacterDataHandler = self._texts.append
        self._head = self._closing = b""

    def feed_escaped(self, piece: bytes, *, is_last: bool) -> bytes:
        """The bytes of the next piece of an element, which starts with its tag and ends before the closing one."""
        self._texts.clear()
        if not self._closing:
            self._head += piece[:LONGEST_NAME]
            if name := TAG_NAME.match(self._head):
                self._closing = b"</%s>" % name.group(1)
        try:
            self._parser.Parse(piece + (self._closing if is_last else b""), is_last)
        except (expat.ExpatError, ReportRejected) as error:
            raise BrokenBody from error
        return self._inner.feed("".join(self._texts))

    def finish(self) -> bytes:
        """The bytes that were held back."""
        return self._inner.finish()


_KINDS = {BodyForm.TEXT: _Text, BodyForm.XML_TEXT: _Text, BodyForm.XML_LINK: _Link}


def unpacker(form: BodyForm) -> Any:
    """What unpacks a body of this form."""
    inner = _KINDS.get(form, _Base64)()
    return _Element(inner) if form.startswith("xml") else inner
