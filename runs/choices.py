"""Fixed values of runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.choices import FINAL_STATUSES, ResultStatus

__all__ = [
    "ENDED_IMPORTS",
    "FINAL_STATUSES",
    "ArtifactCategory",
    "ArtifactType",
    "FindingType",
    "ImportState",
    "LogType",
    "MatchedBy",
    "ResultSource",
    "ResultStatus",
    "RunKind",
    "RunStatus",
    "SessionStatus",
    "Severity",
]


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
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


ENDED_IMPORTS = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.UNDOING, ImportState.UNDONE})


class MatchedBy(models.TextChoices):
    """How a reported test found its case."""

    EXPLICIT_ID = "explicit_id", _("Id in the report")
    NAMED_ID = "named_id", _("Id in the name")
    AUTOMATION_KEY = "automation_key", _("Automation key")
    NAME = "name", _("Name in its folder")
    PERSON = "person", _("Linked by hand")
    CREATED = "created", _("Case made for it")
    NOBODY = "", _("Not matched")


class ArtifactType(models.TextChoices):
    """What kind of file a test left."""

    SCREENSHOT = "screenshot", _("Screenshot")
    VIDEO = "video", _("Video")
    LOG = "log", _("Log")
    OTHER = "other", _("Other")


class ArtifactCategory(models.TextChoices):
    """Which moment of a step a file shows."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
    ERROR = "error", _("Error")
    CHECKPOINT = "checkpoint", _("Checkpoint")


class LogType(models.TextChoices):
    """Where an entry of a log comes from."""

    CONSOLE = "console", _("Console")
    NETWORK = "network", _("Network")


class FailureCause(models.TextChoices):
    """Who has to mend what a failure shows."""

    PRODUCT = "product", _("Product bug")
    TEST = "test", _("Test defect")
    ENVIRONMENT = "environment", _("Environment")
    KNOWN = "known_issue", _("Known issue")


class RuleState(models.TextChoices):
    """Whether the cause that a rule names is said to be gone."""

    ACTIVE = "active", _("Active")
    FIXED = "fixed", _("Fixed")


class SessionStatus(models.TextChoices):
    """How far an exploratory session is."""

    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("Running")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")


class FindingType(models.TextChoices):
    """What an exploratory session brought up."""

    BUG = "bug", _("Bug")
    QUESTION = "question", _("Question")
    IDEA = "idea", _("Idea")


class Severity(models.TextChoices):
    """How bad it is when it happens."""

    CRITICAL = "critical", _("Critical")
    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")
    TRIVIAL = "trivial", _("Trivial")
