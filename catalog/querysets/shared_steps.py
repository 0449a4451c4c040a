"""Reading steps that cases share."""

from __future__ import annotations

from typing import Self

from accounts.querysets import ProjectOwnedQuerySet


class SharedStepsQuerySet(ProjectOwnedQuerySet):
    """Steps that many cases use."""

    view_permission = "case.view"


class SharedStepsVersionQuerySet(ProjectOwnedQuerySet):
    """What every save of shared steps left behind."""

    view_permission = "case.view"

    def for_list(self) -> Self:
        """With who saved them, the newest first, without what they hold."""
        return self.select_related("saved_by").defer("document").order_by("-number")
