"""What the API asks for beside the password before it hands out tokens."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed

from qaportal.kit.errors import Denied

from ..models import User
from ..services import attempts, identity_providers, registration, second_factors
from ..sign_in.backends import count_wrong_code, is_locked_out
from ..sign_in.second_factor import known_second_factor, missing, second_factor_required


class TooManyAttempts(AuthenticationFailed):
    """Sign-in is locked for this address and person for a while."""

    status_code = 429
    default_detail = "Too many failed attempts. Try again later."
    default_code = "locked_out"
    wait = 15 * 60


def require_all(request: HttpRequest, user: User, *, code: str) -> None:
    """Let somebody whose password was right in, if nothing else is missing.

    Raises Denied where he has yet to confirm his address, where his company lets nobody sign in by password or where
    he lacks the second factor it asks for, AuthenticationFailed for a code that is missing or wrong, TooManyAttempts
    once too many were wrong.
    """
    try:
        registration.require_confirmed_address(user=user)
        identity_providers.require_password_allowed(user=user)
        has_one = known_second_factor(user)
        if second_factor_required(user) and not has_one:
            raise missing(user)
    except Denied as refusal:
        attempts.record_failure(user=user, way="api", reason=refusal.code)
        raise
    if has_one:
        _require_code(request, user, code)


def _require_code(request: HttpRequest, user: User, code: str) -> None:
    if not code.strip():
        raise AuthenticationFailed(
            _(
                "A second factor is needed: send the code of your authenticator app, or a recovery code, as otp."
                " Scripts sign in more easily with an API token."
            ),
            "second_factor_required",
        )
    if is_locked_out(request, user):
        raise TooManyAttempts
    if second_factors.use_code(actor=user, code=code) is None:
        count_wrong_code(request, user)
        if getattr(request, "axes_locked_out", False):
            raise TooManyAttempts
        raise AuthenticationFailed(str(second_factors.wrong_code()), "second_factor_wrong")
