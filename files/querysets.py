"""Which files people may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

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
