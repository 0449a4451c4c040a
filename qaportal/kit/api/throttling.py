"""How often a client may call the API, and the headers that tell him."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from ..errors import TooMany
from ..limits import Standing, count, in_words
from ..rates import parse
from ..requests import client_network

BURST_OF = {"user": "burst", "anonymous": "burst", "ingest": "ingest_burst"}
"""The short window that belongs to each long one; both are names in `API_RATE_LIMITS`."""


class RateThrottle(BaseThrottle):
    """Counts by user, else by address; a view that takes results says so by `throttle_scope = "ingest"`.

    A request is counted once, however often the throttle is asked.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request is within its limits."""
        if not hasattr(request, "standing"):
            request.standing = _standing_of(request, view)
        self.standing: Standing | None = request.standing
        return self.standing is None or not self.standing.is_exceeded

    def wait(self) -> int:
        """The seconds until the window ends that refuses."""
        return max(1, self.standing.wait)


def _standing_of(request: Request, view: Any) -> Standing | None:
    """Count the request: the window that refuses it longest, else the long one; None when all limits are off."""
    scope = (getattr(view, "throttle_scope", None) or "user") if request.user.is_authenticated else "anonymous"
    who = f"user:{request.user.pk}" if request.user.is_authenticated else f"address:{client_network(request)}"
    rates = {name: parse(settings.API_RATE_LIMITS.get(name, "off")) for name in (scope, BURST_OF[scope])}
    windows = [(name, rate) for name, rate in rates.items() if rate]
    if not windows:
        return None
    standings = count(who, windows)
    refusing = [standing for standing in standings if standing.is_exceeded]
    return max(refusing, key=lambda standing: standing.wait) if refusing else standings[0]


class RateLimitMixin:
    """Counts every request of a view before anything else can refuse it, and tells the limits with every answer."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count whoever calls: a caller with a wrong token, or with none, is the address that he calls from."""
        try:
            self.perform_authentication(request)
        finally:
            self.check_throttles(request)
        super().initial(request, *args, **kwargs)

    def throttled(self, request: Request, wait: float) -> None:
        """Refuse the request with the time to wait."""
        raise TooMany(_("Too many requests. Try again in %s.") % in_words(int(wait)), retry_after=int(wait))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Add the limit, what remains of it, and when it begins anew."""
        response = super().finalize_response(request, response, *args, **kwargs)
        standing: Standing | None = getattr(request, "standing", None)
        if standing is not None:
            response["X-RateLimit-Limit"] = str(standing.limit)
            response["X-RateLimit-Remaining"] = str(standing.remaining)
            response["X-RateLimit-Reset"] = str(standing.resets_at)
        return response
