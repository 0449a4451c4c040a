"""Issues and where they were seen."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned
from catalog.choices import Priority
from catalog.models import Folder, TestCase
from qaportal.kit.models import SoftDeleted
from releases.models import Release
from runs.models import Finding, RunCase, Session, TestRun

from .choices import OPEN_STATUSES, IssueStatus, LinkKind, Severity
from .querysets import IssueLinkQuerySet, IssueQuerySet


class Issue(ProjectIndexed, Authored, SoftDeleted):
    """Something that is wrong; its ticket in a tracker, where there is one, is known by its key."""

    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=IssueStatus.choices, default=IssueStatus.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.MEDIUM)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.MAJOR)
    reporter = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reporter_name = models.CharField(_("reported by"), max_length=100, blank=True)
    assignee = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    tracker_assignee_id = models.CharField(max_length=100, blank=True)
    tracker_assignee_name = models.CharField(max_length=255, blank=True)
    external_key = models.CharField(_("ticket"), max_length=100, blank=True)
    external_url = models.CharField(_("address of the ticket"), max_length=2000, blank=True)
    story_key = models.CharField(_("story"), max_length=50, blank=True)
    module = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    release = models.ForeignKey(Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="issues")
    case = models.ForeignKey(TestCase, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    video_url = models.CharField(max_length=2000, blank=True)
    screenshots = models.JSONField(default=list, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="issue_titled"),
            models.CheckConstraint(condition=Q(status__in=IssueStatus.values), name="issue_status_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="issue_severity_known"),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="issue_closed_at_some_time",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-updated_at"], name="issue_by_change"),
            models.Index(fields=["project", "status"], condition=Q(deleted_at__isnull=True), name="issue_by_status"),
            models.Index(fields=["project", "external_key"], condition=~Q(external_key=""), name="issue_by_ticket"),
        ]

    def __str__(self) -> str:
        """The title."""
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is still to be solved."""
        return self.status in OPEN_STATUSES

    @property
    def priority_code(self) -> str:
        """The priority as its word."""
        return Priority(self.priority).code

    @property
    def tail(self) -> str:
        """The last part of the address: the id, which counts, and the readable rest, which is ignored."""
        slug = slugify(self.title)[:60].strip("-")
        return f"{self.pk}-{slug}" if slug else str(self.pk)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("issues:detail", args=[self.project.key, self.tail])


class IssueLink(ProjectOwned, Authored):
    """Where an issue was seen; results are known by their id alone, as they may not be kept as long."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=8, choices=LinkKind.choices)
    case = models.ForeignKey(TestCase, null=True, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(TestRun, null=True, on_delete=models.CASCADE, related_name="+")
    run_case = models.ForeignKey(RunCase, null=True, on_delete=models.CASCADE, related_name="+")
    """The test of the result."""
    result_id = models.UUIDField(null=True)
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="+")
    finding = models.ForeignKey(Finding, null=True, on_delete=models.SET_NULL, related_name="+")
    """The finding of the session that the issue was made of."""

    objects = IssueLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="case", case__isnull=False)
                | Q(kind="run", run__isnull=False)
                | Q(kind="result", result_id__isnull=False, run__isnull=False, run_case__isnull=False)
                | Q(kind="session", session__isnull=False),
                name="issue_link_names_its_object",
            ),
            *(
                models.UniqueConstraint(fields=["issue", field], condition=Q(kind=kind), name=f"issue_link_{kind}_once")
                for kind, field in (("case", "case"), ("run", "run"), ("result", "result_id"), ("session", "session"))
            ),
        ]

    def __str__(self) -> str:
        """What it leads to."""
        return f"{self.kind} of {self.issue_id}"
