"""TRX, the report of `dotnet test` and Visual Studio.

- Results come before the definitions that name their classes, so the first reading collects the definitions.
- A data-driven test holds its rows as `InnerResults`; the rows count, their parent does not.
- Paths of files are relative to the run's deployment folder.
"""

from collections.abc import Iterator

from .bounds import Limits, ReportRejected
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .source import ReportSource
from .two_readings import FormatReader
from .values import clock_milliseconds, moment
from .xml_records import RECORD, Element, walk

STATUSES = {
    "Passed": ReportedStatus.PASSED,
    "PassedButRunAborted": ReportedStatus.PASSED,
    "Warning": ReportedStatus.PASSED,
    "Completed": ReportedStatus.PASSED,
    "Failed": ReportedStatus.FAILED,
    "Timeout": ReportedStatus.FAILED,
    "Error": ReportedStatus.ERROR,
    "Aborted": ReportedStatus.ERROR,
    "Disconnected": ReportedStatus.ERROR,
    "NotExecuted": ReportedStatus.SKIPPED,
    "NotRunnable": ReportedStatus.SKIPPED,
    "Inconclusive": ReportedStatus.SKIPPED,
    "Pending": ReportedStatus.SKIPPED,
    "InProgress": ReportedStatus.BLOCKED,
}
RESULTS = {"UnitTestResult", "TestResult", "TestResultAggregation", "GenericTestResult"}
DEEPEST_ROWS = 20

Definition = tuple[str, str, tuple[str, ...]]


class TrxReader(FormatReader):
    """Reads `TestRun` with its results and definitions."""

    framework = "vstest"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without definitions."""
        super().__init__(source, limits)
        self._definitions: dict[str, Definition] = {}
        self._class_names: dict[str, str] = {}
        """One copy of each class name, which many tests share."""

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every result, of data-driven tests every row."""
        for event, element in walk(
            self.source, self.limits, records={*RESULTS, "UnitTest", "Times"}, containers={"TestRun"}
        ):
            if event != RECORD:
                self.report.name = self.report.name or element.get("name")
            elif element.name == "UnitTest":
                self._define(element)
            elif element.name == "Times":
                self.report.started_at = moment(element.get("start") or element.get("creation"))[0]
            else:
                yield from ([result] for result in self._results(element, 0))

    def _define(self, element: Element) -> None:
        method = element.child("TestMethod")
        class_name = method.get("className").partition(",")[0] if method else ""
        ids: list[str] = []
        for holder, name in (("TestCategory", "TestCategoryItem"), ("Properties", "Property")):
            for part in element.child(holder).named(name) if element.child(holder) else ():
                key, value = part.text_of("Key"), part.text_of("Value") or part.get("TestCategory")
                ids += ids_in_list(value, 20) if spelled_plainly(key) in ID_PROPERTIES else ids_in_name(value[:200])
        class_name = self._class_names.setdefault(class_name, class_name)
        self._definitions[element.get("id")] = (class_name, element.get("name"), tuple(ids))
        if len(self._definitions) > self.limits.tests:
            raise ReportRejected(f"The file defines more than {self.limits.tests:,} tests.", "too_many_tests")

    def _results(self, element: Element, depth: int) -> Iterator[ReportedResult]:
        inner = element.child("InnerResults")
        rows = list(inner.named(*RESULTS)) if inner else []
        if rows and depth < DEEPEST_ROWS:
            for row in rows:
                yield from self._results(row, depth + 1)
            return
        class_name, defined, ids = self._definitions.get(element.get("testId"), ("", "", ()))
        name = element.get("testName") or defined
        if class_name and name.startswith(f"{class_name}."):
            name = name[len(class_name) + 1 :]
        result = ReportedResult(name, class_name, suite_path=tuple(class_name.split(".")) if class_name else ())
        result.explicit_ids = ids
        _fill(result, element)
        yield result


def _fill(result: ReportedResult, element: Element) -> None:
    result.status = STATUSES.get(
        element.get("outcome"), ReportedStatus.ERROR if element.get("outcome") else ReportedStatus.PASSED
    )
    result.take_duration(element.get("duration"), clock_milliseconds(element.get("duration")))
    result.take_start(element.get("startTime"))
    output = element.child("Output")
    if output is not None:
        result.message = output.text_of("ErrorInfo", "Message")
        result.trace = output.text_of("ErrorInfo", "StackTrace")
        result.stdout, result.stderr = output.text_of("StdOut"), output.text_of("StdErr")
    files = element.child("ResultFiles")
    names = [file.get("path") for file in (files.named("ResultFile") if files else ())]
    folder = element.get("relativeResultsDirectory") or element.get("executionId")
    result.attachments = tuple(ReportedAttachment(f"In/{folder}/{name}", name) for name in names if name)
