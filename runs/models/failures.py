"""What is known of failures: their causes, the rules that class them, and the tests nobody can trust."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed, ProjectOwned
from catalog.models import TestCase

from ..choices import FailureCause, RuleState
from ..failure_querysets import (
    FailureClusterQuerySet,
    FailureRuleQuerySet,
    QuarantineQuerySet,
    RunClusterQuerySet,
    TestStabilityQuerySet,
)
from .runs import TestRun


class FailureRule(ProjectIndexed, Authored):
    """Says of failures that match every condition it has who has to mend them."""

    name = models.CharField(_("name"), max_length=200)
    cause = models.CharField(max_length=12, choices=FailureCause.choices)
    pattern = models.CharField(max_length=500, blank=True)
    """What the message or the trace holds; `*` stands for anything, upper and lower case are alike."""
    fingerprint = models.UUIDField(null=True, blank=True)
    path_pattern = models.CharField(max_length=300, blank=True)
    """The whole automation key, or folder and class, with `*` for anything."""
    owner = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_on = models.DateField(null=True, blank=True)
    """The last day on which the rule counts."""
    ticket = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=6, choices=RuleState.choices, default=RuleState.ACTIVE)
    fixed_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    """When a failure came back that was said to be gone; until somebody says so again."""
    reopened_run = models.ForeignKey(TestRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = FailureRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(pattern="", path_pattern="", fingerprint__isnull=True), name="failure_rule_says_something"
            ),
            models.CheckConstraint(condition=Q(cause__in=FailureCause.values), name="failure_rule_cause_known"),
            models.CheckConstraint(condition=Q(state__in=RuleState.values), name="failure_rule_state_known"),
        ]
        indexes = [models.Index(fields=["project", "state"], name="failure_rule_by_state")]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The form of the rule."""
        return reverse("runs:rule_edit", args=[self.project.key, self.pk])


class FailureCluster(ProjectIndexed):
    """One cause of failures in a project, by its fingerprint; counted up by the write path."""

    fingerprint = models.UUIDField()
    title = models.CharField(max_length=300)
    thrown_at = models.CharField(max_length=300, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    occurrences = models.PositiveBigIntegerField(default=0)
    """Failed attempts, each try counted."""
    first_run = models.ForeignKey(TestRun, null=True, on_delete=models.SET_NULL, related_name="+")
    last_run = models.ForeignKey(TestRun, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = FailureClusterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "fingerprint"], name="failure_cluster_once")]
        indexes = [models.Index(fields=["project", "-last_seen"], name="failure_cluster_newest")]

    def __str__(self) -> str:
        """What went wrong."""
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the cause."""
        return reverse("runs:cluster", args=[self.project.key, self.pk])

    @property
    def short(self) -> str:
        """The start of the fingerprint, by which people call it."""
        return self.fingerprint.hex[:7]


class RunCluster(ProjectOwned):
    """How many tests of a run fail for one cause now; read by the pages instead of the tests."""

    run = models.ForeignKey(TestRun, on_delete=models.CASCADE, related_name="clusters", db_index=False)
    cluster = models.ForeignKey(FailureCluster, on_delete=models.CASCADE, related_name="in_runs")
    rule = models.ForeignKey(FailureRule, null=True, on_delete=models.SET_NULL, related_name="+")
    """The rule that classes most of its tests."""
    tests = models.PositiveIntegerField()
    quarantined = models.PositiveIntegerField(default=0)

    objects = RunClusterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "cluster"], name="run_cluster_once")]
        indexes = [models.Index(fields=["run", "-tests"], name="run_cluster_largest")]

    def __str__(self) -> str:
        """How many tests."""
        return str(self.tests)


class TestStability(ProjectIndexed):
    """How the last runs of a test that ever failed went, each attempt counted; kept by the write path."""

    __test__ = False

    test_key = models.UUIDField()
    occurrence = models.PositiveIntegerField(default=1)
    case = models.ForeignKey(TestCase, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.TextField()
    class_name = models.TextField(blank=True)
    recent = models.CharField(max_length=400)
    """The last runs, oldest first, one word each: `FFP` failed twice and passed then."""
    runs = models.PositiveSmallIntegerField(default=0)
    score = models.FloatField(default=0)
    """0 to 1: the share of runs in which it could not make up its mind."""
    last_run = models.ForeignKey(TestRun, null=True, on_delete=models.SET_NULL, related_name="+")
    last_seen = models.DateTimeField()

    objects = TestStabilityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "test stabilities"
        constraints = [
            models.UniqueConstraint(fields=["project", "test_key", "occurrence"], name="test_stability_once"),
        ]
        indexes = [
            models.Index(fields=["project", "-score"], condition=Q(score__gt=0), name="test_stability_flaky"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def outcomes(self) -> list[str]:
        """The last runs in one word each, oldest first."""
        return [
            "flaky" if "F" in run and "P" in run else "failed" if "F" in run else "passed"
            for run in self.recent.split()
        ]


class Quarantine(ProjectOwned, Authored):
    """A test or case whose failures do not count for a while, by somebody's word."""

    case = models.ForeignKey(TestCase, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    test_key = models.UUIDField(null=True, blank=True)
    name = models.TextField()
    """What it was called when it was put here."""
    reason = models.CharField(max_length=500)
    expires_on = models.DateField()
    """The last day on which its failures do not count."""
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "case"],
                condition=Q(lifted_at__isnull=True, case__isnull=False),
                name="quarantine_case_once",
            ),
            models.UniqueConstraint(
                fields=["project", "test_key"],
                condition=Q(lifted_at__isnull=True, test_key__isnull=False),
                name="quarantine_test_once",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(test_key__isnull=False), name="quarantine_names_a_test"
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    def get_absolute_url(self) -> str:
        """The list that it stands in."""
        return reverse("runs:quarantine", args=[self.project.key])
