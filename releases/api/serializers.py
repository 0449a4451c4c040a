"""Shapes of releases' API."""

import contextlib
import json
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import CodeField, PriorityField, TextField, WordsField
from catalog.choices import Priority
from qaportal.kit.api.serializers import IdField, PortalModelSerializer, PortalSerializer

from ..choices import OverallStatus
from ..models import Release, ReleaseCase


class ReleaseSerializer(PortalModelSerializer):
    """A release."""

    version = serializers.CharField(max_length=60)
    name = TextField(max_length=200)
    description = TextField(max_length=20_000)
    release_date = serializers.DateTimeField(required=False, allow_null=True)
    environment = TextField(max_length=60)
    build = TextField(max_length=120)
    overall_status = CodeField(choices=OverallStatus.choices, required=False)
    qa_lead_id = IdField(required=False, allow_null=True)
    milestone_id = IdField(required=False, allow_null=True)
    platforms = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20, required=False)

    class Meta:
        model = Release
        fields = (
            "id",
            "project_id",
            "version",
            "name",
            "description",
            "release_date",
            "environment",
            "build",
            "overall_status",
            "qa_lead_id",
            "milestone_id",
            "platforms",
            "created_by_id",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "project_id", "created_by_id", "created_at", "updated_at")


@extend_schema_field(OpenApiTypes.STR)
class BugIdsField(serializers.Field):
    """Ids of bugs: words separated by commas, or a list; answered separated by commas."""

    def to_internal_value(self, data: Any) -> list[str]:
        """The ids, each once; raises ValidationError for anything else."""
        if isinstance(data, str):
            data = data.split(",")
        if not isinstance(data, list) or not all(isinstance(each, str | int) for each in data):
            raise serializers.ValidationError(_("Give a list of ids, or ids separated by commas."))
        words = [str(each).strip() for each in data]
        return list(dict.fromkeys(word for word in words if word))

    def to_representation(self, value: list[str]) -> str:
        """The ids in one text."""
        return ",".join(value)


class PathsField(serializers.ListField):
    """Paths of screenshots: a list, or a list as JSON text."""

    child = serializers.CharField(max_length=2_000)

    def to_internal_value(self, data: Any) -> list[str]:
        """The paths; raises ValidationError for anything else."""
        if isinstance(data, str):
            with contextlib.suppress(ValueError, RecursionError):
                data = json.loads(data or "[]")
        return super().to_internal_value(data)


class ScopeRowSerializer(PortalModelSerializer):
    """A case in the scope of a release, with its verdict there."""

    test_case_id = serializers.IntegerField(source="case_id")
    test_id = serializers.CharField(source="case.test_id")
    title = serializers.CharField(source="case.title")
    module_id = serializers.SerializerMethodField()
    sub_module_id = serializers.SerializerMethodField()
    feature_id = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    execution_date = serializers.DateTimeField(source="executed_at", read_only=True, allow_null=True)
    bug_ids = BugIdsField()
    display_order = serializers.IntegerField(source="position")

    class Meta:
        model = ReleaseCase
        fields = (
            "id",
            "release_id",
            "test_case_id",
            "test_id",
            "title",
            "module_id",
            "sub_module_id",
            "feature_id",
            "priority",
            "assigned_to_id",
            "execution_status",
            "executed_by_id",
            "execution_date",
            "execution_duration",
            "comments",
            "bug_ids",
            "screenshots",
            "display_order",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @staticmethod
    def _folder_at(row: ReleaseCase, depth: int) -> int | None:
        folder = row.case.folder
        above = [int(part) for part in folder.path.split("/") if part] if folder else []
        return above[depth - 1] if len(above) >= depth else None

    def get_module_id(self, row: ReleaseCase) -> int | None:
        """The folder at depth 1."""
        return self._folder_at(row, 1)

    def get_sub_module_id(self, row: ReleaseCase) -> int | None:
        """The folder at depth 2."""
        return self._folder_at(row, 2)

    def get_feature_id(self, row: ReleaseCase) -> int | None:
        """The folder at depth 3."""
        return self._folder_at(row, 3)

    def get_priority(self, row: ReleaseCase) -> str:
        """The priority that counts in this release: its own for the case, else the case's."""
        return Priority(row.priority or row.case.priority).code


class PriorityWordField(PriorityField):
    """A priority as its word, stored as its weight."""

    def to_internal_value(self, data: Any) -> Priority:
        """The weight of the word."""
        return Priority.from_code(super().to_internal_value(data))


class ScopeAddSerializer(PortalSerializer):
    """Cases to add: by id, by folder, by tag, or all; the ways add up."""

    test_case_ids = serializers.ListField(child=IdField(), required=False, max_length=20_000)
    folder_id = IdField(required=False, allow_null=True)
    module_id = IdField(required=False, allow_null=True)
    tags = WordsField(required=False)
    all = serializers.BooleanField(required=False)
    priority = PriorityWordField(required=False, allow_null=True)
    assigned_to = IdField(required=False, allow_null=True)


class ScopeAddedSerializer(PortalSerializer):
    """What adding did."""

    added = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="Cases that were in the scope already.")
    not_found = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of no current case of the project."
    )
    total = serializers.IntegerField(help_text="Cases in the scope now.")


class DashboardSerializer(PortalSerializer):
    """How far a release is."""

    total = serializers.IntegerField()
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    blocked = serializers.IntegerField()
    skipped = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    not_started = serializers.IntegerField()
    executed = serializers.IntegerField()
    execution_rate = serializers.FloatField(help_text="Percent of all cases.")
    pass_rate = serializers.FloatField(help_text="Percent of the executed cases that were not skipped.")
    verdict = serializers.DictField()
    by_module = serializers.ListField(child=serializers.DictField())
