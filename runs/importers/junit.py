"""JUnit XML, in all the dialects that test runners write, turned into normal form while it is read.

Rules that hold for every dialect:

- What counts are elements, never the totals in a header. Any root and any nesting of suites is read.
- A test with several verdicts in its element: error before failure before skipped.
- Surefire: `flakyFailure` and `flakyError` are earlier attempts of a test that passed in the end; `rerunFailure` and
  `rerunError` beside `failure` or `error` are further attempts of a test that never passed.
- A test without a time of its own started when its suite did; a time without zone is UTC.

The rules of single programs stand in `junit_dialects`, putting attempts together in `junit_attempts`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from .bounds import CappedText, Limits
from .junit_attempts import AttemptCollector
from .junit_case import OpenTest, ProblemKind
from .junit_dialects import UNKNOWN, Dialect, dialect_after_property, dialect_of_suite
from .junit_survey import Survey, local_name, suite_test_name, test_names
from .normal_form import (
    ZONE_WARNING,
    BodyForm,
    EmbeddedBody,
    ReportedResult,
    RunReport,
    automation_key,
    shortened_name,
)
from .references import CapturedOutput
from .source import ReportSource
from .values import moment
from .xml_feed import feed, hardened_parser

PROBLEM_ELEMENTS = {
    "error": ProblemKind.ERROR,
    "failure": ProblemKind.FAILURE,
    "skipped": ProblemKind.SKIPPED,
    "ignored": ProblemKind.SKIPPED,
    "disabled": ProblemKind.SKIPPED,
    "flakyError": ProblemKind.FLAKY_ERROR,
    "flakyFailure": ProblemKind.FLAKY_FAILURE,
    "rerunError": ProblemKind.RERUN_ERROR,
    "rerunFailure": ProblemKind.RERUN_FAILURE,
}


EVIDENCE_PROPERTY = "testrun_evidence"


class OpenSuite:
    """A suite whose end has not come yet."""

    __slots__ = ("dialect", "number", "path", "started_at")

    def __init__(self, number: int, path: tuple[str, ...], dialect: Dialect, started_at: datetime | None) -> None:
        """Keep what the tests of the suite take from it."""
        self.number = number
        self.path = path
        self.dialect = dialect
        self.started_at = started_at


class JUnitReader:
    """The second reading: hands on the results of a report that was surveyed."""

    def __init__(self, source: ReportSource, survey: Survey, limits: Limits) -> None:
        """Prepare to read `source` again from its start."""
        self._source = source
        self._limits = limits
        self._report: RunReport = survey.report
        self._attempts = AttemptCollector(survey.repeated, limits)
        self._suites = [OpenSuite(0, (), UNKNOWN, None)]
        self._suite_count = 0
        self._tests: list[OpenTest] = []
        self._texts: list[CappedText | None] = []
        self._evidence: tuple[str, int] | None = None
        self._last_timestamp: tuple[str | None, datetime | None] = (None, None)
        self._parser = hardened_parser(self._start, self._end)
        self._starts: dict[str, Callable[[str, dict[str, str]], None]] = {
            "testcase": self._start_test,
            "testsuite": self._start_suite,
            "testsuites": self._start_suite,
            "property": self._start_property,
            "item": self._start_item,
            "system-out": self._start_output,
            "system-err": self._start_output,
            **dict.fromkeys(PROBLEM_ELEMENTS, self._start_problem),
        }
        self._ends: dict[str, Callable[[str], None]] = {
            "testcase": self._end_test,
            "testsuite": self._end_suite,
            "testsuites": self._end_suite,
            "property": self._end_property,
            "item": self._end_item,
            "system-out": self._end_text,
            "system-err": self._end_text,
            **dict.fromkeys(PROBLEM_ELEMENTS, self._end_problem),
        }

    def results(self) -> Iterator[ReportedResult]:
        """Yield every attempt, those of one test one after the other, while the file is read."""
        for _fed in feed(self._parser, self._source.chunks(), self._limits):
            yield from self._attempts.take_ready()
        self._attempts.finish()
        yield from self._attempts.take_ready()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        handler = self._starts.get(name) or (self._starts.get(local_name(name)) if ":" in name else None)
        if handler is not None:
            handler(name, attributes)

    def _end(self, name: str) -> None:
        handler = self._ends.get(name) or (self._ends.get(local_name(name)) if ":" in name else None)
        if handler is not None:
            handler(name)

    def _moment(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        if text == self._last_timestamp[0]:
            return self._last_timestamp[1]
        parsed, is_naive = moment(text)
        if is_naive:
            self._report.warn("times_without_zone", ZONE_WARNING)
        if parsed is None and text.strip():
            words = f"Times that cannot be read, or lie before 1990, are left out, such as “{text.strip()[:40]}”."
            self._report.warn("times_unreadable", words)
        self._last_timestamp = (text, parsed)
        return parsed

    def _start_suite(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._suites[-1]
        self._suite_count += 1
        path = parent.path
        suite_name = shortened_name(attributes.get("name", "").strip(), self._limits.name_characters)
        if suite_name and local_name(name) == "testsuite":
            path = (*path, suite_name)
        started_at = self._moment(attributes.get("timestamp")) or parent.started_at
        self._suites.append(
            OpenSuite(self._suite_count, path, dialect_of_suite(attributes, parent.dialect), started_at)
        )

    def _end_suite(self, _name: str) -> None:
        self._attempts.end_suite(self._suites.pop().number)

    def _start_test(self, _name: str, attributes: dict[str, str]) -> None:
        suite = self._suites[-1]
        class_name, name = test_names(attributes, self._limits.name_characters)
        result = ReportedResult(
            name=name,
            class_name=class_name,
            suite_path=suite.path,
            started_at=self._moment(attributes.get("timestamp")) or suite.started_at,
        )
        self._tests.append(
            OpenTest(result, attributes, suite.dialect, hash(automation_key(class_name, name)), self._limits)
        )

    def _end_test(self, _name: str) -> None:
        test = self._tests.pop()
        attempts = test.attempts()
        self._report.tell_unread(test.result)
        self._attempts.add(attempts, test.key, self._suites[-1].number, self._suites[-1].dialect)

    def _start_problem(self, name: str, attributes: dict[str, str]) -> None:
        kind = PROBLEM_ELEMENTS[local_name(name)]
        if not self._tests and kind is not ProblemKind.SKIPPED and len(self._suites) > 1:
            self._start_suite_as_test()
        if not self._tests:
            self._collect(None)
            return
        problem = self._tests[-1].add_problem(kind, attributes)
        self._collect(problem.trace if problem else None)

    def _start_suite_as_test(self) -> None:
        """A failure that stands beside the tests of a suite is kept as a test named after the suite."""
        self._start_test("testcase", {"name": suite_test_name(self._suites[-1].path)})
        self._tests[-1].stands_for_suite = True

    def _end_problem(self, name: str) -> None:
        self._end_text(name)
        if not self._tests:
            return
        self._tests[-1].end_problem()
        if self._tests[-1].stands_for_suite:
            self._end_test(name)

    def _start_output(self, name: str, _attributes: dict[str, str]) -> None:
        output: CapturedOutput | None = None
        if self._tests:
            output = self._tests[-1].open_output(is_error=local_name(name) == "system-err")
        self._collect(output)

    def _start_property(self, _name: str, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "").strip()
        if not self._tests:
            self._suites[-1].dialect = dialect_after_property(name, self._suites[-1].dialect)
            self._collect(None)
        elif "value" in attributes:
            self._tests[-1].add_property(name, attributes["value"])
            self._collect(None)
        else:
            self._tests[-1].property_name = name
            self._collect(CappedText(self._limits.property_characters))

    def _end_property(self, name: str) -> None:
        collected = self._texts[-1]
        self._end_text(name)
        if collected is not None and self._tests:
            test = self._tests[-1]
            if test.property_name != EVIDENCE_PROPERTY:
                test.add_property(test.property_name, collected.text())
            test.property_name = ""

    def _start_item(self, _name: str, attributes: dict[str, str]) -> None:
        """An item of a property of Xray; those of its evidence are files in base64."""
        outer = self._texts[-1] if self._texts else None
        is_file = bool(self._tests) and self._tests[-1].property_name == EVIDENCE_PROPERTY
        self._evidence = (attributes.get("name", ""), self._parser.CurrentByteIndex) if is_file else None
        self._collect(None if is_file else outer)

    def _end_item(self, name: str) -> None:
        self._end_text(name)
        if self._evidence is not None and self._tests:
            file_name, start = self._evidence
            length = self._parser.CurrentByteIndex - start
            self._tests[-1].add_file(
                file_name,
                EmbeddedBody(start, length, length * 3 // 4, BodyForm.XML_BASE64, of_repaired=self._source.repairing),
            )
        self._evidence = None

    def _collect(self, text: CappedText | None) -> None:
        self._texts.append(text)
        self._parser.CharacterDataHandler = text.add if text is not None else None

    def _end_text(self, _name: str) -> None:
        self._texts.pop()
        outer: CappedText | None = self._texts[-1] if self._texts else None
        self._parser.CharacterDataHandler = outer.add if outer is not None else None
