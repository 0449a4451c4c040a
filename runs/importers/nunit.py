"""The reports of NUnit 2 and NUnit 3, which differ in words alone.

- Tests are `test-case` elements at any depth; the root may be `test-results`, `test-run` or a `test-suite` alone.
- A fixture whose setup failed has its failure on the suite, and its tests say that their parent failed.
- Inconclusive tests said nothing, so they count as skipped; NUnit 3's warnings passed.
"""

from collections.abc import Iterator

from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .two_readings import FormatReader
from .values import milliseconds, moment
from .xml_records import END, START, Element, walk

STATUSES = {
    "Passed": ReportedStatus.PASSED,
    "Success": ReportedStatus.PASSED,
    "Warning": ReportedStatus.PASSED,
    "Failed": ReportedStatus.FAILED,
    "Failure": ReportedStatus.FAILED,
    "Error": ReportedStatus.ERROR,
    "NotRunnable": ReportedStatus.ERROR,
    "Cancelled": ReportedStatus.ERROR,
    "Inconclusive": ReportedStatus.SKIPPED,
    "Skipped": ReportedStatus.SKIPPED,
    "Ignored": ReportedStatus.SKIPPED,
    "Explicit": ReportedStatus.SKIPPED,
}
ERROR_LABELS = {"Error", "Invalid", "Cancelled"}
ENVIRONMENT = {
    "framework-version",
    "nunit-version",
    "clr-version",
    "os-version",
    "platform",
    "os-architecture",
    "culture",
}


class NUnitReader(FormatReader):
    """Reads `test-case` elements inside `test-suite` elements."""

    framework = "nunit"
    _names: list[str]
    _root: str

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test case."""
        path: list[Element] = []
        self._names, self._root = [], ""
        for event, element in walk(
            self.source,
            self.limits,
            records={"test-case", "environment", "failure"},
            containers={"test-run", "test-results", "test-suite"},
        ):
            if event == START:
                path.append(element)
                self._root = self._root or element.name
                if len(path) <= 2:
                    self._note(element)
            elif event == END:
                path.pop()
            elif element.name == "test-case":
                yield [_result(element, path)]
            elif element.name == "failure" and path:
                path[-1].children.append(element)
            elif element.name == "environment":
                facts = element.attributes.items()
                self.report.properties |= {name: value for name, value in facts if name in ENVIRONMENT and value}

    def _note(self, element: Element) -> None:
        """Take name and start from the root and the suites below it; several suites name no run."""
        name = element.get("name").replace("\\", "/").rpartition("/")[2]
        if name and name not in self._names:
            self._names.append(name)
        is_named = self._root == "test-results" and self._names
        self.report.name = self._names[0] if len(self._names) == 1 or is_named else ""
        started = element.get("start-time") or f"{element.get('date')} {element.get('time')}".strip()
        parsed, is_naive = moment(started.replace("Z", "+00:00") if "-" in started else "")
        if is_naive:
            self.report.warn("times_without_zone", "Times without a time zone are read as UTC.")
        if parsed and (self.report.started_at is None or parsed < self.report.started_at):
            self.report.started_at = parsed


def _result(element: Element, path: list[Element]) -> ReportedResult:
    class_name, name = _names(element, path)
    result = ReportedResult(name, class_name, status=_status(element))
    result.suite_path = tuple(part for part in class_name.split(".") if part)
    duration = element.get("duration") or element.get("time")
    result.take_duration(duration, milliseconds(duration))
    result.take_start(element.get("start-time"))
    failure, reason = element.child("failure"), element.child("reason")
    if failure is not None:
        result.message = failure.text_of("message")
        result.trace = failure.text_of("stack-trace") or _failure_of_suite(path)
    elif reason is not None and result.status != ReportedStatus.PASSED:
        result.message = reason.text_of("message")
    result.stdout = element.text_of("output")
    _add_properties(result, element)
    files = element.child("attachments")
    result.attachments = tuple(
        ReportedAttachment(file.text_of("filePath"), file.text_of("description"))
        for file in (files.named("attachment") if files else ())
    )
    return result


def _failure_of_suite(path: list[Element]) -> str:
    """What failed in the setup of the innermost suite that says so."""
    for suite in reversed(path):
        if failure := suite.child("failure"):
            return "\n".join(text for text in (failure.text_of("message"), failure.text_of("stack-trace")) if text)
    return ""


def _names(element: Element, path: list[Element]) -> tuple[str, str]:
    """Class and method: as written by NUnit 3, else cut out of the full name, whose values may hold dots."""
    full = element.get("fullname") or element.get("name")
    if class_name := element.get("classname"):
        return class_name, element.get("name") or full.removeprefix(f"{class_name}.")
    head, bracket, values = full.partition("(")
    class_name, _dot, name = head.rpartition(".")
    return class_name, name + bracket + values


def _status(element: Element) -> ReportedStatus:
    status = STATUSES.get(element.get("result"))
    if status is None:  # the oldest files have only these two
        if element.get("executed") == "False":
            return ReportedStatus.SKIPPED
        return ReportedStatus.FAILED if element.get("success") == "False" else ReportedStatus.PASSED
    if status == ReportedStatus.FAILED and element.get("label") in ERROR_LABELS:
        return ReportedStatus.ERROR
    return status


def _add_properties(result: ReportedResult, element: Element) -> None:
    found: list[str] = []
    pairs = [(part.get("name"), part.get("value")) for part in _inside(element, "properties", "property")]
    pairs += [("Category", part.get("name")) for part in _inside(element, "categories", "category")]
    for name, value in pairs:
        meaning = spelled_plainly(name[:200])
        if meaning in ID_PROPERTIES:
            found += ids_in_list(value, 20)
        elif meaning == "category":
            found += ids_in_name(value[:200])
        known = result.properties.get(name)
        result.properties[name] = f"{known}, {value}" if known else value
    result.explicit_ids = tuple(found)


def _inside(element: Element, holder: str, name: str) -> list[Element]:
    found = element.child(holder)
    return list(found.named(name)) if found else []
