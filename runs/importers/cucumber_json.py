"""Cucumber's JSON: a list of features with their scenarios; written by Cucumber in all languages, and by behave.

- A scenario ends as its gravest step or hook; a `background` belongs to the scenario after it.
- A feature's name may stand after its scenarios, so it is known from the first reading.
- Durations are nanoseconds; behave's are seconds with a fraction.
"""

from collections.abc import Iterator
from typing import Any

from .bounds import Limits
from .embedded import EmbeddedBodies, log_text
from .gherkin_status import conclude, status_of_step
from .json_document import JsonDocument, entries, mapping, words
from .normal_form import ReportedResult, ReportedStep
from .references import ids_in_name
from .source import ReportSource
from .two_readings import FormatReader
from .values import whole_milliseconds

NANOSECONDS = 1_000_000
SECONDS = 0.001
LOG = "text/x.cucumber.log+plain"
LONGEST_FEATURE_NAME = 1_000


class CucumberJsonReader(FormatReader):
    """Reads features one scenario at a time."""

    framework = "cucumber"

    def __init__(self, source: ReportSource, limits: Limits) -> None:
        """Start without knowing the features' names."""
        super().__init__(source, limits)
        self._bodies = EmbeddedBodies(source, "data")
        self._names: list[str] = []
        self._tags: list[list[str]] = []

    def tests(self) -> Iterator[list[ReportedResult]]:
        """Yield every scenario; each row of an outline is one."""
        document = JsonDocument(self._bodies.texts(), self.limits)
        for number in document.items():
            if number >= len(self._names):
                self._names.append("")
                self._tags.append([])
            for name in document.members():
                if name == "elements":
                    yield from self._scenarios(document, number)
                elif name == "name":
                    self._names[number] = words(document.value())[:LONGEST_FEATURE_NAME]
                elif name == "tags":
                    self._tags[number] = _tags(document.value())
        document.finish()
        if len(self._names) == 1:
            self.report.name = self._names[0]

    def _scenarios(self, document: JsonDocument, feature: int) -> Iterator[list[ReportedResult]]:
        background: list[dict[str, Any]] = []
        for _number in document.items():
            element = mapping(document.value())
            if element.get("type") == "background":
                background = entries(element.get("steps"))
                continue
            result = self._result(element, background, feature)
            if self.report.started_at is None or (result.started_at and result.started_at < self.report.started_at):
                self.report.started_at = result.started_at
            background = []
            yield [result]

    def _result(self, element: dict[str, Any], background: list[dict[str, Any]], feature: int) -> ReportedResult:
        name = self._names[feature]
        result = ReportedResult(words(element.get("name")) or words(element.get("id")), name, (name,) if name else ())
        result.take_start(element.get("start_timestamp"))
        tags = list(dict.fromkeys(self._tags[feature] + _tags(element.get("tags"))))
        result.explicit_ids = tuple(found for tag in tags for found in ids_in_name(tag[:200]))
        if tags:
            result.properties = {"tags": ", ".join(tags)}
        before, after = entries(element.get("before")), entries(element.get("after"))
        conclude(result, self._steps([*before, *background, *entries(element.get("steps")), *after], result))
        return result

    def _steps(self, steps: list[dict[str, Any]], result: ReportedResult) -> Iterator[tuple[str, ReportedStep]]:
        """The steps with the words of their ends; hooks that passed are left out, what they wrote is kept."""
        number = 0
        for step in steps:
            ended = mapping(step.get("result"))
            word = words(ended.get("status")) or ("undefined" if step.get("name") else "passed")
            action = " ".join((words(step.get("keyword")).strip(), words(step.get("name")))).strip()
            action = action or words(mapping(step.get("match")).get("location"))
            is_hook = "name" not in step or bool(step.get("hidden"))
            keeps = not (is_hook and word.lower() == "passed")
            number += keeps
            for part in [step, *entries(step.get("before")), *entries(step.get("after"))]:
                self._take_files(part, result, number if keeps else None)
            if keeps:
                yield (
                    word,
                    ReportedStep(
                        number, action, _argument(step), status_of_step(word), _duration(ended), _error(ended)
                    ),
                )

    def _take_files(self, step: dict[str, Any], result: ReportedResult, number: int | None) -> None:
        """What a step or hook left: files, and lines of a log."""
        for file in entries(step.get("embeddings")):
            kind = words(file.get("mime_type")) or words(mapping(file.get("media")).get("type"))
            data = words(file.get("data"))
            if kind == LOG:
                result.stdout += f"{log_text(self._bodies.read(data)[0])}\n"
            elif len(result.attachments) < self.limits.attachments:
                name = words(file.get("name"))
                result.attachments += (self._bodies.attachment(data, name, kind, number, is_text=None),)
        output = step.get("output")
        if isinstance(output, list):
            result.stdout += "".join(f"{words(line)}\n" for line in output)


def _tags(value: Any) -> list[str]:
    """The names of the tags: objects in Cucumber, texts in behave."""
    if not isinstance(value, list):
        return []
    return [words(mapping(tag).get("name")) or words(tag) for tag in value]


def _argument(step: dict[str, Any]) -> str:
    """The table or text below a step."""
    lines = ["| " + " | ".join(map(words, row.get("cells") or [])) + " |" for row in entries(step.get("rows"))]
    text = words(mapping(step.get("doc_string")).get("value")) or words(mapping(step.get("doc_string")).get("content"))
    return "\n".join(lines) or text


def _duration(ended: dict[str, Any]) -> int | None:
    duration = ended.get("duration")
    return whole_milliseconds(duration, per_millisecond=SECONDS if isinstance(duration, float) else NANOSECONDS)


def _error(ended: dict[str, Any]) -> str:
    error = ended.get("error_message")
    return "\n".join(map(words, error)) if isinstance(error, list) else words(error)
