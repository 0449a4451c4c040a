"""One `testcase` element of a JUnit report, from its start to its end."""

import enum
from collections.abc import Mapping
from dataclasses import replace

from .bounds import CappedText, Limits, capped
from .junit_dialects import Dialect, counts_as_failed
from .normal_form import EmbeddedBody, ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep
from .references import (
    ATTACHMENT_PROPERTIES,
    ID_PROPERTIES,
    STEP_PROPERTY,
    TAG_PROPERTIES,
    CapturedOutput,
    ids_in_list,
    ids_in_name,
    spelled_plainly,
)
from .values import milliseconds

KEPT_PROBLEMS = 100
PROBLEMS_KEPT_WHOLE = 10
SHORT_TEXT_CHARACTERS = 2_000

TESTNG_SKIP = "org.testng.SkipException"
"""TestNG's own report writes a skipped test as an error of this type."""

STATUS_WORDS = {
    "fail": ReportedStatus.FAILED,
    "failed": ReportedStatus.FAILED,
    "failure": ReportedStatus.FAILED,
    "error": ReportedStatus.ERROR,
    "skipped": ReportedStatus.SKIPPED,
    "disabled": ReportedStatus.SKIPPED,
    "ignored": ReportedStatus.SKIPPED,
    "notrun": ReportedStatus.SKIPPED,
    "pending": ReportedStatus.SKIPPED,
    "suppressed": ReportedStatus.SKIPPED,
    "undefined": ReportedStatus.SKIPPED,
    "untested": ReportedStatus.SKIPPED,
    "blocked": ReportedStatus.BLOCKED,
}
"""What the attributes `result` (GoogleTest) and `status` say about a test without any verdict element."""


class ProblemKind(enum.Enum):
    """What an element below a test says."""

    ERROR = "error"
    FAILURE = "failure"
    SKIPPED = "skipped"
    FLAKY_ERROR = "flakyError"
    FLAKY_FAILURE = "flakyFailure"
    RERUN_ERROR = "rerunError"
    RERUN_FAILURE = "rerunFailure"


VERDICTS = {
    ProblemKind.ERROR: ReportedStatus.ERROR,
    ProblemKind.FAILURE: ReportedStatus.FAILED,
    ProblemKind.SKIPPED: ReportedStatus.SKIPPED,
}
EARLIER_ATTEMPTS = {
    ProblemKind.FLAKY_ERROR: ReportedStatus.ERROR,
    ProblemKind.FLAKY_FAILURE: ReportedStatus.FAILED,
}
FURTHER_ATTEMPTS = {
    ProblemKind.RERUN_ERROR: ReportedStatus.ERROR,
    ProblemKind.RERUN_FAILURE: ReportedStatus.FAILED,
}
ATTEMPTS = EARLIER_ATTEMPTS | FURTHER_ATTEMPTS


class Problem:
    """An element below a test that says how it, or one attempt at it, ended."""

    __slots__ = ("_limits", "_message", "_type", "kind", "stderr", "stdout", "trace")

    def __init__(self, kind: ProblemKind, attributes: Mapping[str, str], limits: Limits, trace_characters: int) -> None:
        """Keep the attributes; the text comes while the element is read."""
        self.kind = kind
        self._limits = limits
        self._message = capped(attributes.get("message", "").strip(), limits.message_characters)
        self._type = attributes.get("type", "").strip()[:200]
        self.trace = CappedText(trace_characters)
        self.stdout: CapturedOutput | None = None
        self.stderr: CapturedOutput | None = None

    def message(self, trace: str) -> str:
        """Return the message, else the first line of the text, else the type of the problem."""
        return self._message or capped(trace.partition("\n")[0], self._limits.message_characters) or self._type


class OpenTest:
    """A test whose end has not come yet."""

    __slots__ = (
        "_attributes",
        "_dialect",
        "_kinds",
        "_limits",
        "_open_attempt",
        "_problems",
        "_stderr",
        "_stdout",
        "key",
        "property_name",
        "result",
        "stands_for_suite",
    )

    def __init__(
        self, result: ReportedResult, attributes: Mapping[str, str], dialect: Dialect, key: int, limits: Limits
    ) -> None:
        """Start from the attributes of the element; `key` is the hash of the automation key."""
        self.result = result
        self.key = key
        self.property_name = ""
        self.stands_for_suite = False
        self._attributes = attributes
        self._dialect = dialect
        self._limits = limits
        self._kinds: set[ProblemKind] = set()
        self._problems: list[Problem] = []
        self._open_attempt: Problem | None = None
        self._stdout: CapturedOutput | None = None
        self._stderr: CapturedOutput | None = None

    def add_problem(self, kind: ProblemKind, attributes: Mapping[str, str]) -> Problem | None:
        """Note a verdict element; past a hundred of them their texts are dropped."""
        if attributes.get("type") == TESTNG_SKIP:
            kind = ProblemKind.SKIPPED
        self._kinds.add(kind)
        if len(self._problems) >= KEPT_PROBLEMS:
            return None
        is_kept_whole = len(self._problems) < PROBLEMS_KEPT_WHOLE
        characters = self._limits.trace_characters if is_kept_whole else SHORT_TEXT_CHARACTERS
        problem = Problem(kind, attributes, self._limits, characters)
        self._problems.append(problem)
        if kind in ATTEMPTS and is_kept_whole:
            self._open_attempt = problem
        return problem

    def end_problem(self) -> None:
        """Note that output belongs to the test again, not to one attempt at it."""
        self._open_attempt = None

    def open_output(self, *, is_error: bool) -> CapturedOutput:
        """Return what collects the output that follows; several elements are one output."""
        owner = self._open_attempt
        if owner is not None:
            name = "stderr" if is_error else "stdout"
            output = getattr(owner, name) or CapturedOutput(self._limits)
            setattr(owner, name, output)
            return output
        if is_error:
            self._stderr = self._stderr or CapturedOutput(self._limits)
            return self._stderr
        self._stdout = self._stdout or CapturedOutput(self._limits)
        return self._stdout

    def add_property(self, name: str, value: str) -> None:
        """Note a property; some name test ids, attachments or steps."""
        meaning = spelled_plainly(name[:200])
        value = value.strip()
        if meaning in ID_PROPERTIES:
            self._add_ids(ids_in_list(value, self._limits.case_references))
        elif meaning in TAG_PROPERTIES:
            self._add_ids(ids_in_name(value[: self._limits.property_characters]))
        elif meaning in ATTACHMENT_PROPERTIES:
            self._add_attachment(value)
        elif STEP_PROPERTY.fullmatch(meaning):
            self._add_step(value, meaning[len("step[") : -1])
            return
        self._keep_property(name[:200], value)

    def _add_ids(self, ids: tuple[str, ...]) -> None:
        merged = tuple(dict.fromkeys(self.result.explicit_ids + ids))
        self.result.explicit_ids = merged[: self._limits.case_references]

    def _add_step(self, text: str, word: str) -> None:
        steps = self.result.steps
        if len(steps) < self._limits.steps:
            status = STATUS_WORDS.get(word, ReportedStatus.PASSED)
            self.result.steps += (
                ReportedStep(len(steps) + 1, capped(text, self._limits.message_characters), status=status),
            )

    def _add_attachment(self, path: str) -> None:
        if path and len(self.result.attachments) < self._limits.attachments:
            self.result.attachments += (ReportedAttachment(path[:1_000]),)

    def add_file(self, name: str, body: EmbeddedBody) -> None:
        """Note a file that stands in the report."""
        if len(self.result.attachments) < self._limits.attachments:
            self.result.attachments += (ReportedAttachment("", name, body=body),)

    def _keep_property(self, name: str, value: str) -> None:
        properties, longest = self.result.properties, self._limits.property_characters
        if name in properties:
            if len(properties[name]) + len(value) < longest:
                properties[name] = f"{properties[name]}, {value}"
        elif name and len(properties) < self._limits.properties:
            properties[name] = capped(value, longest)

    def attempts(self) -> list[ReportedResult]:
        """Return the attempts that the element tells of, in their order; the last one is the verdict."""
        result = self.result
        time = self._attributes.get("time", "").strip()
        result.take_duration(time, milliseconds(time))
        result.named_ids = ids_in_name(result.name)[: self._limits.case_references]
        if self._stdout or self._stderr:
            result.stdout, result.stderr = self._output(self._stdout), self._output(self._stderr)
        if not self._kinds:
            result.status = self._status_from_attributes()
            return [result]
        earlier = [problem for problem in self._problems if problem.kind in EARLIER_ATTEMPTS]
        further = [problem for problem in self._problems if problem.kind in FURTHER_ATTEMPTS]
        main = [problem for problem in self._problems if problem.kind in VERDICTS]
        if further and not main:
            main, further = further[:1], further[1:]
        result.status = self._status(main)
        result.message, result.trace = self._texts(main)
        attempts = [self._attempt(problem) for problem in earlier]
        attempts.append(result)
        attempts += [self._attempt(problem) for problem in further]
        if further and any(attempt.status == ReportedStatus.ERROR for attempt in attempts):
            attempts[-1].status = ReportedStatus.ERROR
        return attempts

    def _output(self, output: CapturedOutput | None) -> str:
        if output is None:
            return ""
        for path in output.attachments:
            self._add_attachment(path)
        for name, value in output.properties:
            self.add_property(name, value)
        text = output.text()
        return text if not text.isspace() else ""

    def _status_from_attributes(self) -> ReportedStatus:
        for attribute in ("result", "status"):
            word = self._attributes.get(attribute)
            if word and (status := STATUS_WORDS.get(word.strip().lower())):
                return status
        return ReportedStatus.PASSED

    def _status(self, main: list[Problem]) -> ReportedStatus:
        statuses = {VERDICTS[kind] for kind in self._kinds if kind in VERDICTS}
        if not statuses and main:
            return FURTHER_ATTEMPTS[main[0].kind]
        if ReportedStatus.SKIPPED in statuses and self._dialect.skipped_wins:
            return ReportedStatus.SKIPPED
        for status in (ReportedStatus.ERROR, ReportedStatus.FAILED):
            if status in statuses:
                return status
        if ReportedStatus.SKIPPED in statuses:
            is_failed = any(
                counts_as_failed(self._dialect, self._attributes.get("status", ""), problem.message(""))
                for problem in main
            )
            return ReportedStatus.FAILED if is_failed else ReportedStatus.SKIPPED
        return ReportedStatus.PASSED

    def _texts(self, problems: list[Problem]) -> tuple[str, str]:
        """Return the message of the problem that decided the verdict, and the texts of all."""
        decisive = sorted(problems, key=lambda problem: VERDICTS.get(problem.kind) != self.result.status)
        texts = [(problem, problem.trace.text().strip()) for problem in decisive]
        message = next((words for problem, text in texts if (words := problem.message(text))), "")
        trace = "\n\n".join(text for _problem, text in texts if text)
        return message, capped(trace, self._limits.trace_characters)

    def _attempt(self, problem: Problem) -> ReportedResult:
        trace = problem.trace.text().strip()
        return replace(
            self.result,
            status=ATTEMPTS[problem.kind],
            duration_ms=None,
            message=problem.message(trace),
            trace=trace,
            stdout=self._output(problem.stdout),
            stderr=self._output(problem.stderr),
        )
