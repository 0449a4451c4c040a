"""Finding out what an uploaded file is, by what stands in it, never by its name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from .allure import AllureReader
from .bounds import DEFAULT_LIMITS, Limits, ReportRejected
from .ctrf import CtrfReader
from .cucumber_json import CucumberJsonReader
from .cucumber_messages import CucumberMessagesReader
from .go_test import GoTestReader
from .json_shape import json_format
from .junit import JUnitReader
from .junit_survey import survey
from .mocha_json import MochaReader, MochawesomeReader
from .newman_json import NewmanReader
from .normal_form import ReportedResult, RunReport
from .nunit import NUnitReader
from .playwright_json import PlaywrightReader
from .robot_output import RobotReader
from .source import ReportSource
from .tap import TapReader
from .testng import TestNGReader
from .trx import TrxReader
from .two_readings import FormatReader, opening
from .xunit_net import XUnitReader

READERS: dict[str, type[FormatReader]] = {
    "testng": TestNGReader,
    "nunit": NUnitReader,
    "xunit.net": XUnitReader,
    "trx": TrxReader,
    "robot": RobotReader,
    "cucumber": CucumberJsonReader,
    "cucumber-messages": CucumberMessagesReader,
    "playwright": PlaywrightReader,
    "mocha": MochaReader,
    "mochawesome": MochawesomeReader,
    "ctrf": CtrfReader,
    "allure": AllureReader,
    "tap": TapReader,
    "go-test": GoTestReader,
    "newman": NewmanReader,
}
ROOTS = {
    "testng-results": "testng",
    "test-run": "nunit",
    "test-results": "nunit",
    "test-suite": "nunit",
    "assemblies": "xunit.net",
    "assembly": "xunit.net",
    "TestRun": "trx",
    "robot": "robot",
}
NOT_AN_ELEMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,100}:)?([A-Za-z_][\w.-]{0,100})")
TAP_LINE = re.compile(r"^(?:TAP version 1[34]|1\.\.\d+(?:\s*#.*)?|(?:not )?ok\b.*)\s*$", re.MULTILINE)
GO_LINE = re.compile(r'^\{\s*"(?:Time|Action|ImportPath|Package)"\s*:', re.MULTILINE)

Opening = Callable[[ReportSource, Limits], tuple[RunReport, Iterator[ReportedResult]]]


@dataclass(slots=True)
class OpenedReport:
    """A report that was recognised and found readable. `results` can be walked through once.

    `report.warnings` is complete when the last result was taken.
    """

    format: str
    report: RunReport
    results: Iterator[ReportedResult]


def open_junit(source: ReportSource, limits: Limits) -> tuple[RunReport, Iterator[ReportedResult]]:
    """Open a JUnit XML report. Raises ReportRejected when it cannot be taken in."""
    found = survey(source, limits)
    return found.report, JUnitReader(source, found, limits).results()


def format_of(source: ReportSource, limits: Limits) -> str:
    """The name of the format, or an empty text; JUnit XML is any XML that no other format knows.

    Raises ReportRejected for a document that breaks off before it can be known.
    """
    head = source.head
    if head.startswith("<"):
        root = ROOT.search(NOT_AN_ELEMENT.sub("", head))
        return ROOTS.get(root.group(1), "junit") if root else "junit"
    if head.startswith(("{", "[")) and (found := json_format(source, limits)):
        return found
    if GO_LINE.search(head):
        return "go-test"
    return "tap" if TAP_LINE.search(head) else ""


def open_report(stream: BinaryIO, filename: str = "", *, limits: Limits = DEFAULT_LIMITS) -> OpenedReport:
    """Open a report of any known format.

    The file is read twice: at once, to the end, so that a broken one is refused whole; then while `results` is walked
    through. `stream` must stay open until then. `filename` only names a run whose file does not name it.
    Raises ReportRejected when the file cannot be taken in.
    """
    source = ReportSource(stream, limits)
    if not source.head:
        raise ReportRejected("The file holds nothing but blanks.", "empty")
    name = format_of(source, limits)
    if not name:
        raise ReportRejected("The file is no test report of a kind that is known.", "unknown_format", 1)
    open_format = open_junit if name == "junit" else opening(READERS[name])
    report, results = open_format(source, limits)
    report.name = report.name or PurePath(filename).stem[: limits.name_characters]
    return OpenedReport(name, report, results)
