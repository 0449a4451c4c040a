"""Who may sign in, and how failed attempts are counted."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .models import User

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
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

    def user_can_authenticate(self, user: User) -> bool:
        """Whether the person is active in an active tenant."""
        return user.may_sign_in

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, with role and tenant in the same query; None ends the session."""
        user = User.objects.select_related("role", "tenant").filter(pk=user_id).first()
        return user if user is not None and user.may_sign_in else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: permissions come from the table of roles."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: permissions come from the table of roles."""
        return set()


def attempted_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The address somebody tries to sign in with, the same for page and API."""
    given = credentials or {}
    email = given.get("email") or given.get("username")
    if not email and request is not None:
        email = request.POST.get("login") or request.POST.get("username")
    return (email or "").strip().lower()


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """429 with the time to wait: the page, or what the API's view answered in its style."""
    if response is not None and request.path.startswith("/api/"):
        return response
    reason = _("Too many failed attempts to sign in. Try again in 15 minutes, or choose a new password.")
    answer = render(request, "400.html", {"reason": reason}, status=429)
    answer["Retry-After"] = str(LOCK_SECONDS)
    return answer
