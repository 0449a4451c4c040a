"""API of the hierarchy: modules, sub-modules and features as one tree, and what the fields of a case offer."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.permissions import decide
from qaportal.kit.api.serializers import OpenJSONField, PortalSerializer
from qaportal.kit.api.styles import PlainStyle

from ..choices import FieldKind, FieldTarget
from ..hierarchy import options_of, structure_of
from ..models import Folder

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
BELOW = "How many current cases stand in it and below it."
DIRECT = "How many stand in it alone."


class FeatureNodeSerializer(PortalSerializer):
    """A feature of the tree."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    case_count = serializers.IntegerField(help_text=BELOW)
    direct_case_count = serializers.IntegerField(help_text=DIRECT)


class SubModuleNodeSerializer(FeatureNodeSerializer):
    """A sub-module of the tree."""

    features = FeatureNodeSerializer(many=True)


class ModuleNodeSerializer(FeatureNodeSerializer):
    """A module of the tree."""

    sub_modules = SubModuleNodeSerializer(many=True)


class NamedSerializer(PortalSerializer):
    """A module or a person to choose."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class NamedSubModuleSerializer(NamedSerializer):
    """A sub-module to choose."""

    module_id = serializers.IntegerField()


class NamedFeatureSerializer(NamedSerializer):
    """A feature to choose."""

    sub_module_id = serializers.IntegerField()


class ChoiceSerializer(PortalSerializer):
    """A value that a field takes, and its word."""

    value = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields and `label`, whose name the framework needs for itself."""
        return {**super().get_fields(), "label": serializers.CharField()}


class FieldOptionSerializer(NamedSerializer):
    """A custom field in use, and what it takes."""

    key = serializers.CharField(help_text="What its value stands under in `custom_fields`.")
    target = serializers.ChoiceField(choices=FieldTarget.choices, help_text="Whether cases or results have it.")
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    help_text = serializers.CharField()
    is_required = serializers.BooleanField()
    is_restricted = serializers.BooleanField()
    default = OpenJSONField(allow_null=True)
    minimum = serializers.CharField(allow_null=True, help_text="The least value, or the fewest characters or choices.")
    maximum = serializers.CharField(allow_null=True)
    options = ChoiceSerializer(many=True)


class TemplateOptionSerializer(NamedSerializer):
    """A template, and the keys of the custom fields that its cases have."""

    is_default = serializers.BooleanField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields and `fields`, whose name the framework needs for itself."""
        return {**super().get_fields(), "fields": serializers.ListField(child=serializers.CharField())}


class OptionsSerializer(PortalSerializer):
    """What the fields of a case offer."""

    modules = NamedSerializer(many=True)
    sub_modules = NamedSubModuleSerializer(many=True)
    features = NamedFeatureSerializer(many=True)
    tags = serializers.ListField(
        child=serializers.CharField(), help_text="Those of the 2,000 tagged cases that changed last."
    )
    test_tags = ChoiceSerializer(many=True, help_text="Values of `tag`.")
    test_types = ChoiceSerializer(many=True)
    automation_statuses = ChoiceSerializer(many=True)
    priorities = ChoiceSerializer(many=True)
    states = ChoiceSerializer(many=True)
    owners = NamedSerializer(many=True, help_text="Those who can open the project.")
    custom_fields = FieldOptionSerializer(many=True, help_text="Those in use, of cases and of results.")
    templates = TemplateOptionSerializer(many=True, help_text="Those in use, the default one first.")


class HierarchyViewSet(PlainStyle, ProjectViewSet):
    """The hierarchy of one project."""

    serializer_class = OptionsSerializer
    filterset_class = None
    pagination_class = None

    def get_queryset(self) -> QuerySet[Folder]:
        """Nothing is listed here: both addresses answer one whole."""
        return Folder.objects.none()

    @extend_schema(parameters=[PROJECT], responses=ModuleNodeSerializer(many=True))
    def structure(self, request: Request) -> Response:
        """The tree: modules, their sub-modules and the features of these, each with how many cases it holds."""
        return Response(structure_of(request.user, self.project))

    @extend_schema(parameters=[PROJECT], responses=OptionsSerializer)
    def options(self, request: Request) -> Response:
        """What drop-downs offer for the fields of a case."""
        decide(request.user, "case.view", self.project).require()
        return Response(options_of(request.user, self.project))
