"""CTRF, the Common Test Report Format.

- `pending` and `skipped` are skipped; `other` is a test that ended in no way the format knows: blocked.
- A `screenshot` stands in the report itself, in base64.
- `retryAttempts` are the earlier attempts; without them `retries` says how many there were, and they failed.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .bounds import Limits
from .embedded import EmbeddedBodies
from .json_document import JsonDocument, entries, mapping, word_list, words
from .normal_form import RERUN_WORDS, ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep
from .references import ID_PROPERTIES, ids_in_list, ids_in_name, spelled_plainly
from .source import ReportSource
from .two_readings import FormatReader
from .values import epoch_moment, moment, whole_milliseconds

STATUSES = {
    "passed": ReportedStatus.PASSED,
    "failed": ReportedStatus.FAILED,
    "skipped": ReportedStatus.SKIPPED,
    "pending": ReportedStatus.SKIPPED,
    "other": ReportedStatus.BLOCKED,
}
MOST_RETRIES = 20


class CtrfReader(FormatReader):
    """Reads `{results: {tool, summary, tests, environment}}`."""

    framework = "ctrf"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Look for the pictures that stand in the report."""
        super().__init__(source, limits)
        self._bodies = EmbeddedBodies(source, "screenshot")

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test."""
        document = JsonDocument(self._bodies.texts(), self.limits)
        for outer in document.members():
            if outer != "results":
                continue
            for name in document.members():
                if name == "tests":
                    for _number in document.items():
                        yield _attempts(mapping(document.value()), self._bodies)
                elif name == "tool":
                    self.report.framework = words(mapping(document.value()).get("name")) or self.framework
                elif name == "summary":
                    self.report.started_at = epoch_moment(mapping(document.value()).get("start"))
                elif name == "environment":
                    self._note(mapping(document.value()))
        document.finish()

    def _note(self, environment: dict[str, Any]) -> None:
        report = self.report
        report.name = words(environment.get("reportName"))
        report.environment = words(environment.get("testEnvironment"))
        report.build = words(environment.get("buildNumber")) or words(environment.get("buildName"))
        report.branch = words(environment.get("branchName"))
        facts = {name: self._bodies.without_notes(words(value)) for name, value in environment.items()}
        report.properties = {name: text for name, text in facts.items() if text}


def _attempts(test: dict[str, Any], bodies: EmbeddedBodies) -> list[ReportedResult]:
    verdict = _result(test, bodies)
    earlier = []
    for attempt in entries(test.get("retryAttempts")):
        result = replace(verdict, steps=(), attachments=(), stdout="", stderr="")
        _fill(result, attempt)
        result.attachments = tuple(_files(attempt, bodies))
        earlier.append(result)
    if len(earlier) > 1 and len(earlier) == test.get("retries", 0) + 1:
        earlier.pop()  # some writers list the last attempt too
    retries = test.get("retries")
    if not earlier and isinstance(retries, int) and not isinstance(retries, bool):
        verdict_alone = {"steps": (), "attachments": (), "stdout": "", "stderr": "", "trace": "", "duration_ms": None}
        missing = replace(verdict, status=ReportedStatus.FAILED, message=RERUN_WORDS, **verdict_alone)
        earlier = [replace(missing) for _number in range(min(retries, MOST_RETRIES))]
    if test.get("flaky") is True:
        verdict.is_flaky = verdict.status == ReportedStatus.PASSED
    return [*earlier, verdict]


def _result(test: dict[str, Any], bodies: EmbeddedBodies) -> ReportedResult:
    suite = test.get("suite")
    path = tuple(word_list(suite)) if isinstance(suite, list) else tuple(words(suite).split(" > "))
    place = words(test.get("filePath")).replace("\\", "/").rpartition("/")[2]
    class_name = ".".join(part for part in path if part) or place
    result = ReportedResult(words(test.get("name")), class_name, path if any(path) else (place,))
    _fill(result, test)
    result.started_at = epoch_moment(test.get("start")) or moment(words(test.get("start")))[0]
    result.stdout, result.stderr = _lines(test.get("stdout")), _lines(test.get("stderr"))
    _add_facts(result, test)
    for number, step in enumerate(entries(test.get("steps")), start=1):
        status = STATUSES.get(words(step.get("status")), ReportedStatus.ERROR)
        result.steps += (ReportedStep(number, words(step.get("name")), status=status),)
    result.attachments = tuple(_files(test, bodies))
    return result


def _files(test: dict[str, Any], bodies: EmbeddedBodies) -> Iterator[ReportedAttachment]:
    """The files that an attempt names, and its picture."""
    for file in entries(test.get("attachments")):
        yield ReportedAttachment(words(file.get("path")), words(file.get("name")), words(file.get("contentType")))
    if picture := words(test.get("screenshot")):
        yield bodies.attachment(picture, "screenshot", "image/png")


def _fill(result: ReportedResult, found: dict[str, Any]) -> None:
    result.status = STATUSES.get(words(found.get("status")).lower(), ReportedStatus.ERROR)
    result.take_duration(found.get("duration"), whole_milliseconds(found.get("duration")))
    result.message, result.trace = words(found.get("message")), words(found.get("trace"))


def _lines(value: Any) -> str:
    return "\n".join(word_list(value)) if isinstance(value, list) else words(value)


def _add_facts(result: ReportedResult, test: dict[str, Any]) -> None:
    tags = word_list(test.get("tags"))
    facts = {"tags": ", ".join(tags), "browser": words(test.get("browser")), "device": words(test.get("device"))}
    found = [reference for tag in tags for reference in ids_in_name(tag[:200])]
    for holder in ("extra", "labels"):
        for name, value in mapping(test.get(holder)).items():
            if name == "screenshot":
                continue  # looks like a picture to whoever finds those
            text = ", ".join(word_list(value)) if isinstance(value, list) else words(value)
            facts[name] = text
            if spelled_plainly(name[:200]) in ID_PROPERTIES:
                found += ids_in_list(text, 20)
    result.properties = {name: text for name, text in facts.items() if text}
    result.explicit_ids = tuple(found)
