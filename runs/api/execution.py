"""API of verdicts in a release: one case of its scope."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.models import User
from accounts.permissions import CASES, RESULTS
from catalog.api.custom_fields import CustomFieldsField, values_by_key
from catalog.api.serializers import TextField
from catalog.choices import FieldTarget
from catalog.own_fields import OwnFields
from catalog.status_words import parse_status
from qaportal.kit.api.serializers import IdField, PortalSerializer
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput
from releases.api.serializers import BugIdsField, PathsField, PriorityWordField, ScopeRowSerializer
from releases.models import Release, ReleaseCase
from releases.services.scope import LONGEST_COMMENT, remove_cases, update_scope_row

from ..services.verdicts import LONGEST_DURATION, set_verdict

PLANNED = {"priority": "priority", "display_order": "position"}


class StatusField(serializers.CharField):
    """A verdict in any of its spellings."""

    def to_internal_value(self, data: Any) -> str:
        """The stored word."""
        try:
            return parse_status(super().to_internal_value(data)).value
        except InvalidInput as error:
            raise serializers.ValidationError(error.fields["status"]) from error


class VerdictSerializer(PortalSerializer):
    """A verdict with what was noted."""

    execution_status = StatusField(max_length=40)
    comments = TextField(max_length=LONGEST_COMMENT)
    execution_duration = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LONGEST_DURATION, help_text="Seconds."
    )
    bug_ids = BugIdsField(required=False)
    custom_fields = CustomFieldsField(required=False)


class ScopeRowUpdateSerializer(VerdictSerializer):
    """Everything about a case of a release that can be changed; what is not given stays."""

    execution_status = StatusField(max_length=40, required=False)
    screenshots = PathsField(required=False, max_length=100)
    execution_date = serializers.DateTimeField(required=False, allow_null=True)
    priority = PriorityWordField(required=False, allow_null=True)
    assigned_to = IdField(required=False, allow_null=True)
    display_order = serializers.IntegerField(required=False, min_value=0, max_value=2_000_000_000)


class ExecutionViewSet(PlainStyle, ProjectViewSet):
    """One case in the scope of a release; `tc_id` is the id of the case."""

    token_scopes = {
        "set_status": RESULTS,
        "update": RESULTS | CASES,
        "partial_update": RESULTS | CASES,
        "destroy": CASES,
    }
    serializer_class = ScopeRowSerializer
    filterset_class = None

    def base_queryset(self) -> QuerySet[ReleaseCase]:
        """Cases of releases with what an answer shows."""
        return ReleaseCase.objects.for_list()

    def get_object(self) -> ReleaseCase:
        """The case in the release of the address; anything that is not there for the caller is the same 404."""
        ids = {name: self.kwargs[name] for name in ("pk", "tc_id")}
        numbers = {
            name: int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
            for name, text in ids.items()
        }
        release = get_object_or_404(Release.objects.visible_to(self.request.user), pk=numbers["pk"])
        return get_object_or_404(self.get_queryset(), release=release, case_id=numbers["tc_id"])

    @extend_schema(request=VerdictSerializer, responses=ScopeRowSerializer)
    def set_status(self, request: Request, pk: str, tc_id: str) -> Response:
        """Record a verdict: one more attempt by hand."""
        row = self.get_object()
        data = self.validated(serializer=VerdictSerializer(data=_with_status(request.data)))
        return self.respond(_execute(request.user, row, data, self.if_match))

    @extend_schema(request=ScopeRowUpdateSerializer, responses=ScopeRowSerializer)
    @transaction.atomic
    def update(self, request: Request, pk: str, tc_id: str) -> Response:
        """Change what is given; another verdict, date or duration is one more attempt by hand."""
        row = self.get_object()
        data = self.validated(serializer=ScopeRowUpdateSerializer(data=_with_status(request.data)))
        expected = self.if_match
        planned = {name: data[given] for given, name in PLANNED.items() if given in data}
        if "assigned_to" in data:
            planned["assigned_to"] = self.visible_person(data["assigned_to"], field="assigned_to")
        noted = {name: data[name] for name in ("comments", "bug_ids", "screenshots") if name in data}
        is_attempt = _is_attempt(row, data)
        details = planned if is_attempt else planned | noted
        if details or not is_attempt:
            row = update_scope_row(actor=request.user, release_case=row, if_match=expected, **details)
            expected = None
        if is_attempt:
            row = _execute(request.user, row, {"execution_status": row.execution_status} | data, expected)
        return self.respond(row)

    def partial_update(self, request: Request, pk: str, tc_id: str) -> Response:
        """Change what is given."""
        return self.update(request, pk, tc_id)

    def destroy(self, request: Request, pk: str, tc_id: str) -> Response:
        """Take the case out of the scope; its results in runs stay."""
        row = self.get_object()
        remove_cases(actor=request.user, release=row.release, case_ids=[row.case_id], if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _with_status(body: Any) -> Any:
    """The body, in which `status` stands for `execution_status` too."""
    if isinstance(body, dict) and "status" in body and not {"execution_status", "executionStatus"} & set(body):
        return {**body, "execution_status": body["status"]}
    return body


def _is_attempt(row: ReleaseCase, data: dict[str, Any]) -> bool:
    """Whether the body tells of an execution, not only of details of the one that is known."""
    if "execution_status" in data and data["execution_status"] != row.execution_status:
        return True
    if "custom_fields" in data:
        return True
    told = {"executed_at": data.get("execution_date"), "execution_duration": data.get("execution_duration")}
    return any(value is not None and value != getattr(row, name) for name, value in told.items())


def _execute(actor: User, row: ReleaseCase, data: dict[str, Any], if_match: str | None) -> ReleaseCase:
    given = {name: data[name] for name in ("comments", "execution_duration", "bug_ids", "screenshots") if name in data}
    if "custom_fields" in data:
        own = OwnFields(row.project, target=FieldTarget.RESULT)
        given["custom_values"] = values_by_key(own, data["custom_fields"])
    return set_verdict(
        actor=actor,
        release_case=row,
        status=data["execution_status"],
        executed_at=data.get("execution_date"),
        if_match=if_match,
        **given,
    )
