"""A secret that is sent to any address stands afterwards in no table, no job, no log and no answer."""

import logging
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AuditEntry, RequestRecord
from accounts.services.tokens import open_family

from . import address_objects, isolation, tenant_matrix
from .api_documents import WRITING, write_routes
from .callers import Caller, taken_back
from .page_forms import read_pages
from .routes import OPEN_TO_THE_ANONYMOUS, Route, named_routes, own_routes
from .write_examples import example

pytestmark = pytest.mark.xdist_group("house_tenants")  # what all tests need is made once

CANARY = "Canary-5ecret-42"
SECRETS = (
    "password", "password1", "password2", "oldpassword", "new_password", "newPassword", "current_password", "token",
    "refresh_token", "refreshToken", "access_token", "otp", "code", "secret", "client_secret", "clientSecret",
    "recovery_code", "api_key", "csrfmiddlewaretoken", "credential", "authorization",
)  # fmt: skip
WHO = ("login", "username", "email")
"""Where a password lands that is typed into the wrong field, when signing in."""
FAMILY = ("account/", "api/auth/", "api/v1/auth/")
IN_PATH = {"key": f"abc-{CANARY}", "token": CANARY, "uidb36": "zz", "code": CANARY, "link": CANARY}
ROUTES = [route for route in named_routes() if route.callback.__module__.split(".")[0] in {"accounts", "allauth"}]


def address_of(route: Route, world: tenant_matrix.World) -> str:
    parts = {name: IN_PATH[name] for name in route.kwargs if name in IN_PATH}
    others = tuple(name for name in route.kwargs if name not in parts)
    return reverse(route.name, kwargs=parts | address_objects.values(others, route.name, world))


def written() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs")
        jobs = cursor.fetchone()[0]
    rows = [list(row.values()) for row in (*AuditEntry.objects.values(), *RequestRecord.objects.values())]
    return f"{rows} {jobs}"


@pytest.fixture
def world(db):
    return tenant_matrix.make_world("Okapi", "HOME")


@pytest.mark.parametrize("who", ["nobody", "tester", "tenant_admin"])
def test_a_secret_sent_to_accounts_is_written_down_nowhere(world, who, caplog):
    user = world.people.get(who)
    recorded = 0
    for route in ROUTES:
        names = SECRETS + (WHO if route.pattern.startswith(FAMILY) else ())
        body = dict.fromkeys(names, CANARY) | {"nested": {"list": [{"token": CANARY}]}, "name": "Plain"}
        address = address_of(route, world)
        for method in set(route.methods) - {"get"}:
            client = _client(route, user)
            extra = {"format": "json"} if route.is_api else {"content_type": "application/x-www-form-urlencoded"}
            with taken_back():
                getattr(client, method)(f"{address}?token={CANARY}", body if route.is_api else _form(body), **extra)
                assert CANARY not in written(), f"{method} {route.name}"
                recorded += RequestRecord.objects.exists()
    assert recorded >= 5
    assert [line for line in caplog.messages if CANARY in line] == []


def _client(route: Route, user: object) -> Client:
    if route.is_api:
        token = open_family(user=user).access if user else CANARY
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", raise_request_exception=False)
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    return client


def _form(body: dict) -> str:
    """The body as browsers send forms."""
    return urlencode({name: value for name, value in body.items() if not isinstance(value, dict)})


KEPT_SECRET = (
    "password", "password1", "password2", "new_password", "newPassword", "current_password", "refresh_token",
    "refreshToken", "access_token", "secret", "client_secret", "clientSecret", "recovery_code", "api_key",
)  # fmt: skip
"""Names under which nobody may see again what was sent."""
SPEAKING = ("", "accounts", "qaportal", "django", "procrastinate", "axes", "allauth", "rest_framework")


def tables_with(word: str) -> list[str]:
    """The tables in which the word stands somewhere, those of sessions, jobs and locks too."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    names = {model._meta.db_table for model in models} | {"procrastinate_jobs", "procrastinate_events"}
    part = "SELECT '{0}' WHERE EXISTS (SELECT 1 FROM \"{0}\" AS t WHERE t::text LIKE %s)"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(part.format(name) for name in sorted(names)), [f"%{word}%"] * len(names))
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_a_secret_is_kept_nowhere_and_shown_to_nobody(kind, world, caplog):
    """Sent with bodies that work, so that what is done with them is done."""
    for name in SPEAKING:
        caplog.set_level(logging.DEBUG, logger=name or None)
    found, pages = [], read_pages(world)
    page_writes = ((route, "post") for route in own_routes() if not route.is_api and "post" in route.methods)
    for route, method in write_routes() if kind == "API" else page_writes:
        is_open = route.name in OPEN_TO_THE_ANONYMOUS
        if is_open and route.kwargs:
            continue
        sent, caller = example(route, method, world, pages), Caller() if is_open else Caller(world.admin)
        with taken_back():
            caplog.clear()
            data = sent.data | dict.fromkeys(KEPT_SECRET, CANARY)
            address = isolation.address_of(route, world, sent)
            answer = caller.act(route, method, address, data, **sent.options(route))
            where = f"{method} {route.name} ({answer.status_code})"
            found += [f"{where} keeps it in {tables}" for tables in [tables_with(CANARY)] if tables]
            found += [f"{where} logs it: {line}" for line in caplog.messages if CANARY in line]
            found += [f"{where} shows it"] if CANARY.encode() in answer.body else []
    assert not found, "\n".join(found)


def test_a_secret_is_found_where_it_stands(world):
    """Else the test above would prove nothing."""
    assert tables_with(CANARY) == []
    AuditEntry.objects.create(action="test.done", facts={"deep": [CANARY]})
    assert tables_with(CANARY) == ["accounts_auditentry"]


def test_tokens_in_headers_are_logged_by_nobody(world, caplog):
    for name in SPEAKING:
        caplog.set_level(logging.DEBUG, logger=name or None)
    for method in ("get", *WRITING):
        for token in (f"Bearer {CANARY}", f"Bearer qap_{CANARY}", f"Basic {CANARY}", CANARY):
            APIClient(HTTP_AUTHORIZATION=token).generic(method.upper(), reverse("project-list"))
    assert not [line for line in caplog.messages if CANARY in line]
    assert tables_with(CANARY) == []
