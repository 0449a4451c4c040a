"""Robot Framework's `output.xml`, read by Robot Framework itself.

Robot's own model knows what a failed suite teardown means for its tests, and the dialects of all its versions. It holds
a whole report in memory, so it is given a thinned copy in pieces: some hundred tests with their own keywords, without
keywords inside them and without the log, whose texts have no bounds. Each piece is closed with the suite teardowns that
failed later in the file, which the first reading found.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from .bounds import Limits, ReportRejected, capped
from .normal_form import (
    BodyForm,
    EmbeddedBody,
    ReportedAttachment,
    ReportedResult,
    ReportedStatus,
    ReportedStep,
    RunReport,
)
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
LINK = re.compile(r"""src=["']data:([\w.+/-]{1,80});base64,""")
TAG = re.compile(r"<[^>]{0,1000}>")
KEPT_STEPS = 200
TESTS_OF_A_PIECE = 500
END_OF_PIECE = None
NEEDS_ESCAPING = re.compile('[&<>"\n\r\t]')


def _quoted(value: str) -> str:
    """The value of an attribute; most need no second look."""
    return quoteattr(value) if NEEDS_ESCAPING.search(value) else f'"{value}"'


class _ThinnedCopy:
    """The report as a row of small files that are made while Robot reads them."""

    def __init__(self, source: ReportSource, limits: Limits, teardowns: dict[int, str]) -> None:
        self.pictures: dict[int, list[ReportedAttachment]] = {}
        self.found_teardowns: dict[int, str] = {}
        """The failed teardown of each suite by its number in the file."""
        self.tests = 0
        self._limits = limits
        self._known_teardowns = teardowns
        self._pieces: list[str | None] = []
        self._stack: list[str] = []
        self._robot = ""
        self._suites: list[tuple[int, str]] = []
        self._suite_count = self._dropped = self._keywords = self._in_piece = 0
        self._teardown: list[str] | None = None
        self._text: list[str] | None = None
        self._is_message = self._is_at_end = False
        self._length = self._began_at = 0
        self._chunks = self._fed(source)

    def has_more(self) -> bool:
        """Whether another file begins; `read` gives it up to its end."""
        self._is_at_end = False
        return self._is_filled()

    def _is_filled(self) -> bool:
        while not self._pieces and next(self._chunks, self) is not self:
            pass
        return bool(self._pieces)

    def read(self, _size: int = -1) -> bytes:
        """The next part of the file; nothing at its end."""
        if self._is_at_end or not self._is_filled():
            return b""
        if END_OF_PIECE not in self._pieces:
            part, self._pieces = "".join(self._pieces), []
            return part.encode()
        end = self._pieces.index(END_OF_PIECE)
        part, self._pieces = "".join(self._pieces[:end]), self._pieces[end + 1 :]
        self._is_at_end = True
        return part.encode()

    def _fed(self, source: ReportSource) -> Iterator[None]:
        parser = hardened_parser(self._start, self._end)
        parser.CharacterDataHandler = self._characters
        self._place, self._is_repairing = lambda: parser.CurrentByteIndex, source.repairing
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
                self._began_at = self._place()
            return
        written = "".join(f" {key}={_quoted(value[:2_000])}" for key, value in attributes.items())
        self._note_start(name, attributes, f"<{name}{written}>")
        self._write(f"<{name}{written}>")
        self._text, self._is_message, self._length = ([], False, 0) if name in TEXTS else (None, False, 0)

    def _note_start(self, name: str, attributes: dict[str, str], tag: str) -> None:
        if name == "test":
            self._keywords = 0
            self.tests += 1
            if self.tests > self._limits.tests:
                raise ReportRejected(f"The file holds more than {self._limits.tests:,} tests.", "too_many_tests")
        elif name == "robot":
            self._robot = tag
        elif name == "suite":
            self._suite_count += 1
            self._suites.append((self._suite_count, tag))
        elif name == "kw" and self._stack[-2:-1] == ["suite"] and attributes.get("type", "").lower() == "teardown":
            self._teardown = []

    def _is_kept(self, name: str) -> bool:
        parent = self._stack[-2] if len(self._stack) > 1 else ""
        if name in KEYWORDS:
            self._keywords += parent == "test"
            return parent == "suite" or (parent == "test" and self._keywords <= KEPT_STEPS)
        return name in FRAME or (name in TEXTS and name != "msg")

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        if self._teardown is not None:
            self._teardown.append(piece)

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
            self._write(escape("".join(self._text)))
        self._text = None
        self._write(f"</{name}>")
        self._note_end(name)

    def _note_end(self, name: str) -> None:
        if name == "suite":
            self._suites.pop()
        elif name == "kw" and self._teardown is not None and self._stack[-1:] == ["suite"]:
            if 'status="FAIL"' in (teardown := "".join(self._teardown)):
                self.found_teardowns[self._suites[-1][0]] = teardown
            self._teardown = None
        elif name == "test":
            self._in_piece += 1
            if self._in_piece >= TESTS_OF_A_PIECE:
                self._in_piece = 0
                self._begin_piece()

    def _begin_piece(self) -> None:
        """Close everything that is open, and open it again in the next file."""
        for number, _tag in reversed(self._suites):
            self._pieces.append(f"{self._known_teardowns.get(number, '')}</suite>")
        self._pieces += ["</robot>", END_OF_PIECE, self._robot, *(tag for _number, tag in self._suites)]

    def _keep_pictures(self, text: str) -> None:
        if "test" in self._stack and ("src=" in text or "href=" in text):
            known = self.pictures.setdefault(self.tests, [])
            known += [ReportedAttachment(path, path.rpartition("/")[2]) for path in PICTURE.findall(text)]
            if found := LINK.search(text):
                known.append(self._embedded(found.group(1)))
            del known[self._limits.attachments :]

    def _embedded(self, kind: str) -> ReportedAttachment:
        """A picture that stands in the message that ends here."""
        length = self._place() - self._began_at
        body = EmbeddedBody(self._began_at, length, length * 3 // 4, BodyForm.XML_LINK, of_repaired=self._is_repairing)
        return ReportedAttachment("", "screenshot" if kind.startswith("image/") else "", kind, body=body)


class RobotReader(FormatReader):
    """Reads the tests of Robot's result model."""

    framework = "robot"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without knowing which suites were torn down badly."""
        super().__init__(source, limits)
        self._teardowns: dict[int, str] | None = None

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test, piece by piece."""
        if self._teardowns is None:
            look = _ThinnedCopy(self.source, self.limits, {})
            while look.has_more():
                look.read()
            self._teardowns = look.found_teardowns
        copy = _ThinnedCopy(self.source, self.limits, self._teardowns)
        number = 0
        while copy.has_more():
            suite = _suite_in(copy)
            if not number:
                self._note(suite)
            for test, places in _tests_in(suite, (suite.name,)):
                number += 1
                yield [self._result(test, places, copy.pictures.pop(number, ()))]

    def _note(self, suite: Any) -> None:
        self.report.name = suite.name
        first = next(iter(suite.all_tests), None)
        self.report.started_at = _utc(suite.start_time or (first and first.start_time), self.report)
        self.report.properties = {str(name): str(value) for name, value in suite.metadata.items()}

    def _result(self, test: Any, places: tuple[str, ...], files: Sequence[ReportedAttachment]) -> ReportedResult:
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
        result.attachments = tuple(files)
        return result


def _suite_in(copy: _ThinnedCopy) -> Any:
    """The outermost suite of the next piece, as Robot reads it."""
    from robot.api import ExecutionResult
    from robot.errors import DataError

    try:
        return ExecutionResult(copy).suite
    except DataError:
        raise ReportRejected("Robot Framework cannot read this output file.", "malformed") from None
    finally:
        while copy.read():  # what Robot did not want to see
            pass


def _tests_in(suite: Any, places: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The tests with the names of their suites, in the order of the file."""
    for test in suite.tests:
        yield test, places
    for inner in suite.suites:
        yield from _tests_in(inner, (*places, inner.name))


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
