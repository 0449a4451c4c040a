"""API of exploratory sessions."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from catalog.api.repository_serializers import UpperCodeField
from catalog.api.serializers import TextField
from catalog.models import Template
from catalog.services.drafts import LONGEST_TEXT
from qaportal.kit.api.serializers import PortalModelSerializer, PortalSerializer, TextIdField
from qaportal.kit.api.styles import CamelStyle
from releases.models import Milestone, Release

from ..choices import FindingType, SessionStatus
from ..filters import SessionFilter
from ..models import Configuration, Finding, Session, SessionEntry
from ..services import session_notes, sessions
from ..services.sessions import LONGEST_BOX
from .severities import SeverityField

PROJECT = OpenApiParameter(
    "projectId", OpenApiTypes.STR, description="The project, by its id or its key; needed when there are several."
)
RELATED = {
    "template_id": ("template", Template),
    "release_id": ("release", Release),
    "milestone_id": ("milestone", Milestone),
    "configuration_id": ("configuration", Configuration),
}


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.upper() for each in SessionStatus.values]}]})
class SessionStatusField(UpperCodeField):
    """How far a session is, in capitals."""


@extend_schema_field({"oneOf": [{"type": "string", "enum": [each.upper() for each in FindingType.values]}]})
class FindingTypeField(UpperCodeField):
    """What was found, in capitals."""


class NoteSerializer(PortalModelSerializer):
    """A note of a session."""

    id = serializers.CharField(read_only=True)
    text = TextField(max_length=LONGEST_TEXT)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = SessionEntry
        fields = ("id", "text", "at_second", "created_at", "created_by")
        read_only_fields = ("at_second", "created_at")


class FindingSerializer(PortalModelSerializer):
    """A finding of a session."""

    id = serializers.CharField(read_only=True)
    type = FindingTypeField(codes=FindingType.values)
    title = TextField(max_length=300)
    description = TextField(max_length=LONGEST_TEXT)
    severity = SeverityField(required=False)
    case_id = serializers.CharField(read_only=True, allow_null=True)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Finding
        fields = (
            *("id", "type", "title", "description", "severity", "at_second", "case_id", "created_at", "created_by"),
        )
        read_only_fields = ("at_second", "created_at")


class SessionSerializer(PortalModelSerializer):
    """An exploratory session."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    name = serializers.CharField(max_length=300)
    description = TextField(source="charter", max_length=LONGEST_TEXT)
    status = SessionStatusField(codes=SessionStatus.values, required=False)
    template_id = TextIdField(required=False, allow_null=True)
    release_id = TextIdField(required=False, allow_null=True)
    milestone_id = TextIdField(required=False, allow_null=True)
    configuration_id = TextIdField(required=False, allow_null=True)
    assigned_to = TextIdField(source="assigned_to_id", required=False, allow_null=True)
    estimate = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST_BOX)
    duration = serializers.SerializerMethodField(help_text="Seconds worked.")
    notes = NoteSerializer(source="entries", many=True, read_only=True)
    findings = FindingSerializer(many=True, read_only=True)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = serializers.CharField(source="updated_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Session
        fields = (
            *("id", "project_id", "name", "description", "status", "template_id", "release_id", "milestone_id"),
            *("configuration_id", "assigned_to", "estimate", "duration", "started_at", "finished_at", "notes"),
            *("findings", "created_at", "updated_at", "created_by", "updated_by"),
        )
        read_only_fields = ("started_at", "finished_at", "created_at", "updated_at")

    def get_duration(self, session: Session) -> int:
        """Seconds worked, until now while it runs."""
        return session.seconds()


class SessionResultsSerializer(PortalSerializer):
    """What a session brought up."""

    notes = TextField(max_length=LONGEST_TEXT)
    duration = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LONGEST_BOX)
    findings = FindingSerializer(many=True, required=False)


class SessionViewSet(CamelStyle, ProjectViewSet):
    """Exploratory sessions."""

    serializer_class = SessionSerializer
    filterset_class = SessionFilter

    def base_queryset(self) -> QuerySet[Session]:
        """Sessions with what was written in them, the newest first."""
        in_order = {
            "entries": SessionEntry.objects.order_by("created_at", "pk"),
            "findings": Finding.objects.order_by("created_at", "pk"),
        }
        known = [Prefetch(name, rows) for name, rows in in_order.items()]
        return Session.objects.for_list().select_related("project__tenant").prefetch_related(*known)

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The sessions of the project, `limit` of them from `offset` on."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Plan a session; with the status ACTIVE its timer starts at once."""
        fields = self._fields(self.validated())
        moved = fields.pop("status", None)
        session = sessions.create_session(actor=request.user, project=self.project, **fields)
        if moved:
            session = sessions.update_session(actor=request.user, session=session, status=moved)
        return self.respond(self._read(session), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given; the status starts, pauses and completes the session."""
        session = self.get_object()
        fields = self._fields(self.validated(instance=session, partial=True), session)
        changed = sessions.update_session(actor=request.user, session=session, if_match=self.if_match, **fields)
        return self.respond(self._read(changed))

    @extend_schema(request=SessionResultsSerializer, responses={201: SessionSerializer})
    @action(detail=True, methods=["post"], url_path="results", filterset_class=None)
    def results(self, request: Request, pk: str) -> Response:
        """Add a note, the seconds that were worked, and findings."""
        session = self.get_object()
        data = self.validated(serializer=SessionResultsSerializer(data=request.data))
        recorded = session_notes.record_session(
            actor=request.user,
            session=session,
            notes=data.get("notes") or "",
            duration=data.get("duration"),
            findings=data.get("findings") or (),
        )
        return self.respond(self._read(recorded), status.HTTP_201_CREATED)

    def _read(self, session: Session) -> Session:
        """The session as it is stored now, with what was written in it."""
        return self.get_queryset().get(pk=session.pk)

    def _fields(self, data: dict[str, Any], session: Session | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = self.without_project(data, session and session.project)
        project = session.project if session else self.project
        for field, (name, model) in RELATED.items():
            if field in fields:
                given = fields.pop(field)
                fields[name] = self.optional_related(model.objects.all(), given, field=field, project=project)
        if "assigned_to_id" in fields:
            fields["assigned_to"] = self.visible_person(fields.pop("assigned_to_id"), field="assigned_to")
        return fields
