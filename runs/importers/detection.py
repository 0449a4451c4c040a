"""Finding out what an uploaded file is, by what stands in it, never by its name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from .bounds import DEFAULT_LIMITS, Limits, ReportRejected
from .junit import JUnitReader
from .junit_survey import survey
from .normal_form import ReportedResult, RunReport
from .source import ReportSource


@dataclass(slots=True)
class OpenedReport:
    """A report that was recognised and found readable. `results` can be walked through once.

    `report.warnings` is complete when the last result was taken.
    """

    format: str
    report: RunReport
    results: Iterator[ReportedResult]


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format: its name, how the first characters of a document show it, and how it is opened."""

    name: str
    recognises: Callable[[str], bool]
    open: Callable[[ReportSource, Limits], tuple[RunReport, Iterator[ReportedResult]]]


def open_junit(source: ReportSource, limits: Limits) -> tuple[RunReport, Iterator[ReportedResult]]:
    """Open a JUnit XML report. Raises ReportRejected when it cannot be taken in."""
    found = survey(source, limits)
    return found.report, JUnitReader(source, found, limits).results()


FORMATS: tuple[ReportFormat, ...] = (
    ReportFormat("junit", recognises=lambda head: head.startswith("<"), open=open_junit),
)
"""Asked in this order; JUnit XML takes any XML that none before it knew."""


def open_report(stream: BinaryIO, filename: str = "", *, limits: Limits = DEFAULT_LIMITS) -> OpenedReport:
    """Open a report of any known format.

    The file is read twice: at once, to the end, so that a broken one is refused whole; then while `results` is walked
    through. `stream` must stay open until then. `filename` only names a run whose file does not name it.
    Raises ReportRejected when the file cannot be taken in.
    """
    source = ReportSource(stream, limits)
    for candidate in FORMATS:
        if candidate.recognises(source.head):
            report, results = candidate.open(source, limits)
            report.name = report.name or PurePath(filename).stem[: limits.name_characters]
            return OpenedReport(candidate.name, report, results)
    if not source.head:
        raise ReportRejected("The file holds nothing but blanks.", "empty")
    raise ReportRejected("The file is not XML, so it is not a JUnit report.", "not_xml", 1)
