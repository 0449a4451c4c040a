"""Shapes of issues: one set of fields in two documents' spelling."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.repository_serializers import UpperCodeField, UpperPriorityField
from catalog.api.serializers import PriorityField, TextField
from catalog.choices import Priority
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.api.serializers import IdField, PortalModelSerializer, PortalSerializer, TextIdField
from releases.api.serializers import PathsField
from runs.api.severities import PlainSeverityField, SeverityField

from ..choices import IssueStatus, LinkKind
from ..models import Issue, IssueLink

ENTITIES = {
    "testCase": LinkKind.CASE,
    "testRun": LinkKind.RUN,
    "session": LinkKind.SESSION,
    "testRunResult": LinkKind.RESULT,
}
WORDS_OF = {kind: word for word, kind in ENTITIES.items()}


@extend_schema_field({"type": "string", "description": "Open, In Progress, Resolved or Closed, in any spelling."})
class StatusWordField(UpperCodeField):
    """The status as words."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer the statuses."""
        super().__init__(codes=IssueStatus.values, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The stored status; blanks and dashes stand for underscores."""
        given = data.strip().replace(" ", "_").replace("-", "_") if isinstance(data, str) else data
        return super().to_internal_value(given)

    def to_representation(self, value: str) -> str:
        """Each word with a capital."""
        return value.replace("_", " ").title()


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.upper() for each in IssueStatus.values]}]})
class StatusCodeField(StatusWordField):
    """The status in capitals."""

    def to_representation(self, value: str) -> str:
        """The code in capitals."""
        return value.upper()


@extend_schema_field({"type": "string", "description": "Critical, High, Medium or Low."})
class PriorityWordField(PriorityField):
    """A priority as its word, stored as its weight."""

    def to_internal_value(self, data: Any) -> int:
        """The weight of the word."""
        return Priority.from_code(super().to_internal_value(data)).value

    def to_representation(self, value: int) -> str:
        """The word."""
        return Priority(value).code.capitalize()


class PriorityCodeField(UpperPriorityField):
    """A priority as its word in capitals, stored as its weight."""

    def to_internal_value(self, data: Any) -> int:
        """The weight of the word."""
        return Priority.from_code(super().to_internal_value(data)).value


class IssueSerializer(PortalModelSerializer):
    """An issue."""

    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    title = serializers.CharField(max_length=300, required=False)
    name = serializers.CharField(max_length=300, required=False, write_only=True, help_text="Counts without a title.")
    description = TextField(max_length=LONGEST_TEXT)
    status = StatusWordField(required=False)
    priority = PriorityWordField(required=False)
    severity = PlainSeverityField(required=False)
    video_url = TextField(max_length=2000)
    screenshot_urls = PathsField(source="screenshots", required=False, max_length=100)
    jira_assignee_id = TextField(source="tracker_assignee_id", max_length=100)
    jira_assignee_name = TextField(source="tracker_assignee_name", max_length=255)
    reporter_name = TextField(max_length=100)
    jira_story_id = TextField(source="story_key", max_length=50)
    external_id = TextField(source="external_key", max_length=100)
    external_url = TextField(max_length=2000)
    module_id = IdField(required=False, allow_null=True)
    release_id = IdField(required=False, allow_null=True)
    test_case_id = IdField(source="case_id", required=False, allow_null=True)
    assigned_to = IdField(source="assignee_id", required=False, allow_null=True)
    created_by = serializers.IntegerField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Issue
        fields = (
            *("id", "project_id", "title", "name", "description", "status", "priority", "severity", "video_url"),
            *("screenshot_urls", "jira_assignee_id", "jira_assignee_name", "reporter_name", "jira_story_id"),
            *("external_id", "external_url", "module_id", "release_id", "test_case_id", "created_by", "assigned_to"),
            *("created_at", "updated_at", "closed_at"),
        )
        read_only_fields = ("id", "created_at", "updated_at", "closed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take the name for the title; a new issue has one of them."""
        name = attrs.pop("name", None)
        attrs.setdefault("title", name)
        if attrs["title"] is None:
            attrs.pop("title")
            if self.instance is None:
                raise serializers.ValidationError({"title": self.fields["title"].error_messages["required"]})
        return attrs


class IssueLinkSerializer(PortalModelSerializer):
    """Where an issue was seen."""

    entity_type = serializers.SerializerMethodField()
    entity_id = serializers.SerializerMethodField()

    class Meta:
        model = IssueLink
        fields = ("entity_type", "entity_id", "created_at")
        read_only_fields = fields

    def get_entity_type(self, link: IssueLink) -> str:
        """What it is."""
        return WORDS_OF[LinkKind(link.kind)]

    def get_entity_id(self, link: IssueLink) -> str:
        """Its id."""
        ids = {LinkKind.CASE: link.case_id, LinkKind.RUN: link.run_id, LinkKind.SESSION: link.session_id}
        return str(ids.get(LinkKind(link.kind)) or link.result_id)


class CamelIssueSerializer(IssueSerializer):
    """An issue for clients that speak camelCase: ids are texts, words in capitals."""

    id = serializers.CharField(read_only=True)
    status = StatusCodeField(required=False)
    priority = PriorityCodeField(required=False)
    severity = SeverityField(required=False)
    module_id = TextIdField(required=False, allow_null=True)
    release_id = TextIdField(required=False, allow_null=True)
    test_case_id = TextIdField(source="case_id", required=False, allow_null=True)
    assigned_to = TextIdField(source="assignee_id", required=False, allow_null=True)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    links = IssueLinkSerializer(many=True, read_only=True)

    class Meta(IssueSerializer.Meta):
        fields = (*IssueSerializer.Meta.fields, "links")


class EntitySerializer(PortalSerializer):
    """What an issue is linked to."""

    entity_type = serializers.ChoiceField(choices=list(ENTITIES))
    entity_id = serializers.CharField(max_length=40)


class IssueStatsSerializer(PortalSerializer):
    """How many issues there are."""

    total = serializers.IntegerField()
    open = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    resolved = serializers.IntegerField()
    closed = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_priority = serializers.DictField(child=serializers.IntegerField())
    by_severity = serializers.DictField(child=serializers.IntegerField())
