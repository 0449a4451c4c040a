"""Excel workbooks: opened within bounds, read row by row."""

import zipfile
from collections.abc import Iterator
from typing import IO, Any
from warnings import catch_warnings, simplefilter

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from qaportal.kit.spreadsheets import as_text

from .bounds import (
    MEGABYTE,
    MOST_COLUMNS,
    MOST_PACKING,
    MOST_PARTS,
    MOST_ROWS,
    MOST_SHARED_TEXT,
    MOST_UNPACKED_BYTES,
    refusal,
)

_EMPTY_IN_A_ROW = 1_000


def check_workbook(stream: IO[bytes]) -> None:
    """Refuse a package that is no workbook, or that would unpack to more than a file of cases can be."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise refusal(_("The workbook is damaged."), "damaged") from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        words = _("This is an archive, not a workbook. Upload the file inside it.")
        raise refusal(words, "archive")
    bomb = (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES
        or any(_is_bomb(part) for part in parts)
    )
    if bomb:
        raise refusal(_("The workbook unpacks to more than a file of cases can be."), "bomb")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    if part.filename.endswith("sharedStrings.xml") and part.file_size > MOST_SHARED_TEXT:
        return True
    return part.file_size > MEGABYTE and part.file_size > MOST_PACKING * max(part.compress_size, 1)


def sheet_names(stream: IO[bytes]) -> list[str]:
    """The names of the sheets with cells."""
    with _opened(stream) as book:
        return [sheet.title for sheet in book.worksheets]


def workbook_rows(stream: IO[bytes], sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the sheet, or of the first one, each with its number; raises InvalidInput."""
    with _opened(stream) as book:
        named = [each for each in book.worksheets if each.title == sheet] or book.worksheets[:1]
        if not named:
            raise refusal(_("The workbook has no sheet with cells."), "empty")
        rows = empty = 0
        for number, cells in enumerate(_read(named[0]), start=1):
            row = [as_text(cell) for cell in cells]
            while row and not row[-1]:
                row.pop()
            if len(row) > MOST_COLUMNS:
                facts = {"number": number, "most": MOST_COLUMNS}
                raise refusal(_("Row %(number)d has more than %(most)d columns.") % facts)
            empty = 0 if row else empty + 1
            if empty > _EMPTY_IN_A_ROW:
                return
            if row:
                rows += 1
                if rows > MOST_ROWS + 1:
                    raise refusal(_("The file has more than %d rows. Split it.") % MOST_ROWS, "too_many_rows")
                yield number, row


def _read(sheet: Any) -> Iterator[tuple]:
    """The cells of each row; whatever the library stumbles over is the file's fault."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
    while True:
        try:
            row = next(rows, None)
        except Exception as error:
            raise refusal(_("The workbook is damaged."), "damaged") from error
        if row is None:
            return
        yield row


class _opened:  # noqa: N801  a context manager, used like a function
    """The workbook, read only, closed at the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        check_workbook(stream)
        stream.seek(0)
        try:
            with catch_warnings():
                simplefilter("ignore")
                self._book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            raise refusal(_("The workbook is damaged."), "damaged") from error

    def __enter__(self) -> Any:
        return self._book

    def __exit__(self, *rest: object) -> None:
        self._book.close()
