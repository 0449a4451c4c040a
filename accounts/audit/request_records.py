"""How each write to the API and each sign-in was asked and answered, written down once it is answered.

The record is one statement of its own after the work is done. It waits for no disk, reads no body that the view did
not read, and whatever goes wrong with it is logged and changes nothing for the client.
"""

import json
import logging
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Empty

from qaportal.kit.requests import client_address, current_request_id

from ..models import RequestRecord
from .masking import MOST_NAMES, cut, masked_document, masked_path, shortened, without_traces
from .recording import Seen, observed

logger = logging.getLogger(__name__)

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
API = "/api/"
SIGN_IN_PAGES = ("/account/", "/invitation", "/admin/login")
SIGN_IN_API = ("/api/auth/", "/api/v1/auth/")
RETURNS = frozenset({"openid_connect_callback"})
"""Routes by which people come back from where they signed in: by GET."""
LONGEST_BODY = 16 * 1024
"""Bytes of a body that are kept; of a longer one its names are."""
LONGEST_AGENT, LONGEST_PATH, LONGEST_NAME = 300, 500, 200
CODE_NAMES = frozenset({"code"})
SIGN_IN_NAMES = CODE_NAMES | {"key", "uid", "state", "nonce", "challenge"}
"""Whole names of values that are secrets in what is sent: one-time codes, and what links to sign in hold."""
_COLUMNS = {
    "tenant_id": "bigint",
    "user_id": "bigint",
    "correlation_id": "text",
    "method": "text",
    "path": "text",
    "status": "smallint",
    "request_body": "jsonb",
    "response_body": "jsonb",
    "ip_address": "inet",
    "user_agent": "text",
    "duration_ms": "integer",
    "created_at": "timestamptz",
}
_INSERT = f"""
INSERT INTO {RequestRecord._meta.db_table} ({", ".join(_COLUMNS)})
SELECT {", ".join(f"%s::{kind}" for kind in _COLUMNS.values())}
FROM (SELECT set_config('synchronous_commit', 'off', true) AS relaxed) AS quick
WHERE quick.relaxed IS NOT NULL
"""  # noqa: S608


class RequestRecordMiddleware:
    """Writes a `RequestRecord` after each write to the API and each request that has to do with signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, then write down how it went."""
        if not request.path_info.startswith((API, *SIGN_IN_PAGES)):
            return self.get_response(request)
        start = time.perf_counter()
        with observed() as seen:
            response = self.get_response(request)
        try:
            if is_recorded(request):
                _write(_values(request, response, seen, time.perf_counter() - start))
        except Exception:
            logger.exception("A request could not be written down")
        return response


def is_recorded(request: HttpRequest) -> bool:
    """Whether the request is one that is written down."""
    if request.method in WRITES:
        return request.method == "POST" or request.path_info.startswith(API)
    match = request.resolver_match
    return request.method == "GET" and match is not None and match.view_name in RETURNS


def _values(request: HttpRequest, response: HttpResponseBase, seen: Seen, seconds: float) -> dict[str, Any]:
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    tenant_id = user.tenant_id if is_known else None
    match = request.resolver_match
    return {
        "tenant_id": tenant_id if tenant_id is not None else seen.tenant_id,
        "user_id": user.pk if is_known else seen.actor_id,
        "correlation_id": current_request_id(),
        "method": request.method,
        "path": masked_path(request.path, match.kwargs if match else {})[:LONGEST_PATH],
        "status": response.status_code,
        "request_body": _as_json(_request_body(request, response, seen)),
        "response_body": _as_json(_response_body(response)),
        "ip_address": client_address(request).partition("%")[0],
        "user_agent": without_traces(request.headers.get("User-Agent", ""))[:LONGEST_AGENT],
        "duration_ms": int(seconds * 1000),
        "created_at": timezone.now(),
    }


def _request_body(request: HttpRequest, response: HttpResponseBase, seen: Seen) -> Any:
    """What was sent, as far as the view read it."""
    parsed, files = _read(request, response)
    if parsed is None or (isinstance(parsed, QueryDict) and not parsed):
        return None
    if request.content_type == "multipart/form-data":
        return _form_with_files(parsed, files)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return shortened(parsed if isinstance(parsed, dict) else ())
    if isinstance(parsed, QueryDict):
        parsed = {name: values[0] if len(values) == 1 else values for name, values in parsed.lists()}
    if request.path_info.startswith((*SIGN_IN_PAGES, *SIGN_IN_API)):
        return cut(masked_document(parsed, more=SIGN_IN_NAMES, kept=seen.addresses), LONGEST_BODY)
    return cut(masked_document(parsed, more=CODE_NAMES), LONGEST_BODY)


def _read(request: HttpRequest, response: HttpResponseBase) -> tuple[Any, Any]:
    """What a view of the API or a page parsed already, and its files; asking for more would read the body."""
    context = getattr(response, "renderer_context", None) or {}
    found = {"parsed": getattr(request, "_post", None), "files": getattr(request, "_files", None)}
    for name, attribute in (("parsed", "_full_data"), ("files", "_files")):
        value = getattr(context.get("request"), attribute, Empty)
        if value is not Empty:
            found[name] = value
    return found["parsed"], found["files"]


def _form_with_files(parsed: Any, files: Any) -> dict[str, Any]:
    """Names alone: of the fields, and of the files."""
    found = {name: file.name for name, file in islice((files or {}).items(), MOST_NAMES)}
    names = shortened(name for name in parsed if name not in found)["keys"]
    named = {
        without_traces(name)[:LONGEST_NAME]: without_traces(str(file))[:LONGEST_NAME] for name, file in found.items()
    }
    return cut({"fields": names, "files": named}, LONGEST_BODY)


def _response_body(response: HttpResponseBase) -> Any:
    """What was answered, where it is JSON."""
    if response.streaming or not response.get("Content-Type", "").startswith("application/json"):
        return None
    if len(response.content) > LONGEST_BODY:
        data = getattr(response, "data", None)
        return shortened(data if isinstance(data, dict) else ())
    try:
        return cut(masked_document(json.loads(response.content)), LONGEST_BODY)
    except ValueError:
        return None


def _as_json(document: Any) -> str | None:
    return None if document is None else json.dumps(document, ensure_ascii=False, allow_nan=False)


def _write(values: dict[str, Any]) -> None:
    """Insert the row; inside a transaction, behind a savepoint that takes the blame of a failure."""
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            with transaction.atomic():
                cursor.execute(_INSERT, [values[name] for name in _COLUMNS])
        else:
            cursor.execute(_INSERT, [values[name] for name in _COLUMNS])
