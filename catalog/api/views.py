"""API of the catalog."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
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
from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.errors import InvalidInput, NotVisible

from ..choices import FolderContent, TestType
from ..filters import FeatureFilter, SubModuleFilter, TestCaseApiFilter
from ..models import Folder, Template, TestCase
from ..own_fields import OwnFields
from ..services import bulk, cases, folder_removal, folders, places, test_ids
from ..services.drafts import MOST_STEPS, default_tag
from ..services.step_text import parse_steps, steps_from_text
from ..services.steps import steps_document
from . import serializers
from .custom_fields import values_by_key

CASCADE = OpenApiParameter("cascade", bool, description="Delete what the folder holds with it.")
PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="The project; needed when there are several.")


class FolderViewSet(PlainStyle, ProjectViewSet):
    """Folders of one level of the tree."""

    token_scopes = CASES
    depth = 1
    parent_field = ""

    def base_queryset(self) -> QuerySet[Folder]:
        """The folders of the level, in the order of the tree."""
        return Folder.objects.for_list().select_related("project__tenant").at_depth(self.depth)

    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Make a folder."""
        data = self.validated()
        parent = self._parent(data, self.project)
        folder = folders.create_folder(actor=request.user, project=self.project, parent=parent, **data)
        return self.respond(folder, status.HTTP_201_CREATED)

    @transaction.atomic
    def update(self, request: Request, pk: str) -> Response:
        """Change what is given; another parent moves the folder."""
        folder = self.get_object()
        data = self.validated(instance=folder, partial=True)
        parent = self._parent(data, folder.project) if "parent_id" in data else None
        folder = folders.update_folder(actor=request.user, folder=folder, if_match=self.if_match, **data)
        if parent is not None:
            folder = folders.move_folder(actor=request.user, folder=folder, parent=parent)
        return self.respond(folder)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        return self.update(request, pk)

    @extend_schema(parameters=[CASCADE])
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the folder; one that holds something only with `?cascade=true`."""
        content = FolderContent.DELETE if request.query_params.get("cascade") == "true" else None
        folder_removal.delete_folder(
            actor=request.user, folder=self.get_object(), content=content, if_match=self.if_match
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _parent(self, data: dict[str, Any], project: Project) -> Folder | None:
        """The folder one level up that the body names; takes its id out of the data."""
        if not self.parent_field:
            return None
        above = Folder.objects.at_depth(self.depth - 1)
        return self.visible_related(above, data.pop("parent_id"), field=self.parent_field, project=project)


class ModuleViewSet(FolderViewSet):
    """Modules: the roots of the tree."""

    serializer_class = serializers.FolderSerializer


class SubModuleViewSet(FolderViewSet):
    """Sub-modules: the second level of the tree."""

    depth, parent_field = 2, "module_id"
    serializer_class = serializers.SubModuleSerializer
    filterset_class = SubModuleFilter


class FeatureViewSet(FolderViewSet):
    """Features: the third level of the tree."""

    depth, parent_field = 3, "sub_module_id"
    serializer_class = serializers.FeatureSerializer
    filterset_class = FeatureFilter


class TestCaseViewSet(PlainStyle, ProjectViewSet):
    """Test cases."""

    __test__ = False
    token_scopes = CASES
    serializer_class = serializers.TestCaseSerializer
    filterset_class = TestCaseApiFilter

    def base_queryset(self) -> QuerySet[TestCase]:
        """Cases with their place, steps and stories."""
        found = TestCase.objects.for_detail().select_related("project__tenant", "folder", "owner", "activity")
        return found.with_places().sorted_by(self.request.query_params.get("sort", ""))

    def filtered(self, queryset: QuerySet) -> QuerySet:
        """The cases of the call's project that are not archived, filtered."""
        return super().filtered(queryset.current())

    @extend_schema(parameters=[PROJECT])
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Write a case; without `test_id` the next one of its tag is handed out."""
        fields = self._fields(self.validated(), self.project)
        return self._respond(
            cases.create_case(actor=request.user, project=self.project, **fields), status.HTTP_201_CREATED
        )

    @transaction.atomic
    def update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        case = self.get_object()
        data = self.validated(instance=case, partial=True)
        if data.pop("test_id", case.test_id) not in {case.test_id, ""}:
            words = _("The id of a case never changes.")
            raise InvalidInput(words, fields={"test_id": [words]})
        fields = self._fields(data, case.project, case)
        return self._respond(cases.update_case(actor=request.user, case=case, if_match=self.if_match, **fields))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        return self.update(request, pk)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the case; its id stays taken and its results stay."""
        case = self.get_object()
        cases.delete_cases(actor=request.user, project=case.project, case_ids=[case.pk], if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=serializers.BulkUpdateSerializer, responses=serializers.BulkUpdatedSerializer)
    @action(detail=False, methods=["put"], url_path="bulk-update", filterset_class=None, pagination_class=None)
    @transaction.atomic
    def bulk_update(self, request: Request) -> Response:
        """Give many cases of one project the same values; all of them change, or none does."""
        data = dict(self.validated(serializer=serializers.BulkUpdateSerializer(data=request.data)))
        named = self._named_cases(data.pop("test_case_ids"))
        place = {name: data.pop(name) for name in places.NAMES if name in data}
        if place:
            data["places"] = places.folders_for(actor=request.user, cases=named, wanted=place)
        fields = self._fields(data, named[0].project)
        ids = [case.pk for case in named]
        changed = bulk.update_cases(actor=request.user, project=named[0].project, case_ids=ids, **fields)
        return Response({"updated": len(changed), "test_case_ids": sorted(changed)})

    def _named_cases(self, ids: Sequence[int]) -> list[TestCase]:
        """The visible cases with these ids, of one project; raises NotVisible when one is missing."""
        wanted = set(ids)
        visible = TestCase.objects.visible_to(self.request.user).filter(pk__in=wanted)
        found = list(
            visible.select_related("project__tenant", "folder").defer("search", "folded", "steps_text").order_by("pk")
        )
        if len(found) != len(wanted):
            raise NotVisible
        if len({case.project_id for case in found}) > 1:
            words = _("These cases stand in several projects.")
            raise InvalidInput(words, fields={"test_case_ids": [words]})
        return found

    @extend_schema(
        parameters=[OpenApiParameter("tag", str, enum=["ui", "api", "hybrid"]), PROJECT],
        responses=serializers.TestIdSerializer,
    )
    @action(detail=False, methods=["get"], url_path="generate-test-id", filterset_class=None, pagination_class=None)
    def generate_test_id(self, request: Request) -> Response:
        """Reserve the next test id of the tag: nobody else gets it, and a create may name it."""
        tag = request.query_params.get("tag", "").strip().lower() or default_tag(self.project)
        reserved = test_ids.reserve_test_id(actor=request.user, project=self.project, tag=tag)
        return Response({"test_id": reserved}, headers={"Cache-Control": "no-store"})

    def _respond(self, case: TestCase, code: int = status.HTTP_200_OK) -> Response:
        """The case as it is stored now."""
        return self.respond(self.get_queryset().get(pk=case.pk), code)

    def _fields(self, data: dict[str, Any], project: Project, case: TestCase | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = dict(data)
        place = {name: fields.pop(name) for name in places.NAMES if name in fields}
        if "folder_id" in fields:
            given = fields.pop("folder_id")
            fields["folder"] = self.optional_related(Folder.objects.all(), given, field="folder_id", project=project)
        elif place:
            fields["folder"] = places.folder_for(actor=self.request.user, project=project, case=case, wanted=place)
        if "jira_story_id" in fields:
            fields["story_id"] = fields.pop("jira_story_id") or ""
        if "owner_id" in fields:
            fields["owner"] = self.visible_person(fields.pop("owner_id"), field="owner_id")
        if "template_id" in fields:
            usable, given = Template.objects.usable_for(case), fields.pop("template_id")
            fields["template"] = self.optional_related(usable, given, field="template_id", project=project)
        if "custom_values" in fields:
            fields["custom_values"] = values_by_key(OwnFields(project), fields["custom_values"])
        if case is not None and case.test_type == TestType.SEMI_AUTOMATED and fields.get("test_type") == "automated":
            del fields["test_type"]
        text = fields.pop("steps_to_reproduce", None)
        if "steps" not in fields and text is not None:
            stored = steps_document(case) if case else []
            fields["steps"] = steps_from_text(text, stored) if case else parse_steps(text)
            if len(fields["steps"]) > MOST_STEPS:
                words = _("A case has at most %d steps.") % MOST_STEPS
                raise InvalidInput(words, fields={"steps_to_reproduce": [words]})
        return fields
