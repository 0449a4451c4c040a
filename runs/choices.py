"""Fixed values of runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.choices import FINAL_STATUSES, ResultStatus

__all__ = ["ENDED_IMPORTS", "FINAL_STATUSES", "ImportState", "ResultSource", "ResultStatus", "RunKind", "RunStatus"]


class RunKind(models.TextChoices):
    """Who executes a run."""

    MANUAL = "manual", _("Manual")
    AUTOMATED = "automated", _("Automated")
    MIXED = "mixed", _("Mixed")


class RunStatus(models.TextChoices):
    """Whether results still come in."""

    ACTIVE = "active", _("Active")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    INTERRUPTED = "interrupted", _("Interrupted")


class ResultSource(models.TextChoices):
    """The way a result came in."""

    MANUAL = "manual", _("By hand")
    REPORT = "report", _("Report")
    API = "api", _("API")


class ImportState(models.TextChoices):
    """How far an upload is."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


ENDED_IMPORTS = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.UNDONE})


class MatchedBy(models.TextChoices):
    """How a reported test found its case."""

    EXPLICIT_ID = "explicit_id", _("Id in the report")
    NAMED_ID = "named_id", _("Id in the name")
    AUTOMATION_KEY = "automation_key", _("Automation key")
    NAME = "name", _("Name in its folder")
    PERSON = "person", _("Linked by hand")
    CREATED = "created", _("Case made for it")
    NOBODY = "", _("Not matched")
