"""Test runs, the tests in them, their results, and the reports they came from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed, ProjectOwned
from catalog.models import TestCase
from files.models import StoredFile
from qaportal.kit.models import SoftDeleted, new_uuid
from releases.models import Milestone, Release

from ..choices import ImportState, MatchedBy, ResultSource, ResultStatus, RunKind, RunStatus
from ..querysets import ReportImportQuerySet, ResultQuerySet, RunCaseQuerySet, TestRunQuerySet
from .configurations import Configuration


class RunNumberCounter(models.Model):
    """The last number given to a run of the project."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """The number."""
        return str(self.last_number)


class TestRun(ProjectIndexed, Authored, SoftDeleted):
    """One execution of a set of tests; its counters are kept up to date by the write path."""

    __test__ = False

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs", db_index=False
    )
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    configuration = models.ForeignKey(
        Configuration, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    environment = models.CharField(_("environment"), max_length=120, blank=True)
    build = models.CharField(_("build"), max_length=200, blank=True)
    branch = models.CharField(_("branch"), max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=RunStatus.choices, default=RunStatus.ACTIVE)
    external_id = models.CharField(max_length=200, null=True, blank=True)
    group = models.UUIDField(null=True, blank=True, editable=False)
    """Shared by runs of the same cases in several configurations, which were planned together."""
    due = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, editable=False)
    """When steps, files or logs came in last; results themselves move `updated_at`."""
    metadata = models.JSONField(default=dict, blank=True)
    is_implicit = models.BooleanField(default=False)
    count_passed = models.PositiveIntegerField(default=0)
    count_failed = models.PositiveIntegerField(default=0)
    count_error = models.PositiveIntegerField(default=0)
    count_blocked = models.PositiveIntegerField(default=0)
    count_skipped = models.PositiveIntegerField(default=0)
    count_in_progress = models.PositiveIntegerField(default=0)
    count_not_started = models.PositiveIntegerField(default=0)
    count_flaky = models.PositiveIntegerField(default=0)
    count_unmatched = models.PositiveIntegerField(default=0)
    count_quarantined = models.PositiveIntegerField(default=0, db_default=0)
    """Failures of tests in quarantine; they stand in the other counters too."""
    duration_ms = models.BigIntegerField(default=0)
    """The sum of its tests' last durations."""
    pinned_at = models.DateTimeField(null=True, blank=True)
    """Since when it is kept whatever its age."""
    pinned_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    withdrawn_to = models.BigIntegerField(null=True, editable=False)
    """While results of it are being withdrawn: the last test that is done; None when nothing is left to do."""

    objects = TestRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="test_run_number_once"),
            models.UniqueConstraint(
                fields=["project", "external_id"],
                condition=Q(deleted_at__isnull=True, external_id__isnull=False),
                name="test_run_external_id_once",
            ),
            models.UniqueConstraint(
                fields=["release"],
                condition=Q(is_implicit=True, deleted_at__isnull=True, release__isnull=False),
                name="test_run_implicit_once",
            ),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="test_run_status_known"),
        ]
        indexes = [
            models.Index(fields=["project", "-started_at"], name="test_run_newest"),
            models.Index(fields=["release"], name="test_run_of_release"),
            models.Index(fields=["project"], condition=Q(status="active"), name="test_run_active"),
            models.Index(fields=["group"], condition=Q(group__isnull=False), name="test_run_of_group"),
            models.Index(fields=["id"], condition=Q(withdrawn_to__isnull=False), name="test_run_withdrawing"),
        ]

    def __str__(self) -> str:
        """Number and name."""
        return f"Run {self.number} {self.name}"

    def get_absolute_url(self) -> str:
        """The page of the run."""
        return reverse("runs:detail", args=[self.project.key, self.number])

    @property
    def counts(self) -> dict[str, int]:
        """How many tests have each status."""
        return {status.value: getattr(self, f"count_{status.value}") for status in ResultStatus}

    @property
    def is_overdue(self) -> bool:
        """Whether it goes on though its time is over."""
        return self.due is not None and self.status == RunStatus.ACTIVE and self.due < timezone.now()

    @property
    def total(self) -> int:
        """How many tests the run has."""
        return sum(self.counts.values())

    @property
    def is_pinned(self) -> bool:
        """Whether it is kept whatever its age."""
        return self.pinned_at is not None


class RunCase(ProjectOwned):
    """One test of a run, whether it found its case or not; its last attempt is its verdict.

    The key to the project is not checked row by row in the database: its run, which is, stands in the same project.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    run = models.ForeignKey(TestRun, on_delete=models.CASCADE, related_name="tests", db_index=False)
    case = models.ForeignKey(
        TestCase, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    test_key = models.UUIDField()
    """MD5 of the automation key or of `case:<id>`, as 16 bytes."""
    occurrence = models.PositiveIntegerField(default=1)
    """Tells tests of one report apart that share everything, such as rows of a data provider."""
    matched_by = models.CharField(max_length=16, choices=MatchedBy.choices, blank=True, default="")
    automation_key = models.TextField(blank=True)
    name = models.TextField()
    class_name = models.TextField(blank=True)
    suite_path = ArrayField(models.TextField(), default=list, blank=True)
    assigned_to = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    status = models.CharField(max_length=12, choices=ResultStatus.choices, default=ResultStatus.NOT_STARTED)
    position = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    is_flaky = models.BooleanField(default=False)
    last_result_id = models.UUIDField(null=True)
    error_summary = models.CharField(max_length=300, blank=True)
    """The first line of the last attempt's failure."""
    fingerprint = models.UUIDField(null=True)
    """What the last attempt's failure is recognised by."""
    rule = models.ForeignKey(
        "runs.FailureRule", null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False, related_name="+"
    )
    """The rule that classes the last attempt's failure."""
    is_quarantined = models.BooleanField(default=False, db_default=False)
    executed_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    case_version = models.PositiveIntegerField(null=True, blank=True)
    """The version of its case that is executed by hand; None where whatever the case says is."""

    objects = RunCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "test_key", "occurrence"], name="run_case_once"),
        ]
        indexes = [
            models.Index(fields=["run", "status"], name="run_case_by_status"),
            models.Index(fields=["run", "position", "id"], name="run_case_in_order"),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="run_case_of_case"),
            models.Index(fields=["assigned_to"], condition=Q(assigned_to__isnull=False), name="run_case_of_tester"),
            models.Index(fields=["run"], condition=Q(case__isnull=True), name="run_case_unmatched"),
            models.Index(
                fields=["run", "fingerprint"], condition=Q(fingerprint__isnull=False), name="run_case_of_cluster"
            ),
            models.Index(fields=["rule"], condition=Q(rule__isnull=False), name="run_case_of_rule"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class ReportImport(ProjectIndexed, Authored):
    """One uploaded report: what was asked, what became of it, and the bytes it was made from."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    run = models.ForeignKey(TestRun, null=True, blank=True, on_delete=models.CASCADE, related_name="imports")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)
    format = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    progress_id = models.UUIDField(null=True)
    creates_cases = models.BooleanField(default=False)
    request = models.JSONField(default=dict)
    """Which run was asked for: an existing one, one to be joined by its external id, or the name of a new one."""
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    repaired = models.BooleanField(default=False)
    warnings = models.JSONField(default=list)
    error = models.TextField(blank=True)
    parts = models.JSONField(default=list)
    """Of an upload of several files: what became of each."""
    waiting_files = models.JSONField(default=list)
    """Attachments whose bytes have yet to be taken out of the archive: the key of each file, and its member."""
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ReportImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "sha256"],
                condition=~Q(Q(state__in=["failed", "undoing", "undone"]) | Q(duplicate_of__isnull=False)),
                name="report_import_bytes_once",
            ),
            models.UniqueConstraint(
                fields=["project", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="report_import_key_once",
            ),
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="report_import_state_known"),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="report_import_newest")]

    def __str__(self) -> str:
        """The file."""
        return self.file_name or str(self.pk)

    def get_absolute_url(self) -> str:
        """The page that shows progress and summary."""
        return reverse("runs:import_detail", args=[self.project.key, self.pk])


class Result(models.Model):
    """One attempt of one test.

    The table is partitioned by month on its UUIDv7 key, made from the time of storing. None of its foreign keys is
    checked by the database: five checked keys a row would double the time of storing 100,000 results, and every row
    comes in through one write path that has locked its run and made its test in the same transaction.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    run = models.ForeignKey(TestRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    run_case = models.ForeignKey(
        RunCase, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="results"
    )
    case = models.ForeignKey(
        TestCase, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    case_version = models.PositiveIntegerField(null=True)
    report_import_id = models.UUIDField(null=True)
    attempt = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=ResultStatus.choices)
    source = models.CharField(max_length=8, choices=ResultSource.choices)
    executor = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    name = models.TextField(blank=True)
    class_name = models.TextField(blank=True)
    suite_path = ArrayField(models.TextField(), default=list)
    notes = models.TextField(blank=True)
    error_message = models.TextField(blank=True)
    fingerprint = models.UUIDField(null=True)
    """What the failure is recognised by."""
    stack_trace = models.TextField(blank=True)
    output = models.TextField(blank=True)
    """What the test wrote; kept for attempts that did not pass, the raw report holds the rest."""
    duration_ms = models.PositiveBigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    executed_at = models.DateTimeField()
    metadata = models.JSONField(null=True)
    custom_values = models.JSONField(null=True)
    """The values of the project's own fields of results, by their keys."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["run_case", "attempt"], name="result_of_test"),
            models.Index(fields=["case", "-id"], condition=Q(case__isnull=False), name="result_of_case"),
            models.Index(
                fields=["project", "fingerprint", "executed_at"],
                condition=Q(fingerprint__isnull=False),
                name="result_of_cluster",
            ),
        ]

    def __str__(self) -> str:
        """Name and status."""
        return f"{self.name}: {self.status}"
