"""A secret that is sent to any address of accounts stands afterwards in no table of the trail, no job and no log."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AuditEntry, RequestRecord
from accounts.services.tokens import open_family

from . import tenant_matrix
from .callers import taken_back
from .routes import Route, named_routes

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
    return reverse(route.name, kwargs=parts | tenant_matrix.values(others, route.name, world))


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
        client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def _form(body: dict) -> str:
    """The body as browsers send forms."""
    return urlencode({name: value for name, value in body.items() if not isinstance(value, dict)})
