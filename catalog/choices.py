"""Fixed values of the catalog."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TestType(models.TextChoices):
    """Who executes the case."""

    MANUAL = "manual", _("Manual")
    SEMI_AUTOMATED = "semi_automated", _("Partly automated")
    AUTOMATED = "automated", _("Automated")

    __test__ = False


class TestTag(models.TextChoices):
    """What the case works on; it is part of the test id."""

    UI = "ui", _("UI")
    API = "api", _("API")
    HYBRID = "hybrid", _("Hybrid")

    __test__ = False


class AutomationStatus(models.TextChoices):
    """Whether the script of an automated case works."""

    WORKING = "working", _("Working")
    BROKEN = "broken", _("Broken")


class Priority(models.IntegerChoices):
    """How much it matters, stored as a number so that sorting is by weight."""

    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")
    CRITICAL = 4, _("Critical")

    @property
    def code(self) -> str:
        """The word that the API and filters use."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> "Priority":
        """The priority of a word in any case; raises KeyError for another word."""
        return cls[code.strip().upper()]


class FieldKind(models.TextChoices):
    """What a custom field holds."""

    STRING = "string", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    INTEGER = "integer", _("Whole number")
    NUMBER = "number", _("Number")
    CHECKBOX = "checkbox", _("Checkbox")
    DATE = "date", _("Date")
    DROPDOWN = "dropdown", _("One of a list")
    MULTI_SELECT = "multi_select", _("Some of a list")
    LINK = "link", _("Link")
    STEPS = "steps", _("Steps")


class FieldTarget(models.TextChoices):
    """What a custom field describes."""

    CASE = "case", _("Test cases")
    RESULT = "result", _("Results")


class CaseState(models.TextChoices):
    """Where the case stands in its life."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    ACTIVE = "active", _("Active")
    DEPRECATED = "deprecated", _("Deprecated")


class FolderContent(models.TextChoices):
    """What becomes of what a folder holds when it is deleted."""

    MOVE = "move", _("Move it to another folder")
    ARCHIVE = "archive", _("Archive the cases")
    DELETE = "delete", _("Delete everything with it")


class CopyState(models.TextChoices):
    """How far a copy of cases is."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class ResultStatus(models.TextChoices):
    """The verdict words of cases and results, in the order they are always shown."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    ERROR = "error", _("Error")
    BLOCKED = "blocked", _("Blocked")
    SKIPPED = "skipped", _("Skipped")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_STARTED = "not_started", _("Not started")


FINAL_STATUSES = (
    ResultStatus.PASSED,
    ResultStatus.FAILED,
    ResultStatus.ERROR,
    ResultStatus.BLOCKED,
    ResultStatus.SKIPPED,
)
"""A test with one of these was executed."""


class CaseLinkType(models.TextChoices):
    """How two cases belong together, as the API calls it."""

    SAME_TEST = "SAME_TEST_DIFFERENT_SOURCE", _("Same test, other source")
    DEPENDS_ON = "DEPENDS_ON", _("Depends on")


class Coverage(models.TextChoices):
    """How far the cases of a story are, as lists of stories are filtered by it."""

    UNCOVERED = "uncovered", _("No case")
    NOT_EXECUTED = "not_executed", _("Not fully executed")
    FAILING = "failing", _("Failing")
    PASSED = "passed", _("All passed")


class Likeness(models.TextChoices):
    """Why two cases look like the same test."""

    SAME_KEY = "same_key", _("Same automation key")
    SAME_TITLE = "same_title", _("Same title")
    LIKE_TITLE = "like_title", _("Similar title")
    SAME_STEPS = "same_steps", _("Same steps")
    LIKE_STEPS = "like_steps", _("Similar steps")


class CaseImportState(models.TextChoices):
    """How far an import of cases is."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Taking back")
    UNDONE = "undone", _("Taken back")


class RowVerdict(models.TextChoices):
    """What an import does, or did, with a case of its file."""

    CREATE = "create", _("Create")
    UPDATE = "update", _("Update")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Left alone")
    REFUSED = "refused", _("Refused")


class ExistingCases(models.TextChoices):
    """What an import does with rows whose case is there already."""

    UPDATE = "update", _("Update them")
    SKIP = "skip", _("Leave them alone")
    CREATE = "create", _("Create new cases beside them")
