"""Putting together the attempts at one test that a JUnit report writes as elements of their own."""

from collections.abc import Iterator

from .bounds import Limits, capped
from .junit_dialects import Dialect, EqualNames
from .normal_form import NOT_PASSED, RERUN_WORDS, ReportedResult, ReportedStatus, number_attempts

SHORT_TEXT_CHARACTERS = 2_000
GRAVITY = {ReportedStatus.ERROR: 0, ReportedStatus.FAILED: 1, ReportedStatus.SKIPPED: 2}


class AttemptCollector:
    """Takes the elements of a file in their order, and hands on tests with all their attempts.

    Only elements whose name the survey saw more than once wait here, and only in dialects that write attempts so.
    """

    def __init__(self, repeated: dict[int, int], limits: Limits) -> None:
        """Take what the survey found to be repeated: hash of the automation key to the number of elements."""
        self._repeated = repeated
        self._limits = limits
        self._occurrences: dict[int, int] = {}
        self._waiting: dict[int, dict[int, tuple[Dialect, list[ReportedResult]]]] = {}
        self._waiting_characters = 0
        self._ready: list[ReportedResult] = []

    def add(self, attempts: list[ReportedResult], key: int, suite: int, dialect: Dialect) -> None:
        """Take the attempts of one element of the suite with this number."""
        if key not in self._repeated:
            self._hand_on(attempts)
        elif dialect.equal_names is EqualNames.DIFFERENT_TESTS:
            self._hand_on(self._counted(attempts, key))
        else:
            self._hold(attempts, key, suite, dialect)

    def _hold(self, attempts: list[ReportedResult], key: int, suite: int, dialect: Dialect) -> None:
        for attempt in attempts:
            if self._waiting_characters > self._limits.held_characters:
                attempt.shorten_texts(SHORT_TEXT_CHARACTERS)
            self._waiting_characters += attempt.text_length
        _dialect, group = self._waiting.setdefault(suite, {}).setdefault(key, (dialect, []))
        group.extend(attempts)
        if len(group) >= self._repeated[key]:
            del self._waiting[suite][key]
            self._release(group, key, dialect)

    def _release(self, group: list[ReportedResult], key: int, dialect: Dialect) -> None:
        self._waiting_characters -= sum(attempt.text_length for attempt in group)
        if dialect.equal_names is EqualNames.PARTS:
            group = attempts_from_parts(group, self._limits)
        self._hand_on(self._counted(group, key))

    def _counted(self, attempts: list[ReportedResult], key: int) -> list[ReportedResult]:
        occurrence = self._occurrences[key] = self._occurrences.get(key, 0) + 1
        for attempt in attempts:
            attempt.occurrence = occurrence
        return attempts

    def _hand_on(self, attempts: list[ReportedResult]) -> None:
        if len(attempts) == 1:
            self._ready.append(attempts[0])
        else:
            self._ready.extend(number_attempts(attempts))

    def end_suite(self, suite: int) -> None:
        """Complete the tests of a suite: no further attempts can come."""
        for key, (dialect, group) in self._waiting.pop(suite, {}).items():
            self._release(group, key, dialect)

    def finish(self) -> None:
        """Complete the tests of all suites."""
        for suite in list(self._waiting):
            self.end_suite(suite)

    def take_ready(self) -> Iterator[ReportedResult]:
        """Yield the tests that are complete, each once."""
        ready, self._ready = self._ready, []
        return iter(ready)


def attempts_from_parts(parts: list[ReportedResult], limits: Limits) -> list[ReportedResult]:
    """Return the attempts that pytest wrote as these elements of one test, in their order.

    An element that looks passed and is followed by another one is an attempt that failed and was run again. From the
    first element on that did not pass, all are parts of the last attempt: a failed call, then its teardown's error.
    """
    last = next((index for index, part in enumerate(parts) if part.status != ReportedStatus.PASSED), len(parts) - 1)
    for attempt in parts[:last]:
        attempt.status = ReportedStatus.FAILED
        attempt.message = RERUN_WORDS
    return [*parts[:last], merged(parts[last:], limits)]


def merged(parts: list[ReportedResult], limits: Limits) -> ReportedResult:
    """Return several elements about one attempt as one: the gravest verdict, all texts, the times added up."""
    first, rest = parts[0], parts[1:]
    if not rest:
        return first
    first.status = min((part.status for part in parts), key=lambda status: GRAVITY.get(status, 9))
    durations = [part.duration_ms for part in parts if part.duration_ms is not None]
    first.duration_ms = sum(durations) if durations else None
    first.message = _joined((part.message for part in parts if part.status in NOT_PASSED), limits.message_characters)
    first.trace = _joined((part.trace for part in parts), limits.trace_characters)
    first.stdout = _joined((part.stdout for part in parts), limits.output_characters)
    first.stderr = _joined((part.stderr for part in parts), limits.output_characters)
    for part in rest:
        first.properties = part.properties | first.properties
        first.explicit_ids = tuple(dict.fromkeys(first.explicit_ids + part.explicit_ids))[: limits.case_references]
        first.attachments = tuple(dict.fromkeys(first.attachments + part.attachments))[: limits.attachments]
    return first


def _joined(texts: Iterator[str], limit: int) -> str:
    return capped("\n\n".join(text for text in texts if text), limit)
