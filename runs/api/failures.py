"""API of what is known of failures: their causes, the rules that class them, and tests in quarantine."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from catalog.api.serializers import TextField
from qaportal.kit.api.serializers import PortalModelSerializer, TextIdField
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput

from ..choices import FailureCause, RuleState
from ..filters import FailureClusterApiFilter, FailureRuleApiFilter, QuarantineApiFilter
from ..models import FailureCluster, FailureRule, Quarantine, Result, RunCase, RunCluster
from ..services import failure_rules, quarantine

PROJECT = OpenApiParameter(
    "project_id", OpenApiTypes.STR, description="The project, by its id or its key; needed when there are several."
)


class FailureClusterSerializer(PortalModelSerializer):
    """A cause of failures."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(read_only=True)
    first_run_id = serializers.UUIDField(read_only=True, allow_null=True)
    last_run_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = FailureCluster
        fields = (
            *("id", "project_id", "fingerprint", "title", "thrown_at", "occurrences", "first_seen", "last_seen"),
            *("first_run_id", "last_run_id"),
        )
        read_only_fields = fields


class ClusterRunSerializer(PortalModelSerializer):
    """How many tests of a run fail for a cause."""

    run_id = serializers.UUIDField(read_only=True)
    run_number = serializers.IntegerField(source="run.number", read_only=True)
    run_name = serializers.CharField(source="run.name", read_only=True)
    started_at = serializers.DateTimeField(source="run.started_at", read_only=True)
    rule_id = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = RunCluster
        fields = ("run_id", "run_number", "run_name", "started_at", "tests", "quarantined", "rule_id")
        read_only_fields = fields


class FailureRuleSerializer(PortalModelSerializer):
    """A rule; a failure that meets every condition it has is classed by it."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    name = serializers.CharField(max_length=200)
    cause = serializers.ChoiceField(choices=FailureCause.choices)
    pattern = TextField(max_length=500, help_text="What message or trace hold; `*` stands for anything.")
    path_pattern = TextField(max_length=300, help_text="The automation key, class or suites, with `*` for anything.")
    fingerprint = serializers.UUIDField(required=False, allow_null=True)
    owner_id = TextIdField(required=False, allow_null=True)
    ticket = TextField(max_length=100)
    expires_on = serializers.DateField(required=False, allow_null=True)
    state = serializers.ChoiceField(choices=RuleState.choices, required=False)
    reopened_run_id = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta:
        model = FailureRule
        fields = (
            *("id", "project_id", "name", "cause", "pattern", "path_pattern", "fingerprint", "owner_id", "ticket"),
            *("expires_on", "state", "fixed_at", "reopened_at", "reopened_run_id", "created_at", "updated_at"),
        )
        read_only_fields = ("fixed_at", "reopened_at", "created_at", "updated_at")


class QuarantineSerializer(PortalModelSerializer):
    """A test whose failures do not count for a while."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(read_only=True)
    run_test_id = serializers.IntegerField(
        write_only=True,
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The test of a run, by its id in the address of its page; needed without a `result_id`.",
    )
    result_id = serializers.UUIDField(
        write_only=True, required=False, help_text="The test of a run, by one of its results."
    )
    case_id = serializers.CharField(read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)
    reason = serializers.CharField(max_length=500)
    expires_on = serializers.DateField()
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Quarantine
        fields = (
            *("id", "project_id", "run_test_id", "result_id", "case_id", "test_key", "name", "reason"),
            *("expires_on", "created_at", "created_by"),
        )
        read_only_fields = ("test_key", "created_at")


class FailureClusterViewSet(PlainStyle, ProjectViewSet):
    """Causes of failures."""

    serializer_class = FailureClusterSerializer
    filterset_class = FailureClusterApiFilter

    def base_queryset(self) -> QuerySet[FailureCluster]:
        """Causes, the last seen first."""
        return FailureCluster.objects.for_list()

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The causes of the project, those that were seen last first."""
        return super().list(request)

    @extend_schema(responses=ClusterRunSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="runs", filterset_class=None)
    def runs(self, request: Request, pk: str) -> Response:
        """The runs in which tests fail for this cause, newest first."""
        found = RunCluster.objects.filter(cluster=self.get_object()).history()
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ClusterRunSerializer(page, many=True).data)


class FailureRuleViewSet(PlainStyle, ProjectViewSet):
    """Rules that class failures."""

    serializer_class = FailureRuleSerializer
    filterset_class = FailureRuleApiFilter

    def base_queryset(self) -> QuerySet[FailureRule]:
        """Rules, those that came back first."""
        return FailureRule.objects.for_list()

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The rules of the project, those first whose failure came back."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Add a rule; stored failures of the newest runs are classed anew in a moment."""
        fields = self._fields(self.validated())
        state = fields.pop("state", RuleState.ACTIVE)
        rule = failure_rules.create_rule(actor=request.user, project=self.project, **fields)
        if state != rule.state:
            rule = failure_rules.set_rule_state(actor=request.user, rule=rule, state=state)
        return self.respond(rule, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is given; the state `fixed` says that the cause is gone."""
        rule = self.get_object()
        fields = self._fields(self.validated(instance=rule, partial=True), rule)
        state = fields.pop("state", None)
        if fields or not state:
            rule = failure_rules.update_rule(actor=request.user, rule=rule, if_match=self.if_match, **fields)
        if state:
            tag = None if fields else self.if_match
            rule = failure_rules.set_rule_state(actor=request.user, rule=rule, state=state, if_match=tag)
        return self.respond(rule)

    def destroy(self, request: Request, pk: str) -> Response:
        """Remove the rule; its failures are to be sorted again."""
        failure_rules.delete_rule(actor=request.user, rule=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _fields(self, data: dict[str, Any], rule: FailureRule | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = self.without_project(data, rule and rule.project)
        if "owner_id" in fields:
            project = rule.project if rule else self.project
            fields["owner"] = self.visible_person(fields.pop("owner_id"), field="owner_id", project=project)
        return fields


class QuarantineViewSet(PlainStyle, ProjectViewSet):
    """Tests whose failures do not count."""

    serializer_class = QuarantineSerializer
    filterset_class = QuarantineApiFilter

    def base_queryset(self) -> QuerySet[Quarantine]:
        """Those that nobody lifted, those that end first on top."""
        return Quarantine.objects.standing().for_list()

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The tests of the project that nobody lifted; with `in_force` those alone whose day has not passed."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Let the failures of a test not count until a day is over; its case goes along, whatever its name."""
        data = self.validated()
        held = quarantine.put_into_quarantine(
            actor=request.user, test=self._test(data), reason=data["reason"], expires_on=data["expires_on"]
        )
        return self.respond(held, status.HTTP_201_CREATED)

    def _test(self, data: dict[str, Any]) -> RunCase:
        """The test that is named by itself or by one of its results; raises InvalidInput naming the field."""
        field = "result_id" if "result_id" in data and "run_test_id" not in data else "run_test_id"
        if field not in data:
            words = _("Name the test, or one of its results.")
            raise InvalidInput(words, "required", fields={field: [words]})
        number = data.get("run_test_id")
        if number is None:
            results = Result.objects.visible_to(self.request.user).filter(pk=data["result_id"])
            number = results.values_list("run_case_id", flat=True).first()
        tests = RunCase.objects.living().visible_to(self.request.user).select_related("project__tenant")
        test = tests.filter(pk=number).first()
        if test is None:
            words = _("There is no such test.")
            raise InvalidInput(words, "not_found", fields={field: [words]})
        return test

    def destroy(self, request: Request, pk: str) -> Response:
        """Let the failures of the test count again."""
        quarantine.lift_quarantine(actor=request.user, held=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
