"""How the API knows its caller: an access token, or the browser's session."""

import uuid
from typing import NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, CSRFCheck, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from ..models import ApiToken, TokenFamily, User
from ..services import api_tokens
from ..services.tokens import FAMILY_CLAIM
from ..sign_in.second_factor import lacks_second_factor, missing, second_factor_missing


def _hold_back(request: Request, user: User, auth: TokenFamily | None = None) -> NoReturn:
    """Refuse somebody who has yet to set up his second factor; the request names him, so that his calls are counted."""
    request.user, request.auth = user, auth
    raise missing(user)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`: an access token of a sign-in, or an API token of a machine.

    One query loads the token with person, role and tenant. A token is never read from an address or a body.
    """

    def authenticate(self, request: Request) -> tuple[User, TokenFamily | ApiToken] | None:
        """The person of the token; raises AuthenticationFailed for one that is invalid or was ended.

        Raises Denied for an administrator of the platform who has yet to set up the second factor that it asks for;
        what a company's people are signed in with ends when theirs begins to.
        """
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if words[1:] and words[1].startswith(api_tokens.MARK.encode()):
            return self._by_api_token(words[1].decode("latin-1"))
        user, family = self._by_access_token(words)
        if user.tenant_id is None and lacks_second_factor(user):
            _hold_back(request, user, family)
        return user, family

    @staticmethod
    def _by_api_token(secret: str) -> tuple[User, ApiToken]:
        token = api_tokens.find_by_secret(secret=secret)
        if token is None:
            raise AuthenticationFailed(_("The API token was revoked, has expired or never existed."), "token_invalid")
        api_tokens.note_use(token=token)
        token.user.api_token = token
        return token.user, token

    @staticmethod
    def _by_access_token(words: list[bytes]) -> tuple[User, TokenFamily]:
        refusal = AuthenticationFailed(_("The token is not valid any more. Sign in again."), "token_invalid")
        try:
            claims = AccessToken(words[1].decode("ascii"))
            family_id = uuid.UUID(str(claims[FAMILY_CLAIM]))
        except (IndexError, KeyError, TokenError, UnicodeError, ValueError) as error:
            raise refusal from error
        family = (
            TokenFamily.objects.select_related("user__role", "user__tenant")
            .filter(pk=family_id, ended_at__isnull=True)
            .first()
        )
        if family is None or not family.user.may_sign_in:
            raise refusal
        return family.user, family

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="QA Portal"'


class BrowserSessionAuthentication(BaseAuthentication):
    """The session cookie. JSON from our own pages or from no page needs no CSRF token; everything else does."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The person of the session; raises PermissionDenied when the CSRF check fails.

        Raises Denied for somebody who has yet to set up the second factor that his company asks for.
        """
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        if second_factor_missing(request._request):
            _hold_back(request, user)
        if not self._is_harmless_json(request):
            self._check_csrf(request)
        return user, None

    @staticmethod
    def _is_harmless_json(request: Request) -> bool:
        """A form of another site cannot send JSON without a preflight, and says where it comes from."""
        if (request.content_type or "").partition(";")[0].strip() != "application/json":
            return False
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.get_host()

    @staticmethod
    def _check_csrf(request: Request) -> None:
        def never(_request: HttpRequest) -> None:
            return None

        check = CSRFCheck(never)
        check.process_request(request._request)
        if reason := check.process_view(request._request, None, (), {}):
            raise PermissionDenied(_("CSRF check failed: %s") % reason)


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes the access token in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "bearerToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):
    """Describes the session cookie in the OpenAPI document."""

    target_class = BrowserSessionAuthentication
    name = "sessionCookie"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A cookie."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
