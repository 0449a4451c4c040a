"""API of releases."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.models import Project
from accounts.permissions import CASES
from catalog.models import Folder
from catalog.status_words import parse_status
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput

from .. import gates
from ..filters import LEFT, ReleaseCaseFilter, ReleaseFilter, in_folder
from ..models import Milestone, Release, ReleaseCase
from ..selection import Selection
from ..services import releases, scope
from ..standing import Standing
from ..tree import scope_tree
from . import serializers

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
FOLDERS = ("feature_id", "sub_module_id", "module_id", "folder_id")
SCOPE_FILTERS = [
    OpenApiParameter("status", str, description="Verdicts, separated by commas; `left` means not executed."),
    *(OpenApiParameter(name, int, description="Cases in this folder and below it.") for name in FOLDERS),
    OpenApiParameter("assigned_to", str, description="The id of a person, `me` or `nobody`."),
    OpenApiParameter("priority", str, description="Priorities, separated by commas."),
    OpenApiParameter("q", str, description="Words of the case."),
]


def _words(request: Request, *names: str) -> list[str]:
    """The values of the parameters, whether repeated or separated by commas."""
    given = (value for name in names for value in request.query_params.getlist(name))
    return [word.strip() for value in given for word in value.split(",") if word.strip()]


def _statuses(words: list[str]) -> list[str]:
    """The stored verdicts; an error counts as failed."""
    found = [LEFT if word.lower() == LEFT else parse_status(word).value for word in words]
    return ["failed" if each == "error" else each for each in found]


class ReleaseViewSet(PlainStyle, ProjectViewSet):
    """Releases, their scope and how far they are."""

    token_scopes = {"add_test_cases": CASES}
    serializer_class = serializers.ReleaseSerializer
    filterset_class = ReleaseFilter

    def base_queryset(self) -> QuerySet[Release]:
        """Releases, the last to ship first."""
        return Release.objects.for_list()

    @extend_schema(parameters=[PROJECT])
    def create(self, request: Request) -> Response:
        """Start a release with an empty scope."""
        fields = self._fields(self.validated(), self.project)
        release = releases.create_release(actor=request.user, project=self.project, **fields)
        return self.respond(release, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        release = self.get_object()
        fields = self._fields(self.validated(instance=release, partial=True), release.project)
        return self.respond(
            releases.update_release(actor=request.user, release=release, if_match=self.if_match, **fields)
        )

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        return self.update(request, pk)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the release; its runs and results stay."""
        releases.delete_release(actor=request.user, release=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=SCOPE_FILTERS, responses=serializers.ScopeRowSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="test-cases", filterset_class=None)
    def test_cases(self, request: Request, pk: str) -> Response:
        """The cases in the scope with their verdicts."""
        release = self.get_object()
        page = self.paginate_queryset(self._scope(release))
        return self.get_paginated_response(serializers.ScopeRowSerializer(page, many=True).data)

    @extend_schema(request=serializers.ScopeAddSerializer, responses={201: serializers.ScopeAddedSerializer})
    @test_cases.mapping.post
    @transaction.atomic
    def add_test_cases(self, request: Request, pk: str) -> Response:
        """Add cases that the release does not cover yet."""
        release = self.get_object()
        data = self.validated(serializer=serializers.ScopeAddSerializer(data=request.data))
        selection = self._selection(data, release)
        meant = set(selection.cases(release.project_id).values_list("pk", flat=True))
        missing = [pk for pk in dict.fromkeys(selection.case_ids) if pk not in meant]
        if not meant and missing:
            words = _("No current case of the project has one of these ids.")
            raise InvalidInput(words, "not_found", fields={"test_case_ids": [words]})
        added = scope.add_cases(
            actor=request.user,
            release=release,
            case_ids=selection.case_ids,
            folder=selection.folder,
            tags=selection.tags,
            everything=selection.everything,
            priority=data.get("priority"),
            assigned_to=self.visible_person(data.get("assigned_to"), field="assigned_to"),
        )
        total = ReleaseCase.objects.living().filter(release=release).count()
        body = {"added": added, "skipped": len(meant) - added, "not_found": missing, "total": total}
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(responses=serializers.DashboardSerializer)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def dashboard(self, request: Request, pk: str) -> Response:
        """Counts, rates and the verdict with its reasons."""
        return Response(dashboard_of(self.get_object()))

    def _fields(self, data: dict[str, Any], project: Project) -> dict[str, Any]:
        """The body as the services take it."""
        fields = dict(data)
        if "qa_lead_id" in fields:
            fields["qa_lead"] = self.visible_person(fields.pop("qa_lead_id"), field="qa_lead_id")
        if "milestone_id" in fields:
            given = fields.pop("milestone_id")
            fields["milestone"] = self.optional_related(
                Milestone.objects.all(), given, field="milestone_id", project=project
            )
        return fields

    def _selection(self, data: dict[str, Any], release: Release) -> Selection:
        name = "folder_id" if data.get("folder_id") else "module_id"
        folder = None
        if given := data.get(name):
            folder = self.visible_related(Folder.objects.all(), given, field=name, project=release.project)
        selection = Selection(
            tuple(data.get("test_case_ids") or ()), folder, tuple(data.get("tags") or ()), bool(data.get("all"))
        )
        if selection.is_empty():
            words = _("Name the cases to add.")
            raise InvalidInput(words, fields={"test_case_ids": [words]})
        return selection

    def _scope(self, release: Release) -> QuerySet[ReleaseCase]:
        """The scope after the filters of the query string."""
        request = self.request
        query = QueryDict(mutable=True)
        query.setlist("status", _statuses(_words(request, "status", "execution_status")))
        query.setlist("assigned", _words(request, "assigned_to", "assigned_to_id"))
        query.setlist("priority", [word.lower() for word in _words(request, "priority")])
        query["q"] = request.query_params.get("q") or request.query_params.get("search") or ""
        found = ReleaseCase.objects.living().filter(release=release)
        filterset = ReleaseCaseFilter(query, queryset=found, user=request.user, project=release.project)
        if not filterset.is_valid():
            names = {"assigned": "assigned_to"}
            fields = {names.get(name, name): list(errors) for name, errors in filterset.errors.items()}
            raise InvalidInput(_("The list cannot be filtered like this."), fields=fields)
        return in_folder(filterset.qs, self._folder(release)).for_list()

    def _folder(self, release: Release) -> Folder | None:
        """The deepest folder that the query string names; one that is not there holds no cases."""
        for name in FOLDERS:
            given = self.request.query_params.get(name, "").strip()
            if not given:
                continue
            if not given.isascii() or not given.isdigit() or len(given) > 18:
                raise InvalidInput(_("Not found."), fields={name: [_("An id is a whole number.")]})
            found = Folder.objects.living().in_project(release.project_id).filter(pk=given).first()
            return found or Folder(path=f"none-{given}/")
        return None


def _counted(standing: Standing) -> dict[str, Any]:
    return {
        "total": standing.total,
        **standing.counts,
        "executed": standing.executed,
        "execution_rate": round(standing.execution_rate, 2),
        "pass_rate": round(standing.pass_rate or 0.0, 2),
    }


def dashboard_of(release: Release) -> dict[str, Any]:
    """How far the release is, whole and by module, and whether it is ready."""
    verdict = gates.verdict(release)
    by_module = []
    for node in scope_tree(release).roots:
        standing = Standing()
        standing.counts.update(node.counts)
        by_module.append({"module_id": node.pk or None, "module_name": node.name, **_counted(standing)})
    told = [
        {"code": gate.code, "met": gate.is_met, "state": gate.state, "title": gate.title, "needed": gate.needed}
        for gate in verdict.gates
    ]
    return {
        **_counted(verdict.standing),
        "verdict": {
            "ready": verdict.ready,
            "reasons": verdict.reasons,
            "sentence": verdict.sentence,
            "gates": told,
        },
        "by_module": by_module,
    }
