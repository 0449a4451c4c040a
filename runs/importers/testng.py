"""TestNG's own report, `testng-results.xml`.

- Configuration methods count only when they failed: they are why their tests did not run.
- A method that was run again: its earlier attempts are marked `retried`, by older versions only as skipped with the
  exception of the failure. Rows of a data provider are tests of their own, told apart by their values.
"""

from collections.abc import Iterator

from .bounds import Limits
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus
from .references import ids_in_name
from .source import ReportSource
from .two_readings import FormatReader
from .values import moment, whole_milliseconds
from .xml_records import END, RECORD, START, Element, walk

STATUSES = {"PASS": ReportedStatus.PASSED, "FAIL": ReportedStatus.FAILED, "SKIP": ReportedStatus.SKIPPED}
NOT_A_FAILURE = ("org.testng.SkipException", "java.lang.Throwable")
"""What stands with a test that was skipped on purpose, or because what it depends on failed."""
SHORT_TEXT = 2_000


class TestNGReader(FormatReader):
    """Reads suites, tests, classes and their `test-method` elements."""

    framework = "testng"
    __test__ = False

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without knowing which methods were run again."""
        super().__init__(source, limits)
        self._counts: dict[int, int] | None = None
        """How often each method that was run again stands in the file; known after the first reading."""

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test method, and configuration methods that failed."""
        counts: dict[int, int] = {}
        again: set[int] = set()
        waiting: dict[int, list[tuple[bool, ReportedResult]]] = {}
        held = 0
        for key, was_run_again, result in self._methods():
            if self._counts is None:
                counts[key] = counts.get(key, 0) + 1
                if was_run_again:
                    again.add(key)
            elif key in self._counts:
                if held > self.limits.held_characters:
                    result.shorten_texts(SHORT_TEXT)
                held += result.text_length
                waiting.setdefault(key, []).append((was_run_again, result))
                if len(waiting[key]) == self._counts[key]:
                    yield from _attempts(waiting.pop(key))
                continue
            yield [result]
        if self._counts is None:
            self._counts = {key: counts[key] for key in again if counts[key] > 1}

    def _methods(self) -> Iterator[tuple[int, bool, ReportedResult]]:
        path: list[Element] = []
        for event, element in walk(
            self.source, self.limits, records={"test-method"}, containers={"suite", "test", "class"}
        ):
            if event == START:
                path.append(element)
                self._note(element)
            elif event == END:
                path.pop()
            elif event == RECORD and (result := _result(element, path)):
                yield _key_of(element, path), _was_run_again(element), result

    def _note(self, element: Element) -> None:
        if element.name == "suite":
            self.report.name = self.report.name or element.get("name")
        started_at = moment(element.get("started-at"))[0]
        if started_at and (self.report.started_at is None or started_at < self.report.started_at):
            self.report.started_at = started_at


def _attempts(found: list[tuple[bool, ReportedResult]]) -> Iterator[list[ReportedResult]]:
    """The attempts of a method, whose order in the file says nothing when they started in one second."""
    earlier = [result for was_run_again, result in found if was_run_again]
    for result in earlier:
        result.status = ReportedStatus.FAILED
    last = [result for was_run_again, result in found if not was_run_again]
    if not last:
        yield earlier
        return
    yield [*earlier, last[0]]
    yield from ([result] for result in last[1:])


def _key_of(element: Element, path: list[Element]) -> int:
    values = tuple(value.text_of("value") for value in _parameters(element))
    return hash((tuple(part.get("name") for part in path), element.get("signature").partition("[")[0], values))


def _parameters(element: Element) -> list[Element]:
    params = element.child("params")
    return list(params.named("param")) if params else []


def _was_run_again(element: Element) -> bool:
    if element.get("retried") == "true":
        return True
    exception = element.child("exception")
    return element.get("status") == "SKIP" and exception is not None and exception.get("class") not in NOT_A_FAILURE


def _result(element: Element, path: list[Element]) -> ReportedResult | None:
    status = STATUSES.get(element.get("status"), ReportedStatus.ERROR)
    if element.get("is-config") == "true":
        if status != ReportedStatus.FAILED:
            return None
        status = ReportedStatus.ERROR
    class_name = next((part.get("name") for part in reversed(path) if part.name == "class"), "")
    result = ReportedResult(element.get("name"), class_name, status=status)
    result.suite_path = tuple(part.get("name") for part in path if part.name == "test")
    duration = element.get("duration-ms")
    result.take_duration(duration, whole_milliseconds(_number(duration)))
    result.take_start(element.get("started-at"))
    exception = element.child("exception")
    if exception is not None:
        result.message = exception.text_of("message") or exception.get("class")
        result.trace = exception.text_of("full-stacktrace") or exception.text_of("short-stacktrace")
    output = element.child("reporter-output")
    result.stdout = "\n".join(line.text for line in output.named("line")) if output else ""
    _describe(result, element)
    return result


def _describe(result: ReportedResult, element: Element) -> None:
    """Take over what people wrote on the method: description, values, groups, attributes."""
    description = element.get("description")
    result.explicit_ids = ids_in_name(description[:1_000])
    values = [value.text_of("value") for value in _parameters(element)]
    facts = {"description": description, "parameters": ", ".join(values)}
    result.properties = {name: value for name, value in facts.items() if value}
    attributes = element.child("attributes")
    for attribute in attributes.named("attribute") if attributes else ():
        name = attribute.get("name")
        if name.lower() in {"attachment", "screenshot"}:
            result.attachments += (ReportedAttachment(attribute.text),)
        elif name:
            result.properties[name] = attribute.text


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
