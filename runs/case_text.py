"""What a case said in the version that a run executes."""

from dataclasses import dataclass, field
from typing import Any

from catalog.models import TestCase, TestCaseVersion
from catalog.services.examples import is_table

from .models import RunCase
from .models.evidence import LONGEST_ACTION


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the version says it."""

    number: int
    action: str
    expected: str
    data: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseText:
    """The texts of a case in one version."""

    title: str
    version: int | None
    current_version: int | None
    preconditions: str = ""
    test_data: str = ""
    expected_result: str = ""
    description: str = ""
    priority: int | None = None
    estimate: int | None = None
    story: str = ""
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] = ()
    iterations: tuple[tuple[str, ...], ...] = field(default=())
    """The rows of its examples; each is one iteration."""

    @property
    def is_outdated(self) -> bool:
        """Whether the case says something else by now."""
        return self.version is not None and self.current_version is not None and self.version < self.current_version

    def words_of(self, step_number: int) -> tuple[str, str]:
        """What a step does and what it expects, as its result keeps it."""
        if 1 <= step_number <= len(self.steps):
            step = self.steps[step_number - 1]
            return " ".join(step.action.split())[:LONGEST_ACTION], step.expected
        return self.title[:LONGEST_ACTION], self.expected_result

    def values_of(self, iteration: int) -> list[tuple[str, str]]:
        """The named values of an example."""
        if not 1 <= iteration <= len(self.iterations):
            return []
        return list(zip(self.columns, self.iterations[iteration - 1], strict=False))


def text_of(test: RunCase) -> CaseText:
    """What the test executes: its case in the pinned version, or as it stands where none is kept."""
    if test.case_id is None:
        return CaseText(test.name, None, None)
    document, number, current = _document(test)
    if document is None:
        return CaseText(test.name, test.case_version, current)
    examples = document.get("scenario_examples")
    has_table = is_table(examples)
    rows = (examples.get("rows") or []) if has_table else []
    texts = ("title", "preconditions", "test_data", "expected_result", "description", "story")
    return CaseText(
        **{name: document.get(name) or "" for name in texts},
        version=number,
        current_version=current,
        priority=document.get("priority"),
        estimate=document.get("estimate"),
        steps=tuple(_step(place, row) for place, row in enumerate(document.get("steps") or [], start=1)),
        columns=tuple(examples.get("columns") or []) if has_table else (),
        iterations=tuple(tuple(str(cell) for cell in row) for row in rows),
    )


def _step(place: int, row: dict[str, Any]) -> Step:
    texts = {name: row.get(name) or "" for name in ("action", "expected", "data")}
    return Step(place, **texts, attachments=tuple(row.get("attachments") or ()))


def _document(test: RunCase) -> tuple[dict[str, Any] | None, int | None, int | None]:
    """The version's document, its number and the number of the newest one, in one query where they are not read yet."""
    told = getattr(test, "told_version", None)
    if told and told["number"] == (test.case_version or told["number"]):
        return told["document"], told["number"], test.case.version
    versions = TestCaseVersion.objects.filter(case_id=test.case_id)
    wanted = versions.filter(number=test.case_version) if test.case_version else versions.order_by("-number")
    found = wanted.values_list("document", "number", "case__version").first()
    if found is None:
        current = TestCase.objects.filter(pk=test.case_id).values_list("version", flat=True).first()
        return None, None, current
    return found
