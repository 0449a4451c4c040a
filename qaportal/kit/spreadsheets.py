"""Tables that leave the portal for spreadsheets and come back from them: no cell is ever taken for a formula.

A CSV marks a text that looks like a formula with an apostrophe before it, and one that starts with apostrophes before
such a sign with one more, so that `restored` gives every text back exactly. A workbook is written as it goes, in a
fixed amount of memory; all its cells are texts.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LONGEST_EXCEL_CELL = 32_767
MOST_EXCEL_ROWS = 1_048_575
"""What fits into one sheet below its head."""
STRETCH = 500
_FORMULA = re.compile("'*[{}]".format(re.escape("".join(FORMULA_STARTS))))
_MARKED = re.compile("'+[{}]".format(re.escape("".join(FORMULA_STARTS))))
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN_AS_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def neutral(cell: object) -> str:
    """The cell so that no spreadsheet takes it for a formula: those that look like one begin with an apostrophe."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """The text that `neutral` made this cell of."""
    return text[1:] if _MARKED.match(text) else text


def excel_text(cell: object) -> str:
    """The text of a cell of a workbook, such that `from_excel` gives it back: signs that XML cannot hold as codes."""
    text = "" if cell is None else str(cell)
    text = f"'{text}" if _MARKED.match(text) else text
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def from_excel(text: str) -> str:
    """The text that a cell of a workbook stands for."""
    return restored(_WRITTEN_AS_CODE.sub(lambda found: chr(int(found.group(1), 16)), text))


class Echo:
    """A file that answers what is written, for `csv.writer`."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def csv_stretches(rows: Iterable[Sequence[object]], *, marked: bool = True) -> Iterator[str]:
    """The rows as CSV in stretches of some hundred; `marked` starts with the mark that spreadsheets know UTF-8 by."""
    writer, lines = csv.writer(Echo()), ["\ufeff" if marked else ""]
    for row in rows:
        lines.append(writer.writerow([neutral(cell) for cell in row]))
        if len(lines) > STRETCH:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


class _Outlet:
    """A file that can only be written; what was written since the last `taken` waits in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def excel_stretches(rows: Iterable[Sequence[object]], *, title: str, widths: Sequence[int] = ()) -> Iterator[bytes]:
    """A workbook with one sheet, written as its rows come; the first row is the head and stays in sight."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for name, text in _frame(title).items():
            book.writestr(name, _DECLARATION + text)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((_DECLARATION + _sheet_head(widths)).encode())
            lines: list[str] = []
            for number, row in enumerate(rows, start=1):
                lines.append(_row(number, row))
                if len(lines) == STRETCH:
                    sheet.write("".join(lines).encode())
                    lines = []
                    yield outlet.taken()
            sheet.write(("".join(lines) + "</sheetData></worksheet>").encode())
    yield outlet.taken()


def _row(number: int, cells: Sequence[object]) -> str:
    style = ' s="2"' if number == 1 else ' s="1"'
    texts = [(_column(place), excel_text(cell)) for place, cell in enumerate(cells)]
    filled = [
        f'<c r="{column}{number}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        for column, text in texts
        if text
    ]
    return f'<row r="{number}">{"".join(filled)}</row>'


def _column(place: int) -> str:
    """The letters of the column at this place, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheet_head(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1" style="1"/>'
        for place, width in enumerate(widths, start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'<worksheet xmlns="{_MAIN}">{views}{f"<cols>{columns}</cols>" if columns else ""}<sheetData>'


def _frame(title: str) -> dict[str, str]:
    """Everything of the workbook but its sheet; the format of every cell is text."""
    quoted = escape(re.sub(r"[\[\]:*?/\\]", " ", title)[:31], {'"': "&quot;"})
    fonts = '<fonts count="2"><font/><font><b/></font></fonts>'
    fills = '<fills count="2"><fill><patternFill/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    formats = (
        "<xf/>"
        '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>'
        '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    )
    borders = '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    named = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    styles = f'{fonts}{fills}{borders}<cellXfs count="3">{formats}</cellXfs>{named}'
    parts = {
        "xl/workbook.xml": f"{_TYPES}.sheet.main+xml",
        "xl/styles.xml": f"{_TYPES}.styles+xml",
        "xl/worksheets/sheet1.xml": f"{_TYPES}.worksheet+xml",
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>',
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{quoted}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
    }


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def as_text(value: Any) -> str:
    """What a cell of a read workbook says: numbers without a needless fraction, times as ISO, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if hasattr(value, "isoformat"):
        text = value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "day") else value.isoformat()
        return text.removesuffix(" 00:00:00")
    return from_excel(value) if isinstance(value, str) else str(value)
