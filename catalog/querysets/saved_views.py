"""Reading saved views of the list of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class SavedViewQuerySet(ProjectOwnedQuerySet):
    """Saved views."""

    view_permission = "case.view"

    def visible_to(self, user: User) -> Self:
        """The user's own and those of everybody, in the projects whose cases he reads."""
        if not user.is_authenticated:
            return self.none()
        return super().visible_to(user).filter(Q(owner__isnull=True) | Q(owner=user.pk))

    def for_list(self) -> Self:
        """Those of the project first, then one's own, each by name."""
        return self.select_related("project").order_by(F("owner").asc(nulls_first=True), Lower("name"), "pk")
