"""The same projects spoken of in each of the four styles, for the tests of the shared API code."""

from django.db import connection, transaction
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Project
from accounts.services import projects
from qaportal.kit.api.serializers import IdField, OpenJSONField, PortalModelSerializer, PortalSerializer
from qaportal.kit.api.styles import CamelStyle, EnvelopeCamelStyle, EnvelopeStyle, PlainStyle
from qaportal.kit.api.viewsets import PortalRouter, PortalViewSet
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, Unavailable, VersionConflict
from qaportal.urls import urlpatterns as portal_urls

STYLES = {"plain": PlainStyle, "camel": CamelStyle, "envelope": EnvelopeStyle, "envelope-camel": EnvelopeCamelStyle}


class StyledProjectSerializer(PortalModelSerializer):
    settings = OpenJSONField(required=False)
    default_owner = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ["id", "key", "name", "settings", "created_at", "default_owner"]
        extra_kwargs = {"key": {"required": False}}

    def get_default_owner(self, project: Project) -> dict[str, str]:
        return {"first_name": "Ada"}


class StyledProjectViewSet(PortalViewSet):
    serializer_class = StyledProjectSerializer

    def base_queryset(self):
        return Project.objects.for_list()

    def create(self, request):
        return self.respond(projects.create_project(actor=request.user, **self.validated()), status.HTTP_201_CREATED)

    def update(self, request, pk):
        project = projects.update_project(
            actor=request.user, project=self.get_object(), if_match=self.if_match, **self.validated(partial=True)
        )
        return self.respond(project)


class EchoSerializer(PortalSerializer):
    project_id = IdField()
    full_name = serializers.CharField(max_length=10)


class EchoView(APIView):
    @extend_schema(request=EchoSerializer, responses=EchoSerializer)
    def post(self, request):
        serializer = EchoSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.data)


def _in_database(statement: str):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


FAULTS = {
    "denied": lambda: Denied("Your role may not.", "role_lacks_permission").require(),
    "rule": lambda: _raise(RuleViolation("It is closed.", "closed")),
    "input": lambda: _raise(InvalidInput("No.", fields={"start_date": ["Too early."], "end_date": ["Too late."]})),
    "conflict": lambda: _raise(VersionConflict("Changed.", current_version='"7-9"')),
    "invisible": lambda: _raise(NotVisible()),
    "unavailable": lambda: _raise(Unavailable("Not now.")),
    "missing": lambda: _raise(Http404()),
    "throttled": lambda: _raise(Throttled(wait=17)),
    "year": lambda: _in_database("SELECT '10000000-01-01'::timestamptz"),
    "number": lambda: _in_database("SELECT 2::bigint ^ 70 :: bigint::int"),
    "unique": lambda: _in_database("INSERT INTO accounts_tenant SELECT * FROM accounts_tenant"),
    "bug": lambda: 1 / 0,
}


def _raise(error: Exception):
    raise error


class FaultView(APIView):
    def get(self, request, fault):
        return Response(FAULTS[fault]() or {})


router = PortalRouter()
urlpatterns = []
for name, style in STYLES.items():
    viewset = type(f"{style.__name__}Projects", (style, StyledProjectViewSet), {})
    router.register(f"api/{name}/projects", viewset, basename=f"{name}-project")
    urlpatterns += [
        path(f"api/{name}/echo", type(f"{style.__name__}Echo", (style, EchoView), {}).as_view()),
        path(f"api/{name}/faults/<str:fault>", type(f"{style.__name__}Fault", (style, FaultView), {}).as_view()),
    ]
urlpatterns += [*router.urls, *portal_urls]
