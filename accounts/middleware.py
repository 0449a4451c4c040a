"""What is done for every request of a session: noting that it lives, and holding back who lacks a second factor."""

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from rest_framework.views import APIView

from qaportal.kit.requests import client_address
from qaportal.kit.views import wants_fragment

from .sign_in.second_factor import second_factor_missing

SEEN_KEY = "seen_at"
SEEN_EVERY = 5 * 60
"""Seconds between two notes that a session lives."""

ASKED_BY_MACHINES = {"operations:livez", "operations:readyz", "operations:robots"}
"""What supervisors ask every few seconds: it needs no session, and no database to say that the process lives."""

OPEN_WITHOUT_SECOND_FACTOR = {
    "accounts:second_factors",
    "accounts:add_app",
    "accounts:add_key",
    "accounts:recovery_codes",
    "accounts:reauthenticate_at_company",
    "account_reauthenticate",
    "account_logout",
    "account_login",
    "openid_connect_login",
    "openid_connect_callback",
    "theme",
    *ASKED_BY_MACHINES,
}
"""What somebody reaches who has yet to set up the second factor that his company asks for."""


class SessionActivityMiddleware:
    """Notes when and from where each session was last used: at most every 5 minutes, else it costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the address is known in `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        """Note it before the page runs, so that a page about sessions tells the truth."""
        if request.resolver_match.view_name in ASKED_BY_MACHINES:
            return
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            seen, now = request.session.get(SEEN_KEY, 0), int(time.time())
            if now - seen >= SEEN_EVERY:
                note_activity(request)
                request.session[SEEN_KEY] = now


def note_activity(request: HttpRequest) -> None:
    """Write when, from which address and with which browser the session is used; list it where nobody has yet."""
    longest = UserSession._meta.get_field("user_agent").max_length
    facts = {
        "ip": client_address(request),
        "user_agent": request.headers.get("User-Agent", "")[:longest],
        "last_seen_at": timezone.now(),
    }
    mine = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    if not mine.update(**facts):
        UserSession.objects.create_from_request(request)


class SecondFactorMiddleware:
    """Leads whoever lacks the second factor that his company asks for to setting one up; nothing else opens.

    The API says the same in its own words, where it learns who calls.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the address is known in `process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Lead away from every page that is not needed to set one up."""
        view_class = getattr(view, "cls", None)
        if isinstance(view_class, type) and issubclass(view_class, APIView):
            return None
        if request.resolver_match.view_name in OPEN_WITHOUT_SECOND_FACTOR or not second_factor_missing(request):
            return None
        if wants_fragment(request):
            return HttpResponse(headers={"HX-Redirect": reverse("accounts:second_factors")})
        return redirect("accounts:second_factors")
