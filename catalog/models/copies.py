"""Copies of cases and folders, within a project or into another one of the company."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed, ProjectOwned
from qaportal.kit.models import new_uuid

from ..choices import CopyState
from ..querysets import CopiedCaseQuerySet, CopyJobQuerySet
from .cases import TestCase
from .folders import Folder


class CopyJob(ProjectIndexed, Authored):
    """One copy or move of cases out of its project: what was asked, how far it is, and what it could not take along."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    target_project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    target_folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """What everything is put into; None stands for the top of the tree."""
    is_move = models.BooleanField(default=False)
    """Whether the originals are archived."""
    options = models.JSONField(default=dict)
    """Which of `steps`, `tags`, `versions`, `stories` and `attachments` are taken along."""
    folder_ids = models.JSONField(default=list)
    """The picked folders, by id."""
    folder_map = models.JSONField(default=dict)
    """The folder that stands for each copied one in the target, by id."""
    made_folders = models.JSONField(default=list)
    """Those of them that were made for it, by id."""
    state = models.CharField(max_length=10, choices=CopyState.choices, default=CopyState.QUEUED)
    progress_id = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)
    remarks = models.JSONField(default=dict)
    """What was not taken over: how many cases it concerns, by the kind of thing and its name."""
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = CopyJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CopyState.values), name="copy_job_state_known"),
            models.CheckConstraint(
                condition=Q(is_move=False) | ~Q(project=F("target_project")), name="copy_job_moves_elsewhere"
            ),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="copy_job_newest")]

    def __str__(self) -> str:
        """What was asked."""
        return str(_("Move of cases") if self.is_move else _("Copy of cases"))

    def get_absolute_url(self) -> str:
        """The page that shows progress and summary."""
        return reverse("catalog:copy_detail", args=[self.project.key, self.pk])

    @property
    def is_within(self) -> bool:
        """Whether the copies stand in the project of their originals."""
        return self.project_id == self.target_project_id


class CopiedCase(ProjectOwned):
    """One picked case of a job and its copy, once there is one: what is copied already is never copied again."""

    job = models.ForeignKey(CopyJob, on_delete=models.CASCADE, related_name="cases", db_index=False)
    source = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="copied_in")
    copy = models.OneToOneField(TestCase, null=True, on_delete=models.SET_NULL, related_name="copied_by")
    copy_version = models.PositiveIntegerField(null=True)
    """The version that the copy was made with: a later one tells that somebody changed it."""
    archived_version = models.PositiveIntegerField(null=True)
    """The version of the original that the move made by archiving it."""
    is_left_out = models.BooleanField(default=False)
    """Whether the original was deleted before its turn came."""

    objects = CopiedCaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "source"], name="copied_case_once")]

    def __str__(self) -> str:
        """The ids."""
        return f"{self.source_id} {self.copy_id or ''}"
