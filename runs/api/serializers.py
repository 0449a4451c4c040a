"""Shapes of what the API of runs reads and answers."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from qaportal.kit.api.serializers import PortalSerializer

from ..choices import MatchedBy
from ..models import ReportImport, Result


class ReportUploadSerializer(PortalSerializer):
    """A report and what to do with it."""

    file = serializers.FileField(
        error_messages={
            "required": "Send the report as a file of a multipart form, or as the whole body (application/xml).",
            "invalid": "This is not a file: send it as a file part of a multipart form.",
            "empty": "The file is empty.",
        },
        max_length=255,
    )
    test_run_id = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="An existing run: its id or its number."
    )
    project_id = serializers.CharField(
        required=False, allow_blank=True, max_length=18, help_text="The project of a new run: its id or key."
    )
    run_name = serializers.CharField(required=False, allow_blank=True, max_length=300)
    release_id = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="The release the run belongs to: its id or version."
    )
    configuration_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=120,
        help_text="What the run is executed in: the id or the name of a configuration of the project.",
    )
    external_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Reports that name the same id land in the same run.",
    )
    environment = serializers.CharField(required=False, allow_blank=True, max_length=120)
    build = serializers.CharField(required=False, allow_blank=True, max_length=200)
    branch = serializers.CharField(required=False, allow_blank=True, max_length=200)
    create_test_cases = serializers.BooleanField(
        required=False, default=False, help_text="Make a case for every test that belongs to none."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Tell what is in it and store nothing.")


class ReportsUploadSerializer(ReportUploadSerializer):
    """Reports of any format, or a zip of them, and what to do with them."""

    file = serializers.ListField(
        child=serializers.FileField(max_length=255),
        required=False,
        error_messages={"not_a_list": "This is not a file: send it as a file part of a multipart form."},
        help_text="Reports, one zip of reports, or reports with the files that they name.",
    )


class ImportPartSerializer(serializers.Serializer):
    """What became of one file of an upload of several."""

    name = serializers.CharField()
    state = serializers.CharField(help_text="stored, refused, attached, left_out or no_report")
    format = serializers.CharField(required=False)
    counts = serializers.DictField(child=serializers.IntegerField(), required=False)
    repaired = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    line = serializers.IntegerField(required=False)


class ImportedRecordSerializer(serializers.Serializer):
    """One attempt that an import stored."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    class_name = serializers.CharField()
    status = serializers.CharField()
    attempt = serializers.IntegerField()
    attempts = serializers.IntegerField(source="run_case.attempts")
    verdict = serializers.SerializerMethodField(help_text="matched, created or unmatched")
    matched_by = serializers.CharField(source="run_case.matched_by")
    test_id = serializers.CharField(source="run_case.case.test_id", default=None)

    def get_verdict(self, result: Result) -> str:
        """Whether the test found, made or lacks its case."""
        if result.run_case.case_id is None:
            return "unmatched"
        return "created" if result.run_case.matched_by == MatchedBy.CREATED else "matched"


class ImportCountsSerializer(serializers.Serializer):
    """What an import counted."""

    tests = serializers.IntegerField(default=0)
    attempts = serializers.IntegerField(default=0)
    passed = serializers.IntegerField(default=0)
    failed = serializers.IntegerField(default=0)
    errors = serializers.IntegerField(default=0)
    skipped = serializers.IntegerField(default=0)
    blocked = serializers.IntegerField(default=0)
    flaky = serializers.IntegerField(default=0)
    matched = serializers.IntegerField(default=0)
    unmatched = serializers.IntegerField(default=0)
    created = serializers.IntegerField(default=0)
    outside_scope = serializers.IntegerField(default=0)
    steps = serializers.IntegerField(default=0)
    attachments = serializers.IntegerField(default=0)
    embedded = serializers.IntegerField(default=0, help_text="Of the attachments, those that stood in a report.")


class ImportWarningSerializer(serializers.Serializer):
    """Something the uploader should know."""

    code = serializers.CharField()
    text = serializers.CharField()


class ReportImportSerializer(serializers.ModelSerializer):
    """An uploaded report and what became of it."""

    id = serializers.UUIDField(read_only=True)
    status = serializers.CharField(source="state", read_only=True)
    url = serializers.SerializerMethodField()
    test_run_id = serializers.UUIDField(source="run_id", read_only=True, allow_null=True)
    run_number = serializers.SerializerMethodField()
    file_name = serializers.CharField(read_only=True)
    counts = serializers.SerializerMethodField()
    duplicate = serializers.SerializerMethodField()
    warnings = ImportWarningSerializer(many=True, read_only=True)
    parts = ImportPartSerializer(many=True, read_only=True)
    files_waiting = serializers.SerializerMethodField(help_text="Attachments that are still to be stored.")
    error = serializers.SerializerMethodField()

    class Meta:
        model = ReportImport
        fields = [
            "id",
            "status",
            "url",
            "test_run_id",
            "run_number",
            "file_name",
            "format",
            "counts",
            "repaired",
            "duplicate",
            "warnings",
            "parts",
            "files_waiting",
            "error",
            "created_at",
            "finished_at",
            "undone_at",
        ]

    def get_url(self, report_import: ReportImport) -> str:
        """Where to ask again."""
        path = reverse("report-import", args=[report_import.pk])
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request else path

    def get_run_number(self, report_import: ReportImport) -> int | None:
        """The number people call the run by."""
        return report_import.run.number if report_import.run_id else None

    def get_counts(self, report_import: ReportImport) -> dict[str, int]:
        """What was counted; zeros until the import is done."""
        return dict.fromkeys(ImportCountsSerializer().fields, 0) | report_import.counts

    def get_duplicate(self, report_import: ReportImport) -> bool:
        """Whether these bytes had been taken in before."""
        return bool(self.context.get("is_duplicate")) or report_import.duplicate_of_id is not None

    def get_files_waiting(self, report_import: ReportImport) -> int:
        """How many of its files have no bytes yet; while the storage does not work they stay so."""
        return len(report_import.waiting_files)

    def get_error(self, report_import: ReportImport) -> str | None:
        """Why the report was not taken in."""
        return report_import.error or None

    def to_representation(self, instance: ReportImport) -> dict[str, Any]:
        """The answer; the reason of a failure is not a warning."""
        shown = super().to_representation(instance)
        if instance.error:
            shown["warnings"] = []
        return shown


class ImportAnswerSerializer(serializers.Serializer):
    """The import inside `data`."""

    data = ReportImportSerializer()
