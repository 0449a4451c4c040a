"""What was seen of a failure, as the text of a new issue: the steps, what was expected and what came, pictures."""

import re
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import TestCase
from runs.case_text import text_of
from runs.models import Artifact, Result, RunCase, StepResult, TestRun

LONGEST_TEXT, MOST_FILES, MOST_STEPS = 4_000, 5, 50
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
BAD = ("failed", "error", "blocked")


def fenced(text: str) -> str:
    """The text as a block of code, whatever it holds."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def escaped(words: str) -> str:
    """The words in one line, with nothing in them that Markdown would read as its own."""
    return re.sub(r"([\\`*\[\]<>#|~]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", " ".join(words.split()))


def fact(label: str, words: str) -> str:
    """A line of the head."""
    return f"**{label}** {escaped(words)}"


def section(label: str, *parts: str) -> str:
    """A part of the text under its own heading; nothing without content."""
    told = "\n\n".join(part for part in parts if part)
    return f"### {label}\n\n{told}" if told else ""


def facts_of_run(run: TestRun) -> list[str]:
    """Where it was seen: the run, with a link, and what it was executed in."""
    facts = [(_("Build"), run.build), (_("Branch"), run.branch), (_("Environment"), run.environment)]
    if run.configuration:
        facts.append((_("Configuration"), f"{run.configuration.name} {run.configuration.in_words}"))
    lines = [f"**{_('Run')}** [{run.number} {escaped(run.name)}]({run.get_absolute_url()})"]
    return [*lines, *(fact(label, value) for label, value in facts if value)]


def numbered(actions: list[str]) -> str:
    """Steps as a list."""
    return "\n".join(f"{number}. {escaped(action)}" for number, action in enumerate(actions[:MOST_STEPS], 1))


def steps_of_case(case: TestCase) -> str:
    """The steps as the case says them now."""
    return section(_("Steps"), numbered([step.action for step in case.steps.order_by("position")[:MOST_STEPS]]))


class Seen:
    """What one test of a run, with its last attempt or another one, tells of its failure."""

    def __init__(self, test: RunCase, result: Result | None) -> None:
        """Read the case in the version that was executed, and what was said of its steps."""
        self.test, self.result = test, result
        self.text = text_of(test)
        rows = StepResult.objects.filter(result=result.pk).order_by("iteration", "step_number") if result else []
        self.rows = list(rows[:MOST_STEPS]) if result else []
        self.failing = next((row for row in self.rows if row.status in BAD), None)

    @property
    def steps(self) -> str:
        """The steps up to the end, the failing one marked."""
        actions = [step.action for step in self.text.steps]
        numbers = list(range(1, len(actions) + 1))
        if not actions:
            of_first = [row for row in self.rows if row.iteration == self.rows[0].iteration]
            actions = [row.description or row.action for row in of_first]  # clients call the action by one word
            numbers = [row.step_number for row in of_first]
        if not actions:
            return steps_of_case(self.test.case) if self.test.case else ""
        lines = numbered(actions).split("\n")
        if self.failing and self.failing.step_number in numbers[: len(lines)]:
            lines[numbers.index(self.failing.step_number)] += f" **({self.failing.get_status_display()})**"
        return section(_("Steps"), "\n".join(lines))

    @property
    def expected(self) -> str:
        """What the failing step, or the case as a whole, should have done."""
        place = self.failing.step_number if self.failing else 0
        words = self.text.words_of(place)[1] if self.text.steps and place else self.text.expected_result
        return section(_("Expected"), words[:LONGEST_TEXT])

    def actual(self, error: str, note: str = "") -> str:
        """What came instead: what the tester noted, and the error of a machine."""
        said = [self.failing.notes or self.failing.error_message] if self.failing else []
        said += [note or (self.result.notes if self.result else "")]
        parts = [escaped(words[:LONGEST_TEXT]) for words in dict.fromkeys(said) if words.strip()]
        is_news = error and not any(" ".join(error.split()) in " ".join(words.split()) for words in said)
        return section(_("Actual"), *parts, fenced(error) if is_news else "")

    @property
    def first_line(self) -> str:
        """What tells it best in a title."""
        words = (self.failing.notes or self.failing.error_message) if self.failing else ""
        return words.strip().partition("\n")[0]

    @property
    def evidence(self) -> str:
        """Pictures, other files, and the result itself."""
        if self.result is None:
            return ""
        return section(_("Evidence"), *_files_of(self.result.pk, self.test.run.project.key), self._link())

    def _link(self) -> str:
        url = f"{self.test.run.get_absolute_url()}?tab=all&test={self.test.pk}&attempt={self.result.attempt}"
        return f"[{_('The result with all that it left behind')}]({url})"


def _files_of(result_id: UUID, key: str) -> list[str]:
    found = Artifact.objects.filter(result=result_id, file__external_url="").select_related("file").order_by("id")
    shown = []
    for each in found[:MOST_FILES]:
        mark = "!" if each.file.content_type in PICTURES else ""
        shown.append(f"{mark}[{escaped(each.file.name)}]({reverse('files:download', args=[key, each.file_id])})")
    return shown
