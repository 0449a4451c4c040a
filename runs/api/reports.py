"""API of reports in any format: taking them in, and looking after imports."""

from collections.abc import Iterable
from contextlib import ExitStack, closing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import RESULTS
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.api.uploads import too_large
from qaportal.kit.errors import InvalidInput

from ..choices import ImportState
from ..models import ReportImport, Result
from ..services.packing import one_file
from ..services.reading_again import read_again
from ..services.undoing import undo_import
from .parsers import AnyReportParser, ReportFormParser
from .serializers import (
    ImportAnswerSerializer,
    ImportedRecordSerializer,
    ReportImportSerializer,
    ReportsUploadSerializer,
)
from .views import JUnitImportView, visible_imports


def every_file(request: Request) -> list[tuple[str, UploadedFile]]:
    """Every file of the call with its name, whatever its field is called.

    A field that is called like a path to its file tells where the file stands: forms themselves carry no folders.
    """
    held = request.FILES
    _refuse_texts(request, held)
    fields = held.lists() if hasattr(held, "lists") else [(name, [file]) for name, file in held.items()]
    return [
        (field if field.replace("\\", "/").endswith(f"/{file.name}") else file.name, file)
        for field, files in fields
        for file in files
    ]


def _refuse_texts(request: Request, names: Iterable[str]) -> None:
    """A text beside the files of a field is a file whose name was not sent, which is not left out without a word."""
    if not hasattr(request.data, "getlist"):
        return
    for name in names:
        if any(isinstance(value, str) and value.strip() for value in request.data.getlist(name)):
            words = _("One of the files has no name: send each as a file part of a multipart form.")
            raise InvalidInput(words, fields={name: [words]})


class ReportsImportView(JUnitImportView):
    """Upload test reports of any format: one, several at once, or a zip of them."""

    parser_classes = [ReportFormParser, AnyReportParser]

    @extend_schema(
        operation_id="reports_import",
        request={"multipart/form-data": ReportsUploadSerializer, "application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("wait", float, description="Seconds to wait for the end of the import, at most 30."),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
        ],
        responses={202: ImportAnswerSerializer, 201: ImportAnswerSerializer, 200: ImportAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take the reports in; the format is found out by what stands in each file.

        The body is a multipart form with any number of files, or one file itself: a report or a zip, gzip-encoded if
        you like. Files that are no reports are kept beside them. Answers as `POST /api/junit/import` does; `parts`
        tells what became of each file, and a dry run tells in `records` what would become of each test.
        """
        with ExitStack() as held:
            files = [(name, held.enter_context(closing(file))) for name, file in every_file(request)]
            fields = {name: value for name, value in request.data.items() if name not in request.FILES}
            serializer = ReportsUploadSerializer(data=fields)
            serializer.is_valid(raise_exception=True)
            if sum(file.size for _name, file in files) > settings.UPLOAD_LIMIT:
                raise too_large()
            with one_file([(name, file.file) for name, file in files]) as (name, stream):
                return self.taken_in(request, serializer.validated_data, name, stream)


def import_named(request: Request, import_id: UUID) -> ReportImport:
    """The import, if the caller may see it."""
    report_import = visible_imports(request.user).filter(pk=import_id).first()
    if report_import is None:
        raise Http404
    return report_import


class ReportImportView(PlainStyle, APIView):
    """What became of an uploaded report."""

    throttle_scope = "ingest"  # a client that waits asks often

    @extend_schema(operation_id="report_import", responses=ReportImportSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        """Status, counts, warnings, and the reason of a failure."""
        report_import = import_named(request, import_id)
        data = ReportImportSerializer(report_import, context={"request": request}).data
        return Response({**data, "testRunId": data["test_run_id"]})  # as the upload's answer, which named this address


class ReportImportUndoView(PlainStyle, APIView):
    """Taking an import back."""

    throttle_scope = "ingest"
    token_scopes = RESULTS

    @extend_schema(
        operation_id="report_import_undo",
        request=None,
        responses={200: ReportImportSerializer, 202: ReportImportSerializer},
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Delete the results of the import; everything computed from them is as if it had not been.

        Cases that it made stay. In a run of more than a thousand attempts a job does it: 202 with the status
        `undoing`, and the address that tells when it is `undone`. 409 with the reason when nothing of it is there to
        be undone.
        """
        undone = undo_import(actor=request.user, report_import=import_named(request, import_id))
        report_import = visible_imports(request.user).get(pk=undone.pk)
        data = ReportImportSerializer(report_import, context={"request": request}).data
        is_done = report_import.state == ImportState.UNDONE
        return Response(data, status=200 if is_done else 202, headers={"Location": data["url"]})


class ReportImportReplayView(PlainStyle, APIView):
    """Reading an upload once more."""

    throttle_scope = "ingest"
    token_scopes = RESULTS

    @extend_schema(operation_id="report_import_replay", request=None, responses={202: ReportImportSerializer})
    def post(self, request: Request, import_id: UUID) -> Response:
        """Take the kept bytes of an import that was undone or failed in as a new one, which asks for the same.

        409 with the reason when the import stands, or when its file or run is gone.
        """
        again = read_again(actor=request.user, report_import=import_named(request, import_id))
        report_import = visible_imports(request.user).get(pk=again.pk)
        data = ReportImportSerializer(report_import, context={"request": request}).data
        return Response(data, status=202, headers={"Location": data["url"]})


class ReportImportRecordsView(PlainStyle, APIView):
    """What became of each result of an import."""

    @extend_schema(operation_id="report_import_records", responses=ImportedRecordSerializer(many=True))
    def get(self, request: Request, import_id: UUID) -> Response:
        """Every attempt that the import stored, with the case that its test belongs to."""
        records = Result.objects.of_import(import_named(request, import_id))
        page = self.paginator.paginate_queryset(records, request, view=self)
        return self.paginator.get_paginated_response(ImportedRecordSerializer(page, many=True).data)

    @property
    def paginator(self) -> Any:
        """The pages of this style, one for the request."""
        if not hasattr(self, "_paginator"):
            self._paginator = self.pagination_class()
        return self._paginator
