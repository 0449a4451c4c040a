"""Shapes of cases as clients of the repository know them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import OpenJSONField, PortalModelSerializer, PortalSerializer, TextIdField

from ..choices import FieldTarget, Priority, TestType
from ..models import LONGEST_ESTIMATE, CustomField, TestCase, TestStep
from ..services.drafts import LONGEST_TEXT
from .serializers import TextField, WordsField

LARGEST_ORDER = 1_000_000


class UpperCodeField(serializers.ChoiceField):
    """One of the choices, accepted in any case and answered in capitals."""

    def __init__(self, *, codes: Iterable[str], **kwargs: Any) -> None:
        """Offer the codes in capitals."""
        super().__init__(choices=[(code.upper(), code) for code in codes], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The code in lower case."""
        return super().to_internal_value(data.strip().upper() if isinstance(data, str) else data).lower()

    def to_representation(self, value: str) -> str:
        """The code in capitals."""
        return str(value).upper()


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.upper() for each in TestType.values]}]})
class AutomationField(UpperCodeField):
    """Who executes the case; told apart in the document from the other API's field of this name."""


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.name for each in Priority]}]})
class UpperPriorityField(UpperCodeField):
    """A priority as its word."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer the words."""
        super().__init__(codes=[each.code for each in Priority], **kwargs)

    def to_representation(self, value: int) -> str:
        """The word of the stored weight in capitals."""
        return Priority(value).name


class StepFileSerializer(serializers.Serializer):
    """A file of a step."""

    id = serializers.CharField()
    url = serializers.CharField()


class RepositoryStepSerializer(PortalSerializer):
    """A step; what it holds beside these fields stays when it comes back with its `id`."""

    id = TextIdField(required=False, allow_null=True)
    action = serializers.CharField(max_length=LONGEST_TEXT)
    expected = TextField(max_length=LONGEST_TEXT)
    order = serializers.IntegerField(
        source="position", required=False, allow_null=True, min_value=0, max_value=LARGEST_ORDER
    )
    attachments = serializers.SerializerMethodField()

    @extend_schema_field(StepFileSerializer(many=True))
    def get_attachments(self, step: TestStep) -> list[dict[str, str]]:
        """The files of the step, each with where it is downloaded."""
        key = step.case.project.key
        return [{"id": str(each), "url": reverse("files:download", args=[key, each])} for each in step.attachments]


class OwnFieldSerializer(PortalSerializer):
    """The value of one of the project's own fields, which `fieldId`, `key` or `name` tells."""

    field_id = TextIdField(required=False, allow_null=True)
    key = serializers.CharField(required=False, allow_null=True, max_length=40)
    name = serializers.CharField(required=False, allow_null=True, max_length=100)
    type = serializers.CharField(read_only=True)
    value = OpenJSONField(required=False, allow_null=True)


class RepositoryCaseSerializer(PortalModelSerializer):
    """A case."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    folder_id = TextIdField(required=False, allow_null=True)
    title = serializers.CharField(max_length=500)
    description = TextField(max_length=LONGEST_TEXT)
    steps = RepositoryStepSerializer(many=True, required=False)
    expected_result = TextField(max_length=LONGEST_TEXT)
    tags = WordsField(required=False)
    automation_status = AutomationField(source="test_type", codes=TestType.values, required=False)
    estimate = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST_ESTIMATE)
    priority = UpperPriorityField(required=False)
    template_id = TextIdField(required=False, allow_null=True)
    custom_fields = OwnFieldSerializer(many=True, required=False)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = serializers.CharField(source="updated_by_id", read_only=True, allow_null=True)
    deleted = serializers.SerializerMethodField()

    class Meta:
        model = TestCase
        fields = [
            "id",
            "project_id",
            "folder_id",
            "title",
            "description",
            "steps",
            "expected_result",
            "tags",
            "automation_status",
            "estimate",
            "priority",
            "template_id",
            "custom_fields",
            "created_at",
            "updated_at",
            "created_by",
            "updated_by",
            "deleted",
        ]
        read_only_fields = ["created_at", "updated_at"]

    def to_representation(self, case: TestCase) -> dict[str, Any]:
        """The case with the values of its own fields, in the order of the fields."""
        known, values = self._own_fields(case), case.custom_values
        case.custom_fields = [
            {"field_id": each.pk, "key": each.key, "name": each.name, "type": each.kind, "value": values[each.key]}
            for each in known
            if each.key in values
        ]
        return super().to_representation(case)

    def _own_fields(self, case: TestCase) -> list[CustomField]:
        """The fields of the case's project, read once for all cases that are answered."""
        read = self.context.setdefault("own_fields", {})
        if case.project_id not in read:
            found = CustomField.objects.in_project(case.project_id).of(FieldTarget.CASE)
            read[case.project_id] = list(found.order_by("position", "pk"))
        return read[case.project_id]

    def get_deleted(self, case: TestCase) -> bool:
        """Whether the case is deleted."""
        return case.deleted_at is not None
