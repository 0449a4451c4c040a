"""API of suite runs, of the results in them, and of what these left behind."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.permissions import RESULTS
from catalog.status_words import parse_status
from files.links import download_link
from files.ranges import answer_file
from files.thumbnails import answer_thumbnail
from qaportal.kit.api.parsers import ReportJSONParser
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.api.uploads import UploadFormParser
from qaportal.kit.api.viewsets import PortalViewSet
from qaportal.kit.errors import InvalidInput

from ...choices import RunStatus
from ...filters import SuiteRunFilter
from ...models import Artifact, Checkpoint, LogEntry, Result, StepResult, TestRun
from ...services import artifacts, evidence, reported_results, suite_runs
from ..configurations import configuration_named
from ..views import release_named
from . import evidence as shapes
from .serializers import (
    SuiteRunSerializer,
    SuiteRunUpdateSerializer,
    TestCaseResultSerializer,
    TestCaseResultUpdateSerializer,
)

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Makes a repetition harmless.")
STATUS = OpenApiParameter("status", str, description="Results with this status, such as `Failed`.")
WITH_FILES = OpenApiParameter("include_artifacts", bool, description="Tell the files of each step too.")
DIRECT = OpenApiParameter(
    "redirect", bool, description="Where files are kept in S3: answer with a link to it, good for a few minutes."
)
SMALL = OpenApiParameter("thumbnail", bool, description="The small picture of a screenshot, where there is one.")
MOST_TOLD = 100
TOLD_LATER = ("name", "environment", "build", "branch", "status")


class SyncStyle(PlainStyle):
    """What the views of report sync share: limits for machines, scopes to send results, repairs of their texts."""

    throttle_scope = "ingest"
    token_scopes = RESULTS
    parser_classes = [ReportJSONParser]

    def worded(self, data: Any) -> Any:
        """The bare object; `repaired` names the texts that could not be stored as they were sent."""
        repaired = getattr(self.request, "repaired", None)
        return {**data, "repaired": repaired[:MOST_TOLD]} if repaired else super().worded(data)


class SuiteRunViewSet(SyncStyle, ProjectViewSet):
    """Runs that clients report, and the results in them."""

    lookup_url_kwarg = "suite_id"
    serializer_class = SuiteRunSerializer
    filterset_class = SuiteRunFilter

    def base_queryset(self) -> QuerySet[TestRun]:
        """Runs, the newest first, without those that the portal keeps for itself."""
        return TestRun.objects.for_list().filter(is_implicit=False)

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The automated runs of a project, the newest first."""
        return super().list(request)

    def filtered(self, queryset: QuerySet[TestRun]) -> QuerySet[TestRun]:
        """Those that reports filled."""
        return super().filtered(queryset.automated())

    def retrieve(self, request: Request, suite_id: str) -> Response:
        """One run with its counts."""
        return super().retrieve(request)

    @extend_schema(parameters=[KEY], responses={201: SuiteRunSerializer, 200: SuiteRunSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Open a run; 200 with the one that is there when another call opened it under the same `external_id`."""
        data = self.validated()
        fields = {name: data[name] for name in ("environment", "build", "branch") if name in data}
        if data.get("release_id"):
            fields["release"] = release_named(request.user, self.project, data["release_id"])
        if data.get("configuration_id"):
            fields["configuration"] = configuration_named(request.user, self.project, data["configuration_id"])
        run, is_new = suite_runs.open_suite_run(
            actor=request.user,
            project=self.project,
            name=data["name"],
            external_id=data.get("external_id", ""),
            started_at=data.get("started_at"),
            metadata=_metadata(data) or {},
            **fields,
        )
        if data.get("status", RunStatus.ACTIVE) != RunStatus.ACTIVE or data.get("finished_at"):
            ended = {name: data[name] for name in ("status", "finished_at") if data.get(name)}
            run = suite_runs.update_suite_run(actor=request.user, run=run, **ended)
        return self.respond(run, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=SuiteRunUpdateSerializer, responses=SuiteRunSerializer)
    def partial_update(self, request: Request, suite_id: str) -> Response:
        """Finish the run, or change what is known of it; `metadata` is added to what was told."""
        run = self.get_object()
        data = self.validated(serializer=SuiteRunUpdateSerializer(data=request.data))
        fields = {name: data[name] for name in TOLD_LATER if name in data}
        if data.get("release_id"):
            fields["release"] = release_named(request.user, run.project, data["release_id"])
        if "configuration_id" in data:
            given = data["configuration_id"]
            fields["configuration"] = configuration_named(request.user, run.project, given) if given else None
        if metadata := _metadata(data):
            fields["metadata"] = metadata
        run = suite_runs.update_suite_run(
            actor=request.user, run=run, if_match=self.if_match, finished_at=data.get("finished_at"), **fields
        )
        return self.respond(run)

    @extend_schema(parameters=[STATUS], responses=TestCaseResultSerializer(many=True), filters=False)
    def test_cases(self, request: Request, suite_id: str) -> Response:
        """The results of the run in the order of its tests, every attempt."""
        run = self.get_object()
        results = Result.objects.visible_to(request.user).for_detail().filter(run_case__run=run)
        if given := request.query_params.get("status"):
            results = results.filter(status=parse_status(given))
        page = self.paginate_queryset(results.order_by("run_case__position", "run_case_id", "attempt"))
        return self.get_paginated_response(TestCaseResultSerializer(page, many=True).data)

    @extend_schema(
        request=TestCaseResultSerializer, parameters=[KEY], responses={201: TestCaseResultSerializer}, filters=False
    )
    def add_test_case(self, request: Request, suite_id: str) -> Response:
        """Record the result of a test; the same test once more in the run is its next attempt."""
        run = self.get_object()
        data = self.validated(serializer=TestCaseResultSerializer(data=request.data))
        test = reported_results.ReportedTest(**{**data, "metadata": data.get("metadata") or {}})
        result = reported_results.report_result(actor=request.user, run=run, test=test)
        return Response(TestCaseResultSerializer(result).data, status=status.HTTP_201_CREATED)


def _metadata(data: dict[str, Any]) -> dict[str, Any]:
    """What the client knows beside the facts that a run has."""
    browser = {"browser": data["browser"]} if data.get("browser") else {}
    return (data.get("metadata") or {}) | browser


class OfResult(SyncStyle, PortalViewSet):
    """Base: what is asked about one result."""

    lookup_url_kwarg = "test_case_id"
    serializer_class = TestCaseResultSerializer

    def base_queryset(self) -> QuerySet[Result]:
        """Attempts with what an answer tells."""
        return Result.objects.for_detail()

    def listed(self, rows: QuerySet, shape: type[serializers.Serializer]) -> Response:
        """A list of what the result left behind."""
        return self.get_paginated_response(shape(self.paginate_queryset(rows), many=True).data)


class TestCaseResultViewSet(OfResult):
    """Results, their steps, checkpoints and logs."""

    __test__ = False

    def retrieve(self, request: Request, test_case_id: str) -> Response:
        """One result."""
        return super().retrieve(request)

    @extend_schema(request=TestCaseResultUpdateSerializer, responses=TestCaseResultSerializer)
    def partial_update(self, request: Request, test_case_id: str) -> Response:
        """Complete the result while its run is open; afterwards 409."""
        result = self.get_object()
        data = self.validated(serializer=TestCaseResultUpdateSerializer(data=request.data))
        return self.respond(
            reported_results.complete_result(actor=request.user, result=result, if_match=self.if_match, **data)
        )

    @extend_schema(parameters=[WITH_FILES], responses=shapes.ListedStepSerializer(many=True))
    def steps(self, request: Request, test_case_id: str) -> Response:
        """The steps in their order, by iteration."""
        result = self.get_object()
        with_files = _flag(request, "include_artifacts")
        rows = StepResult.objects.left_by(result, "step_number")
        page = self.paginate_queryset(rows)
        told = shapes.ReportedStepSerializer(page, many=True).data
        if with_files:
            files: dict[Any, list] = {}
            for artifact in Artifact.objects.left_by(result).filter(step__isnull=False).for_list():
                files.setdefault(str(artifact.step_id), []).append(shapes.in_short(artifact))
            told = [{**step, "artifacts": files.get(step["id"], [])} for step in told]
        return self.get_paginated_response(told)

    @extend_schema(request=shapes.StepsSerializer, parameters=[KEY], responses={201: shapes.StoredStepsSerializer})
    def save_steps(self, request: Request, test_case_id: str) -> Response:
        """Store many steps; one that was sent before, by number and iteration, is updated."""
        result = self.get_object()
        data = self.validated(serializer=shapes.StepsSerializer(data=request.data))
        stored = evidence.save_steps(actor=request.user, result=result, steps=data["steps"])
        told = shapes.StoredStepsSerializer(_told(stored, "steps")).data
        return Response({**told, **_replaced(stored, "steps")}, status=status.HTTP_201_CREATED)

    @extend_schema(responses=shapes.CheckpointSerializer(many=True))
    def checkpoints(self, request: Request, test_case_id: str) -> Response:
        """The checkpoints in their order, by iteration."""
        rows = Checkpoint.objects.left_by(self.get_object(), "checkpoint_number")
        return self.listed(rows, shapes.CheckpointSerializer)

    @extend_schema(
        request=shapes.CheckpointsSerializer, parameters=[KEY], responses={201: shapes.StoredCheckpointsSerializer}
    )
    def save_checkpoints(self, request: Request, test_case_id: str) -> Response:
        """Store many checkpoints; one that was sent before, by number and iteration, is updated."""
        result = self.get_object()
        data = self.validated(serializer=shapes.CheckpointsSerializer(data=request.data))
        stored = evidence.save_checkpoints(actor=request.user, result=result, checkpoints=data["checkpoints"])
        told = shapes.StoredCheckpointsSerializer(_told(stored, "checkpoints")).data
        return Response({**told, **_replaced(stored, "checkpoints")}, status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("log_type", str, description="`console` or `network`.")],
        responses=shapes.LogEntrySerializer(many=True),
    )
    def logs(self, request: Request, test_case_id: str) -> Response:
        """What console and network told, in the order in which it was sent."""
        rows = LogEntry.objects.left_by(self.get_object())
        if given := request.query_params.get("log_type"):
            field = shapes.CodeField(choices=shapes.LogType.choices)
            try:
                rows = rows.filter(log_type=field.run_validation(given))
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"log_type": error.detail}) from error
        return self.listed(rows, shapes.LogEntrySerializer)

    @extend_schema(request=shapes.LogsSerializer, parameters=[KEY], responses={201: shapes.StoredLogsSerializer})
    def save_logs(self, request: Request, test_case_id: str) -> Response:
        """Add many entries. Sent twice they stand twice, unless both calls name the same `Idempotency-Key`."""
        result = self.get_object()
        data = self.validated(serializer=shapes.LogsSerializer(data=request.data))
        stored = evidence.save_logs(actor=request.user, result=result, logs=data["logs"])
        return Response(shapes.StoredLogsSerializer(_told(stored, "logs")).data, status=status.HTTP_201_CREATED)


def _flag(request: Request, name: str) -> bool:
    """A truth in the query; raises InvalidInput for a word that is none."""
    word = request.query_params.get(name, "").strip().lower()
    if word not in {"", "true", "1", "yes", "false", "0", "no"}:
        words = _("Use true or false.")
        raise InvalidInput(words, fields={name: [words]})
    return word in {"true", "1", "yes"}


def _told(stored: evidence.Stored, name: str) -> dict[str, Any]:
    return {"created": stored.created, "updated": stored.updated, name: stored.rows}


def _replaced(stored: evidence.Stored, name: str) -> dict[str, Any]:
    """What of the call is not stored as it was sent, if anything, and why."""
    reason = _("The same number and iteration came once more in this call, and the last one counts.")
    told = [{"field": f"{name}[{place}]", "reason": reason} for place in stored.replaced[:MOST_TOLD]]
    return {"skipped": told} if told else {}


class ResultArtifactViewSet(OfResult):
    """The files of a result."""

    parser_classes = [UploadFormParser, ReportJSONParser]

    @extend_schema(responses=shapes.ArtifactSerializer(many=True))
    def list(self, request: Request, test_case_id: str) -> Response:
        """The files in the order of their arrival."""
        rows = Artifact.objects.left_by(self.get_object()).for_list()
        return self.listed(rows, shapes.ArtifactSerializer)

    @extend_schema(
        request={"multipart/form-data": shapes.ArtifactUploadSerializer},
        parameters=[KEY],
        responses={201: shapes.ArtifactSerializer, 200: shapes.ArtifactSerializer},
    )
    def create(self, request: Request, test_case_id: str) -> Response:
        """Keep a file; 200 when the same file was sent for the same step before."""
        result = self.get_object()
        data = dict(self.validated(serializer=shapes.ArtifactUploadSerializer(data=request.data)))
        file = data.pop("file", None)
        if file is None:
            artifact, is_new = artifacts.add_sent_artifact(actor=request.user, result=result, **data)
        else:
            with file:
                artifact, is_new = artifacts.add_artifact(
                    actor=request.user, result=result, stream=file.file, name=file.name, **data
                )
        told = shapes.ArtifactSerializer(artifact).data
        return Response(told, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class ArtifactViewSet(SyncStyle, PortalViewSet):
    """The bytes of a file."""

    lookup_url_kwarg = "artifact_id"
    serializer_class = shapes.ArtifactSerializer

    def base_queryset(self) -> QuerySet[Artifact]:
        """Files with what is known of them."""
        return Artifact.objects.for_list()

    @extend_schema(parameters=[DIRECT, SMALL], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def download(self, request: Request, artifact_id: str) -> HttpResponseBase:
        """The file, whole or the asked range; shown in place only if it is a picture or a video."""
        file = self.get_object().file
        if _flag(request, "thumbnail"):
            return answer_thumbnail(request, file)
        if _flag(request, "redirect") and (link := download_link(file)):
            return HttpResponseRedirect(link)
        return answer_file(request, file)
