"""Reading the catalog."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Length, NullIf
from django.utils import timezone

from accounts.querysets import ProjectOwnedQuerySet, projects_to_read

from .choices import Coverage
from .query_language import parse
from .searching import Found, condition_of, highlighted, lexemes_of, ranked

if TYPE_CHECKING:
    from accounts.models import Project, User

    from .models import Folder, Story, TestCase

FAILING = ("failed", "error", "blocked")
WAITING = ("not_started", "in_progress")
MOST_OFFERED = 200


class FolderQuerySet(ProjectOwnedQuerySet):
    """Folders."""

    view_permission = "case.view"

    def for_list(self) -> Self:
        """In the order of the tree's levels."""
        return self.select_related("parent").order_by("position", "name", "pk")

    def at_depth(self, depth: int) -> Self:
        """Modules are at depth 1, sub-modules at 2, features at 3."""
        return self.filter(depth=depth)

    def below(self, folder: Folder, *, itself: bool = True) -> Self:
        """The folder's descendants, with itself unless told otherwise."""
        found = self.filter(path__startswith=folder.path, project_id=folder.project_id)
        return found if itself else found.exclude(pk=folder.pk)

    def shown_in_tree(self, opened: Collection[int]) -> Self:
        """The roots and the children of the opened folders, each with whether it has children itself."""
        living = self.model.objects.living().filter(parent=OuterRef("pk"))
        shown = self.filter(Q(parent__isnull=True) | Q(parent__in=opened))
        return shown.annotate(has_children=Exists(living)).order_by("position", "name", "pk")


class FolderCountQuerySet(ProjectOwnedQuerySet):
    """How many cases stand where."""

    view_permission = "case.view"

    def by_path(self) -> Self:
        """The path of each folder that holds cases, and how many; None for those in no folder."""
        return self.filter(cases__gt=0).values_list("folder__path", "cases")

    def total(self) -> int:
        """How many cases there are."""
        return self.aggregate(total=Sum("cases"))["total"] or 0


class TitleWordQuerySet(ProjectOwnedQuerySet):
    """Words of titles, ids and tags."""

    view_permission = "case.view"

    def alike(self, word: str, most: int) -> list[str]:
        """Those that are spelt like the word, the nearest first."""
        nearness = TrigramSimilarity("word", word)
        found = self.filter(word__trigram_similar=word).values("word").annotate(nearness=Max(nearness))
        return list(found.order_by("-nearness", "word").values_list("word", flat=True)[:most])


class TestCaseQuerySet(ProjectOwnedQuerySet):
    """Test cases."""

    view_permission = "case.view"

    __test__ = False
    SORTS = {
        "id": ("id_tag", "id_length", "test_id"),
        "title": ("title", "pk"),
        "priority": ("priority", "pk"),
        "status": ("activity__last_status", "pk"),
        "updated": ("updated_at", "pk"),
    }
    """What lists can be sorted by, each with the columns."""

    def sorted_by(self, order: str) -> Self:
        """In the order of one of `SORTS`, descending with a minus; anything else means by id.

        Ids are sorted by their tag and their number: TC_UI_999 stands before TC_UI_1000.
        """
        descending, name = order.startswith("-"), order.removeprefix("-")
        columns = self.SORTS.get(name)
        if columns is None:
            columns, descending = self.SORTS["id"], False
        tag = Func(F("test_id"), Value("_"), Value(2), function="split_part", output_field=models.TextField())
        found = self.annotate(id_tag=tag, id_length=Length("test_id")) if columns == self.SORTS["id"] else self
        if name == "status":
            place = F("activity__last_status")
            return found.order_by(place.desc(nulls_last=True) if descending else place.asc(nulls_first=True), "pk")
        return found.order_by(*[f"-{each}" if descending else each for each in columns])

    def rows_of(self, ids: Sequence[int], words: str = "") -> list:
        """What the page's list shows of these cases, in the order of the ids, with the found words marked."""
        shown = ("test_id", "title", "priority", "updated_at", "project__key", "activity__last_status")
        found = self.filter(pk__in=ids).select_related("project", "activity").only(*shown)
        if (lexemes := lexemes_of(parse(words))) is not None:
            found = found.annotate(marked_title=highlighted(F("title"), lexemes, whole=True))
        found = found.in_bulk()
        return [found[pk] for pk in ids if pk in found]

    def with_places(self) -> Self:
        """Each with `module_id`, and the names `sub_module` and `feature_section`, read from its folder's path."""

        def ancestor(level: int) -> Cast:
            part = Func(F("folder__path"), Value("/"), Value(level), function="split_part")
            part.output_field = models.TextField()
            return Cast(NullIf(part, Value("")), models.BigIntegerField())

        def name(level: int) -> Subquery:
            folders = self.model._meta.get_field("folder").related_model.objects
            return Subquery(folders.filter(pk=OuterRef(f"ancestor_{level}")).values("name")[:1])

        found = self.annotate(module_id=ancestor(1), ancestor_2=ancestor(2), ancestor_3=ancestor(3))
        return found.annotate(sub_module=name(2), feature_section=name(3))

    def below_named(self, name: str, depth: int) -> Self:
        """The cases below a folder of this name at this depth, such as a sub-module (2) or a feature (3)."""
        folders = self.model._meta.get_field("folder").related_model.objects.living()
        place = ExpressionWrapper(OuterRef("folder__path"), output_field=models.TextField())
        named = folders.filter(project=OuterRef("project"), depth=depth, name__iexact=name.strip())
        return self.filter(Exists(named.annotate(place=place).filter(place__startswith=F("path"))))

    def with_last_status(self, statuses: Collection[str]) -> Self:
        """Cases whose last result is one of these; an error counts as failed, nothing at all as not started."""
        wanted = {*statuses, *(["error"] if "failed" in statuses else [])}
        found = Q(activity__last_status__in=wanted)
        return self.filter(found | Q(activity__isnull=True) if "not_started" in wanted else found)

    def current(self) -> Self:
        """Those that are not archived."""
        return self.filter(is_archived=False)

    def covering(self, story: Story) -> Self:
        """The cases that cover the story."""
        return self.filter(story_links__story=story)

    def below_folder(self, folder: Folder) -> Self:
        """The cases of the folder and of everything below it."""
        from .models import Folder as FolderModel

        return self.filter(folder__in=FolderModel.objects.living().below(folder).values("pk"))

    def matching(self, words: str, user: User | None = None) -> Self:
        """Cases that fit what was typed; see `query_language`. `owner:me` needs to know who asks."""
        query = parse(words)
        return self.filter(condition_of(query, user)) if query.groups else self.none() if words.strip() else self

    def ranked(self, words: str, user: User | None = None) -> Found:
        """The keys of those that fit what was typed, the best first."""
        query = parse(words)
        return ranked(self, query, user) if query.groups else Found([])

    def starting_with(self, words: str) -> Self:
        """Cases whose id or title starts with the words, whatever case and accents; ids first."""
        folded = Func(Value(words), function="portal_folded", output_field=models.TextField())
        title = Func(F("title"), function="portal_folded", output_field=models.TextField())
        found = self.filter(folded__contains=folded).annotate(folded_title=title)
        return found.filter(Q(folded__startswith=folded) | Q(folded_title__startswith=folded)).order_by("test_id")

    def fill_project(self, project: Project) -> bool:
        """Whether the project holds a case that is not deleted."""
        return self.living().in_project(project).exists()

    def for_list(self) -> Self:
        """What a row shows, without the heavy columns."""
        return self.select_related("folder", "owner", "activity", "project").defer("search", "folded", "steps_text")

    def for_detail(self) -> Self:
        """The case with its steps and stories."""
        links = self.model._meta.get_field("story_links").related_model.objects.of_living_stories()
        return self.for_list().prefetch_related("steps", Prefetch("story_links", queryset=links))


class TestStepQuerySet(ProjectOwnedQuerySet):
    """Steps."""

    view_permission = "case.view"

    __test__ = False


class TestCaseVersionQuerySet(ProjectOwnedQuerySet):
    """What every save of a case left behind."""

    view_permission = "case.view"

    __test__ = False

    def for_list(self) -> Self:
        """With who saved them, the newest first, without what they hold."""
        return self.select_related("saved_by").defer("document").order_by("-number")


class StoryQuerySet(ProjectOwnedQuerySet):
    """Stories."""

    view_permission = "case.view"

    SORTS = {
        "id": (Length("story_id"), "story_id"),
        "epic": ("epic_id",),
        "title": ("title",),
        "status": ("status",),
        "sprint": ("sprint",),
        "updated": ("updated_at",),
    }
    """What lists can be sorted by, each with the columns."""

    def sorted_by(self, order: str) -> Self:
        """In the order of one of `SORTS`, descending with a minus; anything else means by id, PAY-9 before PAY-10."""
        descending, name = order.startswith("-"), order.removeprefix("-")
        columns = self.SORTS.get(name)
        if columns is None:
            columns, descending = self.SORTS["id"], False
        terms = [each if hasattr(each, "asc") else F(each) for each in columns]
        return self.order_by(*[term.desc() if descending else term.asc() for term in terms], "pk")

    def matching(self, words: str) -> Self:
        """Those whose id, epic, title, assignee, sprint or release holds the words."""
        found = Q()
        for name in ("story_id", "epic_id", "title", "assignee", "sprint", "release"):
            found |= Q(**{f"{name}__icontains": words})
        return self.filter(found) if words else self

    def of_epics_like(self, words: str) -> Self:
        """Those whose epic's id holds the words."""
        return self.filter(epic_id__icontains=words) if words else self

    def starting_with(self, words: str) -> Self:
        """Those whose id starts with the words or whose title holds them, by id."""
        return self.filter(Q(story_id__istartswith=words) | Q(title__icontains=words)).sorted_by("id")

    def _links(self) -> models.QuerySet:
        """The links of a row to cases that count."""
        links = self.model._meta.get_field("case_links").related_model.objects
        return links.of_current_cases().filter(story=OuterRef("pk"))

    def covered(self, wanted: bool = True) -> Self:
        """Those that a current case covers, or those that none does."""
        return self.filter(Exists(self._links()) if wanted else ~Exists(self._links()))

    def covering_condition(self) -> Exists:
        """That a current case covers the row, for counting."""
        return Exists(self._links())

    def having_coverage(self, coverages: Collection[str]) -> Self:
        """Those whose cases are as far as one of the words of `Coverage` says."""
        links = self._links()
        failing = Exists(links.filter(case__activity__last_status__in=FAILING))
        waiting = Exists(links.filter(Q(case__activity__isnull=True) | Q(case__activity__last_status__in=WAITING)))
        meanings = {
            Coverage.UNCOVERED: ~Q(Exists(links)),
            Coverage.FAILING: Q(failing),
            Coverage.NOT_EXECUTED: Q(waiting),
            Coverage.PASSED: Q(Exists(links)) & ~Q(Exists(links.exclude(case__activity__last_status="passed"))),
        }
        wanted = Q()
        for each in coverages:
            wanted |= meanings[each]
        return self.filter(wanted)

    def with_case_counts(self) -> Self:
        """Each with `case_count`: how many current cases cover it."""
        counted = self._links().order_by().values("story").annotate(cases=Count("*")).values("cases")
        return self.annotate(case_count=Coalesce(Subquery(counted), 0))

    def totals(self) -> dict[str, int]:
        """How many `stories` there are and how many of them are `covered`."""
        return self.order_by().aggregate(stories=Count("pk"), covered=Count("pk", filter=self.covering_condition()))

    def for_list(self) -> Self:
        """What a row shows, in the order of the ids."""
        return self.select_related("project").defer("description").sorted_by("id")

    def used_values(self, name: str) -> list[str]:
        """The values of a column that filters offer, each once."""
        found = self.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
        return list(found[:MOST_OFFERED])


class StoryLinkQuerySet(ProjectOwnedQuerySet):
    """Which cases cover which stories."""

    view_permission = "case.view"

    def of_current_cases(self) -> Self:
        """Those of cases that are neither deleted nor archived."""
        return self.filter(case__deleted_at__isnull=True, case__is_archived=False)

    def of_living_stories(self) -> Self:
        """Those of stories that are not deleted, each with its story."""
        return self.filter(story__deleted_at__isnull=True).select_related("story__project")

    def for_cases(self) -> Self:
        """Each with its case and the last result of it, by the ids of the cases."""
        heavy = ("search", "folded", "description", "preconditions", "expected_result", "test_data")
        found = self.select_related("case__activity", "case__project").defer(*[f"case__{name}" for name in heavy])
        return found.order_by("case__test_id", "pk")

    def counts_by(self, name: str) -> dict[Any, dict[str, int]]:
        """How many current cases have which last result, by a column of the links or their stories; one query.

        A case that covers several stories of one epic counts once there.
        """
        status = Coalesce("case__activity__last_status", Value("not_started"))
        rows = self.of_current_cases().order_by().values_list(name, status).annotate(cases=Count("case", distinct=True))
        counts: dict[Any, dict[str, int]] = {}
        for key, word, cases in rows:
            counts.setdefault(key, {})[word] = cases
        return counts


class TestCaseLinkQuerySet(ProjectOwnedQuerySet):
    """How cases depend on and repeat one another."""

    view_permission = "case.view"

    __test__ = False

    def of_living_cases(self) -> Self:
        """Those whose cases are both not deleted."""
        return self.filter(case_a__deleted_at__isnull=True, case_b__deleted_at__isnull=True)

    def readable_by(self, user: User) -> Self:
        """As `visible_to`, with those that were removed."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=projects_to_read(user, self.view_permission)).of_living_cases()

    def of_case(self, case: TestCase) -> Self:
        """Those of one case, whichever side it stands on, with the other one's facts."""
        found = self.living().of_living_cases().filter(Q(case_a=case) | Q(case_b=case))
        shown = ("case_a__project", "case_b__project", "case_a__activity", "case_b__activity")
        heavy = [f"{side}__{name}" for side in ("case_a", "case_b") for name in ("search", "folded", "description")]
        return found.select_related(*shown).defer(*heavy).order_by("type", "pk")


class CaseActivityQuerySet(ProjectOwnedQuerySet):
    """What happened to cases lately."""

    view_permission = "case.view"

    def of_living_cases(self) -> Self:
        """Those of cases that are neither deleted nor archived."""
        return self.filter(case__deleted_at__isnull=True, case__is_archived=False)

    def flakiest(self) -> Self:
        """Cases whose outcome changes most, worst first."""
        return self.of_living_cases().filter(flaky_score__gt=0).order_by("-flaky_score", "-last_run_at", "pk")

    def failing_longest(self) -> Self:
        """Cases that still fail, longest first."""
        found = self.of_living_cases().filter(failing_since__isnull=False)
        return found.annotate(failing_for=Value(timezone.now()) - F("failing_since")).order_by("failing_since", "pk")
