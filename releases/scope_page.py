"""What the scope page shows: the project's cases inside or outside the release, by folder, tag and words."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, QuerySet, Value
from django.http import QueryDict

from accounts.models import User
from catalog.choices import Priority
from catalog.models import Folder, TestCase
from catalog.querysets import TestCaseQuerySet
from qaportal.kit.text import key_in

from .models import Release, ReleaseCase
from .tree import NO_FOLDER, ScopeTree, folder_tree

INSIDE, OUTSIDE = "in", "out"
ROWS = 100
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A case as the scope page lists it."""

    case: TestCase
    covered: ReleaseCase | None

    @property
    def priority(self) -> str:
        """The code of the priority that counts here."""
        own = self.covered.priority if self.covered else None
        return Priority(own or self.case.priority).code


class ScopePage:
    """One reading of the scope page; the query string holds its whole state."""

    def __init__(self, release: Release, query: QueryDict) -> None:
        """Read `show`, `folder`, `tag`, `q`, `open` and `page`; what makes no sense is left out."""
        self.release = release
        self.query = query
        self.words = query.get("q", "").replace("\x00", "")[:LONGEST_WORDS].strip()
        self.tag = query.get("tag", "").replace("\x00", "")[:100]
        self.folder_id = key_in(query.get("folder"))
        self.opened = {number for part in query.get("open", "").split(".") if (number := key_in(part))}

    @cached_property
    def inside(self) -> QuerySet[ReleaseCase]:
        """The scope."""
        return ReleaseCase.objects.living().filter(release=self.release)

    @cached_property
    def outside(self) -> TestCaseQuerySet:
        """The current cases of the project that the release does not cover."""
        covered = ReleaseCase.objects.filter(release=self.release).values("case_id")
        return TestCase.objects.living().current().filter(project_id=self.release.project_id).exclude(pk__in=covered)

    @cached_property
    def mode(self) -> str:
        """Which side is shown; an empty scope shows what could be added."""
        chosen = self.query.get("show")
        if chosen in {INSIDE, OUTSIDE}:
            return chosen
        return INSIDE if self.tree.counts.get(INSIDE) else OUTSIDE

    @cached_property
    def folder(self) -> Folder | None:
        """The chosen folder, if it is one of the project."""
        if not self.folder_id:
            return None
        return Folder.objects.living().filter(project_id=self.release.project_id, pk=self.folder_id).first()

    @cached_property
    def tree(self) -> ScopeTree:
        """The folders with how many of their cases are inside and outside."""
        own: dict[int, dict[str, int]] = {}
        sides = ((INSIDE, self.inside, "case__folder_id"), (OUTSIDE, self.outside, "folder_id"))
        for side, queryset, column in sides:
            for folder_id, number in queryset.order_by().values_list(column).annotate(number=Count("pk")):
                own.setdefault(folder_id or NO_FOLDER, {})[side] = number
        tree = folder_tree(self.release.project_id, own)
        tree.unfold(here=self.folder_id, opened=self.opened)
        return tree

    def _narrowed(self, queryset: QuerySet, prefix: str) -> QuerySet:
        if self.folder is not None:
            queryset = queryset.filter(**{f"{prefix}folder__path__startswith": self.folder.path})
        elif self.folder_id == NO_FOLDER:
            queryset = queryset.filter(**{f"{prefix}folder__isnull": True})
        if self.tag:
            queryset = queryset.filter(**{f"{prefix}tags__contains": [self.tag]})
        return queryset

    @cached_property
    def shown(self) -> QuerySet:
        """The cases of the side, folder, tag and words."""
        if self.mode == OUTSIDE:
            found = self._narrowed(self.outside, "").matching(self.words)
            found = found.defer("search", "folded", "description", "preconditions", "expected_result", "test_data")
            return found.order_by(F("folder__path").asc(nulls_last=True), "test_id")
        found = self._narrowed(self.inside, "case__")
        if self.words:
            cases = TestCase.objects.filter(project_id=self.release.project_id).matching(self.words)
            found = found.filter(case__in=cases.values("pk"))
        return found.for_rows()

    @cached_property
    def page(self) -> Page:
        """The page of rows."""
        page = Paginator(self.shown, ROWS).get_page(self.query.get("page"))
        rows = list(page.object_list)
        page.object_list = [
            ScopeRow(row.case, row) if isinstance(row, ReleaseCase) else ScopeRow(row, None) for row in rows
        ]
        for row in page.object_list:
            row.case.project = self.release.project
        return page

    def shown_ids(self) -> list[int]:
        """The ids of all cases that the filters show, on every page."""
        return list(self.shown.order_by().values_list("pk" if self.mode == OUTSIDE else "case_id", flat=True))

    def tags(self) -> list[str]:
        """The tags of the project's cases."""
        unnested = Func(F("tags"), function="unnest")
        cases = TestCase.objects.living().current().filter(project_id=self.release.project_id)
        found = cases.exclude(tags=Value([])).annotate(one=unnested).order_by().values_list("one", flat=True).distinct()
        return sorted(found[:500], key=str.lower)

    def people(self) -> list[User]:
        """Who can be given cases."""
        return list(User.objects.who_reach(self.release.project).order_by("first_name", "last_name", "email"))

    def context(self) -> dict[str, Any]:
        """What the template reads."""
        return {
            "mode": self.mode,
            "folder": self.folder,
            "folder_id": self.folder_id,
            "tag": self.tag,
            "words": self.words,
            "tree": self.tree,
            "page_obj": self.page,
            "tags": self.tags(),
            "people": self.people() if self.mode == INSIDE else [],
            "count_inside": self.tree.counts.get(INSIDE, 0),
            "count_outside": self.tree.counts.get(OUTSIDE, 0),
            "opened": self.opened,
        }
