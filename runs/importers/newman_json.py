"""Newman's JSON report.

- Each assertion of each request is a test; unlike in its JUnit report a skipped one is skipped.
- A request that got no answer and a script that broke are tests in error; a request without assertions that was
  answered is a test that passed.
- A test that did not pass keeps its request and what was answered as its output. The body stands in the report as a
  list of numbers, which is read for such tests alone.
- Requests stand in folders, which the collection names; further iterations are further tests of the same name.
"""

from collections.abc import Iterator
from typing import Any

from .bounds import Limits
from .http_exchange import LONGEST_WRITTEN, Exchange, address_of, bytes_of
from .json_document import JsonDocument, entries, mapping, word_list, words
from .json_text import json_text
from .normal_form import NOT_PASSED, ReportedResult, ReportedStatus
from .source import ReportSource
from .two_readings import FormatReader
from .values import epoch_moment, whole_milliseconds

KEPT = frozenset(
    {"item", "cursor", "request", "response", "requestError", "prerequestScript", "testScript", "assertions"}
)
"""What of an execution is looked at."""
SCRIPTS = (("prerequestScript", "pre-request script"), ("testScript", "test script"))
MOST_ITEMS = 100_000


class NewmanReader(FormatReader):
    """Reads `{collection, environment, run}`."""

    framework = "newman"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without knowing the folders."""
        super().__init__(source, limits)
        self._folders: dict[str, tuple[str, ...]] = {}
        self._errors: dict[str, dict[str, str]] = {}
        """Words of what went wrong with a request, by its id: executions keep the code alone."""

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield the tests of every execution."""
        document = JsonDocument(json_text(self.source), self.limits)
        for name in document.members():
            if name == "collection":
                self._collection(document)
            elif name == "environment":
                self.report.environment = words(mapping(document.value()).get("name"))
            elif name == "run":
                yield from self._run(document)
        document.finish()

    def _collection(self, document: JsonDocument) -> None:
        for name in document.members():
            if name in {"item", "items"}:
                for _number in document.items():
                    self._note(mapping(document.value()), ())
            elif name == "info":
                self.report.name = words(mapping(document.value()).get("name"))

    def _note(self, item: dict[str, Any], path: tuple[str, ...]) -> None:
        inner = entries(item.get("item"))
        if not inner and len(self._folders) < MOST_ITEMS:
            self._folders[words(item.get("id"))] = path
        for part in inner:
            self._note(part, (*path, words(item.get("name"))))

    def _run(self, document: JsonDocument) -> Iterator[list[ReportedResult]]:
        for name in document.members():
            if name == "executions":
                for _number in document.items():
                    yield from self._explained(self._read(document))
            elif name == "timings":
                self.report.started_at = epoch_moment(mapping(document.value()).get("started"))
            elif name == "failures":
                for _number in document.items():
                    self._note_failure(mapping(document.value()))

    def _note_failure(self, failure: dict[str, Any]) -> None:
        error = mapping(failure.get("error"))
        ref = words(mapping(failure.get("cursor")).get("ref"))
        if ref and len(self._errors) < MOST_ITEMS and failure.get("at") == "request":
            self._errors[ref] = {
                "message": words(error.get("message"))[:4_000],
                "stack": words(error.get("stack"))[:4_000],
            }

    def _read(self, document: JsonDocument) -> dict[str, Any]:
        """The execution; a body is passed over but for its start, as it would make the test too large."""
        found: dict[str, Any] = {}
        room = self.limits.record_characters

        def kept() -> Any:
            nonlocal room
            start = document.position
            value = document.value()
            room -= document.position - start
            if room < 0:
                raise document.too_large_test()
            return value

        for name in document.members():
            if name == "response":
                found[name] = {part: _body(document) if part == "stream" else kept() for part in document.members()}
            elif name in KEPT:
                found[name] = kept()
        return found

    def _explained(self, execution: dict[str, Any]) -> Iterator[list[ReportedResult]]:
        """The tests of the execution; those that did not pass say what was asked and answered."""
        told = ""
        for result in self._execution(execution):
            if result.status in NOT_PASSED:
                told = told or str(_exchange(mapping(execution.get("request")), mapping(execution.get("response"))))
                result.stdout = told
            yield [result]

    def _execution(self, execution: dict[str, Any]) -> Iterator[ReportedResult]:
        item, response = mapping(execution.get("item")), mapping(execution.get("response"))
        request_name = words(item.get("name"))
        path = (*self._folders.get(words(item.get("id")), ()), request_name)
        iteration = mapping(execution.get("cursor")).get("iteration")

        def test(name: str, status: ReportedStatus, error: dict[str, Any]) -> ReportedResult:
            result = ReportedResult(name, " / ".join(path), path, status)
            result.take_duration(response.get("responseTime"), whole_milliseconds(response.get("responseTime")))
            result.message, result.trace = words(error.get("message")), words(error.get("stack"))
            if isinstance(iteration, int) and iteration:
                result.properties = {"iteration": str(iteration + 1)}
            return result

        found = False
        if "requestError" in execution:
            known = self._errors.get(words(mapping(execution.get("cursor")).get("ref")))
            error = known or mapping(execution.get("requestError"))
            error = error if error.get("message") else {"message": words(error.get("code")) or "The request failed."}
            found = True
            yield test("request", ReportedStatus.ERROR, error)
        for key, name in SCRIPTS:
            for script in entries(execution.get(key)):
                if error := mapping(script.get("error")):
                    found = True
                    yield test(name, ReportedStatus.ERROR, _named(error))
        for assertion in entries(execution.get("assertions")):
            found = True
            error = mapping(assertion.get("error"))
            status = ReportedStatus.FAILED if error else ReportedStatus.PASSED
            skipped = ReportedStatus.SKIPPED if assertion.get("skipped") is True else status
            yield test(words(assertion.get("assertion")), skipped, error)
        if not found:
            yield test("is answered", ReportedStatus.PASSED, {})


def _named(error: dict[str, Any]) -> dict[str, str]:
    """The message of an error with its type before it."""
    message = ": ".join(part for part in (words(error.get("name")), words(error.get("message"))) if part)
    return {"message": message, "stack": words(error.get("stack"))}


def _body(document: JsonDocument) -> str:
    """The start of a body that is written as a list of numbers, as it is written."""
    found = ""
    for name in document.members():
        if name == "data":
            found = document.beginning(LONGEST_WRITTEN)
    return found


def _exchange(request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    url, size = mapping(request.get("url")), response.get("responseSize")
    host, path = ".".join(word_list(url.get("host"))), "/".join(word_list(url.get("path")))
    query = [(words(each.get("key")), words(each.get("value"))) for each in entries(url.get("query"))]
    types = (words(each.get("value")) for each in entries(response.get("header"))
             if words(each.get("key")).lower() == "content-type")  # fmt: skip
    return Exchange(
        words(request.get("method")),
        address_of(words(url.get("protocol")), host, words(url.get("port")), path, query),
        " ".join(part for part in (words(response.get("code")), words(response.get("status"))) if part),
        next(types, ""),
        bytes_of(words(response.get("stream"))),
        size if isinstance(size, int) and not isinstance(size, bool) else 0,
    )
