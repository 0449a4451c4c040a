"""The report of xUnit.net version 2 and 3: `assemblies`, or one `assembly` alone.

Errors beside the tests, such as a fixture that cannot be cleaned up, are kept as tests in error.
"""

from collections.abc import Iterator

from .normal_form import BodyForm, EmbeddedBody, ReportedAttachment, ReportedResult, ReportedStatus
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .two_readings import FormatReader
from .values import milliseconds, moment
from .xml_records import END, RECORD, START, Element, walk

STATUSES = {
    "Pass": ReportedStatus.PASSED,
    "Fail": ReportedStatus.FAILED,
    "Skip": ReportedStatus.SKIPPED,
    "NotRun": ReportedStatus.SKIPPED,
}


class XUnitReader(FormatReader):
    """Reads assemblies, their collections and tests."""

    framework = "xunit.net"

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test, and every error of an assembly."""
        assembly: Element | None = None
        for event, element in walk(
            self.source, self.limits, records={"test", "error"}, containers={"assemblies", "assembly", "collection"}
        ):
            if event == START and element.name == "assembly":
                assembly = element
                self._note(element)
            elif event == END and element.name == "assembly":
                assembly = None
            elif event == RECORD:
                place = _file_name(assembly.get("name")) if assembly else ""
                result = _result(element, place) if element.name == "test" else _error(element, place)
                result.attachments = tuple(_files(element, is_repaired=self.source.repairing))
                yield [result]

    def _note(self, assembly: Element) -> None:
        self.report.name = self.report.name or _file_name(assembly.get("name"))
        self.report.environment = self.report.environment or assembly.get("environment")
        started, is_naive = moment(
            assembly.get("start-rtf") or f"{assembly.get('run-date')}T{assembly.get('run-time')}"
        )
        if is_naive:
            self.report.warn("times_without_zone", "Times without a time zone are read as UTC.")
        if started and (self.report.started_at is None or started < self.report.started_at):
            self.report.started_at = started


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _result(element: Element, place: str) -> ReportedResult:
    class_name = element.get("type")
    name = element.get("name")
    if class_name and name.startswith(f"{class_name}."):
        name = name[len(class_name) + 1 :]
    status = STATUSES.get(element.get("result"), ReportedStatus.ERROR)
    result = ReportedResult(name, class_name, status=status)
    result.suite_path = tuple(class_name.split(".")) if class_name else (place,)
    result.take_duration(element.get("time"), milliseconds(element.get("time")))
    result.take_start(element.get("start-rtf"))
    failure = element.child("failure")
    if failure is not None:
        result.message = failure.text_of("message") or failure.get("exception-type")
        result.trace = failure.text_of("stack-trace")
    else:
        result.message = element.text_of("reason")
    result.stdout = element.text_of("output")
    _add_traits(result, element)
    return result


def _add_traits(result: ReportedResult, element: Element) -> None:
    found: list[str] = []
    traits = element.child("traits")
    for trait in traits.named("trait") if traits else ():
        name, value = trait.get("name"), trait.get("value")
        is_id = spelled_plainly(name[:200]) in ID_PROPERTIES
        found += ids_in_list(value, 20) if is_id else ids_in_name(value[:200])
        known = result.properties.get(name)
        result.properties[name] = f"{known}, {value}" if known else value
    result.explicit_ids = tuple(found)


def _files(element: Element, *, is_repaired: bool) -> Iterator[ReportedAttachment]:
    """The files that stand in the report: in base64 where they have a type, written out otherwise."""
    files = element.child("attachments")
    for file in files.named("attachment") if files else ():
        kind, length = file.get("media-type"), file.end - file.start
        form, size = (BodyForm.XML_BASE64, length * 3 // 4) if kind else (BodyForm.XML_TEXT, length)
        body = EmbeddedBody(file.start, length, size, form, of_repaired=is_repaired)
        yield ReportedAttachment("", file.get("name"), kind or "text/plain", body=body if file.text else None)


def _error(element: Element, place: str) -> ReportedResult:
    failure = element.child("failure") or element
    name = element.get("name") or f"({element.get('type') or 'error'})"
    result = ReportedResult(name, place, (place,), ReportedStatus.ERROR)
    result.message = failure.text_of("message") or failure.get("exception-type")
    result.trace = failure.text_of("stack-trace")
    return result
