"""The frames of stack traces: Python, Java and Kotlin, JavaScript, .NET, Go, Ruby and PHP; the innermost first."""

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_LINES = 400
LONGEST_LINE = 400

_PYTHON = re.compile(r'\s*File "(?P<file>[^"]+)", line \d+(?:, in (?P<name>\S+))?')
_PYTEST = re.compile(r"(?P<file>[^\s:]+\.py):\d+: (?:in (?P<name>\S+)|[A-Z]\w+)")
_JAVA = re.compile(
    r"\s*at (?P<name>[\w.$/<>@-]+)\((?P<file>[\w.$-]+\.(?:java|kt|groovy|scala)|Native Method|Unknown Source)"
)
_NET = re.compile(r"\s*(?:at|bei|à) (?P<name>[\w.`<>|+\[\],]+)\([^)]*\)(?: in (?P<file>.+?):line \d+)?\s*$")
_JS = re.compile(
    r"\s*at (?:async )?(?:(?P<name>[^\s(]+)(?: \[as [^\]]+\])? \()?(?P<file>[^\s():]+(?:://[^\s():]+)?[^\s():]*):\d+:\d+\)?"
)
_FIREFOX = re.compile(r"(?P<name>[\w$.<>/]*)@(?P<file>\S+?):\d+:\d+$")
_GO = re.compile(r"\s+(?:Error Trace:\s*)?(?P<name>)(?P<file>\S+\.go):\d+")
_RUBY = re.compile(r"\s*(?:from |# )?(?P<file>[^\s:]+\.rb):\d+:in [`'](?P<name>[^']+)'")
_PHP = re.compile(r"#\d+ (?P<file>[^\s(]+\.php)\(\d+\): (?P<name>[\w\\:>-]+)")
_KINDS = (_PYTHON, _PYTEST, _JAVA, _JS, _NET, _GO, _RUBY, _PHP, _FIREFOX)

_FOREIGN = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python\d|<frozen |node_modules|^node:|internal/|^native$"
    r"|webpack/bootstrap"
    r"|[/\\]vendor[/\\]|[/\\]gems[/\\]|[/\\]go[/\\]src[/\\](?:testing|runtime|net)[/\\]|[/\\]pkg[/\\]mod[/\\]"
    r"|^_?pytest\b|^unittest[/\\]|^testing\.go$|[/\\]testing[/\\]testing\.go|[/\\]src[/\\]runtime[/\\]"
)
_FOREIGN_NAME = re.compile(
    r"(?:java|javax|jdk|sun|kotlin|scala|groovy)\.|java\.base/|org\.(?:junit|testng|assertj|hamcrest|mockito|openqa|gradle"
    r"|apache|springframework|hibernate|opentest4j|codehaus)\.|com\.sun\.|io\.(?:qameta|cucumber|netty|restassured)\."
    r"|com\.(?:intellij|microsoft\.playwright|codeborne)\.|System\.|Microsoft\.|NUnit\.|Xunit\.|FluentAssertions\."
    r"|OpenQA\.|Shouldly\.|Moq\."
)
_TEST_FILE = re.compile(
    r"(?:^|[/\\])(?:tests?_[^/\\]*|[^/\\]*_tests?\.\w+|[^/\\]*[.-](?:spec|test|cy|e2e)\.\w+|conftest\.py|[^/\\]*(?:Tests?|IT|Spec|TestCase)"
    r"\.(?:java|kt|groovy|scala|cs|php|js|ts))$"
)
_TEST_NAME = re.compile(r"(?:^|[.$])(?:test_\w*|\w+(?:Tests?|IT|Spec|TestCase))(?:[.$:]|$)")
_TEST_FOLDER = re.compile(r"(?:^|[/\\])(?:tests?|specs?|__tests__|e2e|cypress)[/\\]")
_SHARED_FOLDER = re.compile(
    r"[/\\](?:pages?|page_objects|pageobjects|support|helpers?|lib|steps?|fixtures|utils?|clients?)[/\\]"
)
_WEAK_PLACES = re.compile(r"\d+|lambda\$?|<locals>\.?|\$\$\w*")


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a trace in code that is no framework's."""

    place: str
    """File and function, without folder, line and what compilers number."""
    is_of_test: bool
    """Whether it is the code of a test rather than of what tests share."""


def _frame(found: re.Match[str]) -> Frame | None:
    file, name = found.group("file") or "", found.group("name") or ""
    if _FOREIGN.search(file) or _FOREIGN_NAME.match(name):
        return None
    base = re.split(r"[\\/]", file)[-1]
    place = _WEAK_PLACES.sub("", f"{base} {name}").strip()
    return Frame(place, _is_of_test(file, name))


def _is_of_test(file: str, name: str) -> bool:
    """Whether it is the code of a test; what lies beside tests for all of them to use is not."""
    if _TEST_FILE.search(file) or _TEST_NAME.search(name):
        return True
    return bool(_TEST_FOLDER.search(file)) and not _SHARED_FOLDER.search(file)


@lru_cache(maxsize=8_192)
def _read(line: str) -> tuple[bool, bool, Frame | None]:
    """Whether the line is a frame, whether one of Python's, and the frame unless it is a framework's.

    The same lines come again and again in the failures of a run.
    """
    if not any(mark in line for mark in ("at ", ":", '"', "#")):
        return False, False, None
    found = next((found for kind in _KINDS if (found := kind.match(line))), None)
    if found is None:
        return False, False, None
    return True, found.re in (_PYTHON, _PYTEST), _frame(found)


def kind_of(line: str) -> str:
    """What a line of a trace is: `own` for a frame that somebody of the project wrote, `foreign` for a framework's."""
    is_frame, _is_python, frame = _read(line[:LONGEST_LINE])
    if not is_frame:
        return ""
    return "own" if frame else "foreign"


def frames_of(trace: str) -> list[Frame]:
    """The frames of a trace that are no framework's, the innermost first; of a chain of causes those of the last one.

    Python writes the innermost last, everybody else first.
    """
    lines = trace.splitlines()
    if len(lines) > MOST_LINES:
        lines = lines[: MOST_LINES // 2] + lines[-MOST_LINES // 2 :]
    found = [read for line in lines if (read := _read(line[:LONGEST_LINE]))[0]]
    if found and found[0][1]:
        found.reverse()
    return [frame for _is_frame, _is_python, frame in found if frame]
