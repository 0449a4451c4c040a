"""Reading the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from accounts.models import Project

    from .models import Folder


class FolderQuerySet(ProjectOwnedQuerySet):
    """Folders."""

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


class TestCaseQuerySet(ProjectOwnedQuerySet):
    """Test cases."""

    __test__ = False

    def current(self) -> Self:
        """Those that are not archived."""
        return self.filter(is_archived=False)

    def below_folder(self, folder: Folder) -> Self:
        """The cases of the folder and of everything below it."""
        from .models import Folder as FolderModel

        return self.filter(folder__in=FolderModel.objects.living().below(folder).values("pk"))

    def matching(self, words: str) -> Self:
        """Cases whose id, title or text holds the words: whole words anywhere, parts of words in id and title."""
        words = words.strip()
        if not words:
            return self
        folded = Func(Value(words), function="portal_folded", output_field=models.TextField())
        query = SearchQuery(words, config="portal", search_type="websearch")
        return self.filter(Q(search=query) | Q(folded__contains=folded))

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
        return self.select_related("folder", "owner", "activity", "project").defer("search", "folded")

    def for_detail(self) -> Self:
        """The case with its steps and stories."""
        return self.for_list().prefetch_related("steps", "story_links__story")


class TestStepQuerySet(ProjectOwnedQuerySet):
    """Steps."""

    __test__ = False


class StoryQuerySet(ProjectOwnedQuerySet):
    """Stories and their links."""


class CaseActivityQuerySet(ProjectOwnedQuerySet):
    """What happened to cases lately."""

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
