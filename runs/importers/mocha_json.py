"""Mocha's JSON report and Mochawesome's, which Cypress writes too.

- Mocha lists tests flat and marks pending ones by nothing but what they lack; hooks stand among the failures alone.
- Mochawesome nests suites; failed hooks stand beside the tests, and tests after them are `skipped`.
- Mocha counts its retries and drops their texts: those attempts failed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .bounds import Limits
from .embedded import EmbeddedBodies
from .json_document import JsonDocument, mapping, words
from .json_text import json_text
from .normal_form import RERUN_WORDS, ReportedAttachment, ReportedResult, ReportedStatus
from .source import ReportSource
from .two_readings import FormatReader
from .values import moment, whole_milliseconds

HOOK = re.compile(r'"(before|after) (all|each)" hook')
PICTURE = re.compile(r"\.(png|jpe?g|gif|webp|webm|mp4)$", re.IGNORECASE)
MOST_RETRIES = 20


class MochaReader(FormatReader):
    """Reads `{stats, tests, pending, failures, passes}`."""

    framework = "mocha"

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test, then hooks that failed."""
        document = JsonDocument(json_text(self.source), self.limits)
        for name in document.members():
            if name == "tests":
                for _number in document.items():
                    yield _mocha_test(mapping(document.value()))
            elif name == "failures":
                for _number in document.items():
                    failure = mapping(document.value())
                    if HOOK.match(words(failure.get("title"))):
                        yield _mocha_test(failure)
            elif name == "stats":
                self.report.started_at = moment(words(mapping(document.value()).get("start")))[0]
        document.finish()


class MochawesomeReader(FormatReader):
    """Reads `{stats, results}`, whose results are suites in suites."""

    framework = "mocha"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Look for the pictures that stand in the context of a test."""
        super().__init__(source, limits)
        self._bodies = EmbeddedBodies(source, in_texts=True)

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test, and every hook that failed."""
        document = JsonDocument(self._bodies.texts(), self.limits)
        for name in document.members():
            if name == "results":
                for _number in document.items():
                    yield from self._suite(document, ())
            elif name == "stats":
                self.report.started_at = moment(words(mapping(document.value()).get("start")))[0]
        document.finish()

    def _suite(self, document: JsonDocument, path: tuple[str, ...]) -> Iterator[list[ReportedResult]]:
        place = ""
        for name in document.members():
            if name == "title":
                title = words(document.value())
                path = (*path, title) if title else path
            elif name == "file":
                place = words(document.value())
            elif name in {"tests", "beforeHooks", "afterHooks"}:
                for _number in document.items():
                    test = mapping(document.value())
                    if name == "tests" or test.get("state") == "failed":
                        yield _mochawesome_test(test, path, place, self._bodies)
            elif name == "suites":
                for _number in document.items():
                    yield from self._suite(document, path)


def _mocha_test(test: dict[str, Any]) -> list[ReportedResult]:
    title, full = words(test.get("title")), words(test.get("fullTitle"))
    suite = full.removesuffix(title).strip()
    error = mapping(test.get("err"))
    result = ReportedResult(title or full, suite, (suite,) if suite else ())
    if error:
        result.status = ReportedStatus.ERROR if HOOK.match(title) else ReportedStatus.FAILED
    elif "duration" not in test:
        result.status = ReportedStatus.SKIPPED
    result.take_duration(test.get("duration"), whole_milliseconds(test.get("duration")))
    result.message, result.trace = words(error.get("message")), words(error.get("stack"))
    return _with_retries(result, test)


def _with_retries(result: ReportedResult, test: dict[str, Any]) -> list[ReportedResult]:
    retries = test.get("currentRetry")
    if not isinstance(retries, int) or isinstance(retries, bool):
        return [result]
    earlier = replace(result, status=ReportedStatus.FAILED, message=RERUN_WORDS, trace="", duration_ms=None)
    return [*(replace(earlier) for _number in range(min(retries, MOST_RETRIES))), result]


def _mochawesome_test(
    test: dict[str, Any], path: tuple[str, ...], place: str, bodies: EmbeddedBodies
) -> list[ReportedResult]:
    result = ReportedResult(words(test.get("title")), " ".join(path), path or (place,))
    state = words(test.get("state"))
    if test.get("fail") is True or state == "failed":
        result.status = ReportedStatus.ERROR if test.get("isHook") is True else ReportedStatus.FAILED
    elif test.get("pass") is not True:
        result.status = ReportedStatus.SKIPPED
    result.take_duration(test.get("duration"), whole_milliseconds(test.get("duration")))
    error = mapping(test.get("err"))
    result.message = bodies.without_notes(words(error.get("message")))
    difference = words(error.get("diff"))
    trace = "\n\n".join(part for part in (words(error.get("estack")), difference) if part)
    result.trace = bodies.without_notes(trace)
    if place:
        result.properties = {"file": place}
    _add_context(result, test.get("context"), bodies)
    return _with_retries(result, test)


def _add_context(result: ReportedResult, context: Any, bodies: EmbeddedBodies) -> None:
    """What the test put beside itself: texts, or names with values; pictures are files."""
    try:
        found = json.loads(context) if isinstance(context, str) else context
    except (ValueError, RecursionError):
        found = context
    for number, item in enumerate(found if isinstance(found, list) else [found]):
        title, value = (words(item.get("title")), item.get("value")) if isinstance(item, dict) else ("", item)
        text = words(value)
        if bodies.read(text)[1]:
            result.attachments += (bodies.attachment(text, title, ""),)
        elif PICTURE.search(text[-10:]) and len(text) <= 1_000:
            result.attachments += (ReportedAttachment(text, title or text.rpartition("/")[2]),)
        elif text:
            result.properties[title or f"context {number + 1}"] = bodies.without_notes(text)
