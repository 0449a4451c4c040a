"""TAP, the Test Anything Protocol, versions 12 to 14, with indented subtests and YAML blocks.

- A to-do mark is an expected failure and `# SKIP` was not run: both are skipped.
- A subtest that holds others is their suite; it counts alone only when it failed and none of them did.
- `Bail out!` and a plan that was not fulfilled are tests in error.
"""

import re
from collections.abc import Iterator

from .bounds import CappedText, Limits
from .json_text import plain_text
from .line_feed import text_lines
from .normal_form import ReportedResult, ReportedStatus
from .source import ReportSource
from .two_readings import FormatReader
from .values import milliseconds, whole_milliseconds

TEST = re.compile(r"( *)(not )?ok\b(?: +(\d{1,9}))?(?: *- *| +)?([^\r\n]{0,20000})")
SUBTEST = re.compile(r"( *)# Subtest: ([^\r\n]{0,2000})")
PLAN = re.compile(r"( *)1\.\.(\d{1,9})(?: *# *(.{0,1000}))?")
DIRECTIVE = re.compile(r"(?<!\\)#\s*(skip\S*|todo)\b:?\s*(.*)", re.IGNORECASE)
TIME = re.compile(r"(?<!\\)#\s*time=([\d.]{1,20})\s*(ms|s)?\s*$")
YAML_VALUE = re.compile(r"\s*(\w+):\s*(.*)")
TEXT_BLOCKS = {"|", "|-", "|+", ">", ">-"}
DEEPEST = 50


class OpenSubtest:
    """A level of tests: the plan, and how many of its tests came."""

    __slots__ = ("failed", "found", "indent", "name", "planned")

    def __init__(self, indent: int, name: str) -> None:
        """Start without tests."""
        self.indent, self.name = indent, name
        self.planned: int | None = None
        self.found = self.failed = 0


class TapReader(FormatReader):
    """Reads test lines; what follows a test line until the next one belongs to it."""

    framework = "tap"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start at the outermost level."""
        super().__init__(source, limits)
        self._restart()

    def _restart(self) -> None:
        self._levels = [OpenSubtest(0, "")]
        self._closed: OpenSubtest | None = None
        self._announced: tuple[int, str] | None = None
        self._current: ReportedResult | None = None
        self._block: CappedText = CappedText(self.limits.trace_characters)

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every test line that is no suite."""
        self._restart()
        for line in text_lines(plain_text(self.source), self.limits):
            if line.lstrip().startswith("Bail out!"):
                yield from self._finished()
                self._current = ReportedResult("Bail out!", status=ReportedStatus.ERROR, message=line.strip())
            elif found := TEST.fullmatch(line):
                yield from self._finished()
                self._take(found)
            elif found := SUBTEST.fullmatch(line):
                yield from self._finished()
                self._announce(len(found.group(1)), found.group(2))
            elif found := PLAN.fullmatch(line):
                self._plan(found)
            elif self._current is not None:
                self._block.add(f"{line}\n")
        yield from self._finished()
        yield from self._missing()

    def _announce(self, indent: int, name: str) -> None:
        """A name stands before the subtest at the indent of its parent, or as its first line."""
        known = len(self._levels)
        level = self._level(indent)
        if len(self._levels) > known and not level.name:
            level.name = name
        else:
            self._announced = (indent, name)

    def _plan(self, found: re.Match[str]) -> None:
        level = self._level(len(found.group(1)))
        level.planned = int(found.group(2))
        if not level.planned and level.indent == 0:
            reason = re.sub(r"(?i)^skip\S*\s*", "", found.group(3) or "")
            self._current = ReportedResult("(all tests)", status=ReportedStatus.SKIPPED, message=reason)

    def _level(self, indent: int) -> OpenSubtest:
        """The level with this indent; deeper ones end, a new one takes the name that was announced for it."""
        while len(self._levels) > 1 and self._levels[-1].indent > indent:
            self._closed = self._levels.pop()
        if self._levels[-1].indent < indent and len(self._levels) < DEEPEST:
            name = self._announced[1] if self._announced else ""
            self._levels.append(OpenSubtest(indent, name))
            self._announced = None
        return self._levels[-1]

    def _take(self, found: re.Match[str]) -> None:
        indent, negation, number, text = found.groups()
        self._closed = None
        level = self._level(len(indent))
        inner, self._closed = self._closed, None
        if self._announced and self._announced[0] == len(indent):
            self._announced = None
        level.found += 1
        name, status, message, duration = _read(text, failed=bool(negation))
        level.failed += status == ReportedStatus.FAILED
        if inner is not None and inner.found and (inner.failed or status != ReportedStatus.FAILED):
            self._current = None
            return
        path = tuple(part.name for part in self._levels if part.name)
        self._current = ReportedResult(name or f"test {number or level.found}", " > ".join(path), path, status)
        self._current.message, self._current.duration_ms = message, duration

    def _finished(self) -> Iterator[list[ReportedResult]]:
        if self._current is None:
            return
        result, text = self._current, self._block.text()
        self._current, self._block = None, CappedText(self.limits.trace_characters)
        if text.strip():
            _explain(result, text)
        yield [result]

    def _missing(self) -> Iterator[list[ReportedResult]]:
        level = self._levels[0]
        if level.planned is not None and level.found < level.planned:
            words = f"The report plans {level.planned:,} tests and holds {level.found:,}."
            yield [ReportedResult("(tests that did not run)", status=ReportedStatus.ERROR, message=words)]


def _read(text: str, *, failed: bool) -> tuple[str, ReportedStatus, str, int | None]:
    """Name, status, reason and duration of a test line."""
    duration = None
    if found := TIME.search(text):
        text = text[: found.start()]
        number = found.group(1)
        duration = milliseconds(number) if found.group(2) != "ms" else whole_milliseconds(_number(number))
    status, reason = (ReportedStatus.FAILED if failed else ReportedStatus.PASSED), ""
    if found := DIRECTIVE.search(text):
        text, reason, status = text[: found.start()], found.group(2).strip(), ReportedStatus.SKIPPED
    name = text.strip().removesuffix("{").strip().replace("\\#", "#").replace("\\\\", "\\")
    return name, status, reason, duration


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _explain(result: ReportedResult, text: str) -> None:
    """Take message and time out of the YAML block below a test line; all of it is the trace of a failure."""
    lines = text.split("\n")
    for place, line in enumerate(lines[:200]):
        found = YAML_VALUE.fullmatch(line)
        if not found:
            continue
        name, value = found.group(1), found.group(2).strip()
        if name == "duration_ms" and result.duration_ms is None:
            result.duration_ms = whole_milliseconds(_number(value))
        elif name in {"error", "message"} and result.status == ReportedStatus.FAILED and not result.message:
            if value in TEXT_BLOCKS:
                value = next((later.strip() for later in lines[place + 1 : place + 20] if later.strip()), "")
            result.message = value.strip("'\"")
    if result.status in {ReportedStatus.FAILED, ReportedStatus.ERROR}:
        shown = [line for line in lines if line.strip() not in {"---", "..."}]
        result.trace = "\n".join(shown).strip("\n")
        first = next((line.strip(" #") for line in shown if line.strip(" #")), "")
        result.message = result.message or first
