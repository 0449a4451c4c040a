"""Shapes of what a result left behind."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from catalog.api.serializers import CodeField
from files.models import FileState
from qaportal.kit.api.serializers import PortalSerializer

from ...choices import ArtifactCategory, ArtifactType, LogType
from ...models import Artifact
from ...models.evidence import LONGEST_ACTION, LONGEST_PATH
from .fields import MetadataField, MillisecondsField, OpenSerializer, OptionalText, OutcomeField, ValueText, count_field
from .quick import QuickRows

MOST_ROWS = 20_000
LONGEST_TEXT = 200_000


class RowSerializer(OpenSerializer):
    """Base: a row of one result."""

    class Meta:
        list_serializer_class = QuickRows

    aliases = {"iteration": "iteration_number"}
    id = serializers.UUIDField(read_only=True)
    test_case_result_id = serializers.UUIDField(source="result_id", read_only=True)


class ReportedStepSerializer(RowSerializer):
    """One step of an attempt."""

    aliases = {**RowSerializer.aliases, "number": "step_number", "error": "error_message"}
    step_number = count_field(required=True)
    iteration_number = count_field(source="iteration", help_text="Of a data-driven test; 1 unless told.")
    action = OptionalText(max_length=LONGEST_ACTION)
    description = OptionalText(max_length=LONGEST_TEXT)
    status = OutcomeField(help_text="`Passed`, `Failed`, `Skipped`, `Error`, `Blocked` or `Running`.")
    duration_ms = MillisecondsField()
    error_message = OptionalText(max_length=LONGEST_TEXT)
    screenshot_path = OptionalText(max_length=LONGEST_PATH)
    screenshot_artifact_id = serializers.UUIDField(read_only=True, allow_null=True)
    notes = OptionalText(max_length=LONGEST_TEXT)
    metadata = MetadataField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class StepArtifactSerializer(serializers.Serializer):
    """A file of a step, in short."""

    id = serializers.UUIDField()
    artifact_type = serializers.CharField()
    artifact_category = serializers.CharField(allow_null=True)
    file_name = serializers.CharField()
    mime_type = serializers.CharField()
    download_url = serializers.CharField()


class ListedStepSerializer(ReportedStepSerializer):
    """A step, with its files where they are asked for."""

    artifacts = StepArtifactSerializer(many=True, required=False)


class StepsSerializer(PortalSerializer):
    """Many steps."""

    steps = ReportedStepSerializer(many=True, max_length=MOST_ROWS)


class StoredStepsSerializer(serializers.Serializer):
    """What became of them."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    steps = ReportedStepSerializer(many=True)


class CheckpointSerializer(RowSerializer):
    """Something that was compared."""

    checkpoint_number = count_field(allow_null=True, help_text="The next one unless told.")
    step_number = count_field(allow_null=True)
    iteration_number = count_field(source="iteration")
    name = OptionalText(max_length=LONGEST_TEXT)
    status = OutcomeField()
    expected = ValueText(max_length=LONGEST_TEXT)
    actual = ValueText(max_length=LONGEST_TEXT)
    message = OptionalText(max_length=LONGEST_TEXT)
    metadata = MetadataField()
    created_at = serializers.DateTimeField(read_only=True)


class CheckpointsSerializer(PortalSerializer):
    """Many checkpoints."""

    checkpoints = CheckpointSerializer(many=True, max_length=MOST_ROWS)


class StoredCheckpointsSerializer(serializers.Serializer):
    """What became of them."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    checkpoints = CheckpointSerializer(many=True)


class LogEntrySerializer(RowSerializer):
    """A line of the console, or a request."""

    aliases = {**RowSerializer.aliases, "type": "log_type", "logged_at": "timestamp"}
    log_type = CodeField(choices=LogType.choices, help_text="`type` is taken too.")
    level = OptionalText(max_length=20)
    message = ValueText(max_length=LONGEST_TEXT)
    url = OptionalText(max_length=LONGEST_TEXT)
    method = OptionalText(max_length=20)
    status_code = count_field(allow_null=True, max_value=999)
    duration_ms = MillisecondsField()
    step_number = count_field(allow_null=True)
    iteration_number = count_field(source="iteration")
    timestamp = serializers.DateTimeField(source="logged_at", required=False, allow_null=True)
    metadata = MetadataField()
    created_at = serializers.DateTimeField(read_only=True)


class LogsSerializer(PortalSerializer):
    """Many entries."""

    logs = LogEntrySerializer(many=True, max_length=MOST_ROWS)


class StoredLogsSerializer(serializers.Serializer):
    """What became of them."""

    created = serializers.IntegerField()
    logs = LogEntrySerializer(many=True)


def download_url(artifact: Artifact) -> str:
    """Where the file is."""
    return reverse("report-artifact-download", args=[artifact.pk])


def in_short(artifact: Artifact) -> dict[str, Any]:
    """A file of a step."""
    return {
        "id": str(artifact.pk),
        "artifact_type": artifact.artifact_type,
        "artifact_category": artifact.artifact_category or None,
        "file_name": artifact.file.name,
        "mime_type": artifact.file.content_type,
        "download_url": download_url(artifact),
    }


class ArtifactSerializer(serializers.Serializer):
    """A file that an attempt left."""

    id = serializers.UUIDField()
    test_case_result_id = serializers.UUIDField(source="result_id")
    step_result_id = serializers.UUIDField(source="step_id", allow_null=True)
    artifact_type = serializers.CharField()
    artifact_category = OptionalText()
    step_number = serializers.IntegerField(allow_null=True)
    iteration_number = serializers.IntegerField(source="iteration")
    file_name = serializers.CharField(source="file.name")
    file_size = serializers.IntegerField(source="file.size")
    mime_type = serializers.CharField(source="file.content_type")
    sha256 = serializers.CharField(source="file.sha256")
    state = serializers.SerializerMethodField(
        help_text="`stored`; `pending` while the bytes wait for the storage, or are still to come; `missing`."
    )
    storage_path = serializers.CharField(source="file.path")
    description = OptionalText()
    captured_at = serializers.DateTimeField(allow_null=True)
    download_url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_state(self, artifact: Artifact) -> str:
        """Whether the storage has the bytes."""
        return FileState.PENDING.value if artifact.file.state == FileState.WAITING else artifact.file.state

    def get_download_url(self, artifact: Artifact) -> str:
        """Where the file is."""
        return download_url(artifact)


class ArtifactFactsSerializer(PortalSerializer):
    """What a file shows."""

    artifact_type = CodeField(choices=ArtifactType.choices)
    artifact_category = CodeField(choices=ArtifactCategory.choices, required=False, allow_blank=True)
    step_number = count_field(allow_null=True)
    iteration_number = count_field(source="iteration")
    description = OptionalText(max_length=LONGEST_TEXT)
    captured_at = serializers.DateTimeField(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """What is told; an empty field of a form tells nothing."""
        if hasattr(data, "dict"):
            data = data.dict()
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if value not in ("", None)}
        return super().to_internal_value(data)


class ArtifactUploadSerializer(ArtifactFactsSerializer):
    """A file, or the name of one that was sent before; without a file a JSON object will do."""

    file_key = serializers.CharField(
        required=False, max_length=1_000, help_text="Instead of a file: the key of one that was sent before."
    )
    file = serializers.FileField(
        required=False,
        max_length=1_000,
        allow_empty_file=True,
        error_messages={
            "invalid": "This is not a file: send it as a file part of a multipart form.",
        },
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """There is one file."""
        if "file" not in attrs and "file_key" not in attrs:
            words = _("Send the file as a part of a multipart form, or name one that was sent by its file_key.")
            raise serializers.ValidationError({"file": [words]})
        if "file" in attrs and "file_key" in attrs:
            raise serializers.ValidationError({"file_key": [_("Send a file or name one, not both.")]})
        return attrs
