"""Reading how cases belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import (
    Q,
)

from accounts.querysets import ProjectOwnedQuerySet, projects_to_read

if TYPE_CHECKING:
    from accounts.models import User

    from ..models import TestCase


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
