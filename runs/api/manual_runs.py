"""API of runs by hand: planning, finishing, and executing their cases."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.models import Project, User
from accounts.permissions import RESULTS
from catalog.models import TestCase, TestStep
from qaportal.kit.api.styles import CamelStyle
from qaportal.kit.errors import InvalidInput
from releases.models import Milestone

from ..case_text import text_of
from ..choices import RunStatus
from ..filters import TestRunApiFilter
from ..models import Configuration, Result, RunCase, TestRun
from ..services.manual_runs import Assignment, Chosen, replace_tests
from ..services.retention import pin_run, unpin_run
from ..services.runner import record_verdict
from ..services.runner_files import attach_links
from ..services.runs import delete_run, update_run
from ..services.sibling_runs import create_sibling_runs
from .manual_run_serializers import (
    ExecuteCaseSerializer,
    ExecutedCaseSerializer,
    TestRunCreateSerializer,
    TestRunDetailSerializer,
    TestRunSerializer,
    TestRunUpdateSerializer,
)
from .views import release_named

PROJECT = OpenApiParameter("projectId", OpenApiTypes.STR, description="The project; needed when there are several.")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Makes a repetition harmless.")
FACTS = ("name", "description", "environment", "build", "due")


class TestRunViewSet(CamelStyle, ProjectViewSet):
    """Runs of a project, and the cases that people execute in them."""

    __test__ = False

    token_scopes = RESULTS
    lookup_url_kwarg = "run_id"
    serializer_class = TestRunSerializer
    filterset_class = TestRunApiFilter

    def base_queryset(self) -> QuerySet[TestRun]:
        """Runs, the newest first."""
        return TestRun.objects.shown().for_list()

    def get_serializer_class(self) -> type[TestRunSerializer]:
        """A single run tells its cases."""
        return TestRunSerializer if self.action == "list" else TestRunDetailSerializer

    @extend_schema(parameters=[PROJECT])
    def list(self, request: Request) -> Response:
        """The runs of the project, the newest first."""
        return super().list(request)

    @extend_schema(responses=TestRunDetailSerializer)
    def retrieve(self, request: Request, run_id: str) -> Response:
        """One run with its counts and its cases, `limit` of them from `offset` on."""
        return super().retrieve(request)

    @extend_schema(request=TestRunCreateSerializer, parameters=[KEY], responses={201: TestRunDetailSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Plan a run by hand of the named cases, or one in each of the named configurations."""
        data = self.validated(serializer=TestRunCreateSerializer(data=request.data))
        project, cases = self.project, data.get("test_cases", [])
        fields = {name: data[name] for name in FACTS if data.get(name) is not None} | self._named(data, project)
        chosen, only = data.get("configuration_ids", []), fields.pop("configuration", None)
        runs = create_sibling_runs(
            actor=request.user,
            project=project,
            chosen=Chosen(case_ids=_case_ids(request.user, project, cases)),
            configurations=([only] if only else []) + self._configurations(chosen, project),
            assignment=Assignment(by_case=_people(request.user, project, cases)),
            may_be_empty=True,
            **fields,
        )
        return self.respond(runs[0], status.HTTP_201_CREATED)

    @extend_schema(request=TestRunUpdateSerializer, responses=TestRunDetailSerializer)
    @transaction.atomic
    def update(self, request: Request, run_id: str) -> Response:
        """Change what is given; `status` completes, cancels or opens the run again."""
        run = self.get_object()
        data = self.validated(serializer=TestRunUpdateSerializer(data=request.data))
        fields = {name: data[name] for name in (*FACTS, "status") if name in data} | self._named(data, run.project)
        ends = "test_cases" in data and fields.get("status", RunStatus.ACTIVE) != RunStatus.ACTIVE
        end = {"status": fields.pop("status")} if ends else {}
        run = update_run(actor=request.user, run=run, if_match=self.if_match, **fields)
        if "test_cases" in data:
            run = self._with_cases(run, data["test_cases"])
        if end:
            run = update_run(actor=request.user, run=run, **end)
        if "is_pinned" in data:
            run = (pin_run if data["is_pinned"] else unpin_run)(actor=request.user, run=run)
        return self.respond(run)

    def _with_cases(self, run: TestRun, given: Sequence[dict[str, Any]]) -> TestRun:
        """The run after it was told which cases it executes; whoever is told as null executes nothing more."""
        user, project = self.request.user, run.project
        assigned: dict[int, User | None] = dict(_people(user, project, given))
        assigned |= {each["repository_case_id"]: None for each in given if each.get("assigned_to", 0) is None}
        replace_tests(actor=user, run=run, case_ids=_case_ids(user, project, given), assigned=assigned)
        return self.get_object()

    def _named(self, data: dict[str, Any], project: Project) -> dict[str, Any]:
        """The objects that the body names beside the run; null takes one away."""
        found: dict[str, Any] = {}
        if "release_id" in data:
            given = data["release_id"]
            found["release"] = release_named(self.request.user, project, given) if given else None
        for name, model in (("milestone", Milestone), ("configuration", Configuration)):
            field = f"{name}_id"
            if field in data:
                given, rows = data[field], model.objects.all()
                found[name] = None if given is None else self.visible_related(rows, given, field=field, project=project)
        return found

    def _configurations(self, given: Sequence[int], project: Project) -> Sequence[Configuration]:
        """The configurations of a list; a refusal names the place."""
        rows = Configuration.objects.all()
        return [
            self.visible_related(rows, pk, field=f"configuration_ids[{place}]", project=project)
            for place, pk in enumerate(given)
        ]

    def destroy(self, request: Request, run_id: str) -> Response:
        """Hide the run; the verdicts it set in a release stay.

        It is gone at once; what a large run counted for is told anew within moments.
        """
        delete_run(actor=request.user, run=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ExecuteCaseSerializer, parameters=[KEY], responses={201: ExecutedCaseSerializer})
    @transaction.atomic
    def execute(self, request: Request, run_id: str, case_id: str) -> Response:
        """Record how a case of the run was executed: one more attempt, with its steps and files."""
        run = self.get_object()
        test = _test_of(run, case_id)
        data = self.validated(serializer=ExecuteCaseSerializer(data=request.data))
        seconds = data.get("duration")
        attempt = record_verdict(
            actor=request.user,
            test=test,
            status="failed" if data["status"] == "error" else data["status"],
            notes=data.get("notes"),
            duration_ms=None if seconds is None else seconds * 1000,
            steps=_steps(test, data.get("step_results", [])),
        )
        result = Result.objects.select_related("project", "run").get(run_case=test, attempt=attempt)
        links = [(each.get("name", ""), each["url"]) for each in data.get("attachments", [])]
        attach_links(actor=request.user, result=result, links=links)
        test.refresh_from_db()
        answer = ExecutedCaseSerializer(test, context={"result": result}).data
        return Response(answer, status=status.HTTP_201_CREATED)


def _case_ids(user: User, project: Project, given: list[dict[str, Any]]) -> list[int]:
    """The keys of the named cases; raises InvalidInput for one that is not in the project."""
    wanted = [each["repository_case_id"] for each in given]
    found = set(
        TestCase.objects.visible_to(user).in_project(project).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    for number, pk in enumerate(wanted):
        if pk not in found:
            words = _("There is no such case.")
            raise InvalidInput(words, "not_found", fields={f"test_cases[{number}].repository_case_id": [words]})
    return wanted


def _people(user: User, project: Project, given: list[dict[str, Any]]) -> dict[int, User]:
    """Who executes which case; raises InvalidInput for somebody who is not there."""
    wanted = {each["assigned_to"] for each in given if each.get("assigned_to")}
    found = User.objects.visible_to(user).who_reach(project).in_bulk(wanted) if wanted else {}
    for number, each in enumerate(given):
        if each.get("assigned_to") and each["assigned_to"] not in found:
            words = _("There is no such person in the project.")
            raise InvalidInput(words, "not_found", fields={f"test_cases[{number}].assigned_to": [words]})
    return {each["repository_case_id"]: found[each["assigned_to"]] for each in given if each.get("assigned_to")}


def _test_of(run: TestRun, given: str) -> RunCase:
    """The test of the run that stands for the case with this id; raises Http404."""
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Http404
    tests = RunCase.objects.filter(run=run, case__deleted_at__isnull=True).planned()
    tests = tests.select_related("run__project__tenant", "case").defer("case__search", "case__folded")
    found = tests.filter(case_id=int(given)).first()
    if found is None:
        raise Http404
    return found


def _steps(test: RunCase, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of steps by their numbers; raises InvalidInput for a step that the executed version does not have."""
    numbers = _numbers_by_id(test) if any(each.get("step_id") for each in given) else {}
    found, told_before = [], set()
    for place, each in enumerate(given):
        number = each.get("step_number") or numbers.get(each.get("step_id"))
        if number is None:
            words = _("The version of the case that this run executes has no such step.")
            raise InvalidInput(words, fields={f"step_results[{place}].step_id": [words]})
        told = {"status": each["status"], "notes": each.get("notes"), "iteration": each.get("iteration", 1)}
        if (number, told["iteration"]) in told_before:
            words = _("This step stands in the call already.")
            raise InvalidInput(words, fields={f"step_results[{place}]": [words]})
        told_before.add((number, told["iteration"]))
        if each.get("duration") is not None:
            told["duration_ms"] = each["duration"] * 1000
        found.append({"step_number": number, **told})
    return found


def _numbers_by_id(test: RunCase) -> dict[int, int]:
    """Where the steps of the case stand in the version that the run executes.

    Versions know no ids: where the case was changed since, a step is the one that says the same, in the same order.
    """
    rows = TestStep.objects.filter(case_id=test.case_id).order_by("position")
    text = text_of(test)
    if not text.is_outdated:
        return dict(rows.values_list("pk", "position"))
    left = [(step.number, (step.action, step.expected)) for step in text.steps]
    found: dict[int, int] = {}
    for pk, *words in rows.values_list("pk", "action", "expected"):
        number = next((number for number, said in left if said == tuple(words)), None)
        if number is not None:
            found[pk] = number
            left = [each for each in left if each[0] != number]
    return found
