"""Shapes of runs by hand and of the cases in them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import TextField
from catalog.choices import ResultStatus
from qaportal.kit.api.pagination import CamelPagination
from qaportal.kit.api.serializers import IdField, PortalSerializer, TextIdField

from ..choices import RunStatus
from ..combinations import MOST_COMBINATIONS
from ..models import Artifact, Result, RunCase, StepResult, TestRun
from ..services.verdicts import LONGEST_DURATION
from .execution import StatusField
from .sync.fields import RunStateField

SPOKEN = {status: status.value.upper() for status in ResultStatus} | {ResultStatus.ERROR: "FAILED"}
SPOKEN_RUNS = {status: status.value.upper() for status in RunStatus} | {RunStatus.INTERRUPTED: "CANCELLED"}
RUN_WORDS = sorted({*SPOKEN_RUNS.values()})
MOST_CASES = 50_000


class WordField(StatusField):
    """A verdict in capitals; every spelling is read."""

    def to_representation(self, value: str) -> str:
        """The word."""
        return SPOKEN[value]


@extend_schema_field({"type": "string", "enum": RUN_WORDS})
class RunWordField(RunStateField):
    """Whether a run still goes on, in capitals."""

    def to_representation(self, value: str) -> str:
        """The word."""
        return SPOKEN_RUNS[value]


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else round(milliseconds / 1000)


class TestRunCaseSerializer(PortalSerializer):
    """A case in a run."""

    __test__ = False

    id = TextIdField(source="pk", read_only=True)
    repository_case_id = TextIdField(source="case_id")
    assigned_to = TextIdField(source="assigned_to_id", required=False, allow_null=True)
    status = WordField(read_only=True)
    executed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    duration = serializers.SerializerMethodField(help_text="Seconds.")

    def get_duration(self, test: RunCase) -> int | None:
        """How long the last attempt took."""
        return _seconds(test.duration_ms)


class PlannedCaseSerializer(PortalSerializer):
    """A case that a new run executes."""

    repository_case_id = IdField()
    assigned_to = IdField(required=False, allow_null=True)


class RunResultsSerializer(serializers.Serializer):
    """How many tests have each status."""

    total = serializers.IntegerField()
    passed = serializers.IntegerField(source="count_passed")
    failed = serializers.SerializerMethodField()
    blocked = serializers.IntegerField(source="count_blocked")
    skipped = serializers.IntegerField(source="count_skipped")
    untested = serializers.SerializerMethodField()
    flaky = serializers.IntegerField(source="count_flaky")

    def get_failed(self, run: TestRun) -> int:
        """Failures and errors."""
        return run.count_failed + run.count_error

    def get_untested(self, run: TestRun) -> int:
        """Those without a verdict."""
        return run.count_not_started + run.count_in_progress


class TestRunSerializer(PortalSerializer):
    """A run."""

    __test__ = False

    id = serializers.UUIDField(read_only=True)
    project_id = TextIdField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=300)
    description = TextField(max_length=20_000)
    status = RunWordField(read_only=True)
    milestone_id = TextIdField(required=False, allow_null=True)
    configuration_id = TextIdField(required=False, allow_null=True)
    release_id = serializers.CharField(required=False, allow_null=True, max_length=60)
    environment = TextField(max_length=120)
    build = TextField(max_length=200)
    due = serializers.DateTimeField(required=False, allow_null=True)
    results = RunResultsSerializer(source="*", read_only=True)
    is_pinned = serializers.BooleanField(read_only=True, help_text="Kept whatever its age.")
    started_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    created_by = TextIdField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = TextIdField(source="updated_by_id", read_only=True, allow_null=True)


class SiblingSerializer(PortalSerializer):
    """A run of the same plan."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    configuration_id = TextIdField(read_only=True, allow_null=True)
    status = RunWordField(read_only=True)


class TestRunDetailSerializer(TestRunSerializer):
    """A run with one page of its cases, and the runs that were planned together with it."""

    test_cases = serializers.SerializerMethodField()
    siblings = serializers.SerializerMethodField()

    @extend_schema_field(SiblingSerializer(many=True))
    def get_siblings(self, run: TestRun) -> list[dict[str, Any]]:
        """The same cases in other configurations."""
        if run.group is None:
            return []
        found = TestRun.objects.living().filter(group=run.group, project=run.project_id).exclude(pk=run.pk)
        return SiblingSerializer(found.order_by("number"), many=True).data

    @extend_schema_field(TestRunCaseSerializer(many=True))
    def get_test_cases(self, run: TestRun) -> list[dict[str, Any]]:
        """The cases, as many as `limit` from `offset` on."""
        tests = RunCase.objects.filter(run=run).order_by("position", "pk")
        request = self.context.get("request")
        rows = CamelPagination().paginate_queryset(tests, request) if request else tests[:50]
        return TestRunCaseSerializer(rows, many=True).data


class TestRunCreateSerializer(TestRunSerializer):
    """A run to be planned, or with several configurations one run for each of them."""

    configuration_ids = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=MOST_COMBINATIONS,
        help_text="Each of these gets a run of its own with the same cases; the first one is answered.",
    )
    test_cases = PlannedCaseSerializer(many=True, required=False, max_length=MOST_CASES)


class TestRunUpdateSerializer(PortalSerializer):
    """What can be changed of a run; what is not given stays."""

    __test__ = False

    name = serializers.CharField(max_length=300, required=False)
    description = TextField(max_length=20_000)
    status = RunWordField(required=False, help_text="`ACTIVE`, `COMPLETED` or `CANCELLED`.")
    milestone_id = IdField(required=False, allow_null=True)
    configuration_id = IdField(required=False, allow_null=True)
    release_id = serializers.CharField(required=False, allow_null=True, max_length=60)
    environment = TextField(max_length=120)
    build = TextField(max_length=200)
    due = serializers.DateTimeField(required=False, allow_null=True)
    is_pinned = serializers.BooleanField(required=False, help_text="Keep the run whatever its age.")
    test_cases = PlannedCaseSerializer(
        many=True,
        required=False,
        max_length=MOST_CASES,
        help_text="The cases that the run executes: others are added, those that are missing go, executed ones stay.",
    )


class SentStepSerializer(PortalSerializer):
    """How a step went."""

    step_id = IdField(required=False, allow_null=True)
    step_number = serializers.IntegerField(required=False, min_value=1, max_value=10**6)
    iteration = serializers.IntegerField(required=False, min_value=1, max_value=10**6)
    status = StatusField(max_length=40)
    notes = TextField(max_length=20_000)
    duration = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LONGEST_DURATION, help_text="Seconds."
    )


class LinkedFileSerializer(PortalSerializer):
    """A file that lies elsewhere; it is never fetched."""

    name = TextField(max_length=255)
    url = serializers.URLField(max_length=2_000)

    def validate_url(self, value: str) -> str:
        """An address that a browser may open."""
        if not value.lower().startswith(("http://", "https://")):
            raise serializers.ValidationError("An http or https address is needed.")
        return value


class ExecuteCaseSerializer(PortalSerializer):
    """How a case was executed."""

    status = StatusField(max_length=40)
    notes = TextField(max_length=20_000)
    duration = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LONGEST_DURATION, help_text="Seconds."
    )
    step_results = SentStepSerializer(many=True, required=False, max_length=1_000)
    attachments = LinkedFileSerializer(many=True, required=False, max_length=100)


class StepAnswerSerializer(PortalSerializer):
    """How a step went."""

    step_number = serializers.IntegerField()
    iteration = serializers.IntegerField()
    status = WordField()
    notes = serializers.CharField()
    duration = serializers.SerializerMethodField()

    def get_duration(self, step: StepResult) -> int | None:
        """Seconds."""
        return _seconds(step.duration_ms)


class ExecutedCaseSerializer(TestRunCaseSerializer):
    """A case of a run after it was executed."""

    run_id = serializers.UUIDField(read_only=True)
    attempt = serializers.SerializerMethodField()
    result_id = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    step_results = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()

    @property
    def _result(self) -> Result:
        return self.context["result"]

    def get_attempt(self, test: RunCase) -> int:
        """Its number in the run."""
        return self._result.attempt

    def get_result_id(self, test: RunCase) -> str:
        """The attempt itself."""
        return str(self._result.pk)

    def get_notes(self, test: RunCase) -> str:
        """What was noted."""
        return self._result.notes

    def get_step_results(self, test: RunCase) -> list[dict[str, Any]]:
        """The steps in their order."""
        rows = StepResult.objects.filter(result=self._result).order_by("iteration", "step_number")
        return StepAnswerSerializer(rows, many=True).data

    def get_attachments(self, test: RunCase) -> list[dict[str, str]]:
        """The files."""
        rows = Artifact.objects.filter(result=self._result).for_list()
        return [{"name": row.file.name, "url": row.file.external_url} for row in rows]
