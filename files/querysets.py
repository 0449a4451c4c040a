"""Which files people may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Project, User


class StoredFileQuerySet(models.QuerySet):
    """Stored files."""

    def visible_to(self, user: User) -> Self:
        """The files of the projects that the user sees."""
        from accounts.models import Project

        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project) -> Self:
        """The files of one project."""
        return self.filter(project=project)

    def readable(self) -> Self:
        """Files whose bytes can be had: from the storage, or while they wait for it."""
        return self.filter(state__in=("stored", "waiting"))

    def unclaimed(self, keys: Iterable[UUID] | None = None) -> Self:
        """Files that no object names, all or of these keys."""
        rows = self.filter(claimed_at__isnull=True)
        return rows if keys is None else rows.filter(pk__in=list(keys))
