"""Who may sign in, and how failed attempts are counted."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qaportal.kit.limits import rate_limit

from ..models import User
from ..services import attempts
from .second_factor import holds_second_factor

LOCK_SECONDS = 15 * 60


class ActiveUserBackend(ModelBackend):
    """Signs people in by e-mail and password; suspension of the person or the tenant ends it at once."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person with this address and password; unknown and known addresses take the same time."""
        email = kwargs.get("email") or username
        if not email or password is None:
            return None
        try:
            user = User.objects.annotate(holds_second_factor=holds_second_factor()).with_address(email).get()
        except User.DoesNotExist:
            User().set_password(password)
            note_failure(request, None, reason="address")
            return None
        is_right = user.check_password(password)
        if is_right and self.user_can_authenticate(user):
            return user
        note_failure(request, user, reason="not_active" if is_right else "password")
        return None

    def user_can_authenticate(self, user: User) -> bool:
        """Whether the person is active in an active tenant."""
        return user.may_sign_in

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, with role and tenant in the same query; None ends the session."""
        people = User.objects.select_related("role", "tenant").annotate(holds_second_factor=holds_second_factor())
        user = people.filter(pk=user_id).first()
        return user if user is not None and user.may_sign_in else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: permissions come from the table of roles."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: permissions come from the table of roles."""
        return set()


def _way(request: HttpRequest | None) -> str:
    return "api" if request is not None and request.path_info.startswith("/api/") else "page"


def note_failure(request: HttpRequest | None, user: User | None, *, reason: str) -> None:
    """Write a failed attempt into the audit trail; nobody when the address is nobody's."""
    attempts.record_failure(user=user, way=_way(request), reason=reason)
    if request is not None:
        request.failed_sign_in = user


def attempted_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The address somebody tries to sign in with, the same for page and API."""
    given = credentials or {}
    email = given.get("email") or given.get("username")
    if not email and request is not None:
        email = request.POST.get("login") or request.POST.get("username")
    return (email or "").strip().lower()


def is_locked_out(request: HttpRequest, user: User) -> bool:
    """Whether too many wrong passwords and codes came for this person from this address; the answer becomes 429.

    Raises TooMany when too many codes came for him from anywhere.
    """
    rate_limit("second_factor", str(user.pk), settings.SECOND_FACTOR_RATE)
    credentials = {"email": user.email}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out, request.axes_credentials = True, credentials
    return True


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """Count a wrong second factor with the wrong passwords: one lock for both, on page and API alike."""
    note_failure(request, user, reason="second_factor")
    user_login_failed.send(sender=__name__, credentials={"email": user.email}, request=request)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """429 with the time to wait: the page, or what the API's view answered in its style."""
    if hasattr(request, "failed_sign_in"):  # the attempt that was too many; those that follow are not looked at
        attempts.record_lock(user=request.failed_sign_in, way=_way(request))
    if response is not None and request.path.startswith("/api/"):
        return response
    reason = _("Too many failed attempts to sign in. Try again in 15 minutes, or choose a new password.")
    answer = render(request, "400.html", {"reason": reason}, status=429)
    answer["Retry-After"] = str(LOCK_SECONDS)
    return answer
