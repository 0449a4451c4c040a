"""Allure results: a folder of small files, one a test, packed as a zip; or a single one of them.

- Results with one `historyId` are attempts of one test, in the order they started.
- `broken` is an error: the test did not get as far as to fail.
- Labels name the place of a test (`parentSuite`, `suite`, `subSuite`), links of the kind `tms` its case.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from .bounds import Limits, ReportRejected
from .json_document import JsonDocument, entries, mapping, words
from .json_text import json_text
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .source import ReportSource
from .two_readings import FormatReader, RepairNeeded
from .values import epoch_moment, whole_milliseconds

STATUSES = {
    "passed": ReportedStatus.PASSED,
    "failed": ReportedStatus.FAILED,
    "broken": ReportedStatus.ERROR,
    "skipped": ReportedStatus.SKIPPED,
    "unknown": ReportedStatus.BLOCKED,
}
PLACES = ("parentSuite", "suite", "subSuite")
ID_LABELS = frozenset({"as_id", "allure_id", "testid"}) | ID_PROPERTIES
MOST_ATTEMPTS = 100
DEEPEST = 10

Member = Callable[[], AbstractContextManager[BinaryIO]]


class AllureReader(FormatReader):
    """Reads one result."""

    framework = "allure"

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield the only test."""
        document = JsonDocument(json_text(self.source), self.limits)
        found = mapping(document.value())
        document.finish()
        self.report.started_at = epoch_moment(found.get("start"))
        yield [result_of(found)]


class AllureFolderReader(FormatReader):
    """Reads the results of a folder, in the order they started."""

    framework = "allure"

    def __init__(self, members: list[Member], limits: Limits) -> None:
        """Take functions that open each result."""
        self.limits = limits
        self.report = _report()
        self._members = members
        self._tests: list[list[int]] | None = None

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test with its attempts."""
        if self._tests is None:
            self._tests = self._arranged()
        for attempts in self._tests:
            yield [result_of(self._read(number)) for number in attempts]

    def _arranged(self) -> list[list[int]]:
        """The numbers of the results of each test, by when they started."""
        tests: dict[int, list[tuple[float, int]]] = {}
        for number in range(len(self._members)):
            found = self._read(number)
            start = found.get("start")
            started = float(start) if isinstance(start, int | float) and abs(start) < 1e18 else 0.0
            key = hash(words(found.get("historyId")) or words(found.get("uuid")) or number)
            attempts = tests.setdefault(key, [])
            if len(attempts) < MOST_ATTEMPTS:
                attempts.append((started, number))
            self._note(found)
        ordered = sorted(sorted(attempts) for attempts in tests.values())
        return [[number for _started, number in attempts] for attempts in ordered]

    def _note(self, found: dict[str, Any]) -> None:
        started = epoch_moment(found.get("start"))
        if started and (self.report.started_at is None or started < self.report.started_at):
            self.report.started_at = started
        framework = next(
            (words(label.get("value")) for label in entries(found.get("labels")) if label.get("name") == "framework"),
            "",
        )
        if framework and self.report.framework == "allure":
            self.report.framework = framework

    def _read(self, number: int) -> dict[str, Any]:
        with self._members[number]() as stream:
            source = ReportSource(stream, self.limits)
            for repairing in (False, True):
                source.repairing = repairing
                try:
                    return mapping(JsonDocument(json_text(source), self.limits).value())
                except RepairNeeded:
                    self.report.repaired = True
        raise ReportRejected("A result in the archive cannot be read.", "malformed")


def _report() -> Any:
    from .normal_form import RunReport

    return RunReport(framework="allure")


def result_of(found: dict[str, Any]) -> ReportedResult:
    """One attempt."""
    labels = [(words(label.get("name")), words(label.get("value"))) for label in entries(found.get("labels"))]
    named = dict(reversed(labels))
    name = words(found.get("name")) or words(found.get("fullName"))
    path = tuple(named[place] for place in PLACES if named.get(place))
    result = ReportedResult(name, named.get("testClass") or _class_of(found, path, name), path)
    details = mapping(found.get("statusDetails"))
    result.status = STATUSES.get(words(found.get("status")), ReportedStatus.ERROR)
    result.message, result.trace = words(details.get("message")), words(details.get("trace"))
    result.started_at = epoch_moment(found.get("start"))
    result.duration_ms = _duration(found)
    result.is_flaky = details.get("flaky") is True and result.status == ReportedStatus.PASSED
    result.properties = _properties(found, labels)
    result.explicit_ids = _ids(found, labels)
    steps: list[ReportedStep] = []
    files: list[ReportedAttachment] = [_file(file, None) for file in entries(found.get("attachments"))]
    _add_steps(entries(found.get("steps")), steps, files, 0)
    result.steps, result.attachments = tuple(steps), tuple(files)
    return result


def _class_of(found: dict[str, Any], path: tuple[str, ...], name: str) -> str:
    """What stands before the name in the full name, else the suites."""
    full = words(found.get("fullName"))
    for mark in ("#", ".", " > ", ": ", " "):
        if full.endswith(f"{mark}{name}"):
            return full[: -len(name) - len(mark)]
    return ".".join(path)


def _duration(found: dict[str, Any]) -> int | None:
    start, stop = found.get("start"), found.get("stop")
    if isinstance(start, int | float) and isinstance(stop, int | float):
        return whole_milliseconds(stop - start)
    return None


def _properties(found: dict[str, Any], labels: list[tuple[str, str]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    parameters = [(words(part.get("name")), words(part.get("value"))) for part in entries(found.get("parameters"))]
    for name, value in [
        *parameters,
        *((name, value) for name, value in labels if name in {"tag", "epic", "feature", "story", "owner", "severity"}),
    ]:
        kept[name] = f"{kept[name]}, {value}" if name in kept else value
    if description := words(found.get("description")):
        kept["description"] = description
    return kept


def _ids(found: dict[str, Any], labels: list[tuple[str, str]]) -> tuple[str, ...]:
    ids: list[str] = []
    for name, value in labels:
        if spelled_plainly(name[:200]) in ID_LABELS:
            ids += ids_in_list(value, 20)
        elif name == "tag":
            ids += ids_in_name(value[:200])
    for link in entries(found.get("links")):
        if link.get("type") == "tms":
            ids += ids_in_list(words(link.get("name")), 20)
    return tuple(dict.fromkeys(ids))


def _file(file: dict[str, Any], step: int | None) -> ReportedAttachment:
    return ReportedAttachment(words(file.get("source")), words(file.get("name")), words(file.get("type")), step)


def _add_steps(
    found: list[dict[str, Any]], steps: list[ReportedStep], files: list[ReportedAttachment], depth: int
) -> None:
    """The steps in the order they began, those inside others indented."""
    for step in found:
        number = len(steps) + 1
        error = words(mapping(step.get("statusDetails")).get("message"))
        status = STATUSES.get(words(step.get("status")), ReportedStatus.PASSED)
        parameters = (
            f"{words(part.get('name'))}: {words(part.get('value'))}" for part in entries(step.get("parameters"))
        )
        action = "  " * depth + words(step.get("name"))
        steps.append(ReportedStep(number, action, "\n".join(parameters), status, _duration(step), error))
        files += [_file(file, number) for file in entries(step.get("attachments"))]
        if depth < DEEPEST:
            _add_steps(entries(step.get("steps")), steps, files, depth + 1)
