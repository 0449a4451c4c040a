"""The formats of an export, each with its name, its ending and what writes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from qaportal.kit.errors import RuleViolation
from qaportal.kit.spreadsheets import MOST_EXCEL_ROWS

from ..columns.table import columns_of, document_columns_of
from ..querysets import TestCaseQuerySet
from . import documents, tables
from .source import written_cases

STEPS = ("step_action", "step_expected", "step_data")


@dataclass(frozen=True, slots=True)
class Export:
    """Which cases go into a file, with which of their columns, and how."""

    project: Project
    cases: TestCaseQuerySet
    """Filtered; the format orders them."""
    columns: tuple[str, ...] = ()
    """Names, in any order; all without one."""
    is_per_step: bool = False
    """Whether each step has a row of its own, in tables."""
    order: str = field(default="")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    code: str
    label: Promise
    content_type: str
    ending: str
    write: Callable[[Export], Iterator[bytes]]
    """Raises what refuses the export before the first bytes are asked for."""
    is_table: bool = False

    def file_name(self, project: Project) -> str:
        """What the file is called."""
        return f"{project.key}-cases-{timezone.now():%Y-%m-%d}.{self.ending}"


def _csv(export: Export) -> Iterator[bytes]:
    columns = documents.chosen_columns(columns_of(export.project), export.columns)
    cases = written_cases(export.project, export.cases.sorted_by(export.order))
    return tables.csv_bytes(tables.rows(cases, columns, is_per_step=export.is_per_step))


def _excel(export: Export) -> Iterator[bytes]:
    columns = documents.chosen_columns(columns_of(export.project), export.columns)
    if export.cases.order_by()[: MOST_EXCEL_ROWS + 1].count() > MOST_EXCEL_ROWS:
        words = _("That is more than a sheet holds. Filter it, or take the CSV.")
        raise RuleViolation(words, "too_many_rows")
    cases = written_cases(export.project, export.cases.sorted_by(export.order))
    lines = tables.rows(cases, columns, is_per_step=export.is_per_step)
    return tables.excel_bytes(lines, title=export.project.name, widths=[column.width for column in columns])


def _json(export: Export) -> Iterator[bytes]:
    names = tuple(dict.fromkeys("steps" if name in STEPS else name for name in export.columns))
    columns = documents.chosen_columns(document_columns_of(export.project), names)
    return documents.json_bytes(written_cases(export.project, export.cases.sorted_by(export.order)), columns)


def _testlink(export: Export) -> Iterator[bytes]:
    cases = written_cases(export.project, export.cases.by_place(), expands_shared=True)
    return documents.testlink_bytes(cases, title=export.project.name)


def _markdown(export: Export) -> Iterator[bytes]:
    cases = written_cases(export.project, export.cases.by_place(), expands_shared=True)
    return documents.markdown_bytes(cases, title=export.project.name)


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    each.code: each
    for each in (
        Format("csv", _("CSV"), "text/csv; charset=utf-8", "csv", _csv, is_table=True),
        Format("xlsx", _("Excel"), EXCEL, "xlsx", _excel, is_table=True),
        Format("json", _("JSON"), "application/json", "json", _json),
        Format("testlink", _("TestLink XML"), "application/xml", "xml", _testlink),
        Format("markdown", _("Markdown"), "text/markdown; charset=utf-8", "md", _markdown),
    )
}
