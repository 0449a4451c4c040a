"""Shapes of stories and of the links between cases in the API."""

from typing import Any

from rest_framework import serializers

from qaportal.kit.api.serializers import IdField, PortalModelSerializer, PortalSerializer

from ..choices import AutomationStatus, CaseLinkType, TestTag, TestType
from ..models import Story, TestCase, TestCaseLink, TestCaseStory
from ..services.drafts import LONGEST_TEXT
from .serializers import CodeField, LastStatusField, PriorityField, StateField, TextField


class StorySerializer(PortalModelSerializer):
    """A story."""

    story_id = serializers.CharField(max_length=50)
    epic_id = TextField(max_length=50)
    title = serializers.CharField(max_length=500)
    description = TextField(max_length=LONGEST_TEXT)
    status = TextField(max_length=50)
    priority = TextField(max_length=20)
    assignee = TextField(max_length=200)
    sprint = TextField(max_length=200)
    release = TextField(max_length=100)
    test_case_count = serializers.IntegerField(source="case_count", read_only=True)
    created_by = serializers.IntegerField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Story
        fields = [
            "id",
            "story_id",
            "epic_id",
            "title",
            "description",
            "status",
            "priority",
            "assignee",
            "sprint",
            "release",
            "test_case_count",
            "project_id",
            "created_by",
            "created_at",
            "updated_at",
            "last_synced_at",
            "remote_updated_at",
            "missing_since",
        ]
        read_only_fields = [
            "project_id",
            "created_at",
            "updated_at",
            "last_synced_at",
            "remote_updated_at",
            "missing_since",
        ]


class StoryLinkSerializer(PortalSerializer):
    """That a case covers a story."""

    id = serializers.IntegerField(read_only=True)
    test_case_id = serializers.IntegerField(source="case_id", read_only=True)
    story_id = serializers.CharField(source="story.story_id", read_only=True)
    is_primary = serializers.BooleanField(read_only=True)
    linked_at = serializers.DateTimeField(read_only=True)
    linked_by = serializers.IntegerField(source="linked_by_id", read_only=True, allow_null=True)


class CoveringCaseSerializer(PortalModelSerializer):
    """A case below its story, without steps and texts."""

    test_type = CodeField(choices=TestType.choices)
    tag = CodeField(choices=TestTag.choices)
    automation_status = CodeField(choices=AutomationStatus.choices, allow_null=True)
    priority = PriorityField()
    state = StateField()
    last_status = LastStatusField()
    is_primary = serializers.BooleanField()

    class Meta:
        model = TestCase
        fields = [
            "id",
            "test_id",
            "title",
            "test_type",
            "tag",
            "tags",
            "automation_status",
            "priority",
            "state",
            "last_status",
            "is_primary",
        ]


class StoryGroupSerializer(PortalModelSerializer):
    """A story with the cases that cover it."""

    test_case_count = serializers.IntegerField(source="case_count", read_only=True)
    test_cases = serializers.SerializerMethodField()

    class Meta:
        model = Story
        fields = ["id", "story_id", "epic_id", "title", "status", "test_case_count", "test_cases"]

    def get_test_cases(self, story: Story) -> list[dict[str, Any]]:
        """The cases, by their ids."""
        return CoveringCaseSerializer(self.context["cases"].get(story.pk, []), many=True).data

    @staticmethod
    def cases_of(stories: list[Story]) -> dict[int, list[TestCase]]:
        """The current cases that cover each story, by the key of the story; one query."""
        links = TestCaseStory.objects.of_current_cases().filter(story__in=stories).for_cases()
        found: dict[int, list[TestCase]] = {}
        for link in links:
            link.case.is_primary = link.is_primary
            found.setdefault(link.story_id, []).append(link.case)
        return found


class LinkedCaseSerializer(PortalModelSerializer):
    """One of two linked cases."""

    automation_status = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()

    class Meta:
        model = TestCase
        fields = ["id", "test_id", "title", "automation_status", "priority", "project_id", "folder_id"]

    def get_automation_status(self, case: TestCase) -> str:
        """Who executes the case: `MANUAL`, `AUTOMATED` or `SEMI_AUTOMATED`."""
        return case.test_type.upper()

    def get_priority(self, case: TestCase) -> str:
        """`LOW`, `MEDIUM`, `HIGH` or `CRITICAL`."""
        return case.priority_code.upper()


class CaseLinkSerializer(PortalModelSerializer):
    """A link of two cases; the cases themselves where they are asked for."""

    is_deleted = serializers.SerializerMethodField()
    case_a = LinkedCaseSerializer(required=False)
    case_b = LinkedCaseSerializer(required=False)

    class Meta:
        model = TestCaseLink
        fields = ["id", "type", "case_a_id", "case_b_id", "is_deleted", "case_a", "case_b"]

    def get_is_deleted(self, link: TestCaseLink) -> bool:
        """Whether it was removed."""
        return link.deleted_at is not None

    def to_representation(self, link: TestCaseLink) -> dict[str, Any]:
        """The link with the cases that the context names in `included`."""
        included = self.context.get("included", frozenset())
        for name in ("case_a", "case_b"):
            if name not in included:
                self.fields.pop(name, None)
        return super().to_representation(link)


class _CaseKeySerializer(PortalSerializer):
    id = IdField()


class _ConnectSerializer(PortalSerializer):
    connect = _CaseKeySerializer()


class _NewLinkSerializer(PortalSerializer):
    case_a = _ConnectSerializer()
    case_b = _ConnectSerializer()
    type = serializers.ChoiceField(choices=CaseLinkType.choices)


class CaseLinkCreateSerializer(PortalSerializer):
    """The two cases, named by their ids, and the kind of the link."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """`data`, whose name the framework needs for itself."""
        return {"data": _NewLinkSerializer()}


class _RemovalSerializer(PortalSerializer):
    is_deleted = serializers.BooleanField()


class CaseLinkRemoveSerializer(PortalSerializer):
    """The link, named by its id, and that it is removed."""

    where = _CaseKeySerializer()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared field and `data`, whose name the framework needs for itself."""
        return {**super().get_fields(), "data": _RemovalSerializer()}


class CaseLinkAnswerSerializer(PortalSerializer):
    """A link below `data`."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """`data`, whose name the framework needs for itself."""
        return {"data": CaseLinkSerializer()}
