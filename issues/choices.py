"""Fixed values of issues."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.choices import Severity

__all__ = ["IssueStatus", "LinkKind", "Severity"]


class IssueStatus(models.TextChoices):
    """Where an issue stands."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


OPEN_STATUSES = (IssueStatus.OPEN, IssueStatus.IN_PROGRESS)


class LinkKind(models.TextChoices):
    """Where an issue was seen."""

    CASE = "case", _("Test case")
    RUN = "run", _("Run")
    RESULT = "result", _("Result")
    SESSION = "session", _("Session")
