"""The JSON report of Playwright Test.

- A result whose status is the expected one passed, also when it was expected to fail.
- The results of a test are its attempts; unlike its JUnit report this one says so.
- Keys are those of Playwright's JUnit report: file, then titles joined by `›`. Projects are tests of their own.
- Errors beside the tests, such as a file that cannot be loaded, are kept as tests in error.
"""

from collections.abc import Iterator
from typing import Any

from .bounds import Limits
from .embedded import EmbeddedBodies
from .json_document import JsonDocument, entries, mapping, word_list, words
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .source import ReportSource
from .two_readings import FormatReader
from .values import moment, whole_milliseconds

ENDS = {
    "passed": ReportedStatus.PASSED,
    "failed": ReportedStatus.FAILED,
    "timedOut": ReportedStatus.FAILED,
    "interrupted": ReportedStatus.ERROR,
    "skipped": ReportedStatus.SKIPPED,
}
BETWEEN_TITLES = " › "


class PlaywrightReader(FormatReader):
    """Reads `{config, suites, errors, stats}`."""

    framework = "playwright"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Look for the files that stand in the report."""
        super().__init__(source, limits)
        self._bodies = EmbeddedBodies(source, "body")

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test of every project."""
        document = JsonDocument(self._bodies.texts(), self.limits)
        for name in document.members():
            if name == "suites":
                for _number in document.items():
                    yield from self._suite(document, ())
            elif name == "errors":
                for number in document.items():
                    yield [_run_error(mapping(document.value()), number)]
            elif name == "config":
                self._note_config(mapping(document.value()))
            elif name == "stats":
                self.report.started_at = moment(words(mapping(document.value()).get("startTime")))[0]
        document.finish()

    def _note_config(self, config: dict[str, Any]) -> None:
        metadata = mapping(config.get("metadata"))
        commit = mapping(metadata.get("gitCommit"))
        build = mapping(metadata.get("ci")).get("commitHash") or commit.get("hash")
        self.report.build = words(build) or self.report.build
        self.report.branch = words(commit.get("branch")) or self.report.branch
        if version := words(config.get("version")):
            self.report.properties["playwright"] = version

    def _suite(self, document: JsonDocument, titles: tuple[str, ...]) -> Iterator[list[ReportedResult]]:
        """The tests of one suite; the titles of the outermost one are its file's name."""
        for name in document.members():
            if name == "title":
                titles = (*titles, words(document.value()))
            elif name == "specs":
                for _number in document.items():
                    yield from _spec(mapping(document.value()), titles, self._bodies)
            elif name == "suites":
                for _number in document.items():
                    yield from self._suite(document, titles)


def _spec(spec: dict[str, Any], titles: tuple[str, ...], bodies: EmbeddedBodies) -> Iterator[list[ReportedResult]]:
    place = words(spec.get("file")) or next(iter(titles), "")
    name = BETWEEN_TITLES.join((*titles[1:], words(spec.get("title"))))
    tags = word_list(spec.get("tags"))
    for test in entries(spec.get("tests")):
        explicit = _explicit_ids(test, tags)
        properties = {"project": words(test.get("projectName")), "tags": ", ".join(tags)}
        attempts = []
        for result in entries(test.get("results")):
            attempt = ReportedResult(name, class_name=place, suite_path=(place,), explicit_ids=explicit)
            attempt.properties = {name: value for name, value in properties.items() if value}
            _fill(attempt, result, words(test.get("expectedStatus")))
            attempt.attachments = tuple(_file(file, bodies) for file in entries(result.get("attachments")))
            attempts.append(attempt)
        if not attempts:
            attempts = [ReportedResult(name, place, (place,), ReportedStatus.SKIPPED, explicit_ids=explicit)]
        if not attempts[-1].message and attempts[-1].status == ReportedStatus.SKIPPED:
            attempts[-1].message = _reason(test)
        yield attempts


def _explicit_ids(test: dict[str, Any], tags: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for annotation in entries(test.get("annotations")):
        if spelled_plainly(words(annotation.get("type"))[:200]) in ID_PROPERTIES:
            found += ids_in_list(words(annotation.get("description")), 20)
    for tag in tags:
        found += ids_in_name(tag[:200])
    return tuple(dict.fromkeys(found))


def _reason(test: dict[str, Any]) -> str:
    """Why the test was skipped."""
    reasons = (
        words(note.get("description")) for note in entries(test.get("annotations")) if note.get("type") == "skip"
    )
    return next(reasons, "")


def _fill(attempt: ReportedResult, result: dict[str, Any], expected: str) -> None:
    ended = words(result.get("status"))
    attempt.status = ENDS.get(ended, ReportedStatus.ERROR)
    if ended != "skipped" and expected == ended:
        attempt.status = ReportedStatus.PASSED
    elif ended == "passed" and expected == "failed":
        attempt.status = ReportedStatus.FAILED
        attempt.message = "The test was expected to fail, but passed."
    attempt.take_duration(result.get("duration"), whole_milliseconds(result.get("duration")))
    attempt.take_start(result.get("startTime"))
    if attempt.status in {ReportedStatus.FAILED, ReportedStatus.ERROR}:
        errors = entries(result.get("errors")) or entries([result.get("error")])
        attempt.message = attempt.message or next((words(error.get("message")) for error in errors), "")
        attempt.trace = "\n\n".join(words(error.get("stack")) or words(error.get("message")) for error in errors)
    attempt.stdout, attempt.stderr = _output(result.get("stdout")), _output(result.get("stderr"))
    attempt.steps = tuple(_steps(entries(result.get("steps"))))


def _file(file: dict[str, Any], bodies: EmbeddedBodies) -> ReportedAttachment:
    """A file beside the report, or one that stands in it."""
    name, kind, path = words(file.get("name")), words(file.get("contentType")), words(file.get("path"))
    if path or "body" not in file:
        return ReportedAttachment(path, name, kind)
    return bodies.attachment(words(file.get("body")), name, kind)


def _output(pieces: Any) -> str:
    """What was written; pieces that are no text come as base64 and stay out."""
    return "".join(words(piece.get("text")) for piece in entries(pieces))


def _steps(steps: list[dict[str, Any]], depth: int = 0, number: int = 0) -> Iterator[ReportedStep]:
    """The steps in the order they began, those inside others indented."""
    for step in steps:
        number += 1
        error = words(mapping(step.get("error")).get("message"))
        status = ReportedStatus.FAILED if error else ReportedStatus.PASSED
        action = "  " * depth + words(step.get("title"))
        yield ReportedStep(number, action, "", status, whole_milliseconds(step.get("duration")), error)
        for inner in _steps(entries(step.get("steps")), min(depth + 1, 10), number):
            number = inner.number
            yield inner


def _run_error(error: dict[str, Any], number: int) -> ReportedResult:
    """An error of the run itself, named after the file where it happened."""
    place = words(mapping(error.get("location")).get("file")).replace("\\", "/").rpartition("/")[2]
    name = place or f"(error {number + 1} of the run)"
    message = words(error.get("message"))
    return ReportedResult(
        name, class_name=place, status=ReportedStatus.ERROR, message=message, trace=words(error.get("stack")) or message
    )
