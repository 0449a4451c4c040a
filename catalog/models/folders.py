"""The tree that cases stand in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed
from qaportal.kit.models import SoftDeleted

from ..querysets import FolderCountQuerySet, FolderQuerySet


class Folder(ProjectIndexed, Authored, SoftDeleted):
    """A place in the tree: depth 1 is a module, 2 a sub-module, 3 a feature, deeper is free."""

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=1000, editable=False, default="")
    """The ids from the root to this folder, each as ten digits and a slash: `0000000012/0000000040/`."""
    depth = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = FolderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project",
                "parent",
                Lower("name"),
                condition=Q(deleted_at__isnull=True, parent__isnull=False),
                name="folder_name_once",
            ),
            models.UniqueConstraint(
                "project",
                Lower("name"),
                condition=Q(deleted_at__isnull=True, parent__isnull=True),
                name="folder_root_name_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="folder_named"),
        ]
        indexes = [
            models.Index(fields=["project", "parent", "position"], name="folder_children"),
            models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="folder_path"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The cases of the folder."""
        return f"{reverse('catalog:case_list', args=[self.project.key])}?folder={self.pk}"


class FolderCount(models.Model):
    """How many living, current cases stand in a folder itself; a trigger of the table of cases keeps it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    folder = models.ForeignKey(Folder, null=True, on_delete=models.CASCADE, related_name="+")
    """None stands for the cases in no folder."""
    cases = models.BigIntegerField(default=0)

    objects = FolderCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "folder"], name="folder_count_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        """The number."""
        return str(self.cases)
