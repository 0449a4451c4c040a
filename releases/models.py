"""Milestones, releases, and the cases that releases cover."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned
from catalog.choices import Priority
from catalog.models import TestCase
from qaportal.kit.models import SoftDeleted

from .choices import OPEN_MILESTONES, OPEN_STATUSES, ExecutionStatus, MilestoneStatus, OverallStatus
from .querysets import MilestoneQuerySet, ReleaseCaseQuerySet, ReleaseQuerySet


class Milestone(ProjectIndexed, Authored, SoftDeleted):
    """A date that several releases and runs work towards; milestones can stand below one another."""

    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=MilestoneStatus.choices, default=MilestoneStatus.PLANNED
    )
    start = models.DateField(_("starts on"), null=True, blank=True)
    due_date = models.DateField(_("due on"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True, editable=False)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="milestone_named"),
            models.CheckConstraint(condition=Q(status__in=MilestoneStatus.values), name="milestone_status_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="milestone_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(due_date__isnull=True) | Q(due_date__gte=F("start")),
                name="milestone_starts_before_due",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False)
                | (~Q(status="completed") & Q(completed_at__isnull=True)),
                name="milestone_completed_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["project", "due_date"], name="milestone_by_date")]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def tail(self) -> str:
        """The last part of the address: the id, which counts, and the readable rest, which is ignored."""
        slug = slugify(self.name)[:60].strip("-")
        return f"{self.pk}-{slug}" if slug else str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether it is still worked towards."""
        return self.status in OPEN_MILESTONES

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("releases:milestone", args=[self.project.key, self.tail])


class Release(ProjectIndexed, Authored, SoftDeleted):
    """A version that ships when its gates are met."""

    version = models.CharField(_("version"), max_length=60)
    name = models.CharField(_("name"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    release_date = models.DateTimeField(_("ships on"), null=True, blank=True)
    environment = models.CharField(_("environment"), max_length=60, blank=True)
    build = models.CharField(_("build"), max_length=120, blank=True)
    overall_status = models.CharField(
        _("status"), max_length=12, choices=OverallStatus.choices, default=OverallStatus.NOT_STARTED
    )
    qa_lead = models.ForeignKey(
        "accounts.User", verbose_name=_("led by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    platforms = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    milestone = models.ForeignKey(
        Milestone,
        verbose_name=_("milestone"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="releases",
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "version"], condition=Q(deleted_at__isnull=True), name="release_version_once"
            ),
            models.CheckConstraint(condition=~Q(version=""), name="release_versioned"),
            models.CheckConstraint(condition=Q(overall_status__in=OverallStatus.values), name="release_status_known"),
        ]
        indexes = [models.Index(fields=["project", "release_date"], name="release_by_date")]

    def __str__(self) -> str:
        """Version and name."""
        return f"{self.version} {self.name}".strip()

    @property
    def slug(self) -> str:
        """The readable tail of the address."""
        return slugify(f"{self.version.replace('.', '-')} {self.name}")[:60].strip("-")

    @property
    def tail(self) -> str:
        """The last part of the address: the id, which counts, and the readable rest, which is ignored."""
        return f"{self.pk}-{self.slug}" if self.slug else str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether scope and verdicts may still change: it has neither shipped nor been cancelled."""
        return self.overall_status in OPEN_STATUSES

    def get_absolute_url(self) -> str:
        """The execution page."""
        return reverse("runs:execution", args=[self.project.key, self.tail])


class ReleaseCase(ProjectOwned):
    """A case in the scope of a release, with its current verdict there."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="scope", db_index=False)
    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="+", db_index=False)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    assigned_to = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    execution_status = models.CharField(
        max_length=12, choices=ExecutionStatus.choices, default=ExecutionStatus.NOT_STARTED
    )
    executed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    executed_at = models.DateTimeField(null=True)
    execution_duration = models.PositiveIntegerField(null=True)
    """Seconds."""
    comments = models.TextField(blank=True)
    bug_ids = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    screenshots = models.JSONField(default=list, blank=True)
    case_version = models.PositiveIntegerField(null=True)
    """The version of the case that the verdict was given on."""
    last_result_id = models.UUIDField(null=True)
    is_automated_verdict = models.BooleanField(default=False)
    is_flaky = models.BooleanField(default=False)

    objects = ReleaseCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "case"], name="release_case_once"),
            models.CheckConstraint(
                condition=Q(execution_status__in=ExecutionStatus.values), name="release_case_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["release", "execution_status"], name="release_case_by_status"),
            models.Index(fields=["case"], name="release_case_of_case"),
            models.Index(
                fields=["assigned_to", "project"],
                condition=Q(execution_status__in=["not_started", "in_progress"]),
                name="release_case_open_work",
            ),
        ]

    def __str__(self) -> str:
        """Which case of which release."""
        return f"{self.case_id} in {self.release_id}"
