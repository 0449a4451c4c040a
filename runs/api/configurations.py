"""API of the configurations that runs are executed in."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.models import Project, User
from qaportal.kit.api.serializers import PortalModelSerializer, PortalSerializer
from qaportal.kit.api.styles import CamelStyle
from qaportal.kit.errors import InvalidInput

from ..filters import ConfigurationFilter
from ..models import Configuration
from ..services import configurations
from ..services.configurations import LONGEST_NAME, LONGEST_VALUE, MOST_VALUES

PROJECT = OpenApiParameter(
    "projectId", OpenApiTypes.STR, description="The project, by its id or its key; needed when there are several."
)


def configuration_named(user: User, project: Project, given: str) -> Configuration:
    """The configuration of the project with this id or name; raises InvalidInput naming `configuration_id`."""
    rows = Configuration.objects.living().visible_to(user).in_project(project)
    found = rows.named(given).first()
    if found is None:
        words = _("There is no such configuration in the project.")
        raise InvalidInput(words, "not_found", fields={"configuration_id": [words]})
    return found


class ConfigurationValueSerializer(PortalSerializer):
    """One thing a configuration says, such as Browser: Firefox."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    value = serializers.CharField(max_length=LONGEST_VALUE)


class ConfigurationSerializer(PortalModelSerializer):
    """A configuration."""

    id = serializers.CharField(read_only=True)
    project_id = serializers.CharField(required=False, allow_null=True, max_length=18)
    name = serializers.CharField(max_length=120)
    values = ConfigurationValueSerializer(many=True, required=False, max_length=MOST_VALUES)
    created_by = serializers.CharField(source="created_by_id", read_only=True, allow_null=True)
    updated_by = serializers.CharField(source="updated_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Configuration
        fields = ("id", "project_id", "name", "values", "created_at", "updated_at", "created_by", "updated_by")
        read_only_fields = ("created_at", "updated_at")


class ConfigurationViewSet(CamelStyle, ProjectViewSet):
    """Configurations."""

    serializer_class = ConfigurationSerializer
    filterset_class = ConfigurationFilter

    def base_queryset(self) -> QuerySet[Configuration]:
        """Configurations by name."""
        return Configuration.objects.for_list()

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The configurations of the project, `limit` of them from `offset` on."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Add a configuration."""
        fields = self.without_project(self.validated(), None)
        made = configurations.create_configuration(actor=request.user, project=self.project, **fields)
        return self.respond(made, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given; runs that were executed in it show the new name and values."""
        configuration = self.get_object()
        data = self.validated(instance=configuration, partial=True)
        fields = self.without_project(data, configuration.project)
        return self.respond(
            configurations.update_configuration(
                actor=request.user, configuration=configuration, if_match=self.if_match, **fields
            )
        )

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the configuration; runs that were executed in it go on saying so."""
        configurations.delete_configuration(actor=request.user, configuration=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)
