"""The search over everything, as API."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.project_scope import visible_project
from accounts.permissions import READ
from qaportal.kit import search
from qaportal.kit.api.styles import CamelStyle

from ..found import kinds_of
from .serializers import FoundSerializer, RecordSerializer, SearchSerializer


def _as_asked(problems: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What was wrong, by the names that the address has for it; filters stand beside the other parameters there."""
    inner = problems.get("filters")
    flat = {**problems, **inner} if isinstance(inner, dict) else problems
    return {names.get(name, name): words for name, words in flat.items() if words is not inner}


class SearchView(CamelStyle, APIView):
    """Finds cases, folders, stories, releases and runs."""

    token_scopes = READ

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", str, description='Words, `"phrases"`, `-not`, `or`, `field:value`.'),
            OpenApiParameter("type", str, description="Types, separated by commas; all when left out."),
            OpenApiParameter("project", str, description="Id or key of the project; all when left out."),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        """Find by words; the best first."""
        asked = request.query_params
        project = asked.get("project") or asked.get("projectId") or asked.get("project_id")
        filters = {"type": asked.get("type"), "project_id": project}
        values = {"query": asked.get("q"), "limit": asked.get("limit"), "offset": asked.get("offset")}
        values["filters"] = {name: value for name, value in filters.items() if value}
        named = next((name for name in ("project", "projectId", "project_id") if asked.get(name)), "project")
        try:
            return self._found({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            raise ValidationError(_as_asked(error.detail, {"query": "q", "project_id": named})) from error

    @extend_schema(operation_id="search_by_filters", request=SearchSerializer, responses=FoundSerializer)
    def post(self, request: Request) -> Response:
        """Find by words and filters, in the wished order; nothing is changed by it."""
        return self._found(request.data)

    def _found(self, data: Any) -> Response:
        serializer = SearchSerializer(data=data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        codes = values.get("filters", {}).get("type") or []
        among = kinds_of(codes)
        asked = self._asked(values)
        records, answers = search.ask_each(user=self.request.user, asked=asked, among=among)
        counts = [{"type": code, "total": each.total, "is_capped": each.is_capped} for code, each in answers.items()]
        return Response(
            {
                "data": RecordSerializer(records, many=True).data,
                "total": sum(each["total"] for each in counts),
                "is_capped": any(each["is_capped"] for each in counts),
                "counts": counts,
                "limit": asked.limit,
                "offset": asked.offset,
            }
        )

    def _asked(self, values: dict[str, Any]) -> search.Asked:
        filters = values.get("filters", {})
        given, dates = filters.get("project_id"), filters.get("date_range", {})
        sort, is_descending = values.get("sort", ("score", True))
        return search.Asked(
            words=values.get("query", ""),
            project=visible_project(self.request.user, given) if given else None,
            tags=tuple(filters.get("tags", ())),
            date_field=dates.get("field", ""),
            since=dates.get("from"),
            until=dates.get("to"),
            sort=sort,
            is_descending=is_descending,
            limit=values["limit"],
            offset=values["offset"],
        )
