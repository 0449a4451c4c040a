"""Cases as the rows of a table: one row a case, or one a step."""

from collections.abc import Iterable, Iterator, Sequence

from qaportal.kit.spreadsheets import LONGEST_EXCEL_CELL, csv_stretches, excel_stretches, excel_text

from ..columns import Column
from ..columns.table import Written

CUT = "[cut: longer than a cell of a workbook]"
"""Ends a text that did not fit; an import leaves the stored text of such a cell as it is."""


def rows(cases: Iterable[Written], columns: Sequence[Column], *, is_per_step: bool) -> Iterator[list[str]]:
    """The head and the rows; with one row a step, what is true of the case stands in its first row alone."""
    yield [column.head for column in columns]
    for case in cases:
        if not is_per_step or len(case.steps) < 2:
            yield [_cell(column, case, 0, is_per_step=is_per_step) for column in columns]
            continue
        for place in range(len(case.steps)):
            yield [_cell(column, case, place, is_per_step=True) for column in columns]


def _cell(column: Column, case: Written, place: int, *, is_per_step: bool) -> str:
    if column.is_step and is_per_step:
        return case.steps[place][column.name.removeprefix("step_")] if case.steps else ""
    return column.cell(case) if place == 0 else ""


def csv_bytes(lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The rows as CSV that spreadsheets know to be UTF-8."""
    for stretch in csv_stretches(lines):
        yield stretch.encode("utf-8", "replace")


def excel_bytes(lines: Iterable[Sequence[str]], *, title: str, widths: Sequence[int]) -> Iterator[bytes]:
    """The rows as a workbook; what is too long for a cell is cut and says so."""
    return excel_stretches(([fitting(cell) for cell in line] for line in lines), title=title, widths=widths)


def fitting(cell: str) -> str:
    """The cell, or its start and the words that say that it is cut."""
    if len(cell) < LONGEST_EXCEL_CELL // 7 or len(excel_text(cell)) <= LONGEST_EXCEL_CELL:
        return cell
    while len(excel_text(cell)) > LONGEST_EXCEL_CELL - len(CUT):
        cell = cell[: min(len(cell) - 1, LONGEST_EXCEL_CELL - len(CUT) - len(excel_text(cell)) + len(cell))]
    return cell + CUT
