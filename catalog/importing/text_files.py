"""Texts of any encoding as lines, and the separator that stands between their cells."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from qaportal.kit.spreadsheets import restored

from .bounds import LONGEST_CELL, LONGEST_LINE, MOST_COLUMNS, MOST_ROWS, refusal

csv.field_size_limit(LONGEST_CELL)
BLOCK = 256 * 1024
SAMPLE = 64 * 1024
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1", "iso-8859-2", "cp1250", "cp1251",
             "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman")  # fmt: skip
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(stream: IO[bytes]) -> str:
    """What the bytes are written in: a mark tells, else UTF-8 where all of it is, else the likeliest."""
    stream.seek(0)
    sample = stream.read(SAMPLE)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if b"\x00" in sample[:4096]:
        odd, even = sample[1:4096:2].count(0), sample[0:4096:2].count(0)
        if max(odd, even) > len(sample[:4096]) // 8:
            return "utf-16-le" if odd > even else "utf-16-be"
    if _is_utf8(stream):
        return "utf-8"
    best = from_bytes(sample, cp_isolation=[name for name in ENCODINGS if not name.startswith("utf")]).best()
    found = best.encoding if best else "cp1252"
    return "cp1252" if found in {"latin_1", "iso8859_1", "iso8859_15", "ascii", "cp1254"} else found


def _is_utf8(stream: IO[bytes]) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def usable_encoding(given: str) -> str:
    """The encoding by its name; raises InvalidInput naming `encoding` for one that is not known."""
    try:
        name = codecs.lookup(given.strip()).name
    except (LookupError, ValueError) as error:
        raise refusal(_("The encoding %s is not known.") % given[:40]) from error
    if name not in {codecs.lookup(each).name for each in ENCODINGS} | {"utf-8-sig", "ascii", "iso8859-15"}:
        raise refusal(_("The encoding %s is not known.") % given[:40])
    return name


def lines_of(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines with their ends, none longer than the bound; raises InvalidInput for bytes of another encoding."""
    stream.seek(0)
    text = io.TextIOWrapper(_Kept(stream), encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise refusal(_("Line %(n)d is longer than %(most)d characters.") % {"n": number, "most": LONGEST_LINE})
            yield line
    except UnicodeError as error:
        words = _("From line %(number)d on the file is not written in %(encoding)s. Choose another encoding.")
        raise refusal(words % {"number": number + 1, "encoding": encoding}, "wrong_encoding") from error


class _Kept(io.BufferedIOBase):
    """A stream that stays open when the wrapper around it goes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._stream.read(size)

    def read1(self, size: int = -1) -> bytes:
        return self._stream.read(size)


def separator_of(stream: IO[bytes], encoding: str) -> str:
    """The sign that stands most alike between the cells of the first rows; a comma where none does."""
    head: list[str] = []
    for line in lines_of(stream, encoding):
        head.append(line)
        if len(head) == 50 or sum(map(len, head)) > SAMPLE:
            break
    best, most = ",", 0.0
    for sign in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=sign) if row]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if alike * min(widths[0], 30) > most:
            best, most = sign, alike * min(widths[0], 30)
    return best


def csv_rows(stream: IO[bytes], encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number as spreadsheets count; raises InvalidInput with the line for what cannot be read."""
    lines = lines_of(stream, encoding)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    started, number, rows = 1, 0, 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise refusal(_unreadable(started, reader.line_num, str(error)), "unreadable") from error
        if row is None:
            return
        number += 1
        if len(row) > MOST_COLUMNS:
            facts = {"number": started, "columns": len(row), "most": MOST_COLUMNS}
            raise refusal(_("Line %(number)d has %(columns)d columns; at most %(most)d are read.") % facts)
        if any(cell.strip() for cell in row):
            rows += 1
            if rows > MOST_ROWS + 1:
                raise refusal(_("The file has more than %d rows. Split it.") % MOST_ROWS, "too_many_rows")
            yield number, [restored(cell) for cell in row]
        started = reader.line_num + 1


def _unreadable(started: int, line: int, problem: str) -> str:
    if "unexpected end" in problem:
        return _("A quotation mark that opens in the row at line %d is never closed.") % started
    if "field larger" in problem:
        words = _("A cell of the row at line %d is longer than 2 MB. Perhaps a quotation mark is not closed.")
        return words % started
    words = _("Line %(line)d cannot be read: after a closing quotation mark a separator is missing.")
    return words % {"line": line} if "expected after" in problem else f"{_('Line %d') % line}: {problem}"
