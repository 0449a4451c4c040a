"""API of imports."""

from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.project_scope import NAMES, project_of, visible_project
from accounts.models import Project, User
from accounts.permissions import RESULTS
from qaportal.kit.api.parsers import SafeJSONParser
from qaportal.kit.api.styles import CamelStyle, Problem
from qaportal.kit.api.uploads import too_large
from qaportal.kit.errors import InvalidInput, NotVisible
from releases.models import Release

from ..choices import ImportState
from ..models import ReportImport, TestRun
from ..services.import_preview import preview_import
from ..services.imports import start_import
from .configurations import configuration_named
from .parsers import GzipReportParser, ReportFormParser, TextXmlReportParser, XmlReportParser
from .serializers import ImportAnswerSerializer, ReportImportSerializer, ReportUploadSerializer
from .waiting import seconds_wanted, wait_for_end

RUN_FACTS = ("run_name", "external_id", "environment", "build", "branch")


def visible_imports(user: User) -> Any:
    """The imports the caller may ask for, with what an answer needs."""
    return ReportImport.objects.visible_to(user).select_related("run", "project")


def run_named(request: Request, given: str) -> TestRun:
    """The run that the call names by its id, or by its number in the call's project; raises NotVisible."""
    runs = TestRun.objects.visible_to(request.user).select_related("project__tenant", "release")
    if given.isascii() and given.isdigit() and len(given) < 10:
        found = runs.in_project(project_of(request)).filter(number=int(given)).first()
    else:
        try:
            found = runs.filter(pk=UUID(given)).first()
        except ValueError as error:
            raise NotVisible from error
    if found is None:
        raise NotVisible
    named = next((request.data.get(name) for name in NAMES if request.data.get(name)), None)
    if named and visible_project(request.user, named).pk != found.project_id:
        raise NotVisible
    return found


def release_named(user: User, project: Project, given: str) -> Release:
    """The release of the project with this id or version; raises NotVisible."""
    releases = Release.objects.visible_to(user).in_project(project)
    lookup = Q(version=given)
    if given.isascii() and given.isdigit() and len(given) < 19:
        lookup |= Q(pk=int(given))
    release = releases.filter(lookup).order_by("pk").first()
    if release is None:
        raise NotVisible
    return release


NOTHING_STORED = {
    "id": None,
    "status": "done",
    "dry_run": True,
    "url": None,
    "test_run_id": None,
    "duplicate": False,
    "error": None,
    "files_waiting": 0,
}


class JUnitImportView(CamelStyle, APIView):
    """Upload a JUnit report."""

    throttle_scope = "ingest"
    token_scopes = RESULTS

    parser_classes = [ReportFormParser, XmlReportParser, TextXmlReportParser, GzipReportParser, SafeJSONParser]

    keeps_idempotency_itself = True  # the import knows the bytes, which the generic record does not

    @extend_schema(
        operation_id="junit_import",
        request={"multipart/form-data": ReportUploadSerializer, "application/xml": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("wait", float, description="Seconds to wait for the end of the import, at most 30."),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
        ],
        responses={202: ImportAnswerSerializer, 201: ImportAnswerSerializer, 200: ImportAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take the report in.

        202 with `Location` while it is read, 201 when `wait` saw its end, 200 when these bytes had been taken in
        before or for a dry run. A report that cannot be taken in is 422 with the reason: at once when the file says
        so by itself, after the wait when reading it did, and as `status: failed` of the import otherwise.
        """
        serializer = ReportUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        if values["file"].size > settings.UPLOAD_LIMIT:
            raise too_large()
        with values["file"]:
            return self.taken_in(request, values, values["file"].name, values["file"].file)

    def taken_in(self, request: Request, values: dict[str, Any], name: str, stream: IO[bytes]) -> Response:
        """Look at the file or start its import, and wait as long as the client wants to."""
        seconds = seconds_wanted(request.query_params.get("wait") or request.data.get("wait"))
        project, run, release = self.target(values)
        named = values.get("configuration_id", "").strip()
        target = {
            "actor": request.user,
            "project": project,
            "run": run,
            "release": release,
            "configuration": configuration_named(request.user, project, named) if named else None,
            "creates_cases": values["create_test_cases"],
        }
        if values["dry_run"]:
            external_id = values.get("external_id", "")
            preview = preview_import(**target, stream=stream, file_name=name, external_id=external_id)
            return Response({"data": {**NOTHING_STORED, **preview}})
        report_import, stood_already = start_import(
            **target,
            stream=stream,
            file_name=name,
            idempotency_key=self.idempotency_key,
            **{name: values.get(name, "") for name in RUN_FACTS},
        )
        wait_for_end(report_import.pk, seconds)
        return self.answered(visible_imports(request.user).get(pk=report_import.pk), is_duplicate=stood_already)

    @property
    def idempotency_key(self) -> str | None:
        """The client's key; raises InvalidInput for one that cannot be stored."""
        key = self.request.headers.get("Idempotency-Key")
        if key and (len(key) > 255 or not key.isprintable()):
            words = _("At most 255 printable characters.")
            raise InvalidInput(words, fields={"Idempotency-Key": [words]})
        return key or None

    def target(self, values: dict[str, Any]) -> tuple[Project, TestRun | None, Release | None]:
        """Where the results go: an existing run, or a project and perhaps a release; raises NotVisible."""
        given = values.get("test_run_id", "").strip()
        run = run_named(self.request, given) if given else None
        project = run.project if run else project_of(self.request)
        named = values.get("release_id", "").strip()
        release = release_named(self.request.user, project, named) if named else None
        if run is None:
            return project, None, release
        if release is not None and run.release_id != release.pk:
            words = _("The run belongs to another release.")
            raise InvalidInput(words, fields={"release_id": [words]})
        return project, run, run.release

    def answered(self, report_import: ReportImport, *, is_duplicate: bool) -> Response:
        """The import in the words of its state."""
        context = {"request": self.request, "is_duplicate": is_duplicate}
        data = ReportImportSerializer(report_import, context=context).data
        if report_import.state == ImportState.FAILED:
            return self.refused(report_import, data)
        if report_import.state != ImportState.DONE:
            code = status.HTTP_202_ACCEPTED
        else:
            code = status.HTTP_200_OK if data["duplicate"] else status.HTTP_201_CREATED
        return Response({"data": data}, status=code, headers={"Location": data["url"]})

    def refused(self, report_import: ReportImport, data: dict[str, Any]) -> Response:
        """422 with the reason beside the import, which stays and can be looked at."""
        problem = Problem(400, "report_rejected", report_import.error, {"file": [report_import.error]})
        body = self.worded_problem(problem)
        code = report_import.warnings[0]["code"] if report_import.warnings else "report_rejected"
        body["error"]["details"] |= {"reason": code, "importId": str(report_import.pk)}
        return Response({**body, "data": data}, status=problem.status, headers={"Location": data["url"]})
