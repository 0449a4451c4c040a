"""What the runner shows: the queue of a run's tests, one test with what was said of it, and what comes next."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from catalog.choices import FieldTarget, Priority
from catalog.forms.own_fields import OwnFieldsForm
from catalog.models import CaseActivity
from catalog.own_fields import OwnFields
from catalog.policies import can_edit_cases
from catalog.step_rows import files_named
from catalog.tree import ancestors_of
from files.models import StoredFile
from qaportal.kit import panels
from qaportal.kit.errors import Decision
from qaportal.kit.wording import roughly

from . import policies
from .case_text import CaseText, Step, text_of
from .drawer import history_of
from .filters import SHOWN_STATUSES, queue_of
from .models import Artifact, Result, RunCase, StepResult, TestRun
from .services.manual_runs import USUAL_SECONDS
from .services.presence import others_at

QUEUE = 100
LEFT = gettext_lazy("Without a verdict")
EARLIER = 4
PLACE = "runs.runner"
"""Where a higher app adds a panel beside the case, such as a draft of an issue."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of the case with what the last attempt says of it."""

    step: Step
    named: list[StoredFile]
    """The files that the case itself names at the step."""
    result: StepResult | None
    files: list[Artifact]
    """What testers put there."""
    is_current: bool

    @property
    def status(self) -> str:
        """How it went; nothing while nobody said."""
        return self.result.status if self.result and self.result.status != "in_progress" else ""

    @property
    def notes(self) -> str:
        """What was noted about it."""
        return self.result.notes if self.result else ""


@dataclass(frozen=True, slots=True)
class Iteration:
    """One example of the case."""

    number: int
    values: list[tuple[str, str]]
    status: str
    url: str
    is_current: bool


class RunnerPage:
    """One reading of the page; the query string holds the filters of the queue and the example that is open."""

    def __init__(self, run: TestRun, test: RunCase, *, user: User, query: QueryDict) -> None:
        """Read `status`, `assigned` and `iteration`; what makes no sense is left out."""
        self.run, self.test, self.user = run, test, user
        self.filters = {name: query.get(name, "")[:20] for name in ("status", "assigned") if query.get(name)}
        self._asked = query.get("iteration", "")

    @property
    def chosen_status(self) -> str:
        """What the queue is narrowed to."""
        return self.filters.get("status", "")

    @property
    def chosen_person(self) -> str:
        """Whose tests the queue shows."""
        return self.filters.get("assigned", "")

    # -- the case
    @cached_property
    def text(self) -> CaseText:
        """What the case says in the version that is executed."""
        return text_of(self.test)

    @cached_property
    def last(self) -> Result | None:
        """The last attempt."""
        if self.test.last_result_id is None:
            return None
        return Result.objects.filter(pk=self.test.last_result_id).select_related("executor").first()

    @property
    def is_own(self) -> bool:
        """Whether the last attempt is the reader's own, which his next words go on with."""
        return self.last is not None and self.last.executor_id == self.user.pk

    @cached_property
    def _results(self) -> dict[tuple[int, int], StepResult]:
        if self.last is None:
            return {}
        rows = StepResult.objects.filter(result=self.last)
        return {(row.iteration, row.step_number): row for row in rows}

    @cached_property
    def _files(self) -> dict[tuple[int, int], list[Artifact]]:
        found: dict[tuple[int, int], list[Artifact]] = {}
        if self.last is not None:
            for artifact in Artifact.objects.filter(result=self.last).for_list():
                found.setdefault((artifact.iteration, artifact.step_number or 1), []).append(artifact)
        return found

    @cached_property
    def _named(self) -> dict[str, StoredFile]:
        return files_named(self.run.project, (key for step in self.text.steps for key in step.attachments))

    @cached_property
    def steps(self) -> list[ShownStep]:
        """The steps of the open example; a case without steps is one step itself."""
        text = self.text
        steps = text.steps or (Step(1, "", text.expected_result, ""),)
        said = {number for (iteration, number), row in self._results.items()
                if iteration == self.iteration and row.status != "in_progress"}  # fmt: skip
        current = next((step.number for step in steps if step.number not in said), steps[0].number)
        place = self.iteration
        return [
            ShownStep(
                step,
                [self._named[key] for key in step.attachments if key in self._named],
                self._results.get((place, step.number)),
                self._files.get((place, step.number), []),
                step.number == current,
            )
            for step in steps
        ]

    # -- examples
    @cached_property
    def _verdicts(self) -> dict[str, str]:
        facts = (self.last.metadata or {}) if self.last else {}
        known = facts.get("iterations")
        return known if isinstance(known, dict) else {}

    @cached_property
    def iteration(self) -> int:
        """The example that is open: the one asked for, else the first without a verdict."""
        count = len(self.text.iterations)
        if self._asked.isascii() and self._asked.isdigit() and len(self._asked) < 5:
            return max(1, min(int(self._asked), count or 1))
        return next((number for number in range(1, count + 1) if str(number) not in self._verdicts), 1)

    @cached_property
    def iterations(self) -> list[Iteration]:
        """The examples with how they went."""
        return [
            Iteration(
                number,
                self.text.values_of(number),
                self._verdicts.get(str(number), "not_started"),
                self.address(self.test.pk, iteration=number),
                number == self.iteration,
            )
            for number in range(1, len(self.text.iterations) + 1)
        ]

    # -- addresses
    def address(self, test_id: int, view: str = "runner", **more: Any) -> str:
        """The runner at a test, with the filters of the queue."""
        path = reverse(f"runs:{view}", args=[self.run.project.key, self.run.number, test_id])
        query = urlencode({**self.filters, **more})
        return f"{path}?{query}" if query else path

    @property
    def here(self) -> str:
        """The test with the example that is open."""
        return self.address(self.test.pk, **({"iteration": self.iteration} if self.text.iterations else {}))

    @property
    def last_url(self) -> str:
        """The test as it stands."""
        return self.address(self.test.pk)

    # -- the queue
    @cached_property
    def _queue(self) -> QuerySet[RunCase]:
        tests = RunCase.objects.filter(run=self.run).planned()
        return queue_of(tests, self.filters, self.user).order_by("position", "pk")

    @property
    def _after(self) -> Q:
        here = {"position": self.test.position, "pk__gt": self.test.pk}
        return Q(position__gt=self.test.position) | Q(**here)

    @cached_property
    def queue(self) -> dict[str, Any]:
        """The stretch of tests around the open one, with the addresses of the stretches before and after."""
        before = self._queue.exclude(self._after).exclude(pk=self.test.pk).count()
        start = before // QUEUE * QUEUE
        first = max(0, start - 1)
        rows = list(self._queue.values_list("pk", "name", "status", "case__test_id")[first : start + QUEUE + 1])
        previous = rows.pop(0) if first < start and rows else None
        following = rows.pop() if len(rows) > QUEUE else None
        shown = [
            {"pk": pk, "name": name, "status": status, "test_id": test_id, "url": self.address(pk)}
            for pk, name, status, test_id in rows
        ]
        return {
            "rows": shown,
            "previous": self.address(previous[0]) if previous else "",
            "next": self.address(following[0]) if following else "",
        }

    @cached_property
    def next_url(self) -> str:
        """The next test without a verdict, behind the open one or from the start; nothing when all have one."""
        left = self._queue.left().exclude(pk=self.test.pk)
        pk = left.filter(self._after).values_list("pk", flat=True).first() or left.values_list("pk", flat=True).first()
        return self.address(pk) if pk else ""

    @cached_property
    def following(self) -> list[str]:
        """The addresses of the next tests without a verdict: what is fetched ahead for when the network goes."""
        keys = self._queue.left().filter(self._after).values_list("pk", flat=True)[:3]
        return [self.address(pk) for pk in keys]

    @cached_property
    def seconds_left(self) -> int:
        """How long the tests without a verdict are planned to take."""
        tests = self._queue.left().order_by()
        return tests.aggregate(seconds=Sum(Coalesce("case__estimate", USUAL_SECONDS)))["seconds"] or 0

    @property
    def time_left(self) -> str:
        """The same in words."""
        return roughly(self.seconds_left) if self.seconds_left else ""

    @property
    def where(self) -> str:
        """What the run is executed in."""
        run = self.run
        facts = (run.release.version if run.release else "", run.configuration, run.environment)
        return ", ".join(str(each) for each in facts if each)

    @property
    def planned(self) -> str:
        """How long the case is planned to take."""
        return roughly(self.text.estimate) if self.text.estimate else ""

    @cached_property
    def place(self) -> str:
        """The folders that the case lies in."""
        folder = self.test.case.folder if self.test.case else None
        return " / ".join(each.name for each in ancestors_of(folder)) if folder else ""

    @property
    def executed(self) -> int:
        """How many tests of the run have a verdict."""
        return self.run.total - self.run.count_not_started - self.run.count_in_progress

    @property
    def status_choices(self) -> list[tuple[str, Any]]:
        """What the queue can be narrowed to."""
        return [("left", LEFT), *SHOWN_STATUSES]

    @cached_property
    def people(self) -> list[User]:
        """Who can execute tests."""
        return list(User.objects.who_may("result.record", self.run.project).order_by("first_name", "last_name"))

    # -- beside the case
    @cached_property
    def earlier(self) -> list[RunCase]:
        """The last verdicts of the case in other runs."""
        return list(history_of(self.test).exclude(pk=self.test.pk)[:EARLIER])

    @cached_property
    def outcomes(self) -> list[str]:
        """How the case ended lately, oldest first."""
        found = CaseActivity.objects.filter(case=self.test.case_id).values_list("recent_outcomes", flat=True)
        return found.first() or []

    @cached_property
    def others(self) -> list[User]:
        """Who else has the test open."""
        return others_at(actor=self.user, test=self.test)

    @cached_property
    def panels(self) -> list[tuple[panels.Panel, Any]]:
        """What higher apps show beside the case."""
        return [(panel, facts.get(self.test.pk)) for panel, facts in panels.loaded(PLACE, [self.test.pk])]

    @cached_property
    def own_form(self) -> OwnFieldsForm | None:
        """The project's own fields of results; None without any."""
        own = OwnFields(self.run.project, actor=self.user, target=FieldTarget.RESULT)
        if not own.by_key:
            return None
        values = self.last.custom_values if self.last and self.is_own else None
        return OwnFieldsForm(
            own=own,
            fields=own.of(self.test.case.template_id if self.test.case else None),
            values=values,
            form_id="verdict",
            use_required_attribute=False,
        )

    @property
    def priority(self) -> str:
        """The code of the priority that the version says."""
        return Priority(self.text.priority).code if self.text.priority else ""

    @cached_property
    def may_record(self) -> Decision:
        """Whether the reader may say anything here."""
        return policies.can_record(self.user, self.run.project) and policies.takes_verdicts(self.run)

    @property
    def may_edit_case(self) -> Decision:
        """Whether the reader may mend the case itself."""
        return can_edit_cases(self.user, self.run.project)


def key_of(given: str) -> UUID | None:
    """The key of an entry, if it is one."""
    try:
        return UUID(given)
    except ValueError:
        return None
