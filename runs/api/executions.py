"""API of single executions: a case was executed, in a release or in none."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import NAMES, ProjectViewSet, visible_project
from accounts.models import Project
from accounts.permissions import RESULTS
from catalog.api.serializers import TextField
from catalog.choices import ResultStatus
from catalog.models import TestCase
from qaportal.kit.api.serializers import IdField, PortalSerializer
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput, NotVisible
from releases.models import Release

from ..filters import ExecutionFilter
from ..models import Result
from ..services.executions import record_execution
from ..services.verdicts import LONGEST_DURATION
from .execution import StatusField

SPOKEN = {
    ResultStatus.PASSED: "pass",
    ResultStatus.FAILED: "fail",
    ResultStatus.ERROR: "fail",
    ResultStatus.SKIPPED: "skipped",
    ResultStatus.BLOCKED: "pending",
    ResultStatus.IN_PROGRESS: "pending",
    ResultStatus.NOT_STARTED: "pending",
}
PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Makes a repetition harmless.")


class ExecutionWordField(StatusField):
    """A verdict as executions spell it; every spelling is read."""

    def to_representation(self, value: str) -> str:
        """The word."""
        return SPOKEN[value]


class ExecuteSerializer(PortalSerializer):
    """What is told of an execution."""

    release_id = IdField(required=False, allow_null=True)
    status = ExecutionWordField(max_length=40, default=ResultStatus.IN_PROGRESS.value)
    actual_result = TextField(max_length=20_000)
    execution_time = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LONGEST_DURATION, help_text="Seconds."
    )
    error_message = TextField(max_length=200_000)
    screenshot_path = TextField(max_length=2_000)
    executed_at = serializers.DateTimeField(required=False, allow_null=True)


class ExecutionSerializer(ExecuteSerializer):
    """An execution of a case."""

    id = serializers.UUIDField(read_only=True)
    test_case_id = IdField(allow_null=True)
    executor_id = IdField(read_only=True, allow_null=True)
    run_id = serializers.UUIDField(read_only=True)
    status = ExecutionWordField(max_length=40)

    def to_representation(self, result: Result) -> dict[str, Any]:
        """The execution."""
        return {
            "id": str(result.pk),
            "test_case_id": result.case_id,
            "release_id": result.run.release_id,
            "executor_id": result.executor_id,
            "run_id": str(result.run_id),
            "status": SPOKEN[result.status],
            "actual_result": result.notes,
            "execution_time": None if result.duration_ms is None else round(result.duration_ms / 1000),
            "error_message": result.error_message,
            "screenshot_path": (result.metadata or {}).get("screenshot_path", ""),
            "executed_at": serializers.DateTimeField().to_representation(result.executed_at),
        }


class TestExecutionViewSet(PlainStyle, ProjectViewSet):
    """Executions of cases, the newest first."""

    __test__ = False

    token_scopes = RESULTS
    serializer_class = ExecutionSerializer
    filterset_class = ExecutionFilter

    def base_queryset(self) -> QuerySet[Result]:
        """Results of cases."""
        known = Result.objects.select_related("run__project__tenant").defer("output", "stack_trace", "custom_values")
        return known.annotate(case_test_id=F("case__test_id")).order_by("-id")

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The executions of the project's cases."""
        return super().list(request)

    def filtered(self, queryset: QuerySet[Result]) -> QuerySet[Result]:
        """Those of cases."""
        return super().filtered(queryset.filter(case__isnull=False))

    @extend_schema(parameters=[KEY], responses={201: ExecutionSerializer})
    def create(self, request: Request) -> Response:
        """Record an execution."""
        data = self.validated()
        case_id = data.pop("test_case_id")
        if case_id is None:
            words = _("Name a case.")
            raise InvalidInput(words, "required", fields={"test_case_id": [words]})
        return self._recorded(case_id, data, field="test_case_id")

    @extend_schema(request=ExecuteSerializer, parameters=[KEY], responses={201: ExecutionSerializer}, filters=False)
    def execute(self, request: Request, tc_id: str) -> Response:
        """Execute the case of the address; without a status it is in progress."""
        data = self.validated(serializer=ExecuteSerializer(data=request.data))
        if not tc_id.isascii() or not tc_id.isdigit() or len(tc_id) > 18:
            raise NotVisible
        return self._recorded(int(tc_id), data)

    def _named_project(self) -> Project | None:
        """The project that the body names, if it does: a case knows its own."""
        body = self.request.data if hasattr(self.request.data, "get") else {}
        given = next((body[name] for name in NAMES if body.get(name)), None)
        return visible_project(self.request.user, given) if given else None

    def _recorded(self, case_id: int, data: dict[str, Any], field: str = "") -> Response:
        project = self._named_project()
        cases = TestCase.objects.visible_to(self.request.user).select_related("project__tenant")
        case = (cases.in_project(project) if project else cases).filter(pk=case_id).first()
        if case is None:
            raise NotVisible
        release = None
        if data.get("release_id"):
            release = self.visible_related(
                Release.objects.living(), data["release_id"], field="release_id", project=case.project
            )
        path = data.get("screenshot_path")
        result = record_execution(
            actor=self.request.user,
            case=case,
            status=data["status"],
            release=release,
            seconds=data.get("execution_time"),
            notes=data.get("actual_result"),
            executed_at=data.get("executed_at"),
            error_message=data.get("error_message") or "",
            metadata={"screenshot_path": path} if path else None,
        )
        return self.respond(result, status.HTTP_201_CREATED)
