"""The first reading of a JUnit report: may it be read at all, who wrote it, which tests stand in it more than once.

It runs before anything is handed on, so a file that is cut off or hostile is refused whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.parsers import expat

from .bounds import Limits, ReportRejected, capped
from .junit_dialects import UNKNOWN, Dialect, dialect_after_property, dialect_of_suite
from .normal_form import NULL_WARNING, RunReport, automation_key, shortened_name
from .references import spelled_plainly
from .source import ReportSource
from .values import moment
from .xml_feed import feed, hardened_parser, is_repairable, rejection

ENVIRONMENT_PROPERTIES = ("environment", "test_environment", "env")
BUILD_PROPERTIES = ("build", "build_number", "build_id")
BRANCH_PROPERTIES = ("branch", "branch_name", "git_branch")

OTHER_FORMATS = {"html": "a web page", "svg": "a picture"}


def local_name(name: str) -> str:
    """Return the name of an element without its namespace prefix."""
    return name.rpartition(":")[2]


def test_names(attributes: Mapping[str, str], limit: int) -> tuple[str, str]:
    """Return class and name of a `testcase` element, each at most `limit` characters long."""
    class_name = (attributes.get("classname") or attributes.get("class") or "").strip()
    name = (attributes.get("name") or "").strip() or "(unnamed test)"
    return shortened_name(class_name, limit), shortened_name(name, limit)


def suite_test_name(suite_path: tuple[str, ...]) -> str:
    """Return the name of the test that stands for a suite which failed as a whole."""
    return (suite_path[-1] if suite_path else "") or "(suite)"


@dataclass(slots=True)
class SurveyedSuite:
    """A suite whose end has not come yet."""

    dialect: Dialect
    path: tuple[str, ...]
    tests_before: int = 0
    claims_failures: bool = False


class Survey:
    """What the first reading found out."""

    def __init__(self, report: RunReport, limits: Limits) -> None:
        """Start with nothing seen; what the file says about the run is put into `report`."""
        self.report = report
        self.repeated: dict[int, int] = {}
        """Hash of each automation key that stands in the file more than once, and how often."""
        self.root = ""
        self.open_elements: list[str] = []
        self._limits = limits
        self._seen: set[int] = set()
        self._elements = 0
        self._inside_test = 0
        self._suites: list[SurveyedSuite] = []
        self._outermost_names: list[str] = []
        self._is_junit = False
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "testcase": self._start_test,
            "testsuite": self._start_suite,
            "testsuites": self._start_suite,
            "property": self._start_property,
            "error": self._start_suite_problem,
            "failure": self._start_suite_problem,
        }

    def read(self, source: ReportSource) -> None:
        """Read the document once.

        Raises ReportRejected, and what the parser raises for a document that is not well-formed.
        """
        parser = hardened_parser(self._start, self._end)
        for _fed in feed(parser, source.chunks(), self._limits):
            if self._elements > self._limits.elements:
                raise ReportRejected(
                    f"The file holds more than {self._limits.elements:,} XML elements.", "too_many_elements"
                )

    def conclude(self) -> None:
        """Refuse a document without JUnit results and fill in what only the whole document tells."""
        if not self._is_junit:
            known = OTHER_FORMATS.get(self.root)
            words = f"looks like {known}" if known else f"starts with <{capped(self.root, 60)}>"
            raise ReportRejected(f"The file is XML, but holds no JUnit results: it {words}.", "unknown_format")
        if not self.report.name and len(self._outermost_names) == 1:
            self.report.name = self._outermost_names[0]
        properties = {spelled_plainly(name): value for name, value in self.report.properties.items()}
        self.report.environment = _first(properties, ENVIRONMENT_PROPERTIES)
        self.report.build = _first(properties, BUILD_PROPERTIES)
        self.report.branch = _first(properties, BRANCH_PROPERTIES)
        self._seen.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        stack = self.open_elements
        if ":" in name:
            name = local_name(name)
        if not stack:
            self.root = self.root or name
        stack.append(name)
        self._elements += 1
        if len(stack) > self._limits.depth:
            raise ReportRejected(f"The elements are nested more than {self._limits.depth} deep.", "too_deep")
        handler = self._starts.get(name)
        if handler is not None:
            handler(attributes)

    def _end(self, name: str) -> None:
        name = self.open_elements.pop()
        if name == "testcase":
            self._inside_test -= 1
        elif name in {"testsuite", "testsuites"}:
            self._end_suite(name)

    def _start_test(self, attributes: dict[str, str]) -> None:
        self._is_junit = True
        self._inside_test += 1
        self.report.tests += 1
        if self.report.tests > self._limits.tests:
            raise ReportRejected(f"The file holds more than {self._limits.tests:,} tests.", "too_many_tests")
        self._note_key(hash(automation_key(*test_names(attributes, self._limits.name_characters))))

    def _note_key(self, key: int) -> None:
        if key in self._seen:
            self.repeated[key] = self.repeated.get(key, 1) + 1
        else:
            self._seen.add(key)

    def _start_suite_problem(self, _attributes: dict[str, str]) -> None:
        if not self._inside_test and self._suites:
            self._note_key(hash(suite_test_name(self._suites[-1].path)))

    def _start_suite(self, attributes: dict[str, str]) -> None:
        self._is_junit = True
        element = self.open_elements[-1]
        parent = self._suites[-1] if self._suites else SurveyedSuite(UNKNOWN, ())
        name = shortened_name(attributes.get("name", "").strip(), self._limits.name_characters)
        if element == "testsuites":
            self.report.name = self.report.name or name
        elif not parent.path and len(self._outermost_names) < 2:
            self._outermost_names.append(name)
        self._note_start(moment(attributes.get("timestamp"))[0])
        dialect = dialect_of_suite(attributes, parent.dialect)
        path = (*parent.path, name) if name and element == "testsuite" else parent.path
        claims_failures = any(attributes.get(count, "0").strip() not in {"", "0"} for count in ("errors", "failures"))
        self._suites.append(SurveyedSuite(dialect, path, self.report.tests, claims_failures=claims_failures))
        self._note_framework(dialect)

    def _note_start(self, started_at: datetime | None) -> None:
        if started_at and (self.report.started_at is None or started_at < self.report.started_at):
            self.report.started_at = started_at

    def _note_framework(self, dialect: Dialect) -> None:
        self.report.framework = self.report.framework or dialect.framework

    def _start_property(self, attributes: dict[str, str]) -> None:
        if self._inside_test:
            return
        name = attributes.get("name", "").strip()
        if self._suites:
            suite = self._suites[-1]
            suite.dialect = dialect_after_property(name, suite.dialect)
            self._note_framework(suite.dialect)
        properties = self.report.properties
        if name and name not in properties and len(properties) < self._limits.properties:
            value = attributes.get("value", "").strip()
            properties[shortened_name(name, 200)] = capped(value, self._limits.property_characters)

    def _end_suite(self, element: str) -> None:
        suite = self._suites.pop()
        if element == "testsuite" and suite.claims_failures and self.report.tests == suite.tests_before:
            name = suite_test_name(suite.path)[:200]
            self.report.warn(
                "failures_without_tests",
                f"The suite “{name}” says that something in it failed, but the file names no test of it.",
            )


def _first(properties: dict[str, str], names: tuple[str, ...]) -> str:
    return next((properties[name][:200] for name in names if properties.get(name)), "")


def survey(source: ReportSource, limits: Limits) -> Survey:
    """Read the whole document once, strictly; when forbidden characters are all that is wrong, read it repaired.

    Leaves `source` repairing in that case. Raises ReportRejected for everything that cannot be taken in.
    """
    result = Survey(RunReport(), limits)
    try:
        result.read(source)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        if source.repairing or not is_repairable(error):
            raise rejection(error, result.open_elements, saw_elements=bool(result.root)) from None
        source.repairing = True
        return survey(source, limits)
    result.conclude()
    result.report.repaired = source.repairing
    if source.repairing:
        result.report.warn("repaired", "The file held characters that XML forbids; it was repaired before it was read.")
    if source.held_null:
        result.report.warn("null_characters", NULL_WARNING)
    return result
