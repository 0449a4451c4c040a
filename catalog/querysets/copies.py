"""What people may see of copies, moves and deletions of folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from ..models import TestCase


class CopyJobQuerySet(ProjectOwnedQuerySet):
    """Copies and moves of cases: those who read the cases of the project they were copied from see them."""

    view_permission = "case.view"

    def for_detail(self) -> Self:
        """With where the copies went, and who asked for them."""
        return self.select_related(
            "project__tenant", "target_project__tenant", "target_folder", "created_by__role", "created_by__tenant"
        )


class CopiedCaseQuerySet(ProjectOwnedQuerySet):
    """Picked cases and their copies."""

    view_permission = "case.view"

    def waiting(self) -> Self:
        """Those that are not copied yet."""
        return self.filter(copy__isnull=True, copy_version__isnull=True, is_left_out=False)

    def done(self) -> Self:
        """Those whose copy still stands."""
        return self.filter(copy__isnull=False, copy__deleted_at__isnull=True)

    def moves_of(self, case: TestCase) -> Self:
        """The copies that took the place of the case, the newest first."""
        return self.done().filter(source=case, job__is_move=True).order_by("-pk")

    def for_list(self) -> Self:
        """With original and copy, by the id of the original."""
        heavy = [f"{side}__{name}" for side in ("source", "copy") for name in ("search", "folded", "steps_text")]
        return self.select_related("source__project", "copy__project").defer(*heavy).order_by("source__test_id", "pk")
