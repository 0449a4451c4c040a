"""API of the links between cases."""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from accounts.permissions import CASES
from qaportal.kit.api.pagination import Page
from qaportal.kit.api.styles import CamelStyle
from qaportal.kit.errors import InvalidInput, NotVisible

from ..models import TestCase, TestCaseLink
from ..services import links
from . import story_serializers as shapes
from .link_queries import read_query

QUERY = OpenApiParameter(
    "q",
    OpenApiTypes.STR,
    description="JSON with `where` (id, type, caseAId, caseBId, isDeleted, each a value, `equals` or `in`, joined by"
    " `OR` and `AND`), `include` (caseA, caseB), `take`, `skip` and `orderBy`.",
)


class CaseLinkViewSet(CamelStyle, ProjectViewSet):
    """Links between cases."""

    token_scopes = CASES
    serializer_class = shapes.CaseLinkSerializer

    def base_queryset(self) -> QuerySet[TestCaseLink]:
        """Links of cases that are not deleted."""
        return TestCaseLink.objects.select_related("project__tenant")

    def get_queryset(self) -> QuerySet[TestCaseLink]:
        """The links that the caller may see, with those that were removed."""
        return self.base_queryset().readable_by(self.request.user)

    @extend_schema(operation_id="case_links_find", parameters=[QUERY], responses=shapes.CaseLinkSerializer(many=True))
    def find_many(self, request: Request) -> Response:
        """The links that the query asks for, with the cases that it includes."""
        query = read_query(request.query_params.get("q", ""), most=settings.API_PAGE_SIZE_LIMIT)
        rows = query.of(self.get_queryset())
        answer = shapes.CaseLinkSerializer(rows, many=True, context={"included": query.included})
        return Response(Page(answer.data, len(rows)))

    @extend_schema(
        operation_id="case_link_create",
        request=shapes.CaseLinkCreateSerializer,
        responses={201: shapes.CaseLinkAnswerSerializer},
    )
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Link two cases."""
        data = self.validated(serializer=shapes.CaseLinkCreateSerializer(data=request.data))["data"]
        visible = TestCase.objects.visible_to(request.user).select_related("project__tenant")
        case = self._case(visible, data["case_a"], "caseA")
        other = self._case(visible.in_project(case.project), data["case_b"], "caseB")
        link = links.link_two_cases(actor=request.user, case=case, other=other, type=data["type"])
        return self._answer(link, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="case_link_remove",
        request=shapes.CaseLinkRemoveSerializer,
        responses=shapes.CaseLinkAnswerSerializer,
    )
    @transaction.atomic
    def remove(self, request: Request) -> Response:
        """Remove a link; one that was removed already stays as it is."""
        data = self.validated(serializer=shapes.CaseLinkRemoveSerializer(data=request.data))
        if not data["data"]["is_deleted"]:
            words = _("A removed link does not come back; make it anew.")
            raise InvalidInput(words, fields={"data.isDeleted": [words]})
        link = self.get_queryset().filter(pk=data["where"]["id"]).first()
        if link is None:
            raise NotVisible
        return self._answer(links.remove_link(actor=request.user, link=link))

    def _case(self, visible: QuerySet[TestCase], given: dict, name: str) -> TestCase:
        case = visible.filter(pk=given["connect"]["id"]).first()
        if case is None:
            words = _("There is no such object.")
            raise InvalidInput(_("Not found."), "not_found", fields={f"data.{name}.connect.id": [words]})
        return case

    def _answer(self, link: TestCaseLink, code: int = status.HTTP_200_OK) -> Response:
        return Response({"data": shapes.CaseLinkSerializer(link).data}, status=code)
