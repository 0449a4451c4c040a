"""Whoever calls the portal in the house tests, and what can be told of an answer."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from html import unescape
from typing import Any

from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.services.api_tokens import create_api_token, note_use
from accounts.services.tokens import open_family

from .routes import Route
from .tenant_rows import differing, rows_of, written, written_since

CHANGING = re.compile(rb'value="[A-Za-z0-9]{64}"|X-CSRFToken": "[A-Za-z0-9]{64}"|[0-9a-f]{32}|<time [^>]*>[^<]*</time>')
TELLING = ("ETag", "X-Total-Count", "Link", "Location", "X-Current-Version", "Allow", "HX-Trigger", "HX-Redirect")
"""The headers in which an answer could reveal what its body hides."""


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def session_of(user: Any) -> Client:
    """A browser in which the person signed in just now."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["sign_in_way"] = "page"
    session["seen_at"] = int(time.time())
    session.save()
    return browser


class Caller:
    """Somebody who calls pages by session and the API by token; whatever a call changes is taken back.

    `token` is an API token to call the API with instead; nobody at all is anonymous.
    """

    def __init__(self, user: Any = None, *, token: str = "") -> None:
        self.browser = session_of(user) if user is not None else Client(raise_request_exception=False)
        self.script = APIClient(raise_request_exception=False)
        token = token or (open_family(user=user).access if user is not None else "")
        if token:
            self.script.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        self.rows: dict[tuple, dict[str, str]] = {}

    def call(self, route: Route, method: str, address: str, data: Any = None, **options: Any) -> Any:
        """The answer, its whole body as `body`; all that it changed is taken back, cookies too.

        `watched` names tenants whose rows are compared before that: the tables that changed stand in `changed`.
        """
        watched, without = options.pop("watched", ()), options.pop("without", frozenset())
        cookies = deepcopy(self.browser.cookies)
        before = {tenant: self._rows_before(tenant, without) for tenant in watched}
        try:
            with taken_back():
                known = written() if watched else {}
                answer = self.act(route, method, address, data, **options)
                answer.changed = []
                touched = written_since(known) if watched else frozenset()
                for tenant in watched if touched else ():
                    answer.changed += differing(before[tenant], rows_of(tenant, without=without, only=touched))
                return answer
        finally:
            self.browser.cookies = cookies

    def _rows_before(self, tenant: int, without: frozenset[str]) -> dict[str, str]:
        """The rows of the tenant as all calls find them, since every call is taken back."""
        key = (tenant, without)
        if key not in self.rows:
            self.rows[key] = rows_of(tenant, without=without)
        return self.rows[key]

    def act(self, route: Route, method: str, address: str, data: Any = None, **options: Any) -> Any:
        """The answer; what it changed stays until whoever asked takes it back."""
        client = self.script if route.is_api else self.browser
        if route.is_api and method != "get":
            options = {"format": "json", **options}
        if "raw" in options:
            content_type = options.get("content_type", "application/json")
            answer = client.generic(method.upper(), address, options["raw"], content_type=content_type)
        else:
            answer = getattr(client, method)(address, data or {}, **options)
        answer.body = b"".join(answer) if answer.streaming else answer.content
        return answer


def machine(user: Any, *scopes: str, project: Any = None) -> Caller:
    """A machine with an API token of the person's, used before, so that using it again changes nothing."""
    token, secret = create_api_token(actor=user, name="CI", scopes=scopes, project=project)
    note_use(token=token)
    return Caller(token=secret)


def normal(answer: Any, parts: dict[str, Any]) -> bytes:
    """The body without what differs from request to request; of a workbook what its sheets hold."""
    body = answer.body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = sorted(name for name in packed.namelist() if not name.startswith("docProps/"))
            body = b"".join(packed.read(name) for name in names)
    return _without(parts, CHANGING.sub(b"#", body))


def _without(parts: dict[str, Any], text: bytes) -> bytes:
    for value in sorted(map(str, parts.values()), key=len, reverse=True):
        text = text.replace(value.encode(), b"#")
    return text


def told(answer: Any, parts: dict[str, Any] | None = None) -> tuple:
    """All that an answer tells: status, body and headers, without what differs from request to request."""
    headers = [_without(parts or {}, answer.get(name, "").encode()) for name in TELLING]
    return answer.status_code, normal(answer, parts or {}), *headers


def words_of(answer: Any) -> str:
    """The words that a person or a client reads in the answer, with those that the next page will show."""
    shown = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    body = answer.body.decode(errors="replace")
    if answer.get("Content-Type", "").startswith("application/json"):
        return f"{json.dumps(json.loads(body), ensure_ascii=False)} {shown}"
    inner = body.partition("<main")[2] or body
    return f"{' '.join(unescape(re.sub('<[^>]*>', ' ', inner)).split())} {shown}"


def fields_of(answer: Any) -> set[str]:
    """The names of the fields that a refusal of the API blames, whatever the style."""
    if not answer.get("Content-Type", "").startswith("application/json"):
        return set()
    body = json.loads(answer.body)
    if not isinstance(body, dict):
        return set()
    found = set(body.get("fields") or {})
    details = body.get("details") or (body["error"].get("details") if isinstance(body.get("error"), dict) else None)
    for each in [details] if isinstance(details, dict) else details or []:
        found |= {each[name] for name in ("field", "path") if name in each}
    return found
