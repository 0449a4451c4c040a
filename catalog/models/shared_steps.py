"""Steps that many cases share, and their versions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed, User
from qaportal.kit.models import SoftDeleted

from ..querysets import SharedStepsQuerySet, SharedStepsVersionQuerySet
from .versions import LONGEST_REASON


class SharedSteps(ProjectIndexed, Authored, SoftDeleted):
    """A named group of steps that cases use as if it were one of their own."""

    title = models.CharField(_("title"), max_length=300)
    steps = models.JSONField(default=list)
    """Each with `action`, `expected`, `data` and the ids of its `attachments`, in their order."""
    version = models.PositiveIntegerField(default=1)

    objects = SharedStepsQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(title=""), name="shared_steps_titled")]
        indexes = [models.Index(fields=["project", "title"], name="shared_steps_by_title")]

    def __str__(self) -> str:
        """The title."""
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the steps."""
        return reverse("catalog:shared_steps_detail", args=[self.project.key, self.pk])


class SharedStepsVersion(models.Model):
    """Shared steps as one save left them, with who saved them and why."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    shared_steps = models.ForeignKey(SharedSteps, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    """The `title` and the `steps`."""
    changed = ArrayField(models.CharField(max_length=40), default=list)
    """The names in `document` that this save changed; none for the first version."""
    reason = models.CharField(_("why"), max_length=LONGEST_REASON, blank=True)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedStepsVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shared_steps", "number"], name="shared_steps_version_once")]

    def __str__(self) -> str:
        """The number."""
        return str(self.number)
