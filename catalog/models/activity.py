"""What happened to cases lately."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Project

from ..choices import ResultStatus
from ..querysets import CaseActivityQuerySet
from .cases import TestCase


class CaseActivity(models.Model):
    """What happened to a case lately. Written by the runs alone, apart from the case: a result changes no version."""

    case = models.OneToOneField(TestCase, primary_key=True, on_delete=models.CASCADE, related_name="activity")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    last_status = models.CharField(max_length=12, choices=ResultStatus.choices, default=ResultStatus.NOT_STARTED)
    last_result_id = models.UUIDField(null=True)
    last_run_at = models.DateTimeField(null=True)
    recent_outcomes = ArrayField(models.CharField(max_length=12), default=list, size=12)
    """The last results, oldest first; `flaky` is a pass on retry."""
    executions = models.PositiveIntegerField(default=0)
    mean_duration = models.PositiveIntegerField(null=True)
    """Milliseconds."""
    flaky_score = models.FloatField(default=0)
    """0 to 1: the share of changes among the last outcomes."""
    failing_since = models.DateTimeField(null=True)

    objects = CaseActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "case activities"
        indexes = [
            models.Index(fields=["project", "last_status"], name="case_activity_by_status"),
            models.Index(
                fields=["project", "-flaky_score"], condition=Q(flaky_score__gt=0), name="case_activity_flaky"
            ),
            models.Index(
                fields=["project", "failing_since"],
                condition=Q(failing_since__isnull=False),
                name="case_activity_failing",
            ),
        ]

    def __str__(self) -> str:
        """The last status."""
        return self.last_status
