"""API of imported cases."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.project_scope import project_of, visible_project
from accounts.models import Project
from accounts.permissions import CASES
from qaportal.kit.api.styles import CamelStyle, PlainStyle, Problem
from qaportal.kit.api.uploads import UploadFormParser, too_large
from qaportal.kit.errors import InvalidInput

from ..choices import CaseImportState
from ..importing import Options
from ..models import CaseImport
from ..services.case_imports import import_at_once
from . import import_serializers as shapes

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
_OVER = (CaseImportState.DONE, CaseImportState.FAILED, CaseImportState.UNDONE)


class CaseUploadMixin:
    """What both ways of sending a file share."""

    token_scopes = CASES
    throttle_scope = "ingest"
    parser_classes = [UploadFormParser]
    keeps_idempotency_itself = True  # the import knows the bytes, which the generic record does not

    def taken_in(self, project: Project, file: Any, options: Options) -> Response:
        """Bring the file in: the summary at once for a small one, 202 with the address of the import for others."""
        if file.size > settings.UPLOAD_LIMIT:
            raise too_large()
        case_import, stood_already = import_at_once(
            actor=self.request.user,
            project=project,
            stream=file.file,
            file_name=file.name,
            options=options,
            idempotency_key=self._key(),
        )
        case_import.project = project
        data = shapes.CaseImportSerializer(case_import).data
        if case_import.state == CaseImportState.FAILED:
            return self._refused(case_import, data)
        code = status.HTTP_202_ACCEPTED
        if case_import.state in _OVER:
            code = status.HTTP_201_CREATED if data["created"] and not stood_already else status.HTTP_200_OK
        return Response(self.shaped(data), status=code, headers={"Location": data["url"]})

    def shaped(self, data: Any) -> Any:
        """The summary as the style shows it."""
        return data

    def _refused(self, case_import: CaseImport, data: dict[str, Any]) -> Response:
        """The reason, with every row and field that is to blame."""
        problem = Problem(400, "rows_refused", case_import.error, {"file": [case_import.error]})
        body = self.worded_problem(problem)
        response = Response({**body, **self.shaped(data)}, status=problem.status)
        response["Location"] = data["url"]
        return response

    def _key(self) -> str | None:
        key = self.request.headers.get("Idempotency-Key")
        if key and (len(key) > 255 or not key.isprintable()):
            words = _("At most 255 printable characters.")
            raise InvalidInput(words, fields={"Idempotency-Key": [words]})
        return key or None


class BulkUploadView(CaseUploadMixin, PlainStyle, APIView):
    """Many cases out of a table."""

    @extend_schema(
        operation_id="test_cases_bulk_upload",
        request={"multipart/form-data": shapes.BulkUploadSerializer},
        parameters=[KEY],
        responses=dict.fromkeys((200, 201, 202), shapes.CaseImportSerializer),
    )
    def post(self, request: Request) -> Response:
        """Create and update cases out of a CSV or a workbook.

        Its head names fields of the API, as they are or in Title Case. Rows with the `test_id` of a case update it,
        all others make one; rows that cannot be used are told by row and field, and with `all_or_nothing` one of
        them refuses the whole file.
        """
        serializer = shapes.BulkUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.taken_in(project_of(request), serializer.validated_data["file"], serializer.options())


class RepositoryImportView(CaseUploadMixin, CamelStyle, APIView):
    """Cases out of the export of any tool that is known."""

    @extend_schema(
        operation_id="repository_import",
        request={"multipart/form-data": shapes.RepositoryImportSerializer},
        parameters=[KEY],
        responses=dict.fromkeys((200, 201, 202), shapes.RepositoryImportAnswerSerializer),
    )
    def post(self, request: Request) -> Response:
        """Create and update cases; the format and its columns are recognised."""
        serializer = shapes.RepositoryImportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data.get("options") or {}
        choices = shapes.ImportChoicesSerializer(data={**_plain(request.data), **given})
        choices.is_valid(raise_exception=True)
        named = choices.validated_data.get("project_id")
        project = visible_project(request.user, named) if named else project_of(request)
        return self.taken_in(project, serializer.validated_data["file"], choices.options())

    def shaped(self, data: Any) -> Any:
        """The summary under `data`."""
        return {"data": data}


def _plain(data: Any) -> dict[str, Any]:
    """The fields of the form beside its file and its options."""
    return {name: data[name] for name in data if name not in {"file", "options"}}


class CaseImportView(CamelStyle, APIView):
    """What became of an import of cases."""

    throttle_scope = "ingest"  # a client that waits asks often
    token_scopes = CASES

    @extend_schema(operation_id="repository_import_detail", responses=shapes.RepositoryImportAnswerSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        """Status, counts, and the errors by row and field."""
        imports = CaseImport.objects.visible_to(request.user).select_related("project")
        found = imports.filter(pk=import_id).first()
        if found is None:
            raise Http404
        return Response({"data": shapes.CaseImportSerializer(found).data})
