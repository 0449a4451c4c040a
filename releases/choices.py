"""Fixed values of releases."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OverallStatus(models.TextChoices):
    """Where the release stands; kept by people, apart from the computed verdict."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    READY = "ready", _("Ready")
    RELEASED = "released", _("Released")
    CANCELLED = "cancelled", _("Cancelled")


class MilestoneStatus(models.TextChoices):
    """How far a milestone is."""

    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class ExecutionStatus(models.TextChoices):
    """The verdict of a case in a release."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    BLOCKED = "blocked", _("Blocked")
    SKIPPED = "skipped", _("Skipped")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")


OPEN_STATUSES = (OverallStatus.NOT_STARTED, OverallStatus.IN_PROGRESS, OverallStatus.READY)
EXECUTED = (ExecutionStatus.PASSED, ExecutionStatus.FAILED, ExecutionStatus.BLOCKED, ExecutionStatus.SKIPPED)
OPEN_MILESTONES = (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS)
