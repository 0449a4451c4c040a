"""API of milestones."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from catalog.api.repository_serializers import UpperCodeField
from catalog.api.serializers import TextField
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.api.serializers import PortalModelSerializer, TextIdField
from qaportal.kit.api.styles import CamelStyle

from ..choices import MilestoneStatus
from ..filters import MilestoneFilter
from ..models import Milestone
from ..services import milestones

PROJECT = OpenApiParameter(
    "projectId", OpenApiTypes.STR, description="The project, by its id or its key; needed when there are several."
)


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.upper() for each in MilestoneStatus.values]}]})
class MilestoneStatusField(UpperCodeField):
    """How far a milestone is, in capitals."""


@extend_schema_field(OpenApiTypes.DATE)
class DayField(serializers.DateField):
    """A day; a moment is taken as its day."""

    def to_internal_value(self, data: Any) -> Any:
        """The day."""
        return super().to_internal_value(data.partition("T")[0] if isinstance(data, str) else data)


class MilestoneSerializer(PortalModelSerializer):
    """A milestone."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    parent_id = TextIdField(required=False, allow_null=True)
    name = serializers.CharField(max_length=200)
    description = TextField(max_length=LONGEST_TEXT)
    status = MilestoneStatusField(codes=MilestoneStatus.values, required=False)
    start_date = DayField(source="start", required=False, allow_null=True)
    due_date = DayField(required=False, allow_null=True)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = serializers.CharField(source="updated_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Milestone
        fields = (
            *("id", "project_id", "parent_id", "name", "description", "status", "start_date", "due_date"),
            *("completed_at", "created_at", "updated_at", "created_by", "updated_by"),
        )
        read_only_fields = ("completed_at", "created_at", "updated_at")


class MilestoneViewSet(CamelStyle, ProjectViewSet):
    """Milestones."""

    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilter

    def base_queryset(self) -> QuerySet[Milestone]:
        """Milestones, the next one due first."""
        return Milestone.objects.for_list()

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The milestones of the project, `limit` of them from `offset` on."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Plan a milestone."""
        fields = self._fields(self.validated())
        milestone = milestones.create_milestone(actor=request.user, project=self.project, **fields)
        return self.respond(milestone, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        milestone = self.get_object()
        fields = self._fields(self.validated(instance=milestone, partial=True), milestone)
        return self.respond(
            milestones.update_milestone(actor=request.user, milestone=milestone, if_match=self.if_match, **fields)
        )

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the milestone; its releases and runs stay."""
        milestones.delete_milestone(actor=request.user, milestone=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _fields(self, data: dict[str, Any], milestone: Milestone | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = self.without_project(data, milestone and milestone.project)
        project = milestone.project if milestone else self.project
        if "parent_id" in fields:
            given = fields.pop("parent_id")
            fields["parent"] = self.optional_related(Milestone.objects.all(), given, field="parent_id", project=project)
        return fields
