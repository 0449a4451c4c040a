"""Reading stories and what covers them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Length

from accounts.querysets import ProjectOwnedQuerySet

from ..choices import Coverage

if TYPE_CHECKING:
    pass

FAILING = ("failed", "error", "blocked")
WAITING = ("not_started", "in_progress")
MOST_OFFERED = 200


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
