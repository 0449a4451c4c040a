"""Exploratory sessions: a charter, a time box, and what was seen on the way."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned
from catalog.models import Template, TestCase
from qaportal.kit.models import SoftDeleted
from releases.models import Milestone, Release

from ..choices import FindingType, SessionStatus, Severity
from ..querysets import FindingQuerySet, SessionEntryQuerySet, SessionQuerySet
from .configurations import Configuration


class Session(ProjectIndexed, Authored, SoftDeleted):
    """Somebody explores the product with a mission for a while."""

    name = models.CharField(_("name"), max_length=300)
    charter = models.TextField(_("charter"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=SessionStatus.choices, default=SessionStatus.PLANNED)
    template = models.ForeignKey(Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    release = models.ForeignKey(Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    configuration = models.ForeignKey(
        Configuration, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    assigned_to = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    estimate = models.PositiveIntegerField(null=True, blank=True)
    """The time box in seconds."""
    worked = models.PositiveIntegerField(default=0)
    """Seconds worked before the timer was last started."""
    running_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="session_named"),
            models.CheckConstraint(condition=Q(status__in=SessionStatus.values), name="session_status_known"),
            models.CheckConstraint(
                condition=Q(status="active", running_since__isnull=False)
                | (~Q(status="active") & Q(running_since__isnull=True)),
                name="session_runs_while_active",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", finished_at__isnull=False)
                | (~Q(status="completed") & Q(finished_at__isnull=True)),
                name="session_finished_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="session_newest")]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def tail(self) -> str:
        """The last part of the address: the id, which counts, and the readable rest, which is ignored."""
        slug = slugify(self.name)[:60].strip("-")
        return f"{self.pk}-{slug}" if slug else str(self.pk)

    def seconds(self, now: datetime | None = None) -> int:
        """How long it was worked on, until now where the timer runs."""
        running = ((now or timezone.now()) - self.running_since).total_seconds() if self.running_since else 0
        return self.worked + max(0, int(running))

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("runs:session", args=[self.project.key, self.tail])


class SessionEntry(ProjectOwned, Authored):
    """A note that was taken during a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="entries", db_index=False)
    text = models.TextField()
    at_second = models.PositiveIntegerField(default=0)
    """How long the session had been worked on by then."""

    objects = SessionEntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["session", "created_at"], name="session_entry_in_order")]

    def __str__(self) -> str:
        """How it starts."""
        return self.text[:80]


class Finding(ProjectOwned, Authored):
    """A bug, a question or an idea that a session brought up."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="findings", db_index=False)
    type = models.CharField(max_length=10, choices=FindingType.choices)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    at_second = models.PositiveIntegerField(default=0)
    case = models.ForeignKey(TestCase, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The case that was made of it."""

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(type__in=FindingType.values), name="finding_type_known"),
            models.CheckConstraint(condition=Q(severity__in=["", *Severity.values]), name="finding_severity_known"),
        ]
        indexes = [models.Index(fields=["session", "created_at"], name="finding_in_order")]

    def __str__(self) -> str:
        """The title."""
        return self.title
