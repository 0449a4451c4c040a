"""The stream of `go test -json`: one event a line, tests of several packages among each other.

- A test that ran others is not counted when it did nothing itself but fail or pass with them.
- A package that fails without a failing test, as it does not compile or crashes, is a test in error named after it.
- Lines that are no events, which older versions write when a package cannot be built, are passed over.
- Running a test again (`-count`) makes further tests of the same name.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from .bounds import CappedText, Limits
from .json_document import words
from .json_text import json_text
from .line_feed import json_lines, text_lines
from .normal_form import ReportedResult, ReportedStatus
from .source import ReportSource
from .two_readings import FormatReader
from .values import moment, whole_milliseconds

ENDS = {"pass": ReportedStatus.PASSED, "fail": ReportedStatus.FAILED, "skip": ReportedStatus.SKIPPED}
SECONDS = 0.001
NOT_BUILT = re.compile(r"FAIL\s+(\S{1,1000}) \[(?:build|setup) failed\]")
FRAME = ("=== ", "--- ", "PASS\n", "FAIL\n", "ok  \t", "FAIL\t", "exit status")
OUTPUT_OF_OPEN_TEST = 16_000
MOST_OPEN = 10_000


class OpenGoTest:
    """A test that has started, or a package."""

    __slots__ = ("has_subtests", "is_quiet", "output", "started_at")

    def __init__(self, started_at: str, limits: Limits, *, is_quiet: bool = False) -> None:
        """Collect its output; past many open tests nothing more is kept."""
        self.started_at = started_at
        self.is_quiet = is_quiet
        self.has_subtests = False
        self.output = CappedText(0 if is_quiet else min(OUTPUT_OF_OPEN_TEST, limits.output_characters))


class GoTestReader(FormatReader):
    """Reads events with `Action`, `Package` and `Test`."""

    framework = "go"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without open tests."""
        super().__init__(source, limits)
        self._open: dict[tuple[str, str], OpenGoTest] = {}
        self._failed: set[str] = set()
        self._build_output: dict[str, CappedText] = {}

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test as it ends, then those that never did."""
        self._open, self._failed, self._build_output = {}, set(), {}
        for event in json_lines(self._lines(), self.limits, strict=False):
            action, package = words(event.get("Action")), words(event.get("Package"))
            if self.report.started_at is None:
                self.report.started_at = moment(words(event.get("Time")))[0]
            if action in {"build-output", "build-fail"}:
                self._build(event, action)
            elif action in {"run", "start"}:
                self._start(package, words(event.get("Test")), words(event.get("Time")))
            elif action == "output":
                self._write(package, words(event.get("Test")), words(event.get("Output")))
            elif action in ENDS:
                yield from ([result] for result in self._end(event, action))
        for package, name in list(self._open):
            if name:
                yield [self._unfinished(package, name)]

    def _lines(self) -> Iterator[str]:
        """The lines of the file; a package that older versions could not build becomes the event it deserves."""
        for line in text_lines(json_text(self.source), self.limits):
            if found := NOT_BUILT.match(line):
                event = {"Action": "fail", "Package": found.group(1)}
                note = {"Action": "build-output", "ImportPath": found.group(1), "Output": f"{line}\n"}
                yield f"{json.dumps(note)}\n{json.dumps(event)}\n"
            else:
                yield f"{line}\n"

    def _build(self, event: dict[str, Any], action: str) -> None:
        place = words(event.get("ImportPath")).partition(" ")[0]
        if len(self._build_output) < MOST_OPEN:
            text = self._build_output.setdefault(place, CappedText(OUTPUT_OF_OPEN_TEST))
            text.add(words(event.get("Output")) if action == "build-output" else "")

    def _start(self, package: str, name: str, time: str) -> None:
        parent = self._open.get((package, name.rpartition("/")[0])) if "/" in name else None
        if parent is not None:
            parent.has_subtests = True
        is_quiet = len(self._open) > MOST_OPEN
        self._open.setdefault((package, name), OpenGoTest(time, self.limits, is_quiet=is_quiet))

    def _write(self, package: str, name: str, output: str) -> None:
        open_test = self._open.get((package, name))
        if open_test is None:
            open_test = self._open[package, name] = OpenGoTest("", self.limits, is_quiet=len(self._open) > MOST_OPEN)
        if not output.lstrip(" ").startswith(FRAME):
            open_test.output.add(output)

    def _end(self, event: dict[str, Any], action: str) -> Iterator[ReportedResult]:
        package, name = words(event.get("Package")), words(event.get("Test"))
        open_test = self._open.pop((package, name), None) or OpenGoTest("", self.limits)
        output = open_test.output.text()
        if not name:
            yield from self._end_package(package, action, output)
            return
        if action == "fail":
            self._failed.add(package)
        if open_test.has_subtests and not output.strip():
            return
        result = self._result(package, name, output, open_test.started_at)
        result.status = ENDS[action]
        if action == "pass":
            result.stdout, result.trace, result.message = result.trace, "", ""
        elapsed = event.get("Elapsed")
        result.take_duration(elapsed, whole_milliseconds(elapsed, per_millisecond=SECONDS))
        yield result

    def _end_package(self, package: str, action: str, output: str) -> Iterator[ReportedResult]:
        """A package that failed by itself takes along the tests that its crash left open."""
        unfinished = [name for place, name in self._open if place == package and name]
        for name in unfinished:
            yield self._unfinished(package, name, output)
        if action == "fail" and package not in self._failed and not unfinished:
            built = self._build_output.pop(package, None)
            result = self._result(package, package, (built.text() if built else "") or output, "")
            result.status = ReportedStatus.ERROR
            result.message = result.message or "The package failed."
            yield result
        self._failed.discard(package)

    def _unfinished(self, package: str, name: str, output: str = "") -> ReportedResult:
        open_test = self._open.pop((package, name))
        result = self._result(package, name, open_test.output.text() or output, open_test.started_at)
        result.status = ReportedStatus.ERROR
        result.message = "The test did not end: its package crashed or was stopped."
        return result

    def _result(self, package: str, name: str, output: str, started_at: str) -> ReportedResult:
        result = ReportedResult(name, package, tuple(part for part in package.split("/") if part))
        result.take_start(started_at)
        result.trace = output.strip("\n")
        result.message = next((line.strip() for line in output.split("\n", 20) if line.strip()), "")
        return result
