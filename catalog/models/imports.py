"""Files of cases that were brought in, what became of each of their rows, and what is remembered for the next time."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, ProjectIndexed, User
from files.models import StoredFile
from qaportal.kit.models import new_uuid

from ..choices import CaseImportState, RowVerdict
from ..querysets import CaseImportQuerySet, CaseImportRowQuerySet, CaseOriginQuerySet, ColumnMappingQuerySet
from .cases import TestCase


class CaseImport(ProjectIndexed, Authored):
    """A file of cases: uploaded, looked at, brought in, and perhaps taken back."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=255)
    format = models.CharField(_("format"), max_length=20)
    options = models.JSONField(default=dict)
    """How the file is read and what is done with its rows; see `importing.options`."""
    state = models.CharField(
        _("state"), max_length=10, choices=CaseImportState.choices, default=CaseImportState.UPLOADED
    )
    counts = models.JSONField(default=dict)
    """How many rows have which verdict."""
    error = models.TextField(blank=True)
    progress_id = models.UUIDField(null=True, editable=False)
    rows_done = models.PositiveIntegerField(default=0)
    """The last row of the file that is stored already, where rows are stored in stretches."""
    idempotency_key = models.CharField(max_length=255, null=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = CaseImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseImportState.values), name="case_import_state_known"),
            models.UniqueConstraint(fields=["project", "created_by", "idempotency_key"], name="case_import_key_once"),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="case_import_newest")]

    def __str__(self) -> str:
        """The name of the file."""
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page of the import."""
        return reverse("catalog:import_detail", args=[self.project.key, self.pk])


class CaseImportRow(models.Model):
    """What an import does, or did, with one case of its file."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    case_import = models.ForeignKey(CaseImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    """The row of the file on which the case starts."""
    verdict = models.CharField(max_length=10, choices=RowVerdict.choices)
    test_id = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    errors = models.JSONField(default=dict)
    """What is wrong, by the names of the columns."""
    changed = models.JSONField(default=list)
    """The names of the fields that change."""
    case = models.ForeignKey(TestCase, null=True, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(null=True)
    """The version of the case that the row made."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CaseImportRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_import", "number"], name="case_import_row_once"),
            models.CheckConstraint(condition=Q(verdict__in=RowVerdict.values), name="case_import_verdict_known"),
        ]
        indexes = [models.Index(fields=["case_import", "verdict", "number"], name="case_import_by_verdict")]

    def __str__(self) -> str:
        """The number with the verdict."""
        return f"{self.number}: {self.verdict}"


class CaseOrigin(models.Model):
    """Which case came out of another tool under which id, so that its next export finds it again."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="origins")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CaseOriginQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "source", "external_id"], name="case_origin_once"),
            models.CheckConstraint(condition=~Q(external_id=""), name="case_origin_named"),
        ]

    def __str__(self) -> str:
        """Tool and id."""
        return f"{self.source} {self.external_id}"


class ColumnMapping(ProjectIndexed):
    """How the columns of a file were mapped the last time, by what its head says."""

    signature = models.CharField(max_length=64)
    options = models.JSONField(default=dict)

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "signature"], name="column_mapping_once")]

    def __str__(self) -> str:
        """The signature of the head."""
        return self.signature
