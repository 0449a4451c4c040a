"""Reading steps that cases share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from ..models import SharedSteps

MOST_WORDS = 8


class SharedStepsQuerySet(ProjectOwnedQuerySet):
    """Steps that many cases use."""

    view_permission = "case.view"

    def kept_as_they_are(self, keys: Iterable[int]) -> dict[int, SharedSteps]:
        """Those with these keys that are not deleted, by key; nobody changes them until the transaction ends.

        Whoever reads them for a case waits for nobody but one who is changing them.
        """
        rows = self.living().filter(pk__in=keys).order_by("pk")
        statement, values = rows.query.sql_with_params()
        return {each.pk: each for each in self.model.objects.raw(f"{statement} FOR SHARE", values)}

    def matching(self, words: str) -> Self:
        """Those whose title or steps hold all the words."""
        found = self
        for word in words.split()[:MOST_WORDS]:
            text = Cast("steps", models.TextField())
            found = found.annotate(said=text).filter(Q(title__icontains=word) | Q(said__icontains=word))
        return found

    def with_uses(self) -> Self:
        """Each with `uses`: how many cases that are not deleted use it."""
        steps = self.model._meta.get_field("used_in").related_model.objects
        used = (
            steps.filter(shared_steps=OuterRef("pk"), case__deleted_at__isnull=True).order_by().values("shared_steps")
        )
        counted = used.annotate(uses=Count("case", distinct=True)).values("uses")
        return self.annotate(uses=Coalesce(Subquery(counted), 0))

    def for_list(self) -> Self:
        """What a row shows, by title."""
        return self.select_related("project", "updated_by").with_uses().order_by("title", "pk")


class SharedStepsVersionQuerySet(ProjectOwnedQuerySet):
    """What every save of shared steps left behind."""

    view_permission = "case.view"

    def for_list(self) -> Self:
        """With who saved them, the newest first, without what they hold."""
        return self.select_related("saved_by").defer("document").order_by("-number")
