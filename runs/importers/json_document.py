"""JSON read value by value, so that a document of any size costs no more memory than its largest test."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .bounds import Limits, ReportRejected

BLANKS = re.compile(r"[ \t\r\n]*")
TOKEN = re.compile(r'[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
FIRST_FILL = 64 * 1024
SCALAR_ENDS = 16


def _no_number(_name: str) -> None:
    """NaN and the infinities are no JSON; they say nothing certain."""


DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)


class JsonDocument:
    """A reader with one place in the document. A member or item that its caller does not take is skipped."""

    def __init__(self, texts: Iterable[str], limits: Limits) -> None:
        """Start before the outermost value."""
        self._texts = iter(texts)
        self._limits = limits
        self._text = ""
        self._at = 0
        self._lines_before = 0
        self._characters_before = 0
        self._is_exhausted = False
        self._depth = 0
        self._taken = 0
        """Counts the values taken, which tells a loop whether its body took one."""

    def kind(self) -> str:
        """The first character of the next value: `{`, `[`, a quote, or what a number or word starts with."""
        self._skip_blanks()
        if self._at >= len(self._text):
            raise self._cut_off()
        return self._text[self._at]

    def members(self) -> Iterator[str]:
        """Go into the object that comes next and yield each of its names; nothing when it is no object."""
        if self.kind() != "{":
            self.skip()
            return
        for _first in self._inside("}"):
            name = self.value()
            if not isinstance(name, str):
                raise self._malformed("a name in an object is not a text")
            self._expect(":")
            taken = self._taken
            yield name
            if self._taken == taken:
                self.skip()

    def items(self) -> Iterator[int]:
        """Go into the list that comes next and yield the number of each item; nothing when it is no list."""
        if self.kind() != "[":
            self.skip()
            return
        for number, _first in enumerate(self._inside("]")):
            taken = self._taken
            yield number
            if self._taken == taken:
                self.skip()

    def _inside(self, closing: str) -> Iterator[None]:
        self._enter()
        if self.kind() == closing:
            self._leave()
            return
        while True:
            yield
            follows = self.kind()
            if follows == closing:
                self._leave()
                return
            if self._taken > self._limits.values:
                raise ReportRejected(f"The file holds more than {self._limits.values:,} values.", "too_many_elements")
            if follows != ",":
                raise self._malformed("a comma is missing")
            self._at += 1

    def _enter(self) -> None:
        self._taken += 1
        self._depth += 1
        self._at += 1
        if self._depth > self._limits.depth:
            raise self._too_deep()

    def _leave(self) -> None:
        self._depth -= 1
        self._at += 1

    def value(self) -> Any:
        """The next value, whole. Raises ReportRejected for one that is too large to be a test."""
        self.kind()
        wanted = FIRST_FILL
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_exhausted:
                    raise self._broken(error) from None
                if error.pos < len(self._text) - SCALAR_ENDS and not error.msg.startswith("Unterminated"):
                    raise self._broken(error) from None
            except RecursionError:
                raise self._too_deep() from None
            except ValueError:
                raise self._malformed("a number is too long") from None
            else:
                if end < len(self._text) - SCALAR_ENDS or self._is_exhausted or self._text[end - 1] in '}]"':
                    self._at = end
                    self._taken += 1
                    return found
            if len(self._text) - self._at > self._limits.record_characters:
                raise self.too_large_test()
            self._fill(wanted)
            wanted *= 2

    @property
    def position(self) -> int:
        """How many characters of the document lie behind."""
        return self._characters_before + self._at

    def too_large_test(self) -> ReportRejected:
        """The refusal of a test that is larger than any may be."""
        line = self._line()
        return ReportRejected(
            f"One test in the file is larger than {self._limits.record_characters:,} characters (line {line}).",
            "too_large_test",
            line,
        )

    def skip(self) -> None:
        """Pass over the next value, whatever its size."""
        if self.kind() not in "{[":
            self.value()
            return
        self._taken += 1
        depth = self._depth
        inner = 0
        while True:
            found = TOKEN.match(self._text, self._at)
            if not found:
                self._need_more()
                continue
            self._at = found.end()
            mark = found.group() if found.end() - found.start() == 1 else ""
            if mark in {"{", "["}:
                inner += 1
                if depth + inner > self._limits.depth:
                    raise self._too_deep()
            elif mark in {"}", "]"}:
                inner -= 1
                if not inner:
                    return

    def beginning(self, characters: int) -> str:
        """The text from the next value on, at least that of a list of plain values up to so many characters; the value
        itself is passed over, whatever its size."""
        self.kind()
        while not self._is_exhausted and len(self._text) - self._at < characters and self._text.find("]", self._at) < 0:
            self._fill(FIRST_FILL)
        start = self._text[self._at : self._at + characters]
        self.skip()
        return start

    def at_end(self) -> bool:
        """Whether nothing but blanks follows."""
        self._skip_blanks()
        return self._at >= len(self._text)

    def finish(self) -> None:
        """Raise ReportRejected when something follows the outermost value."""
        if not self.at_end():
            raise self._malformed("something follows the end of the report")

    def _expect(self, mark: str) -> None:
        if self.kind() != mark:
            raise self._malformed(f"“{mark}” is missing")
        self._at += 1

    def _skip_blanks(self) -> None:
        while True:
            self._at = BLANKS.match(self._text, self._at).end()
            if self._at < len(self._text) or self._is_exhausted:
                return
            self._fill(FIRST_FILL)

    def _need_more(self) -> None:
        if self._is_exhausted:
            raise self._cut_off()
        if len(self._text) - self._at > self._limits.record_characters:
            raise self._malformed("a text does not end")
        self._fill(FIRST_FILL)

    def _fill(self, characters: int) -> None:
        self._lines_before += self._text.count("\n", 0, self._at)
        self._characters_before += self._at
        pieces = [self._text[self._at :]]
        read = 0
        while read < characters:
            piece = next(self._texts, None)
            if piece is None:
                self._is_exhausted = True
                break
            pieces.append(piece)
            read += len(piece)
        self._text, self._at = "".join(pieces), 0

    def _line(self, at: int | None = None) -> int:
        return self._lines_before + self._text.count("\n", 0, self._at if at is None else at) + 1

    def _broken(self, error: json.JSONDecodeError) -> ReportRejected:
        if self._is_exhausted and (error.pos >= len(self._text.rstrip()) or error.msg.startswith("Unterminated")):
            return self._cut_off()
        line = self._line(error.pos)
        words = f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at").removesuffix(" starting")
        return ReportRejected(f"The JSON is broken at line {line}: {words}.", "malformed", line)

    def _malformed(self, words: str) -> ReportRejected:
        return ReportRejected(f"The JSON is broken at line {self._line()}: {words}.", "malformed", self._line())

    def _cut_off(self) -> ReportRejected:
        line = self._line(len(self._text))
        return ReportRejected(f"The file ends in the middle of the report (line {line}).", "truncated", line)

    def _too_deep(self) -> ReportRejected:
        return ReportRejected(f"The values are nested more than {self._limits.depth} deep.", "too_deep", self._line())


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """The objects in a list; nothing when the value is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """The value when it is a text, else a number or truth value written out, else an empty text."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, bool | int | float) else ""


def word_list(value: Any) -> list[str]:
    """The texts in a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
