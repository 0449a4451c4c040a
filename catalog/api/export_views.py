"""API of exported cases."""

from typing import Any

from django.http import QueryDict, StreamingHttpResponse
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.project_scope import project_of
from accounts.models import Project
from accounts.permissions import CASES
from qaportal.kit.api.spelling import snake
from qaportal.kit.api.styles import CamelStyle
from qaportal.kit.errors import InvalidInput
from qaportal.kit.text import key_in

from .. import policies
from ..exporting import FORMATS, Export
from ..filters import TestCaseApiFilter
from ..models import Folder, TestCase
from ..querysets import TestCaseQuerySet
from ..views.downloads import streamed

ROWS = ("case", "step")


class ExportView(CamelStyle, APIView):
    """Cases as a file."""

    token_scopes = CASES
    filter_backends = [DjangoFilterBackend]

    @extend_schema(
        operation_id="repository_export",
        parameters=[
            OpenApiParameter("projectId", OpenApiTypes.STR, description="The project; needed when there are several."),
            OpenApiParameter("format", str, enum=list(FORMATS), description="The kind of file; CSV without one."),
            OpenApiParameter("folderId", int, description="Only the cases of the folder and of all below it."),
            OpenApiParameter("columns", str, description="Names of columns, separated by commas; all without it."),
            OpenApiParameter("rows", str, enum=list(ROWS), description="One row a case or one a step, in tables."),
            OpenApiParameter("sort", str, description="id, title, priority, status or updated; a minus turns it."),
            OpenApiParameter("search", str, description="And every other filter of `/api/test-cases`."),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The cases that the filters let through, streamed."""
        project = project_of(request)
        policies.can_export_cases(request.user, project).require()
        asked = _respelled(request.query_params)
        kind = _chosen("format", asked.get("format", "csv").lower(), tuple(FORMATS))
        rows = _chosen("rows", asked.get("rows", "case").lower(), ROWS)
        names = tuple(
            name for part in asked.getlist("columns") for each in part.split(",") if (name := snake(each.strip()))
        )
        export = Export(project, self.filtered(project, asked), names, rows == "step", asked.get("sort", ""))
        return streamed(FORMATS[kind], export)

    def filtered(self, project: Project, asked: QueryDict) -> TestCaseQuerySet:
        """The visible cases that are not archived, filtered as the list of the API is."""
        found = TestCase.objects.visible_to(self.request.user).in_project(project).current()
        if given := asked.get("folder_id"):
            folders = Folder.objects.visible_to(self.request.user).in_project(project)
            if not folders.filter(pk=key_in(given)).exists():
                words = _("There is no such folder.")
                raise InvalidInput(_("Not found."), "not_found", fields={"folder_id": [words]})
        filters = TestCaseApiFilter(asked, queryset=found, request=self.request)
        if not filters.form.is_valid():
            raise translate_validation(filters.errors)
        return filters.qs


def _respelled(given: Any) -> QueryDict:
    """The query with its names in snake_case."""
    asked = QueryDict(mutable=True)
    for name, values in given.lists():
        asked.setlist(snake(name), values)
    return asked


def _chosen(name: str, given: str, offered: tuple[str, ...]) -> str:
    if given not in offered:
        words = _("Use one of: %s.") % ", ".join(offered)
        raise InvalidInput(words, fields={name: [words]})
    return given
