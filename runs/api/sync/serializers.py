"""Shapes of suite runs and of the results in them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from catalog.api.steps import TextField

from ...choices import ResultStatus, RunStatus
from ...models import Result, TestRun
from .fields import (
    MetadataField,
    MillisecondsField,
    OpenSerializer,
    OptionalText,
    OutcomeField,
    ProjectIdField,
    RunStateField,
    count_field,
)

LONGEST_NAME = 2_000
LONGEST_MESSAGE = 200_000
LONGEST_TRACE = 1_000_000


class CountsSerializer(serializers.Serializer):
    """How many tests of a run have each status."""

    total = serializers.IntegerField()
    passed = serializers.IntegerField(source="count_passed")
    failed = serializers.IntegerField(source="count_failed")
    error = serializers.IntegerField(source="count_error")
    blocked = serializers.IntegerField(source="count_blocked")
    skipped = serializers.IntegerField(source="count_skipped")
    running = serializers.IntegerField(source="count_in_progress")
    flaky = serializers.IntegerField(source="count_flaky")


class SuiteRunSerializer(OpenSerializer):
    """A run that a client reports."""

    aliases = {"suite_name": "name", "run_name": "name"}
    left_out = frozenset({"id", "number", "counts", "url", "reason", "created_at", "updated_at"})
    id = serializers.UUIDField(read_only=True)
    project_id = ProjectIdField(required=False, max_length=18, help_text="The project of a new run: its id or its key.")
    number = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=300)
    external_id = TextField(max_length=200, help_text="Whoever opens a run with the same id joins the same run.")
    status = RunStateField(required=False, help_text="`running`, `completed` or `aborted`.")
    reason = serializers.SerializerMethodField(help_text="Why the run was aborted, where the portal knows it.")
    release_id = serializers.CharField(
        required=False, allow_null=True, max_length=60, help_text="The release the run belongs to: its id or version."
    )
    configuration_id = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=120,
        help_text="What the run is executed in: the id or the name of a configuration of the project.",
    )
    environment = TextField(max_length=120)
    build = TextField(max_length=200)
    branch = TextField(max_length=200)
    browser = TextField(max_length=200)
    started_at = serializers.DateTimeField(required=False, allow_null=True)
    finished_at = serializers.DateTimeField(required=False, allow_null=True)
    duration_ms = serializers.IntegerField(read_only=True)
    metadata = MetadataField()
    counts = CountsSerializer(source="*", read_only=True)
    url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def get_reason(self, run: TestRun) -> str | None:
        """Why the run did not come to its end."""
        told = run.metadata.get("reason") if isinstance(run.metadata, dict) else None
        if run.status == RunStatus.INTERRUPTED:
            return str(told or _("Nothing was heard of the run for too long."))
        return str(told) if told and run.status == RunStatus.CANCELLED else None

    def get_url(self, run: TestRun) -> str:
        """The page of the run."""
        request, path = self.context.get("request"), run.get_absolute_url()
        return request.build_absolute_uri(path) if request else path

    def to_representation(self, instance: TestRun) -> dict[str, Any]:
        """The run; the browser stands among what the client told beside the known facts."""
        instance.browser = str(instance.metadata.get("browser") or "")
        shown = super().to_representation(instance)
        return shown | {"external_id": instance.external_id}


class SuiteRunUpdateSerializer(SuiteRunSerializer):
    """What of a run can be told later."""

    name = serializers.CharField(max_length=300, required=False)


class TestCaseResultSerializer(OpenSerializer):
    """One attempt of one test."""

    __test__ = False
    aliases = {"test_name": "name", "test_case_name": "name", "class": "class_name", "iteration": "iteration_number"}
    left_out = OpenSerializer.left_out | {"test_case_id", "attempt", "is_last", "executed_at"}
    id = serializers.UUIDField(read_only=True)
    suite_run_id = serializers.UUIDField(source="run_id", read_only=True)
    test_case_id = serializers.IntegerField(source="case_id", read_only=True, allow_null=True)
    test_id = TextField(max_length=64, help_text="The id of its test case, such as `TC_UI_001`.")
    name = serializers.CharField(max_length=LONGEST_NAME, help_text="`test_name` and `test_case_name` are taken too.")
    class_name = TextField(max_length=LONGEST_NAME)
    status = OutcomeField(help_text="`Passed`, `Failed`, `Skipped`, `Error`, `Blocked` or `Running`.")
    attempt = serializers.IntegerField(read_only=True)
    iteration_number = count_field(source="iteration", min_value=1, help_text="Of a data-driven test, from 1 on.")
    duration_ms = MillisecondsField()
    error_message = OptionalText(max_length=LONGEST_MESSAGE)
    stack_trace = OptionalText(max_length=LONGEST_TRACE)
    started_at = serializers.DateTimeField(required=False, allow_null=True)
    executed_at = serializers.DateTimeField(read_only=True)
    metadata = MetadataField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def validate_status(self, value: str) -> str:
        """A result tells of something that began."""
        if value == ResultStatus.NOT_STARTED:
            raise serializers.ValidationError(_("A test that did not start has no result."))
        return value

    def to_representation(self, instance: Result) -> dict[str, Any]:
        """The attempt, with the id of its case or the one that the client told."""
        told = instance.metadata or {}
        instance.test_id = instance.case_test_id or str(told.get("test_id") or "")
        instance.iteration = instance.run_case.occurrence
        return {**super().to_representation(instance), "test_id": instance.test_id or None}


class TestCaseResultUpdateSerializer(TestCaseResultSerializer):
    """How an attempt ended; its name and its test stay."""

    left_out = TestCaseResultSerializer.left_out | {"test_id", "name", "class_name", "iteration_number"}
    name = class_name = test_id = iteration_number = None
    status = OutcomeField(required=False)
