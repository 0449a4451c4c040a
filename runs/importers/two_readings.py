"""The way every format but JUnit XML is read: once to the end to check it, then again to hand its tests on.

A module of a format holds one `FormatReader` and knows nothing of bounds, forbidden characters or numbering.
"""

import re
from collections.abc import Callable, Iterator

from .bounds import Limits, ReportRejected, capped
from .normal_form import (
    NULL_WARNING,
    ReportedAttachment,
    ReportedResult,
    ReportedStep,
    RunReport,
    number_attempts,
    shortened_name,
)
from .references import ids_in_name
from .source import REPLACEMENT, TERMINAL_SEQUENCE, ReportSource

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LONGEST_PATH = 1_000
NOTHING_UNREAD = ("", "")
DEEPEST_INDENT = 40


class RepairNeeded(Exception):
    """The document can be read once what its encoding or XML forbids is taken out."""


class FormatReader:
    """Base of the formats. The same reader is walked through twice, so the second time it knows the whole file."""

    framework = ""

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Prepare to read; the facts of the run are put into `report` while it is read."""
        self.source = source
        self.limits = limits
        self.report = RunReport(framework=self.framework)

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield each test of the file as the list of its attempts in their order, the verdict last."""
        raise NotImplementedError


def opening(reader_class: type[FormatReader]) -> Callable[[ReportSource, Limits], tuple[RunReport, Iterator]]:
    """Return the function that opens a report of this format."""

    def open_format(source: ReportSource, limits: Limits) -> tuple[RunReport, Iterator[ReportedResult]]:
        try:
            return open_reader(lambda: reader_class(source, limits), limits)
        except RepairNeeded:
            source.repairing = True
            report, results = open_reader(lambda: reader_class(source, limits), limits)
            report.repaired = True
            report.warn("repaired", "The file held characters that are not allowed; it was repaired.")
            return report, results

    return open_format


def open_reader(make: Callable[[], FormatReader], limits: Limits) -> tuple[RunReport, Iterator[ReportedResult]]:
    """Read once to the end, and return what is known of the run with the results of the second reading.

    Raises ReportRejected and RepairNeeded.
    """
    reader = make()
    found = 0
    for attempts in reader.tests():
        found += len(attempts)
        if found > limits.tests:
            raise ReportRejected(f"The file holds more than {limits.tests:,} tests.", "too_many_tests")
    report = reader.report
    report.tests = found
    for name in ("name", "framework", "environment", "build", "branch"):
        setattr(report, name, _clean(getattr(report, name), report).strip()[:200])
    kept = list(report.properties.items())[: limits.properties]
    report.properties = {
        _clean(name, report)[:200]: capped(_clean(value, report), limits.property_characters) for name, value in kept
    }
    reader.report = RunReport()  # the second reading adds nothing to what is known of the run
    return report, _handed_on(reader, report, limits)


def _handed_on(reader: FormatReader, report: RunReport, limits: Limits) -> Iterator[ReportedResult]:
    seen: set[int] = set()
    repeated: dict[int, int] = {}
    for attempts in reader.tests():
        for attempt in attempts:
            _make_normal(attempt, limits, report)
        verdict = attempts[-1]
        key = hash(verdict.automation_key)
        if key in seen:
            repeated[key] = repeated.get(key, 1) + 1
            for attempt in attempts:
                attempt.occurrence = repeated[key]
        else:
            seen.add(key)
        if len(attempts) > 1:
            was_flaky = verdict.is_flaky
            yield from number_attempts(attempts)
            verdict.is_flaky = verdict.is_flaky or was_flaky
        else:
            yield verdict


def _clean(text: str, report: RunReport) -> str:
    """Return `text` without what the database refuses, and let the report say so."""
    if "\0" not in text and text.isascii():
        return text
    cleaned = UNSTORABLE.sub(REPLACEMENT, text)
    if cleaned != text:
        report.repaired = True
        report.warn("null_characters", NULL_WARNING)
    return cleaned


def _make_normal(result: ReportedResult, limits: Limits, report: RunReport) -> None:
    """Bring every text of a result into its bounds and take out what cannot be stored."""
    if result.unread != NOTHING_UNREAD or not result.has_zone:
        result.unread = tuple(_clean(text, report) for text in result.unread)
        report.tell_unread(result)
    result.name = _one_name(result.name, limits, report) or "(unnamed test)"
    result.class_name = _one_name(result.class_name, limits, report)
    result.suite_path = tuple(name for part in result.suite_path if (name := _one_name(part, limits, report)))
    result.message = _text(TERMINAL_SEQUENCE.sub("", result.message), limits.message_characters, report)
    result.trace = _text(result.trace, limits.trace_characters, report)
    result.stdout = _text(result.stdout, limits.output_characters, report)
    result.stderr = _text(result.stderr, limits.output_characters, report)
    if not result.message and result.trace:
        first = TERMINAL_SEQUENCE.sub("", result.trace).partition("\n")[0]
        result.message = _text(first, limits.message_characters, report)
    kept = list(result.properties.items())[: limits.properties]
    result.properties = {
        _clean(name, report)[:200]: _text(value, limits.property_characters, report) for name, value in kept
    }
    explicit = (_clean(name, report)[:64] for name in result.explicit_ids)
    result.explicit_ids = tuple(dict.fromkeys(explicit))[: limits.case_references]
    result.named_ids = ids_in_name(result.name)[: limits.case_references]
    result.steps = tuple(_normal_step(step, limits, report) for step in result.steps[: limits.steps])
    result.attachments = tuple(_normal_attachment(file, report) for file in result.attachments[: limits.attachments])


def _one_name(name: str, limits: Limits, report: RunReport) -> str:
    name = name.strip()
    if name.isprintable() and len(name) <= limits.name_characters:
        return name
    return shortened_name(_clean(TERMINAL_SEQUENCE.sub("", name), report), limits.name_characters)


def _text(text: str, limit: int, report: RunReport) -> str:
    text = _clean(text, report)
    if len(text) > limit:
        text = capped(text, limit)
    return text.strip()


def _normal_step(step: ReportedStep, limits: Limits, report: RunReport) -> ReportedStep:
    indent = len(step.action) - len(step.action.lstrip(" "))
    step.action = " " * min(indent, DEEPEST_INDENT) + _text(step.action, limits.name_characters, report)
    step.description = _text(step.description, limits.message_characters, report)
    step.error_message = _text(TERMINAL_SEQUENCE.sub("", step.error_message), limits.message_characters, report)
    return step


def _normal_attachment(file: ReportedAttachment, report: RunReport) -> ReportedAttachment:
    path, name, kind = (_clean(text, report) for text in (file.path, file.name, file.content_type))
    return ReportedAttachment(path[:LONGEST_PATH], name[:255], kind[:100], file.step_number, file.body)
