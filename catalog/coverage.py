"""How far the cases of stories and epics are, from their last results, and which case covers which story."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BigIntegerField, CharField, Count, F, QuerySet, Value, Window
from django.db.models.functions import Length, NullIf, RowNumber
from django.utils.functional import cached_property

from accounts.models import Project

from .models import CaseActivity, Story, TestCase, TestCaseStory
from .querysets import FAILING, StoryQuerySet

STORIES_OF_AN_EPIC = 25
"""How many stories an epic shows at once; all of them stand in the list."""

STRETCH = 1_000
_OF_STORIES = ("story_id", "epic_id", "title", "status", "sprint", "release", "project__key")
_OF_CASES = (
    *("test_id", "title", "priority", "test_type", "project__key"),
    *("activity__last_status", "activity__last_run_at", "activity__recent_outcomes"),
)
"""What a row of the matrix shows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many cases have which last result."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All cases."""
        return sum(self.counts.values())

    @property
    def passed(self) -> int:
        """Those whose last result passed."""
        return self.counts.get("passed", 0)

    @property
    def failing(self) -> int:
        """Those whose last result failed or was blocked."""
        return sum(self.counts.get(each, 0) for each in FAILING)


NOTHING = Standing()


def standings(stories: Collection[Story]) -> dict[int, Standing]:
    """How far each of the stories is, by its key; those without a case are left out. One query."""
    counts = TestCaseStory.objects.filter(story__in=[story.pk for story in stories]).counts_by("story")
    return {pk: Standing(words) for pk, words in counts.items()}


# -- epics -----------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Epic:
    """An epic with its first stories; the one without an id holds the stories of none."""

    epic_id: str
    stories: int
    covered: int
    standing: Standing = NOTHING
    shown: list[tuple[Story, Standing]] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """How many of its stories are not shown."""
        return self.stories - len(self.shown)


class EpicPaginator(Paginator):
    """Pages of epics, each filled in a fixed number of queries."""

    def __init__(self, stories: StoryQuerySet, per_page: int, *, project: Project) -> None:
        """Group the (visible) stories by their epics; those of none stand last."""
        self.stories, self.project = stories, project
        covered = Count("pk", filter=stories.covering_condition())
        grouped = stories.order_by().values("epic_id").annotate(stories=Count("pk"), covered=covered)
        size = Length(NullIf("epic_id", Value("")))
        ordered = grouped.order_by(size.asc(nulls_last=True), "epic_id")
        super().__init__(ordered, per_page)

    def get_page(self, number):
        """The page; its rows are filled epics."""
        page = super().get_page(number)
        page.object_list = self._filled([Epic(**row) for row in page.object_list])
        return page

    def _filled(self, epics: list[Epic]) -> list[Epic]:
        ids = [epic.epic_id for epic in epics]
        place = Window(RowNumber(), partition_by="epic_id", order_by=[Length("story_id"), F("story_id")])
        found = self.stories.filter(epic_id__in=ids).annotate(place=place).filter(place__lte=STORIES_OF_AN_EPIC)
        stories = list(found.select_related("project").defer("description").sorted_by("id"))
        of_stories = standings(stories)
        links = TestCaseStory.objects.in_project(self.project).filter(
            story__deleted_at__isnull=True, story__epic_id__in=ids
        )
        of_epics = links.counts_by("story__epic_id")
        for epic in epics:
            epic.standing = Standing(of_epics.get(epic.epic_id, {}))
            own = (story for story in stories if story.epic_id == epic.epic_id)
            epic.shown = [(story, of_stories.get(story.pk, NOTHING)) for story in own]
        return epics


# -- the matrix ------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Trace:
    """One row of the matrix: a story and a case that covers it, or none."""

    story: Story
    case: TestCase | None
    is_first: bool = True
    """Whether the row before it tells of another story."""

    @property
    def activity(self) -> CaseActivity | None:
        """What happened to the case lately; None when it never ran."""
        return getattr(self.case, "activity", None)

    @property
    def status(self) -> str:
        """The last result of the case."""
        return self.activity.last_status if self.activity else "not_started"


class Matrix:
    """Stories x cases x last results, in the order of epics, stories and cases; read from the database in stretches."""

    def __init__(self, stories: StoryQuerySet, *, statuses: Collection[str] = ()) -> None:
        """Take the (visible, filtered) stories; with statuses, only cases whose last result is one of them."""
        self.stories, self.statuses = stories.order_by(), statuses

    @cached_property
    def keys(self) -> QuerySet:
        """The key of the story and the key of the case of every row, sorted; stories without a case have rows too."""
        links = TestCaseStory.objects.of_current_cases().filter(story__in=self.stories.values("pk")).order_by()
        if self.statuses:
            cases = TestCase.objects.living().current().with_last_status(self.statuses)
            links = links.filter(case__in=cases.values("pk"))
        rows = links.values(
            story_key=F("story_id"),
            epic=F("story__epic_id"),
            name_length=Length("story__story_id"),
            name=F("story__story_id"),
            case_key=F("case_id"),
            case_name=F("case__test_id"),
        )
        if not self.statuses:
            bare = self.stories.covered(False).values(
                story_key=F("pk"),
                epic=F("epic_id"),
                name_length=Length("story_id"),
                name=F("story_id"),
                case_key=Value(None, output_field=BigIntegerField()),
                case_name=Value("", output_field=CharField()),
            )
            rows = rows.union(bare, all=True)
        return rows.order_by("epic", "name_length", "name", "story_key", "case_name")

    def filled(self, keys: Collection[dict[str, Any]]) -> list[Trace]:
        """The rows of these keys, in two queries."""
        stories = Story.objects.select_related("project").only(*_OF_STORIES).in_bulk({key["story_key"] for key in keys})
        found = TestCase.objects.select_related("project", "activity").only(*_OF_CASES)
        cases = found.in_bulk({key["case_key"] for key in keys if key["case_key"] is not None})
        rows, before = [], None
        for key in keys:
            rows.append(Trace(stories[key["story_key"]], cases.get(key["case_key"]), key["story_key"] != before))
            before = key["story_key"]
        return rows

    def __iter__(self) -> Iterator[Trace]:
        """Every row, read in stretches."""
        stretch: list[dict[str, Any]] = []
        for key in self.keys.iterator(chunk_size=STRETCH):
            stretch.append(key)
            if len(stretch) == STRETCH:
                yield from self.filled(stretch)
                stretch = []
        yield from self.filled(stretch)
