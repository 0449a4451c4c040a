"""API of cases for clients of the repository: the same cases, services and rules in another shape."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Project
from qaportal.kit.api.styles import CamelStyle
from qaportal.kit.errors import InvalidInput

from ..choices import FieldTarget
from ..models import CustomField, Template, TestCase
from ..services.step_order import steps_in_order
from .filters import RepositoryCaseFilter
from .repository_serializers import RepositoryCaseSerializer
from .views import TestCaseViewSet

PROJECT = OpenApiParameter(
    "projectId", OpenApiTypes.STR, description="The project, by its id or its key; needed when there are several."
)


class RepositoryCaseViewSet(CamelStyle, TestCaseViewSet):
    """Test cases."""

    serializer_class = RepositoryCaseSerializer
    filterset_class = RepositoryCaseFilter

    def base_queryset(self) -> QuerySet[TestCase]:
        """Cases with their steps."""
        found = TestCase.objects.for_detail().select_related("project__tenant")
        return found.sorted_by(self.request.query_params.get("sort", ""))

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The cases of the project that are not archived, filtered, `limit` of them from `offset` on."""
        return super().list(request)

    @extend_schema(parameters=[])
    def create(self, request: Request) -> Response:
        """Write a case; its steps stand by their `order`, and without one as they come."""
        return super().create(request)

    def _fields(self, data: dict[str, Any], project: Project, case: TestCase | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        words = _("A case stays in its project. Copy or move it instead.")
        fields = self.without_project(data, case and case.project, words)
        kind = {"test_type": fields.pop("test_type")} if "test_type" in fields else {}
        if "steps" in fields:
            fields["steps"] = steps_in_order(fields["steps"], case)
        if "custom_fields" in fields:
            fields["custom_values"] = self._own_values(fields.pop("custom_fields"), project)
        if "template_id" in fields:
            fields["template"] = self._template(fields.pop("template_id"), project)
        return super()._fields(fields, project, case) | kind

    def _template(self, given: int | None, project: Project) -> Template | None:
        if given is None:
            return None
        return self.visible_related(Template.objects.in_use(), given, field="template_id", project=project)

    def _own_values(self, given: Sequence[dict[str, Any]], project: Project) -> dict[str, Any]:
        """The values by the keys of the fields; raises InvalidInput for one that names no field of the project."""
        known = {}
        for each in CustomField.objects.in_project(project).of(FieldTarget.CASE).in_use():
            known |= {("field_id", each.pk): each.key, ("key", each.key): each.key, ("name", each.name): each.key}
        values = {}
        for number, each in enumerate(given):
            named = next((name for name in ("field_id", "key", "name") if each.get(name) is not None), "key")
            key = known.get((named, each.get(named)))
            if key is None:
                words = _("There is no such field.")
                raise InvalidInput(words, fields={f"custom_fields[{number}]": [words]})
            values[key] = each.get("value")
        return values
