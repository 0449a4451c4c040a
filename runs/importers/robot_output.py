"""Robot Framework's `output.xml`, read by Robot Framework itself.

Robot's own model knows what a failed suite teardown means for its tests, and the dialects of all its versions. It holds
a whole report in memory, so it is given a thinned copy: tests and their own keywords, without keywords inside them and
without the log, whose texts have no bounds.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from .bounds import Limits, ReportRejected, capped
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep, RunReport
from .references import ids_in_name
from .source import ReportSource
from .two_readings import FormatReader, RepairNeeded
from .values import whole_milliseconds
from .xml_feed import feed, hardened_parser, is_repairable, rejection

STATUSES = {"PASS": ReportedStatus.PASSED, "FAIL": ReportedStatus.FAILED, "SKIP": ReportedStatus.SKIPPED}
FRAME = {"robot", "suite", "test", "kw", "for", "while", "if", "try", "group"}
"""Elements whose content is looked at; keywords only where a suite or test holds them directly."""
TEXTS = {"status", "doc", "tag", "arg", "metadata", "meta", "item", "msg", "tags", "arguments"}
KEYWORDS = {"kw", "for", "while", "if", "try", "group"}
PICTURE = re.compile(r"""(?:src|href)=["']([^"']{1,1000}\.(?:png|jpe?g|gif|webp|webm|mp4))["']""", re.IGNORECASE)
TAG = re.compile(r"<[^>]{0,1000}>")
KEPT_STEPS = 200
LARGE_REPORT = 20_000
"""Tests past which keywords are left out: each costs more than its test."""


class _ThinnedCopy:
    """The report as a file that is made while Robot reads it."""

    def __init__(self, source: ReportSource, limits: Limits, *, keeps_keywords: bool) -> None:
        self.pictures: dict[str, list[str]] = {}
        self.tests = 0
        self._limits = limits
        self._keeps_keywords = keeps_keywords
        self._pieces: list[str] = []
        self._stack: list[str] = []
        self._dropped = 0
        self._test = ""
        self._keywords = 0
        self._text: list[str] | None = None
        self._is_message = False
        self._length = 0
        self._chunks = self._fed(source)

    def read(self, _size: int = -1) -> bytes:
        """The next piece of the copy; nothing at its end."""
        for _fed in self._chunks:
            if self._pieces:
                piece, self._pieces = "".join(self._pieces).encode(), []
                return piece
        return b""

    def _fed(self, source: ReportSource) -> Iterator[None]:
        parser = hardened_parser(self._start, self._end)
        parser.CharacterDataHandler = self._characters
        try:
            yield from feed(parser, source.chunks(), self._limits)
        except (expat.ExpatError, UnicodeDecodeError) as error:
            if not source.repairing and is_repairable(error):
                raise RepairNeeded from None
            raise rejection(error, self._stack, saw_elements=bool(self._stack)) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._stack.append(name)
        if len(self._stack) > self._limits.depth * 3:
            raise ReportRejected(f"The elements are nested more than {self._limits.depth * 3} deep.", "too_deep")
        if self._dropped or not self._is_kept(name):
            self._dropped += 1
            if name == "msg":
                self._text, self._is_message, self._length = [], True, 0
            return
        if name == "test":
            self._test, self._keywords = attributes.get("id", ""), 0
            self.tests += 1
        written = "".join(f" {key}={quoteattr(value[:2_000])}" for key, value in attributes.items())
        self._pieces.append(f"<{name}{written}>")
        self._text, self._is_message, self._length = ([], False, 0) if name in TEXTS else (None, False, 0)

    def _is_kept(self, name: str) -> bool:
        parent = self._stack[-2] if len(self._stack) > 1 else ""
        if name in KEYWORDS:
            if parent == "suite":
                return True
            self._keywords += 1
            return parent == "test" and self._keeps_keywords and self._keywords <= KEPT_STEPS
        if name in FRAME:
            return True
        return name in TEXTS and name != "msg"

    def _characters(self, piece: str) -> None:
        if self._text is not None and self._length < self._limits.trace_characters:
            self._text.append(piece[: self._limits.trace_characters])
            self._length += len(piece)

    def _end(self, _name: str) -> None:
        name = self._stack.pop()
        if self._dropped:
            self._dropped -= 1
            if self._is_message:
                self._keep_pictures("".join(self._text or []))
                self._text, self._is_message = None, False
            return
        if self._text:
            self._pieces.append(escape("".join(self._text)))
        self._text = None
        if name == "test":
            self._test = ""
        self._pieces.append(f"</{name}>")

    def _keep_pictures(self, text: str) -> None:
        if self._test and ("src=" in text or "href=" in text):
            known = self.pictures.setdefault(self._test, [])
            known += PICTURE.findall(text)[: self._limits.attachments - len(known)]


class RobotReader(FormatReader):
    """Reads the tests of Robot's result model."""

    framework = "robot"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without knowing how large the report is."""
        super().__init__(source, limits)
        self._model: Any = None
        self._pictures: dict[str, list[str]] = {}

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test; the model of the first reading serves the second too."""
        if self._model is None:
            self._read()
        for test, places, test_id in _tests_in(self._model.suite, (self._model.suite.name,), "s1"):
            yield [self._result(test, places, test_id)]

    def _read(self) -> None:
        from robot.api import ExecutionResult
        from robot.errors import DataError

        measure = _ThinnedCopy(self.source, self.limits, keeps_keywords=False)
        while measure.read():
            if measure.tests > self.limits.tests:
                raise ReportRejected(f"The file holds more than {self.limits.tests:,} tests.", "too_many_tests")
        is_large = measure.tests > LARGE_REPORT
        copy = _ThinnedCopy(self.source, self.limits, keeps_keywords=not is_large)
        try:
            self._model = ExecutionResult(copy, include_keywords=not is_large)
        except DataError:
            raise ReportRejected("Robot Framework cannot read this output file.", "malformed") from None
        self._pictures = copy.pictures
        suite = self._model.suite
        self.report.name = suite.name
        self.report.started_at = _utc(suite.start_time, self.report)
        self.report.properties = {str(name): str(value) for name, value in suite.metadata.items()}
        if is_large:
            self.report.warn("steps_left_out", f"Steps are left out: the report holds {measure.tests:,} tests.")

    def _result(self, test: Any, places: tuple[str, ...], test_id: str) -> ReportedResult:
        result = ReportedResult(test.name, ".".join(places), places)
        result.status = STATUSES.get(test.status, ReportedStatus.SKIPPED)
        result.message = _plain(test.message)
        result.duration_ms = _milliseconds(test.elapsed_time)
        result.started_at = _utc(test.start_time, self.report)
        tags = [str(tag) for tag in test.tags]
        result.explicit_ids = tuple(found for tag in tags for found in ids_in_name(tag[:200]))
        facts = {"tags": ", ".join(tags), "documentation": capped(test.doc, self.limits.property_characters)}
        result.properties = {name: text for name, text in facts.items() if text}
        result.steps = tuple(_steps(test))
        result.attachments = tuple(
            ReportedAttachment(path, path.rpartition("/")[2]) for path in self._pictures.get(test_id, ())
        )
        return result


def _tests_in(suite: Any, places: tuple[str, ...], suite_id: str) -> Iterator[tuple[Any, tuple[str, ...], str]]:
    """The tests with the names of their suites and their ids, which Robot would look for in long lists."""
    for number, test in enumerate(suite.tests, start=1):
        yield test, places, f"{suite_id}-t{number}"
    for number, inner in enumerate(suite.suites, start=1):
        yield from _tests_in(inner, (*places, inner.name), f"{suite_id}-s{number}")


def _steps(test: Any) -> Iterator[ReportedStep]:
    parts = [test.setup if test.has_setup else None, *test.body, test.teardown if test.has_teardown else None]
    number = 0
    for part in parts:
        if part is None or not hasattr(part, "status"):
            continue
        number += 1
        is_keyword = part.type in {"KEYWORD", "SETUP", "TEARDOWN"}
        name = str(part.name) if is_keyword else part.type.partition("/")[0]
        arguments = "    ".join(map(str, part.args)) if is_keyword else ""
        status = STATUSES.get(part.status, ReportedStatus.SKIPPED)
        yield ReportedStep(number, name, arguments, status, _milliseconds(part.elapsed_time), _plain(part.message))


def _plain(message: str) -> str:
    """The message without the markup that `*HTML*` announces."""
    return TAG.sub("", message.removeprefix("*HTML*")).strip() if message.startswith("*HTML*") else message


def _milliseconds(elapsed: timedelta) -> int | None:
    return whole_milliseconds(elapsed.total_seconds() * 1000)


def _utc(moment: datetime | None, report: RunReport) -> datetime | None:
    """Robot writes local times without a zone; as everywhere they are read as UTC, and the import says so."""
    if moment is None or moment.year < 1990:
        return None
    report.warn("times_without_zone", "Times without a time zone are read as UTC.")
    return moment.replace(tzinfo=UTC)
