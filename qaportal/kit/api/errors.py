"""One exception handler for every style."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from ..errors import (
    Denied,
    InvalidInput,
    NoRoom,
    NotVisible,
    PortalError,
    TooMany,
    Unavailable,
    VersionConflict,
    is_no_room,
)
from .styles import PlainStyle, Problem

logger = logging.getLogger(__name__)
_OF_THE_WHOLE = "non_field_errors"
"""Where the framework puts what it says of an object or a list as a whole."""


def _flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested error details of a serializer as `{"steps[0].action": ["..."]}`; the texts keep their codes."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, child in detail.items():
            step = "" if path and key == _OF_THE_WHOLE else f".{key}" if path else str(key)
            step = f"[{key}]" if isinstance(key, int) else step
            flat.update(_flatten(child, f"{path}{step}"))
        return flat
    if isinstance(detail, list) and any(isinstance(child, dict | list) for child in detail):
        flat = {}
        for position, child in enumerate(detail):
            if child:
                flat.update(_flatten(child, f"{path}[{position}]"))
        return flat
    texts = detail if isinstance(detail, list) else [detail]
    return {path or "body": [text if isinstance(text, exceptions.ErrorDetail) else str(text) for text in texts]}


def _first_words(fields: dict[str, list[str]]) -> str:
    name, texts = next(iter(fields.items()))
    return f"{name}: {texts[0]}" if texts else name


def _from_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        fields = _flatten(error.detail)
        return Problem(400, "invalid", _first_words(fields), fields)
    code = error.get_codes()
    return Problem(error.status_code, code if isinstance(code, str) else "error", str(error.detail))


def _from_portal(error: PortalError) -> Problem:
    status = 409
    if isinstance(error, NotVisible):
        status = 404
    elif isinstance(error, Denied):
        status = 403
    elif isinstance(error, InvalidInput):
        status = 400
    elif isinstance(error, Unavailable):
        status = error.status
    elif isinstance(error, TooMany):
        status = 429
    message = _first_words(error.fields) if isinstance(error, InvalidInput) and error.fields else error.message
    return Problem(status, error.code, message, error.fields)


def _from_database(error: Exception) -> Problem | None:
    if isinstance(error, DataError):
        return Problem(400, "invalid", _("A value does not fit: it is too long, too large or not a possible date."))
    if isinstance(error, IntegrityError):
        kind = type(error.__cause__).__name__
        if kind == "UniqueViolation":
            return Problem(409, "already_exists", _("An object with these values exists already."))
        if kind in {"CheckViolation", "NotNullViolation"}:
            return Problem(400, "invalid", _("A value is not possible here."))
        if kind in {"ForeignKeyViolation", "RestrictViolation"}:
            return Problem(409, "in_use", _("Another object that is named or still in use stands in the way."))
    return None


def problem_of(error: Exception) -> Problem | None:
    """What the exception means to a client, or None when it is a fault of the portal."""
    if isinstance(error, PortalError) or is_no_room(error):
        return _from_portal(error if isinstance(error, PortalError) else NoRoom())
    if isinstance(error, Http404):
        return Problem(404, "not_found", _("Not found."))
    if isinstance(error, PermissionDenied):
        return Problem(403, "denied", _("You may not do this."))
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", _("The request body is too large."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return Problem(400, "invalid", _("The request cannot be read."))
    if isinstance(error, ModelValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}
        return Problem(400, "invalid", _first_words(fields), fields)
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return _from_database(error)


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Word the exception in the style of the view; a fault of the portal is logged and worded as 500."""
    problem = problem_of(error)
    if problem is None:
        logger.exception("An API request failed", exc_info=error)
        problem = Problem(500, "internal_error", _("Something went wrong. It has been logged."))
    view = context.get("view")
    speaker = view if hasattr(view, "worded_problem") else PlainStyle()
    body = speaker.worded_problem(problem)
    set_rollback()
    response = Response(body, status=problem.status)
    if isinstance(error, VersionConflict):
        response["X-Current-Version"] = str(error.current_version)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response
