"""API of issues."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from catalog.choices import Priority
from catalog.models import Folder, TestCase
from qaportal.kit.api.shared_style import SharedStyle
from qaportal.kit.api.styles import CamelStyle
from releases.models import Release

from ..choices import IssueStatus, Severity
from ..filters import IssueFilter
from ..models import Issue
from ..services import issues
from ..targets import target_of
from . import serializers

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
RELATED = {
    "module_id": ("module", Folder, "module_id"),
    "release_id": ("release", Release, "release_id"),
    "case_id": ("case", TestCase, "test_case_id"),
}


class IssueViewSet(SharedStyle, ProjectViewSet):
    """Issues."""

    serializer_class = serializers.IssueSerializer
    filterset_class = IssueFilter

    def get_serializer_class(self) -> type:
        """The shape of the caller's style."""
        return serializers.CamelIssueSerializer if self.is_camel else serializers.IssueSerializer

    def base_queryset(self) -> QuerySet[Issue]:
        """Issues, the last changed first."""
        return Issue.objects.for_list().select_related("project__tenant").prefetch_related("links")

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The issues of the project, filtered and paged."""
        return super().list(request)

    @extend_schema(parameters=[PROJECT])
    def create(self, request: Request) -> Response:
        """Write an issue."""
        fields = self._fields(self.validated())
        issue = issues.create_issue(actor=request.user, project=self.project, **fields)
        return self.respond(self._read(issue), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        issue = self.get_object()
        fields = self._fields(self.validated(instance=issue, partial=True), issue)
        return self.respond(
            self._read(issues.update_issue(actor=request.user, issue=issue, if_match=self.if_match, **fields))
        )

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the issue; a ticket in a tracker stays."""
        issues.delete_issue(actor=request.user, issue=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[PROJECT], responses=serializers.IssueStatsSerializer)
    @action(detail=False, methods=["get"], filterset_class=None, pagination_class=None)
    def stats(self, request: Request) -> Response:
        """How many issues there are, by status, priority and severity."""
        found = Issue.objects.visible_to(request.user).in_project(self.project)
        by_status, by_severity = found.counts("status"), found.counts("severity")
        by_priority = found.counts("priority")
        counted = {each.value: by_status.get(each.value, 0) for each in IssueStatus}
        body = {
            "total": sum(counted.values()),
            **counted,
            "by_status": counted,
            "by_priority": {each.code: by_priority.get(each.value, 0) for each in Priority},
            "by_severity": {each.value: by_severity.get(each.value, 0) for each in Severity},
        }
        return Response(body)

    def _read(self, issue: Issue) -> Issue:
        """The issue as it is stored now, with where it was seen."""
        return self.get_queryset().get(pk=issue.pk)

    def _fields(self, data: dict[str, Any], issue: Issue | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = self.without_project(data, issue and issue.project)
        project = issue.project if issue else self.project
        for key, (name, model, field) in RELATED.items():
            if key in fields:
                given = fields.pop(key)
                fields[name] = self.optional_related(model.objects.all(), given, field=field, project=project)
        if "assignee_id" in fields:
            fields["assignee"] = self.visible_person(fields.pop("assignee_id"), field="assigned_to")
        return fields


class CamelIssueViewSet(CamelStyle, IssueViewSet):
    """What only the document in style `camel` names."""

    is_camel = True
    serializer_class = serializers.CamelIssueSerializer

    @extend_schema(request=serializers.EntitySerializer, responses=serializers.CamelIssueSerializer)
    def link(self, request: Request, pk: str) -> Response:
        """Say where the issue was seen."""
        issue = self.get_object()
        issues.link_issue(actor=request.user, issue=issue, target=self._target(issue))
        return self.respond(self._read(issue))

    @extend_schema(request=serializers.EntitySerializer, responses=serializers.CamelIssueSerializer)
    def unlink(self, request: Request, pk: str) -> Response:
        """Take back where the issue was seen."""
        issue = self.get_object()
        issues.unlink_issue(actor=request.user, issue=issue, target=self._target(issue))
        return self.respond(self._read(issue))

    def _target(self, issue: Issue) -> Any:
        data = self.validated(serializer=serializers.EntitySerializer(data=self.request.data))
        kind = serializers.ENTITIES[data["entity_type"]]
        return target_of(user=self.request.user, project=issue.project, kind=kind, given=data["entity_id"])
