"""Shapes of cases as clients of the repository know them."""


from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qaportal.kit.api.serializers import PortalModelSerializer, PortalSerializer, TextIdField

from ..choices import Priority, TestType
from ..models import LONGEST_ESTIMATE, TestCase
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


class RepositoryStepSerializer(PortalSerializer):
    """A step; what it holds beside these fields stays when it comes back with its `id`."""

    id = TextIdField(required=False, allow_null=True)
    action = serializers.CharField(max_length=LONGEST_TEXT)
    expected = TextField(max_length=LONGEST_TEXT)
    order = serializers.IntegerField(
        source="position", required=False, allow_null=True, min_value=0, max_value=LARGEST_ORDER
    )


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
            "created_at",
            "updated_at",
            "created_by",
            "updated_by",
            "deleted",
        ]
        read_only_fields = ["created_at", "updated_at"]

    def get_deleted(self, case: TestCase) -> bool:
        """Whether the case is deleted."""
        return case.deleted_at is not None
