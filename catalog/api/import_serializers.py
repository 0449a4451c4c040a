"""Shapes of what the API of imported cases reads and answers."""

import json
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from qaportal.kit.api.serializers import IdField, PortalSerializer

from ..choices import CaseImportState, ExistingCases
from ..importing import Options
from ..models import CaseImport, CaseImportRow
from ..services.import_running import summary_of

MOST_ERRORS = 1_000
_FILE_WORDS = {
    "required": "Send the file as a part of a multipart form.",
    "invalid": "This is not a file: send it as a file part of a multipart form.",
    "empty": "The file is empty.",
}


class ImportChoicesSerializer(PortalSerializer):
    """What is done with the rows of a file."""

    project_id = serializers.CharField(required=False, allow_blank=True, max_length=18, help_text="Its id or key.")
    folder_id = IdField(required=False, allow_null=True)
    template_id = IdField(required=False, allow_null=True)
    merge_tags = serializers.BooleanField(required=False, default=False)
    existing = serializers.ChoiceField(choices=ExistingCases.choices, required=False, default=ExistingCases.UPDATE)
    all_or_nothing = serializers.BooleanField(required=False, default=False)

    def options(self) -> Options:
        """The choices as an import keeps them."""
        values = self.validated_data
        return Options(
            folder_id=values.get("folder_id"),
            template_id=values.get("template_id"),
            merges_tags=values["merge_tags"],
            existing=values["existing"],
            skips_bad=not values["all_or_nothing"],
        )


class BulkUploadSerializer(ImportChoicesSerializer):
    """A table of cases, whose head names fields of the API, and what to do with it."""

    file = serializers.FileField(error_messages=_FILE_WORDS, max_length=255)


class RepositoryImportSerializer(PortalSerializer):
    """A file of cases and, as JSON, what to do with it."""

    file = serializers.FileField(error_messages=_FILE_WORDS, max_length=255)
    options = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=10_000,
        help_text="JSON: projectId, folderId, templateId, mergeTags.",
    )

    def validate_options(self, value: str) -> dict[str, Any]:
        """The object that the text holds."""
        try:
            found = json.loads(value or "{}")
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("The options are JSON.") from error
        if not isinstance(found, dict):
            raise serializers.ValidationError("The options are an object.")
        return found


class RowErrorSerializer(serializers.Serializer):
    """What is wrong with one row."""

    row = serializers.IntegerField()
    field = serializers.CharField()
    message = serializers.CharField()


class CaseImportSerializer(serializers.ModelSerializer):
    """An import of cases and what became of its rows."""

    id = serializers.UUIDField(read_only=True)
    status = serializers.CharField(source="state", read_only=True)
    created = serializers.SerializerMethodField()
    updated = serializers.SerializerMethodField()
    unchanged = serializers.SerializerMethodField()
    skipped = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()
    errors = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    class Meta:
        model = CaseImport
        fields = [
            *("id", "status", "file_name", "format", "created", "updated", "unchanged", "skipped", "failed"),
            *("errors", "error", "url", "page", "created_at", "finished_at"),
        ]

    def get_created(self, case_import: CaseImport) -> int:
        """How many cases were made."""
        return self._count(case_import, "created")

    def get_updated(self, case_import: CaseImport) -> int:
        """How many were changed."""
        return self._count(case_import, "updated")

    def get_unchanged(self, case_import: CaseImport) -> int:
        """How many said already what the file says."""
        return self._count(case_import, "unchanged")

    def get_skipped(self, case_import: CaseImport) -> int:
        """How many were left alone."""
        return self._count(case_import, "skipped")

    def get_failed(self, case_import: CaseImport) -> int:
        """How many rows were refused."""
        return self._count(case_import, "failed")

    def _count(self, case_import: CaseImport, name: str) -> int:
        is_nothing_stored = case_import.state == CaseImportState.FAILED and not case_import.rows_done
        return 0 if is_nothing_stored and name != "failed" else summary_of(case_import)[name]

    def get_errors(self, case_import: CaseImport) -> list[dict[str, Any]]:
        """What is wrong, by row and field; the first thousand."""
        rows = CaseImportRow.objects.filter(case_import=case_import).refused().values_list("number", "errors")
        found = [
            {"row": number, "field": name, "message": text}
            for number, errors in rows[:MOST_ERRORS]
            for name, texts in errors.items()
            for text in texts
        ]
        return RowErrorSerializer(found[:MOST_ERRORS], many=True).data

    def get_url(self, case_import: CaseImport) -> str:
        """Where this answer is found again."""
        return reverse("repository-import-detail", args=[case_import.pk])

    def get_page(self, case_import: CaseImport) -> str:
        """The page of the import."""
        return case_import.get_absolute_url()


class RepositoryImportAnswerSerializer(serializers.Serializer):
    """The import under the key that answers of this style have."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """`data`, whose name the framework needs for itself."""
        return {"data": CaseImportSerializer()}
