"""Cookies that the portal sets beside those of session and forms: bound to its own host when it is served by https."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest, HttpResponse

YEAR = 365 * 24 * 3600


def cookie_name(name: str) -> str:
    """What the browser keeps it under: by https with the prefix that lets no other host put one in its place."""
    return settings.COOKIE_PREFIX + name


def kept_cookie(request: HttpRequest, name: str) -> str:
    """What the browser keeps under this name, or nothing."""
    return request.COOKIES.get(cookie_name(name), "")


def keep_cookie(response: HttpResponse, name: str, value: str) -> None:
    """Let the browser keep the value for a year, out of reach of scripts."""
    response.set_cookie(
        cookie_name(name), value, max_age=YEAR, samesite="Lax", httponly=True, secure=bool(settings.COOKIE_PREFIX)
    )


def drop_cookie(response: HttpResponse, name: str) -> None:
    """Let the browser forget the value."""
    response.delete_cookie(cookie_name(name), samesite="Lax")


class HostMessages(CookieStorage):
    """What the next page tells, in a cookie of the portal's own host."""

    cookie_name = cookie_name("messages")


class PortalMessages(FallbackStorage):
    """The same, with the session for what is too long for a cookie."""

    storage_classes = (HostMessages, SessionStorage)
