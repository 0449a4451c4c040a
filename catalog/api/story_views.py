"""API of stories and of the cases that cover them."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import NAMES, ProjectViewSet
from accounts.permissions import CASES
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput, NotVisible

from ..filters import StoryFilter, TestCaseApiFilter
from ..models import Story, TestCase, TestCaseStory
from ..services import coverage, stories
from . import story_serializers as shapes
from .serializers import TestCaseSerializer

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")
SORT = OpenApiParameter(
    "sort", str, description="id, epic, title, status, sprint or updated; descending with a minus before it."
)

CASE_FILTERS = [
    OpenApiParameter("search", str, description="Words of the case."),
    OpenApiParameter("last_status", str, description="Last results, separated by commas."),
    OpenApiParameter("priority", str, description="Priorities, separated by commas."),
    OpenApiParameter("tags", str, description="Tags, separated by commas; the case has all of them."),
]
KEY_OF_CASE = OpenApiParameter("tc_id", int, OpenApiParameter.PATH, description="The id of the case.")


class StoryViewSet(PlainStyle, ProjectViewSet):
    """Stories, found by their ids; the same id in several projects asks for `project_id`."""

    token_scopes = CASES
    serializer_class = shapes.StorySerializer
    filterset_class = StoryFilter
    lookup_field = "story_id"

    def base_queryset(self) -> QuerySet[Story]:
        """Stories with how many cases cover them."""
        order = self.request.query_params.get("sort", "")
        return Story.objects.select_related("project__tenant").with_case_counts().sorted_by(order)

    def get_object(self) -> Story:
        """The story of the address."""
        return self._of_one_project(story_id=self.kwargs["story_id"]).get()

    @extend_schema(parameters=[SORT, PROJECT])
    def list(self, request: Request) -> Response:
        """The stories of the project, filtered and paged."""
        return super().list(request)

    @extend_schema(parameters=[PROJECT])
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Write a story; one that only cases named so far is described by it."""
        story = stories.create_story(actor=request.user, project=self.project, **self.validated())
        return self._respond(story, status.HTTP_201_CREATED)

    @extend_schema(parameters=[PROJECT])
    @transaction.atomic
    def update(self, request: Request, story_id: str) -> Response:
        """Change what is given."""
        story = self.get_object()
        data = self.validated(instance=story, partial=True)
        if data.pop("story_id", story.story_id) != story.story_id:
            words = _("The id of a story never changes.")
            raise InvalidInput(words, fields={"story_id": [words]})
        return self._respond(stories.update_story(actor=request.user, story=story, if_match=self.if_match, **data))

    @extend_schema(parameters=[PROJECT])
    def destroy(self, request: Request, story_id: str) -> Response:
        """Delete the story; its cases stay."""
        stories.delete_story(actor=request.user, story=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[PROJECT, *CASE_FILTERS], responses=TestCaseSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="test-cases", filterset_class=None)
    def test_cases(self, request: Request, story_id: str) -> Response:
        """The current cases that cover the story; filtered and sorted like all cases."""
        found = TestCase.objects.visible_to(request.user).current().covering(self.get_object())
        cases = found.for_detail().select_related("project__tenant").with_places()
        filters = TestCaseApiFilter(request.query_params, queryset=cases, request=request)
        if not filters.is_valid():
            raise translate_validation(filters.errors)
        page = self.paginate_queryset(filters.qs.sorted_by(request.query_params.get("sort", "")))
        return self.get_paginated_response(TestCaseSerializer(page, many=True).data)

    @extend_schema(
        parameters=[PROJECT, KEY_OF_CASE],
        request=None,
        responses={201: shapes.StoryLinkSerializer, 200: shapes.StoryLinkSerializer},
    )
    @action(detail=True, methods=["post"], url_path="link-test-case/(?P<tc_id>[^/.]+)", filterset_class=None)
    def link_test_case(self, request: Request, story_id: str, tc_id: str) -> Response:
        """Let the case cover the story: 201, or 200 when it does already."""
        story = self.get_object()
        case = self._case(story, tc_id)
        is_new = bool(coverage.link_cases(actor=request.user, story=story, case_ids=[case.pk]))
        link = TestCaseStory.objects.select_related("story").get(story=story, case=case)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(shapes.StoryLinkSerializer(link).data, status=code)

    @extend_schema(parameters=[PROJECT, KEY_OF_CASE], responses={204: None})
    @action(detail=True, methods=["delete"], url_path="unlink-test-case/(?P<tc_id>[^/.]+)", filterset_class=None)
    def unlink_test_case(self, request: Request, story_id: str, tc_id: str) -> Response:
        """Let the case cover the story no longer."""
        story = self.get_object()
        case = self._case(story, tc_id)
        if not coverage.unlink_cases(actor=request.user, story=story, case_ids=[case.pk]):
            raise NotVisible
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[SORT, PROJECT], responses=shapes.StorySerializer(many=True))
    @action(detail=False, methods=["get"], url_path="epic/(?P<epic_id>[^/]+)/stories")
    def of_epic(self, request: Request, epic_id: str) -> Response:
        """The stories of the epic."""
        page = self.paginate_queryset(self.filter_queryset(self._of_one_project(epic_id=epic_id)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _of_one_project(self, **lookup: str) -> QuerySet[Story]:
        """The visible stories that fit, of the project that the call names or else of the only one that has any."""
        found = self.get_queryset().filter(**lookup)
        body = self.request.data if hasattr(self.request.data, "get") else {}
        if any(source.get(name) for name in NAMES for source in (body, self.request.query_params)):
            found = found.in_project(self.project)
        projects = found.order_by().values_list("project", flat=True).distinct()[:2]
        if not projects:
            raise NotVisible
        return found if len(projects) == 1 else found.in_project(self.project)

    def _case(self, story: Story, given: str) -> TestCase:
        """The case of the address, in the story's project."""
        if not given.isascii() or not given.isdigit() or len(given) > 18:
            raise NotVisible
        case = TestCase.objects.visible_to(self.request.user).in_project(story.project).filter(pk=given).first()
        if case is None:
            raise NotVisible
        return case

    def _respond(self, story: Story, code: int = status.HTTP_200_OK) -> Response:
        """The story as it is stored now."""
        return self.respond(self.get_queryset().get(pk=story.pk), code)


class CasesByStoryViewSet(PlainStyle, ProjectViewSet):
    """Cases below the stories that they cover."""

    serializer_class = shapes.StoryGroupSerializer
    filterset_class = StoryFilter

    def base_queryset(self) -> QuerySet[Story]:
        """Stories that a case covers."""
        order = self.request.query_params.get("sort", "")
        return Story.objects.covered().with_case_counts().sorted_by(order)

    @extend_schema(parameters=[SORT, PROJECT])
    def list(self, request: Request) -> Response:
        """The stories of the project that cases cover, each with its cases; pages count stories."""
        page = self.paginate_queryset(self.filtered(self.get_queryset()))
        context = {"cases": shapes.StoryGroupSerializer.cases_of(page)}
        return self.get_paginated_response(shapes.StoryGroupSerializer(page, many=True, context=context).data)
