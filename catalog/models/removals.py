"""What deleting a folder did with what it held, so that it can be brought back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ProjectOwned, User

from ..choices import FolderContent
from ..querysets import FolderRemovalQuerySet
from .folders import Folder


class FolderRemoval(ProjectOwned):
    """One deletion of a folder: what became of its cases and sub-folders, and where each of them was."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="removals")
    content = models.CharField(_("content"), max_length=10, choices=FolderContent.choices)
    target = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """Where what it held went; None stands for no folder."""
    deleted_at = models.DateTimeField()
    """What the folder, and all that was deleted with it, has as its time of deletion."""
    changed_cases = models.JSONField(default=dict)
    """Each case that it moved or archived, by id: the version that made, the folder before, whether it was archived."""
    moved_folders = models.JSONField(default=list)
    """Each sub-folder that was hung elsewhere: its id, the id of what it hung below and of what it hangs below now."""
    counts = models.JSONField(default=dict)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    restored_at = models.DateTimeField(null=True, blank=True)

    objects = FolderRemovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(restored_at__isnull=True), name="folder_removal_open_once"
            ),
            models.CheckConstraint(condition=Q(content__in=FolderContent.values), name="folder_removal_content_known"),
        ]

    def __str__(self) -> str:
        """The folder."""
        return self.folder.name

    @property
    def cases(self) -> int:
        """How many cases the folder and those below it held."""
        return self.counts.get("cases", 0)

    @property
    def folders(self) -> int:
        """How many folders were below it."""
        return self.counts.get("folders", 0)
