"""API of accounts."""

from typing import Any

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from qaportal.kit.api.serializers import MessageSerializer
from qaportal.kit.api.styles import CamelStyle, EnvelopeStyle, Message, PlainStyle
from qaportal.kit.api.viewsets import PortalViewSet
from qaportal.kit.errors import Denied
from qaportal.kit.requests import client_address

from ..models import ApiToken, Project, TokenFamily, User
from ..services import api_sign_ins, projects, tokens
from . import serializers
from .administration import require_fresh_session
from .doors import TooManyAttempts, require_all


class SignInView(APIView):
    """Base of the two ways to sign in by API: one service, one lock against guessing."""

    authentication_classes: list = []
    permission_classes = [AllowAny]

    def sign_in(
        self, request: Request, email: str, password: str, otp: str = "", code: str = ""
    ) -> tuple[User, tokens.TokenPair]:
        """Open a token family; raises AuthenticationFailed in the same words whatever was wrong.

        `otp`, or `code`, is the code of the second factor of whoever has one. Raises Denied for somebody who
        registered and has not confirmed his address.
        """
        user = authenticate(request._request, email=email.strip(), password=password)
        if user is None:
            if getattr(request._request, "axes_locked_out", False):
                raise TooManyAttempts
            raise AuthenticationFailed(_("E-mail or password is not right."), "credentials_wrong")
        require_all(request._request, user, code=otp or code)
        address, client = client_address(request._request), request.headers.get("User-Agent", "")
        return user, api_sign_ins.sign_in_by_api(user=user, ip_address=address, user_agent=client)

    def rotated(self, serializer: serializers.RefreshSerializer) -> tuple[User, tokens.TokenPair]:
        """A new pair; raises AuthenticationFailed for a token that is not the current one of an open family."""
        serializer.is_valid(raise_exception=True)
        renewed = tokens.rotate(refresh_token=serializer.validated_data["refresh_token"])
        if renewed is None:
            raise AuthenticationFailed(_("The token is not valid any more. Sign in again."), "token_invalid")
        return renewed

    def get_authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="QA Portal"'


def _plain_tokens(pair: tokens.TokenPair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "bearer",
        "expires_in": pair.expires_in,
    }


class LoginView(PlainStyle, SignInView):
    """Sign in with `username` and `password`."""

    @extend_schema(request=serializers.SignInSerializer, responses=serializers.TokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer an access and a refresh token."""
        serializer = serializers.SignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        _user, pair = self.sign_in(request, given.pop("username"), **given)
        return Response(_plain_tokens(pair))


class RefreshView(PlainStyle, SignInView):
    """Renew the tokens."""

    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer a new pair; the old refresh token is used up."""
        _user, pair = self.rotated(serializers.RefreshSerializer(data=request.data))
        return Response(_plain_tokens(pair))


class ProfileView(PlainStyle, APIView):
    """The caller."""

    @extend_schema(responses=serializers.ProfileSerializer)
    def get(self, request: Request) -> Response:
        """Who the caller is."""
        return Response(serializers.ProfileSerializer(request.user).data)


def _tenant_tokens(user: User, pair: tokens.TokenPair) -> dict[str, Any]:
    return {
        "user": {
            "id": str(user.pk),
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
        },
        "tenant_id": str(user.tenant_id) if user.tenant_id else None,
        "roles": [user.role.code],
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "expires_at": pair.expires_at.isoformat().replace("+00:00", "Z"),
    }


class TenantLoginView(EnvelopeStyle, SignInView):
    """Sign in with `email` and `password`; the answer tells roles and tenant."""

    @extend_schema(request=serializers.EmailSignInSerializer, responses=serializers.TenantTokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer tokens, roles and tenant."""
        serializer = serializers.EmailSignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(_tenant_tokens(*self.sign_in(request, **serializer.validated_data)))


class TenantRefreshView(EnvelopeStyle, SignInView):
    """Renew the tokens."""

    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TenantTokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer a new pair; the old refresh token is used up."""
        return Response(_tenant_tokens(*self.rotated(serializers.RefreshSerializer(data=request.data))))


class TenantLogoutView(EnvelopeStyle, APIView):
    """Sign out."""

    @extend_schema(request=None, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        """End the token family, or the session, that called; raises Denied for an API token, which is revoked."""
        if isinstance(request.auth, ApiToken):
            raise Denied(_("An API token is not signed in. Revoke it instead."), "not_signed_in")
        if isinstance(request.auth, TokenFamily):
            tokens.end_family(family=request.auth, reason="signed_out")
        else:
            from allauth.account.adapter import get_adapter

            get_adapter().logout(request._request)
        return Response(Message(_("You are signed out.")))


class ProjectViewSet(CamelStyle, PortalViewSet):
    """Projects."""

    serializer_class = serializers.ProjectSerializer

    def base_queryset(self) -> QuerySet[Project]:
        """Projects by name."""
        return Project.objects.for_list()

    def create(self, request: Request) -> Response:
        """Start a project."""
        project = projects.create_project(actor=request.user, **self.validated())
        return self.respond(project, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change what is given."""
        project = self.get_object()
        data = self.validated(instance=project, partial=True)
        return self.respond(
            projects.update_project(actor=request.user, project=project, if_match=self.if_match, **data)
        )

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the project; one that holds something only with `?cascade=true`."""
        require_fresh_session(request)
        projects.delete_project(
            actor=request.user,
            project=self.get_object(),
            cascade=request.query_params.get("cascade") == "true",
            if_match=self.if_match,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
