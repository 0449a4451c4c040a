"""API of API tokens, and of what the caller may do."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from qaportal.kit.api.styles import PlainStyle
from qaportal.kit.api.viewsets import PortalViewSet

from ..models import ApiToken, Project, User
from ..permissions import PERMISSIONS, decide
from ..services import api_tokens
from .administration import require_fresh_session
from .project_scope import visible_project
from .token_serializers import ApiTokenSerializer, IssuedTokenSerializer, NewTokenSerializer, PermissionsSerializer

PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="Ask for what the caller may in this project.")


class ApiTokenViewSet(PlainStyle, PortalViewSet):
    """The caller's API tokens; administrators see those of their company."""

    serializer_class = ApiTokenSerializer
    filterset_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse changes by a session that was opened long ago."""
        super().initial(request, *args, **kwargs)
        require_fresh_session(request)

    def base_queryset(self) -> QuerySet[ApiToken]:
        """Tokens that nobody revoked, the newest first."""
        return ApiToken.objects.for_list().unrevoked()

    @extend_schema(request=NewTokenSerializer, responses={201: IssuedTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token of the caller's; this answer alone holds it."""
        data = self.validated(serializer=NewTokenSerializer(data=request.data))
        given = data.pop("project_id", None)
        project = None if given is None else visible_project(request.user, given)
        token, secret = api_tokens.create_api_token(actor=request.user, project=project, **data)
        body = {**self.get_serializer(token).data, "token": secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke the token at once."""
        api_tokens.revoke_api_token(actor=request.user, token=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def remembered(self, data: Any) -> Any:
        """The answer without the token, which is kept nowhere."""
        return super().remembered({**data, "token": None})


class PermissionsView(PlainStyle, APIView):
    """What the caller may do."""

    @extend_schema(parameters=[PROJECT], responses=PermissionsSerializer)
    def get(self, request: Request) -> Response:
        """Every permission, whether the caller has it and, if not, why; in a project where one is named."""
        project = _project_meant(request)
        return Response({"permissions": [_told(request.user, code, project) for code in PERMISSIONS]})


def _project_meant(request: Request) -> Project | None:
    """The project that the query names, else the one that the API token is bound to."""
    if given := request.query_params.get("project_id") or request.query_params.get("projectId"):
        return visible_project(request.user, given)
    token = request.user.api_token
    return token.project if token is not None else None


def _told(user: User, code: str, project: Project | None) -> dict[str, Any]:
    decision = decide(user, code, project)
    return {"code": code, "allowed": bool(decision), "reason": decision.reason or None}
