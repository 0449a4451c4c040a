"""The form that every report format is turned into."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from .bounds import capped
from .values import moment


class ReportedStatus(enum.StrEnum):
    """How one attempt at a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


def automation_key(class_name: str, name: str) -> str:
    """Return what names a test from run to run: `classname.name`, or the name alone."""
    return f"{class_name}.{name}" if class_name else name


NULL_WARNING = "Null characters and halves of characters in the file are kept as U+FFFD."
ZONE_WARNING = "Times without a time zone are read as UTC."
LONGEST_UNREAD = 40
RERUN_WORDS = "This attempt did not pass and was run again; the report keeps no details of it."
NOT_PASSED = frozenset({ReportedStatus.FAILED, ReportedStatus.ERROR})


@dataclass(frozen=True, slots=True)
class ReportWarning:
    """Something about the report that its uploader should know: a stable code and one sentence."""

    code: str
    text: str


@dataclass(slots=True)
class RunReport:
    """What a report says about the whole run. An empty string means that the file does not say.

    `tests` counts the test elements in the file, attempts included, so it serves as the total of a progress bar.
    `repaired` tells that characters which XML or the database forbid had to be taken out.
    """

    name: str = ""
    framework: str = ""
    environment: str = ""
    build: str = ""
    branch: str = ""
    started_at: datetime | None = None
    properties: dict[str, str] = field(default_factory=dict)
    tests: int = 0
    repaired: bool = False
    warnings: list[ReportWarning] = field(default_factory=list)

    def tell_unread(self, result: "ReportedResult") -> None:
        """Warn of what a result says of its time and could not be kept as it is."""
        duration, start = result.unread
        if duration:
            self.warn("durations_unreadable", f"Durations that cannot be read are left out, such as “{duration}”.")
        if start:
            words = f"Times that cannot be read, or lie before 1990, are left out, such as “{start}”."
            self.warn("times_unreadable", words)
        if not result.has_zone:
            self.warn("times_without_zone", ZONE_WARNING)

    def warn(self, code: str, text: str) -> None:
        """Add a warning unless one with this code is there already."""
        if all(warning.code != code for warning in self.warnings):
            self.warnings.append(ReportWarning(code, text))


class BodyForm(enum.StrEnum):
    """How a file is written into a report."""

    BASE64 = "base64"
    TEXT = "text"
    BROKEN = "broken"
    XML_BASE64 = "xml-base64"
    XML_TEXT = "xml-text"
    XML_LINK = "xml-link"
    """The first `data:` address in the text of an element."""


@dataclass(frozen=True, slots=True)
class EmbeddedBody:
    """Where in a report the body of a file stands: in characters of JSON, or an element in bytes of XML."""

    start: int
    length: int
    size: int
    """Its bytes, or about as many."""
    form: BodyForm
    is_repaired: bool = False
    """It was not written as base64 should be, and can be read all the same."""
    of_repaired: bool = False
    """The report was repaired while it was read; where things stand in it is counted after that."""

    def as_text(self) -> "EmbeddedBody":
        """The same body, written out."""
        return replace(self, size=self.length, form=BodyForm.TEXT, is_repaired=False)


@dataclass(frozen=True, slots=True)
class ReportedAttachment:
    """A file that a report names. `path` is as the report wrote it: a hint for the uploader, never to be opened.

    A file that stands in the report itself has an empty path and a `body`. `step_number` is the step that it belongs
    to.
    """

    path: str
    name: str = ""
    content_type: str = ""
    step_number: int | None = None
    body: EmbeddedBody | None = None


@dataclass(slots=True)
class ReportedStep:
    """One step of one attempt, in the order of execution; `number` counts from 1."""

    number: int
    action: str
    description: str = ""
    status: ReportedStatus = ReportedStatus.PASSED
    duration_ms: int | None = None
    error_message: str = ""


@dataclass(slots=True)
class ReportedResult:
    """One attempt at one test. Attempts of a test come one after the other, the last one is its verdict.

    `occurrence` tells apart different tests of one file that share an automation key, in the order of the file.
    `duration_ms` is in milliseconds, `started_at` is in UTC; both are None when the file does not say.
    """

    name: str
    class_name: str = ""
    suite_path: tuple[str, ...] = ()
    status: ReportedStatus = ReportedStatus.PASSED
    attempt: int = 1
    attempts: int = 1
    occurrence: int = 1
    is_flaky: bool = False
    """Passed after an attempt that did not; true on the verdict alone."""
    duration_ms: int | None = None
    message: str = ""
    trace: str = ""
    stdout: str = ""
    stderr: str = ""
    started_at: datetime | None = None
    unread: tuple[str, str] = ("", "")
    """What stands for the duration and for the start, and cannot be read."""
    has_zone: bool = True
    """Whether the start was written with its time zone."""
    properties: dict[str, str] = field(default_factory=dict)
    explicit_ids: tuple[str, ...] = ()
    """Test ids that the report names on purpose: in a property or as a tag."""
    named_ids: tuple[str, ...] = ()
    """What looks like a test id in the name of the test."""
    steps: tuple[ReportedStep, ...] = ()
    attachments: tuple[ReportedAttachment, ...] = ()

    def take_duration(self, written: Any, milliseconds: int | None) -> None:
        """Keep the duration; one that is written and could not be read is remembered, to be told."""
        self.duration_ms = milliseconds
        if milliseconds is None and written not in (None, ""):
            self.unread = (str(written).strip()[:LONGEST_UNREAD], self.unread[1])

    def take_start(self, written: Any) -> None:
        """Read the start; one that is written and cannot be read is remembered, to be told."""
        text = written if isinstance(written, str) else ""
        self.started_at, is_naive = moment(text)
        self.has_zone = not is_naive
        if self.started_at is None and text.strip():
            self.unread = (self.unread[0], text.strip()[:LONGEST_UNREAD])

    @property
    def automation_key(self) -> str:
        """Return what names this test from run to run: `classname.name`, or the name alone."""
        return automation_key(self.class_name, self.name)

    @property
    def case_refs(self) -> tuple[str, ...]:
        """Return all test ids found, explicit ones first."""
        return tuple(dict.fromkeys(self.explicit_ids + self.named_ids))

    @property
    def is_verdict(self) -> bool:
        """Tell whether this is the attempt that counts."""
        return self.attempt == self.attempts

    @property
    def folder_path(self) -> tuple[str, ...]:
        """Return where a case made from this test belongs: its suites, or its class when the suites name no place."""
        places = tuple(name for name in self.suite_path if name and name not in PLACELESS_SUITES)
        return places or tuple(part for part in self.class_name.split(".") if part)

    @property
    def text_length(self) -> int:
        """Return how many characters of text this result holds."""
        return len(self.message) + len(self.trace) + len(self.stdout) + len(self.stderr)

    def shorten_texts(self, limit: int) -> None:
        """Cut each text to `limit` characters, keeping head and tail."""
        self.message, self.trace = capped(self.message, limit), capped(self.trace, limit)
        self.stdout, self.stderr = capped(self.stdout, limit), capped(self.stderr, limit)


PLACELESS_SUITES = frozenset({"pytest", "AllTests", "Root Suite", "Cucumber", "(empty)"})


@dataclass(slots=True)
class ResultCounts:
    """How many tests ended how; attempts before the last one are not counted."""

    tests: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    blocked: int = 0
    flaky: int = 0

    def add(self, result: ReportedResult) -> None:
        """Count a result, unless it is an earlier attempt."""
        if not result.is_verdict:
            return
        self.tests += 1
        self.flaky += result.is_flaky
        counter = "errors" if result.status == ReportedStatus.ERROR else result.status.value
        setattr(self, counter, getattr(self, counter) + 1)


def number_attempts(attempts: list[ReportedResult]) -> Iterator[ReportedResult]:
    """Number the attempts of one test, given in their order, and mark its verdict."""
    total = len(attempts)
    verdict = attempts[-1]
    verdict.is_flaky = verdict.status == ReportedStatus.PASSED and any(
        attempt.status in NOT_PASSED for attempt in attempts[:-1]
    )
    for number, attempt in enumerate(attempts, start=1):
        attempt.attempt, attempt.attempts = number, total
        yield attempt


def shortened_name(name: str, limit: int) -> str:
    """Return `name`, or, when it is longer than `limit` characters, its start and a digest that keeps it distinct."""
    if len(name) <= limit:
        return name
    digest = sha256(name.encode()).hexdigest()[:12]
    return f"{name[: limit - 14]}… {digest}"
