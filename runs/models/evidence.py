"""What an attempt left behind: its steps, checkpoints, log entries and artifacts.

The tables are partitioned by month on their own UUIDv7 keys, like results, and for the same reason none of their
foreign keys is checked by the database. A partitioned table cannot keep a step unique in its result either: whoever
writes locks the test of the run first (`services/evidence.py`).
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from files.models import StoredFile
from qaportal.kit.models import new_uuid

from ..choices import ArtifactCategory, ArtifactType, LogType, ResultStatus
from ..querysets import ArtifactQuerySet, EvidenceQuerySet
from .runs import Result

LONGEST_PATH = 1_000
LONGEST_ACTION = 500


class Evidence(models.Model):
    """Base: a row that belongs to one result."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    result = models.ForeignKey(Result, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    step_number = models.PositiveIntegerField(_("step"), null=True)
    iteration = models.PositiveIntegerField(_("iteration"), default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        abstract = True


class StepResult(Evidence):
    """One step of an attempt; there is one for each number in an iteration."""

    step_number = models.PositiveIntegerField(_("step"))
    action = models.CharField(_("action"), max_length=LONGEST_ACTION, blank=True)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=ResultStatus.choices)
    duration_ms = models.PositiveBigIntegerField(null=True)
    error_message = models.TextField(_("error"), blank=True)
    screenshot_path = models.CharField(max_length=LONGEST_PATH, blank=True)
    """What the client calls the picture of this step."""
    screenshot_artifact_id = models.UUIDField(null=True)
    """The picture itself, once it has arrived."""
    notes = models.TextField(_("notes"), blank=True)
    metadata = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["result", "iteration", "step_number"], name="step_result_in_order")]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=ResultStatus.values), name="step_result_status_known")
        ]

    def __str__(self) -> str:
        """Number and status."""
        return f"{self.step_number}: {self.status}"


class Checkpoint(Evidence):
    """Something that an attempt compared on its way, with what it expected and what it found."""

    checkpoint_number = models.PositiveIntegerField()
    name = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=ResultStatus.choices)
    expected = models.TextField(blank=True)
    actual = models.TextField(blank=True)
    message = models.TextField(blank=True)
    metadata = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["result", "iteration", "checkpoint_number"], name="checkpoint_in_order")]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=ResultStatus.values), name="checkpoint_status_known")
        ]

    def __str__(self) -> str:
        """Name and status."""
        return f"{self.name or self.checkpoint_number}: {self.status}"


class LogEntry(Evidence):
    """A line of the browser's console, or a request that it sent."""

    log_type = models.CharField(max_length=8, choices=LogType.choices)
    level = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    url = models.TextField(blank=True)
    method = models.CharField(max_length=20, blank=True)
    status_code = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    logged_at = models.DateTimeField(null=True)
    metadata = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["result", "id"], name="log_entry_in_order")]
        constraints = [models.CheckConstraint(condition=models.Q(log_type__in=LogType.values), name="log_type_known")]

    def __str__(self) -> str:
        """What was logged."""
        return f"{self.log_type}: {self.message or self.url}"


class Artifact(Evidence):
    """A file that an attempt left: a picture, a video, a log."""

    step = models.ForeignKey(
        StepResult, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        StoredFile, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    artifact_type = models.CharField(_("type"), max_length=20, choices=ArtifactType.choices)
    artifact_category = models.CharField(_("category"), max_length=20, choices=ArtifactCategory.choices, blank=True)
    description = models.TextField(_("description"), blank=True)
    captured_at = models.DateTimeField(null=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["result", "id"], name="artifact_in_order"),
            models.Index(fields=["file"], name="artifact_of_file"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(artifact_type__in=ArtifactType.values), name="artifact_type_known"
            )
        ]

    def __str__(self) -> str:
        """What it is."""
        return f"{self.artifact_type} {self.pk}"
