"""Reading folders."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    Sum,
)

from accounts.querysets import ProjectOwnedQuerySet

if TYPE_CHECKING:
    from ..models import Folder


class FolderQuerySet(ProjectOwnedQuerySet):
    """Folders."""

    view_permission = "case.view"
    restore_permission = "folder.delete"

    def for_list(self) -> Self:
        """In the order of the tree's levels."""
        return self.select_related("parent").order_by("position", "name", "pk")

    def names(self) -> dict[int, str]:
        """The name of each folder by its id, deleted ones included: paths may lead through them."""
        return dict(self.values_list("pk", "name"))

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


class FolderRemovalQuerySet(ProjectOwnedQuerySet):
    """Deletions of folders."""

    view_permission = "case.view"

    def open(self) -> Self:
        """Those that nobody took back yet."""
        return self.filter(restored_at__isnull=True)
