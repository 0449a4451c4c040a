"""The traceability matrix as CSV, row by row, and as an Excel file that grows on disk."""

import tempfile
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from qaportal.kit.errors import RuleViolation
from qaportal.kit.spreadsheets import LONGEST_EXCEL_CELL, MOST_EXCEL_ROWS, csv_stretches
from qaportal.kit.statuses import shown as shown_status

from .coverage import Matrix, Trace


def head() -> list[str]:
    """What the columns are called."""
    return [
        _("Epic"), _("Story"), _("Story title"), _("Story status"), _("Sprint"), _("Release"), _("Test case"),
        _("Title"), _("Priority"), _("Type"), _("Last result"), _("Last executed"),
    ]  # fmt: skip


def cells(row: Trace) -> list[str]:
    """What a row says, in words."""
    story, case = row.story, row.case
    of_story = [story.epic_id, story.story_id, story.title, story.status, story.sprint, story.release]
    if case is None:
        return [*of_story, "", "", "", "", _("No case"), ""]
    executed_at = row.activity.last_run_at.isoformat() if row.activity and row.activity.last_run_at else ""
    words = [case.get_priority_display(), case.get_test_type_display(), shown_status(row.status).word, executed_at]
    return [*of_story, case.test_id, case.title, *(str(word) for word in words)]


def csv_lines(matrix: Matrix) -> Iterator[str]:
    """The head and one line for each row; no cell is taken for a formula."""
    yield from csv_stretches(_rows(matrix))


def excel_file(matrix: Matrix) -> IO[bytes]:
    """The matrix as a workbook on disk, from its start; every cell is text, whatever it looks like.

    Raises RuleViolation for more rows than a sheet holds.
    """
    if matrix.keys.count() > MOST_EXCEL_ROWS:
        raise RuleViolation(_("That is more than a sheet holds. Filter it, or take the CSV."), "too_many_rows")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Traceability"))
    for values in _rows(matrix):
        sheet.append([_text_cell(sheet, value) for value in values])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _rows(matrix: Matrix) -> Iterator[list[str]]:
    yield head()
    for row in matrix:
        yield cells(row)


def _text_cell(sheet, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_EXCEL_CELL])
    cell.data_type = "s"
    return cell
