"""The steps of cases in the API: a flat list, with the steps of shared ones where they are used."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import IdField, PortalSerializer

from ..models import TestStep
from ..services.steps import LONGEST_TEXT, MOST_FILES


class TextField(serializers.CharField):
    """A text; null means an empty one."""

    def __init__(self, **kwargs: Any) -> None:
        """Nothing is required of it."""
        super().__init__(**{"required": False, "allow_blank": True, "allow_null": True, **kwargs})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Null is the empty text."""
        is_empty, value = super().validate_empty_values(data)
        return is_empty, "" if is_empty and value is None else value


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "name": {"type": "string"},
                "url": {"type": "string"},
                "size": {"type": "integer"},
                "content_type": {"type": "string"},
            },
        },
    }
)
class AttachmentsField(serializers.Field):
    """The files of a step: answered with what is told of each, taken by their ids or as they are answered."""

    def __init__(self, **kwargs: Any) -> None:
        """They are read from the whole step."""
        super().__init__(source="*", required=False, **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The ids; raises ValidationError for anything else."""
        if data is not None and not isinstance(data, list):
            raise serializers.ValidationError(_("Give a list of ids of files."))
        if len(data or []) > MOST_FILES:
            raise serializers.ValidationError(_("A step has at most %d files.") % MOST_FILES)
        return {"attachments": data or []}

    def to_representation(self, step: TestStep) -> list[dict[str, Any]]:
        """What is told of the files, each with its address."""
        return [
            {**facts, "url": reverse("files:download", args=[step.project_key, facts["id"]])} for facts in step.files
        ]


class StepSerializer(PortalSerializer):
    """A step of a case; one that is shared is written by its `shared_steps_id` alone."""

    position = serializers.IntegerField(read_only=True)
    action = serializers.CharField(max_length=LONGEST_TEXT, required=False)
    expected = TextField(max_length=LONGEST_TEXT)
    attachments = AttachmentsField()
    shared_steps_id = IdField(required=False, allow_null=True)
    shared_place = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="The number within the shared steps; 1 begins a use."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields and `data`, whose name the framework needs for itself."""
        return {**super().get_fields(), "data": TextField(max_length=LONGEST_TEXT)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only shared steps need say nothing themselves."""
        if not attrs.get("shared_steps_id") and not attrs.get("action"):
            words = _("A step says what to do, or which shared steps stand in its place.")
            raise serializers.ValidationError({"action": words})
        return attrs
