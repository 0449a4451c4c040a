"""Cucumber messages: one envelope a line, scenarios that run at the same time among each other.

- A scenario that is run again (`willBeRetried`) is an attempt.
- Undefined and pending steps leave their scenario skipped, as in `gherkin_status`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from .bounds import Limits, ReportRejected
from .embedded import EmbeddedBodies
from .gherkin_status import conclude, status_of_step
from .json_document import entries, mapping, words
from .line_feed import json_lines
from .normal_form import ReportedAttachment, ReportedResult, ReportedStatus, ReportedStep
from .references import ids_in_name
from .source import ReportSource
from .two_readings import FormatReader
from .values import epoch_moment, whole_milliseconds

LOG = "text/x.cucumber.log+plain"
SHORT_TEXT = 2_000


@dataclass(slots=True)
class Pickle:
    """A scenario to be run, with the texts of its steps by the hash of their ids."""

    name: str
    uri: str
    tags: tuple[str, ...]
    steps: dict[int, str]


@dataclass(slots=True)
class OpenScenario:
    """An attempt that has started."""

    case: int
    result: ReportedResult
    steps: list[tuple[str, ReportedStep]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)


class CucumberMessagesReader(FormatReader):
    """Reads envelopes, each an object with one name."""

    framework = "cucumber"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start with nothing known."""
        super().__init__(source, limits)
        self._bodies = EmbeddedBodies(source, "body")
        self._restart()

    def _restart(self) -> None:
        self._features: dict[str, str] = {}
        self._pickles: dict[int, Pickle] = {}
        self._cases: dict[int, tuple[Pickle, dict[int, str]]] = {}
        self._open: dict[int, OpenScenario] = {}
        self._waiting: dict[int, list[ReportedResult]] = {}

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every scenario as it ends for good, then those that never did."""
        self._restart()
        handlers = {
            "meta": self._note_meta,
            "gherkinDocument": self._note_document,
            "pickle": self._note_pickle,
            "testRunStarted": self._note_start,
            "testCase": self._note_case,
            "testCaseStarted": self._start,
            "testStepFinished": self._step,
            "attachment": self._attach,
            "externalAttachment": self._attach,
        }
        for envelope in json_lines(self._bodies.texts(), self.limits, strict=True):
            for name, message in envelope.items():
                if name == "testCaseFinished":
                    yield from self._end(mapping(message))
                elif name in handlers:
                    handlers[name](mapping(message))
        for scenario in self._open.values():
            conclude(scenario.result, scenario.steps)
            scenario.result.status = ReportedStatus.ERROR
            scenario.result.message = "The scenario did not end: the run was stopped."
            yield [*self._waiting.pop(scenario.case, []), scenario.result]

    def _note_meta(self, meta: dict[str, Any]) -> None:
        implementation, ci = mapping(meta.get("implementation")), mapping(meta.get("ci"))
        self.report.properties["implementation"] = (
            f"{words(implementation.get('name'))} {words(implementation.get('version'))}".strip()
        )
        git = mapping(ci.get("git"))
        self.report.build, self.report.branch = words(ci.get("buildNumber")), words(git.get("branch"))

    def _note_document(self, document: dict[str, Any]) -> None:
        feature = mapping(document.get("feature"))
        self._features[words(document.get("uri"))] = words(feature.get("name"))[: self.limits.name_characters]

    def _note_start(self, started: dict[str, Any]) -> None:
        self.report.started_at = epoch_moment(_milliseconds(started.get("timestamp")))

    def _note_pickle(self, pickle: dict[str, Any]) -> None:
        steps = {hash(words(step.get("id"))): intern(words(step.get("text"))) for step in entries(pickle.get("steps"))}
        tags = tuple(intern(words(tag.get("name"))) for tag in entries(pickle.get("tags")))
        uri = intern(words(pickle.get("uri")))
        self._pickles[hash(words(pickle.get("id")))] = Pickle(words(pickle.get("name")), uri, tags, steps)
        if len(self._pickles) > self.limits.tests:
            raise ReportRejected(f"The file holds more than {self.limits.tests:,} scenarios.", "too_many_tests")

    def _note_case(self, case: dict[str, Any]) -> None:
        pickle = self._pickles.pop(hash(words(case.get("pickleId"))), None)
        if pickle is None:
            return
        steps = {
            hash(words(step.get("id"))): pickle.steps.get(hash(words(step.get("pickleStepId"))), "")
            for step in entries(case.get("testSteps"))
        }
        pickle.steps = {}
        self._cases[hash(words(case.get("id")))] = (pickle, steps)

    def _start(self, started: dict[str, Any]) -> None:
        case = hash(words(started.get("testCaseId")))
        if case not in self._cases:
            return
        pickle, _steps = self._cases[case]
        feature = self._features.get(pickle.uri) or pickle.uri
        result = ReportedResult(pickle.name, feature, (feature,))
        result.started_at = epoch_moment(_milliseconds(started.get("timestamp")))
        result.explicit_ids = tuple(found for tag in pickle.tags for found in ids_in_name(tag[:200]))
        result.properties = {"feature file": pickle.uri, "tags": ", ".join(pickle.tags)}
        result.properties = {name: value for name, value in result.properties.items() if value}
        self._open[hash(words(started.get("id")))] = OpenScenario(case, result)

    def _step(self, finished: dict[str, Any]) -> None:
        scenario = self._open.get(hash(words(finished.get("testCaseStartedId"))))
        if scenario is None or len(scenario.steps) >= self.limits.steps:
            return
        ended = mapping(finished.get("testStepResult"))
        word = words(ended.get("status"))
        step_id = hash(words(finished.get("testStepId")))
        action = self._cases[scenario.case][1].get(step_id, "")
        if not action and word == "PASSED":
            return  # a hook that passed is no step
        number = scenario.numbers.setdefault(step_id, len(scenario.steps) + 1)
        duration = whole_milliseconds(_milliseconds(ended.get("duration")))
        error = words(ended.get("message"))
        step = ReportedStep(number, action or "Hook", "", status_of_step(word), duration, error)
        scenario.steps.append((word, step))

    def _attach(self, attachment: dict[str, Any]) -> None:
        """A file in the report: it comes before the end of its step."""
        scenario = self._open.get(hash(words(attachment.get("testCaseStartedId"))))
        if scenario is None:
            return
        result, kind = scenario.result, words(attachment.get("mediaType"))
        if kind == LOG:
            said = self._bodies.read(words(attachment.get("body")))[0]
            result.stdout = f"{result.stdout}{said}\n"[-self.limits.output_characters :]
        elif len(result.attachments) < self.limits.attachments:
            action = self._cases[scenario.case][1].get(hash(words(attachment.get("testStepId"))))
            number = len(scenario.steps) + 1 if action else None
            name, path = words(attachment.get("fileName")), words(attachment.get("url"))
            is_text = words(attachment.get("contentEncoding")) != "BASE64"
            inside = self._bodies.attachment(words(attachment.get("body")), name, kind, number, is_text=is_text)
            result.attachments += (ReportedAttachment(path, name, kind, number) if path else inside,)

    def _end(self, finished: dict[str, Any]) -> Iterator[list[ReportedResult]]:
        scenario = self._open.pop(hash(words(finished.get("testCaseStartedId"))), None)
        if scenario is None:
            return
        conclude(scenario.result, scenario.steps)
        attempts = self._waiting.setdefault(scenario.case, [])
        attempts.append(scenario.result)
        if finished.get("willBeRetried") is not True:
            del self._waiting[scenario.case]
            self._cases.pop(scenario.case, None)
            yield attempts


def _milliseconds(time: Any) -> float | None:
    """A timestamp or duration of seconds and nanoseconds."""
    seconds, nanos = mapping(time).get("seconds", 0), mapping(time).get("nanos", 0)
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 16:
        seconds = int(seconds)
    if (
        not isinstance(seconds, int)
        or not isinstance(nanos, int)
        or abs(seconds) > 10**12
        or not isinstance(time, dict)
    ):
        return None
    return seconds * 1000 + nanos / 1_000_000
