"""Abstract bases of what belongs to a project."""

from django.conf import settings
from django.db import models

from qaportal.kit.models import TimeStamped

from .tenancy import Project


class ProjectOwned(TimeStamped):
    """A row of a project; its manager offers `visible_to` and `in_project`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class ProjectIndexed(ProjectOwned):
    """A row of a project whose table has an index that begins with the project: the column needs none of its own."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Authored(models.Model):
    """Who made the row and who changed it last."""

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        abstract = True
