"""Reading cases and what is kept of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Length, NullIf
from django.utils import timezone

from accounts.querysets import ProjectOwnedQuerySet, projects_to_read

from ..query_language import parse
from ..searching import Found, condition_of, highlighted, lexemes_of, ranked

_FILES = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', file.id, 'name', file.name, 'size', file.size,
        'content_type', file.content_type) ORDER BY array_position(%(expressions)s, file.id)), '[]')
    FROM files_storedfile file WHERE file.id = ANY(%(expressions)s) AND file.state = 'stored'
)"""

if TYPE_CHECKING:
    from accounts.models import Project, User

    from ..models import Folder, SharedSteps, Story

OWN_FIELD = "cf_"
"""What stands before the key of a field of the project's own in the names of orders, columns and filters."""
OWN_KEY = re.compile(r"cf_[A-Za-z0-9_-]{1,40}")
LATEST_TAGGED = 2_000
LONGEST_SWAPPED = 12
"""Letters of a misspelt word that are tried the other way."""


class TestCaseQuerySet(ProjectOwnedQuerySet):
    """Test cases."""

    view_permission = "case.view"
    restore_permission = "case.delete"

    __test__ = False
    SORTS = {
        "id": ("id_tag", "id_length", "test_id"),
        "title": ("title",),
        "priority": ("priority",),
        "status": ("activity__last_status",),
        "updated": ("updated_at",),
        "created": ("created_at",),
        "state": ("state",),
        "test_type": ("test_type",),
        "tag": ("tag",),
        "automation_status": ("automation_status",),
        "owner": ("owner__first_name", "owner__last_name", "owner__email"),
        "created_by": ("created_by__first_name", "created_by__last_name", "created_by__email"),
        "updated_by": ("updated_by__first_name", "updated_by__last_name", "updated_by__email"),
        "estimate": ("estimate",),
        "folder": ("folder__name",),
        "epic": ("epic_key",),
        "template": ("template__name",),
        "automation_key": ("automation_key",),
        "version": ("version",),
    }
    """What lists can be sorted by, each with the columns; fields of the project's own beside them by `OWN_FIELD`."""
    NEVER_EMPTY = frozenset({"title", "priority", "updated", "created", "state", "test_type", "tag", "epic", "version"})

    def sorted_by(self, order: str) -> Self:
        """In the order of one of `SORTS`, descending with a minus; anything else means by id.

        Ids are sorted by their tag and their number: TC_UI_999 stands before TC_UI_1000. What says nothing stands
        last, but for results: a case without one is the first that waits.
        """
        descending, name = order.startswith("-"), order.removeprefix("-")
        if OWN_KEY.fullmatch(name):
            return self._by_terms([KeyTransform(name.removeprefix(OWN_FIELD), "custom_values")], descending)
        columns = self.SORTS.get(name)
        if columns is None or name == "id":
            tag = Func(F("test_id"), Value("_"), Value(2), function="split_part", output_field=models.TextField())
            found = self.annotate(id_tag=tag, id_length=Length("test_id"))
            sign = "-" if descending and columns else ""
            return found.order_by(*[f"{sign}{each}" for each in self.SORTS["id"]])
        if name in self.NEVER_EMPTY:
            return self.order_by(*[f"-{each}" if descending else each for each in (*columns, "pk")])
        if name == "status":
            place = F("activity__last_status")
            return self.order_by(place.desc(nulls_last=True) if descending else place.asc(nulls_first=True), "pk")
        return self._by_terms([F(each) for each in columns], descending)

    def _by_terms(self, terms: Sequence[Any], descending: bool) -> Self:
        places = [term.desc(nulls_last=True) if descending else term.asc(nulls_last=True) for term in terms]
        return self.order_by(*places, "pk")

    def rows_of(
        self,
        ids: Sequence[int],
        words: str = "",
        *,
        needs: Collection[str] = ("priority", "updated_at"),
        with_stories: bool = False,
    ) -> list:
        """What the page's list shows of these cases, in the order of the ids, with the found words marked.

        `needs` are the fields that its columns show, those of related rows through two underscores.
        """
        if not ids:
            return []
        related = {"project", "activity", *(name.partition("__")[0] for name in needs if "__" in name)}
        shown = {"test_id", "title", "version", "project__key", "activity__last_status", *needs}
        found = self.filter(pk__in=ids).select_related(*sorted(related)).only(*sorted(shown))
        if with_stories:
            links = self.model._meta.get_field("story_links").related_model.objects.of_living_stories()
            found = found.prefetch_related(Prefetch("story_links", queryset=links))
        if (lexemes := lexemes_of(parse(words))) is not None:
            found = found.annotate(marked_title=highlighted(F("title"), lexemes, whole=True))
        found = {case.pk: case for case in found}
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

    def merged_readable_by(self, user: User) -> Self:
        """Those that were merged into others, in the projects whose cases the user may read."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=projects_to_read(user, self.view_permission), merged_into__isnull=False)

    def covering(self, story: Story) -> Self:
        """The cases that cover the story."""
        return self.filter(story_links__story=story)

    def that_use(self, shared: SharedSteps) -> Self:
        """The cases that use the shared steps."""
        return self.filter(pk__in=shared.used_in.order_by().values("case"))

    def below_folder(self, folder: Folder) -> Self:
        """The cases of the folder and of everything below it."""
        from ..models import Folder as FolderModel

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

    def used_tags(self) -> list[str]:
        """The tags of the 2,000 cases that changed last, each once and in order: what a list of choices offers."""
        latest = self.exclude(tags=[]).order_by("-updated_at").values_list("tags", flat=True)[:LATEST_TAGGED]
        return sorted({word for words in latest for word in words}, key=str.casefold)

    def fill_project(self, project: Project) -> bool:
        """Whether the project holds a case that is not deleted."""
        return self.living().in_project(project).exists()

    def for_list(self) -> Self:
        """What a row shows, without the heavy columns."""
        return self.select_related("folder", "owner", "activity", "project").defer("search", "folded", "steps_text")

    def for_detail(self) -> Self:
        """The case with its steps and stories."""
        links = self.model._meta.get_field("story_links").related_model.objects.of_living_stories()
        steps = self.model._meta.get_field("steps").related_model.objects.for_detail()
        return self.for_list().prefetch_related(
            Prefetch("steps", queryset=steps), Prefetch("story_links", queryset=links)
        )

    def for_files(self) -> Self:
        """All that a file says of a case: steps and those it shares, the primary story, people and templates."""
        steps = self.model._meta.get_field("steps").related_model.objects.select_related("shared_steps")
        links = self.model._meta.get_field("story_links").related_model.objects.filter(is_primary=True)
        return (
            self.select_related("folder", "owner", "template")
            .defer("search", "folded", "steps_text")
            .prefetch_related(
                Prefetch("steps", queryset=steps.order_by("position")),
                Prefetch("story_links", queryset=links.select_related("story")),
            )
        )

    def by_place(self) -> Self:
        """Folder by folder as the tree nests them, then by id."""
        return self.sorted_by("id").order_by(F("folder__path").asc(nulls_first=True), *self.SORTS["id"])


class TestStepQuerySet(ProjectOwnedQuerySet):
    """Steps."""

    view_permission = "case.view"

    __test__ = False

    def for_detail(self) -> Self:
        """Each with `files`, what is told of its files in their order, and `shared_title`; one query for all steps."""
        files = Func(F("attachments"), template=_FILES, output_field=models.JSONField())
        return self.annotate(files=files, shared_title=F("shared_steps__title"))


class TestCaseVersionQuerySet(ProjectOwnedQuerySet):
    """What every save of a case left behind."""

    view_permission = "case.view"

    __test__ = False

    def for_list(self) -> Self:
        """With who saved them, the newest first, without what they hold."""
        return self.select_related("saved_by").defer("document").order_by("-number")


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


class TitleWordQuerySet(ProjectOwnedQuerySet):
    """Words of titles, ids and tags."""

    view_permission = "case.view"

    def alike(self, word: str, most: int) -> list[str]:
        """Those that are spelt like the word, the nearest first; before them those with two letters the other way."""
        # two letters the other way leave a short word too few trigrams to be similar
        swapped = [word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(min(len(word), LONGEST_SWAPPED) - 1)]
        nearness = Case(When(word__in=swapped, then=Value(1.0)), default=TrigramSimilarity("word", word))
        like = Q(word__trigram_similar=word) | Q(word__in=swapped)
        found = self.filter(like).values("word").annotate(nearness=Max(nearness, output_field=FloatField()))
        return list(found.order_by("-nearness", "word").values_list("word", flat=True)[:most])
