"""What belongs to one request: its id, carried into logs, jobs and the audit trail, and its error pages."""

import ipaddress
import logging
import re
import sys
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from .errors import Denied, NoRoom, NotVisible, PortalError, TooMany, Unavailable, is_no_room

FORM_MARGIN = 1024 * 1024
"""Bytes that the other fields of a form may add to its file."""


def too_many_files() -> str:
    """What is said of a form with more files than are read."""
    words = _("More than %(most)d files in one call. Pack them into a zip, or send them in several calls.")
    return words % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}


_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_client_request_id: ContextVar[str] = ContextVar("client_request_id", default="")
_USABLE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,99}$")


def current_request_id() -> str:
    """The id of the request, job or command that runs now, or `-`; what belongs together is found by it.

    A request gets one that nobody else has: a client cannot choose it.
    """
    return _request_id.get()


def client_request_id() -> str:
    """What the client calls the request that runs now, or nothing: told in logs and in the trail, trusted nowhere."""
    return _client_request_id.get()


def set_request_id(value: str) -> None:
    """Name what runs now outside a request: a job or a command."""
    _request_id.set(value)


def client_address(request: HttpRequest) -> str:
    """The address of the client as the outermost trusted proxy saw it; what the client claims itself is ignored."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    candidate = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(candidate.partition("%")[0])
    except ValueError:
        return "127.0.0.1"  # a Unix socket has no address
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_network(request: HttpRequest) -> str:
    """What limits by address count: the address, of version 6 the network of 64 bits that one client has to itself."""
    address = client_address(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def client_network_address(request: HttpRequest) -> str:
    """The first address of the client's network, for what counts by address and wants one: the lock of the sign-in."""
    return client_network(request).partition("/")[0]


class RequestIdFilter(logging.Filter):
    """Puts the request id into every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the attribute that the line format names; what the client calls the request stands behind it."""
        record.request_id = " ".join(filter(None, (current_request_id(), client_request_id())))
        return True


class RequestIdMiddleware:
    """Gives the request an id, and answers with it as `X-Correlation-ID`.

    `X-Request-ID` is answered as the client sent it, where it is usable, else with the same id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request under its id."""
        given = request.headers.get("X-Request-ID", "")
        given = given if _USABLE.match(given) else ""
        request.request_id = uuid.uuid4().hex
        token, client_token = _request_id.set(request.request_id), _client_request_id.set(given)
        try:
            response = self.get_response(request)
            response["X-Correlation-ID"] = request.request_id
            response["X-Request-ID"] = given or request.request_id
            return response
        finally:
            _client_request_id.reset(client_token)
            _request_id.reset(token)


class BodyLimitMiddleware:
    """Refuses a form that is announced as larger than any upload may be, before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """413 for a page; the API refuses it in its own words."""
        announced = request.META.get("CONTENT_LENGTH") or ""
        is_larger = announced.isdigit() and int(announced) > settings.UPLOAD_LIMIT + FORM_MARGIN
        if is_larger and not request.path.startswith("/api/"):
            words = _("The file is larger than %d MB, the most that is taken.") % (settings.UPLOAD_LIMIT // 2**20)
            return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages and API answers; stored files keep their bytes, so that ranges of them stay true."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave answers alone that offer ranges."""
        return response if response.has_header("Accept-Ranges") else super().process_response(request, response)


class PageErrorsMiddleware:
    """Turns the refusals of services into pages where a view did not show them itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; exceptions come to `process_exception`. A refusal for now says when to try again."""
        response = self.get_response(request)
        if response.status_code == 429 and hasattr(request, "retry_after"):
            response["Retry-After"] = str(request.retry_after)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """403 for a denial, 404 for what is not visible, 422 for a broken rule, 429 for too many, 400 for bad data.

        507 when a disk is full.
        """
        exception = NoRoom() if is_no_room(exception) else exception
        if isinstance(exception, NotVisible):
            raise Http404(exception.message) from exception
        if isinstance(exception, DataError):
            return render(request, "400.html", status=400)
        if isinstance(exception, Denied):
            return render(request, "403.html", {"reason": exception.reason}, status=403)
        if isinstance(exception, TooMany):
            request.retry_after = exception.wait
            return render(request, "400.html", {"reason": exception.message}, status=429)
        if isinstance(exception, PortalError):
            status = exception.status if isinstance(exception, Unavailable) else 422
            return render(request, "400.html", {"reason": exception.message}, status=status)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that Django itself refuses, in words where there are better ones."""
    reason = ""
    if isinstance(exception, TooManyFilesSent):
        reason = too_many_files()
    return HttpResponse(get_template("400.html").render({"reason": reason}), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what no view could answer: a full disk, met while a form was read, or a fault of the portal."""
    if is_no_room(sys.exc_info()[1]):
        return HttpResponse(get_template("400.html").render({"reason": NoRoom().message}), status=NoRoom.status)
    return HttpResponse(get_template("500.html").render(), status=500)
