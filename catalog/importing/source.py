"""A file of cases: what kind it is, which columns it has, and its rows as often as somebody reads them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts.models import Project

from ..columns import columns_by_name, named
from ..columns.table import folded
from .bounds import MOST_BYTES, MOST_COLUMNS, MOST_DOCUMENT_BYTES, refusal
from .documents import head_of
from .formats import ALL, DOCUMENTS, TABLES, DocumentFormat, TableFormat, own
from .options import Options
from .text_files import csv_rows, encoding_of, separator_of, usable_encoding
from .workbooks import sheet_names, workbook_rows

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_LOOKED_AT = 200
Rows = Callable[[], Iterator[tuple[int, list[Any]]]]


@dataclass(slots=True)
class Source:
    """An opened file: `rows()` reads it from its start."""

    format: TableFormat | DocumentFormat
    kind: str
    """`csv`, `xlsx`, `xml` or `json`."""
    columns: list[str]
    rows: Rows
    encoding: str = ""
    separator: str = ""
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    has_head: bool = True
    doubles: list[str] = field(default_factory=list)
    """Heads that stand over several columns."""

    @property
    def signature(self) -> str:
        """What tells files with the same columns from others."""
        heads = "\x1f".join([self.format.code, *(folded(column) for column in self.columns)])
        return hashlib.sha256(heads.encode("utf-8", "replace")).hexdigest()

    def sample(self, size: int) -> list[list[str]]:
        """The first rows, as texts."""
        from .documents import text_of

        width = len(self.columns)
        rows = [row[:width] + [""] * (width - len(row)) for _number, row in islice(self.rows(), size)]
        return [[text_of(cell)[:300] for cell in row] for row in rows]


def open_source(stream: IO[bytes], options: Options) -> Source:
    """Look at the file; what the options leave open is found out. Raises InvalidInput naming `file`."""
    stream.seek(0)
    head = stream.read(8)
    size = stream.seek(0, 2)
    if not size:
        raise refusal(_("The file is empty."), "empty")
    if head.startswith(_OLD_EXCEL):
        raise refusal(_("This is a workbook of an old kind. Save it as .xlsx or CSV."), "old_workbook")
    if size > MOST_BYTES:
        raise refusal(_("The file is larger than %d MB. Split it.") % (MOST_BYTES // 2**20), "too_large")
    if head.startswith(b"PK"):
        return _workbook(stream, options)
    start = head_of(stream)
    if start.startswith(("<", "{", "[")):
        found = _document(stream, size)
        if found is not None:
            return found
    return _csv(stream, options)


def _workbook(stream: IO[bytes], options: Options) -> Source:
    names = sheet_names(stream)
    sheet = options.sheet if options.sheet in names else (names[0] if names else "")
    return _table(
        Source(own.TABLE, "xlsx", [], lambda: workbook_rows(stream, sheet), sheets=names, sheet=sheet), options
    )


def _csv(stream: IO[bytes], options: Options) -> Source:
    encoding = usable_encoding(options.encoding) if options.encoding else encoding_of(stream)
    separator = options.separator[:1] or separator_of(stream, encoding)
    read = lambda: csv_rows(stream, encoding, separator)  # noqa: E731
    return _table(Source(own.TABLE, "csv", [], read, encoding=encoding, separator=separator), options)


def _table(source: Source, options: Options) -> Source:
    """The source with its columns, by its head or numbered; recognised where the head is that of a known tool."""
    all_rows = source.rows
    first = next(all_rows(), None)
    if first is None:
        raise refusal(_("The file is empty."), "empty")
    source.has_head = options.has_head
    if not options.has_head:
        width = max(len(row) for _number, row in islice(all_rows(), _LOOKED_AT))
        source.columns = [_("Column %d") % number for number in range(1, width + 1)]
        return source
    heads = [str(cell).strip() for cell in first[1]]
    source.columns, source.doubles = _distinct(heads)
    source.rows = lambda: islice(all_rows(), 1, None)
    keys = [folded(head) for head in heads]
    source.format = next((each for each in TABLES if each.recognises(keys)), own.TABLE)
    if source.format.adapted:
        source.rows = source.format.adapted(keys, source.rows)
    return source


def _distinct(heads: Sequence[str]) -> tuple[list[str], list[str]]:
    """The heads with a number behind those that were there before, and which these are."""
    seen: dict[str, int] = {}
    names, doubles = [], []
    for place, head in enumerate(heads, start=1):
        key = folded(head)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1 and head:
            doubles.append(head)
        names.append((head or _("Column %d") % place)[:200] + (f" ({seen[key]})" if head and seen[key] > 1 else ""))
    return names, doubles


def _document(stream: IO[bytes], size: int) -> Source | None:
    """The source of XML or JSON that a format recognises; None for texts that only start like it."""
    head = head_of(stream, 64 * 1024)
    chosen = next((each for each in DOCUMENTS if each.recognises(head)), None)
    if chosen is None:
        if head.startswith("<?xml"):
            raise refusal(_("This XML is no export of a tool that is known here."), "unknown_xml")
        return None
    if size > MOST_DOCUMENT_BYTES:
        raise refusal(_("The file is larger than %d MB. Split it.") % (MOST_DOCUMENT_BYTES // 2**20), "too_large")
    names: dict[str, None] = {}
    for _number, record in chosen.records(stream):
        names.update(dict.fromkeys(record))
        if len(names) > MOST_COLUMNS:
            raise refusal(_("The cases have more than %d different parts.") % MOST_COLUMNS)
    if not names:
        raise refusal(_("The file holds no test case."), "empty")
    columns = list(names)

    def rows() -> Iterator[tuple[int, list[Any]]]:
        for number, record in chosen.records(stream):
            yield number, [record.get(name) for name in columns]

    return Source(chosen, "xml" if head.startswith("<") else "json", columns, rows)


def suggested(project: Project, source: Source, sample: Sequence[Sequence[str]]) -> Options:
    """How the file would be read: columns by what the format and the project call them, each column once."""
    columns = columns_by_name(project)
    by_head, mapping, taken = named(columns), [], set()
    for place, head in enumerate(source.columns):
        key = folded(head)
        target = source.format.mapping.get(key, by_head.get(key.removeprefix("custom_"), by_head.get(key, "")))
        target = "" if not source.has_head else by_head.get(key, target) if key.startswith("custom_") else target
        if target == "test_id" and _is_foreign(row[place] for row in sample):
            target = "external_id"
        if target in taken:
            target = ""
        taken.add(target or None)
        mapping.append(target)
    return Options(
        encoding=source.encoding,
        separator=source.separator,
        has_head=source.has_head,
        sheet=source.sheet,
        columns=mapping,
        folder_separator=source.format.folder_separator,
        is_per_step=source.format.is_per_step or _continues(mapping, sample),
    )


def _is_foreign(cells: Iterator[str]) -> bool:
    given = [cell.strip().upper() for cell in cells if cell.strip()]
    return bool(given) and not any(cell.startswith("TC_") for cell in given)


def _continues(mapping: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Whether rows without id and title, but with a step, follow one another."""
    names = [place for place, target in enumerate(mapping) if target in {"test_id", "external_id", "title"}]
    steps = [place for place, target in enumerate(mapping) if target.startswith("step_")]
    rows = sample[1:] if names else []
    return any(not any(row[place] for place in names) and any(row[place] for place in steps) for row in rows)


def format_of(code: str) -> TableFormat | DocumentFormat:
    """The format with this code, a plain table for one that is not known any more."""
    return ALL.get(code, own.TABLE)
