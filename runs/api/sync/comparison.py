"""API of the comparison of two suite runs."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput, NotVisible

from ... import comparison
from ...models import TestRun
from ...outcome import run_before
from ..views import run_named

MOST_TESTS = 500


class ComparedTestSerializer(serializers.Serializer):
    """What became of one test."""

    name = serializers.CharField()
    class_name = serializers.CharField()
    test_id = serializers.CharField(source="case_test_id", allow_null=True)
    change = serializers.CharField()
    status_before = serializers.CharField(allow_null=True)
    status_now = serializers.CharField(allow_null=True)
    duration_before_ms = serializers.IntegerField(source="duration_before", allow_null=True)
    duration_ms = serializers.IntegerField(source="duration_now", allow_null=True)
    error_message = serializers.CharField(source="error_summary")
    is_quarantined = serializers.BooleanField()


class RunComparisonSerializer(serializers.Serializer):
    """Two runs side by side."""

    run_id = serializers.UUIDField()
    compared_with = serializers.UUIDField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    tests = ComparedTestSerializer(many=True)


class SuiteRunComparisonViewSet(PlainStyle, ProjectViewSet):
    """Comparing two runs."""

    lookup_url_kwarg = "suite_id"
    serializer_class = RunComparisonSerializer

    def base_queryset(self) -> QuerySet[TestRun]:
        """Runs, without those that the portal keeps for itself."""
        return TestRun.objects.for_list().filter(is_implicit=False)

    @extend_schema(
        operation_id="suite_run_comparison",
        responses=RunComparisonSerializer,
        parameters=[
            OpenApiParameter("with", str, description="Id of the other run; without it the previous one of its kind."),
            OpenApiParameter("change", str, description="Only tests with this change.", enum=list(comparison.CHANGES)),
        ],
    )
    def compare(self, request: Request, suite_id: str) -> Response:
        """New failures, fixed, still failing, flaky, added, removed and slower tests; at most 500 of each change."""
        run = self.get_object()
        before = self._other(request, run)
        change = request.query_params.get("change", "")
        if change and change not in comparison.CHANGES:
            words = _("Known changes: %s") % ", ".join(comparison.CHANGES)
            raise InvalidInput(words, fields={"change": [words]})
        return Response(RunComparisonSerializer(_told(run, before, change)).data)

    def _other(self, request: Request, run: TestRun) -> TestRun | None:
        given = request.query_params.get("with", "")
        if not given:
            return run_before(run)
        other = run_named(request, given)
        if other.project_id != run.project_id:
            raise NotVisible
        return other


def _told(run: TestRun, before: TestRun | None, change: str) -> dict[str, Any]:
    if before is None:
        return {"run_id": run.pk, "compared_with": None, "counts": {}, "tests": []}
    counts = comparison.counts_of(run=run, before=before)
    tests = []
    for name in [change] if change else comparison.CHANGES:
        if counts[name]:
            tests += comparison.rows_of(run=run, before=before, change=name, limit=MOST_TESTS)
    return {"run_id": run.pk, "compared_with": before.pk, "counts": counts, "tests": tests}
