"""Nobody sees or touches another tenant's objects: every route, method and role, with real foreign ids."""

import re
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.services.tokens import open_family
from accounts.tests.fixtures import open_session
from operations.views import openapi_document

from . import tenant_matrix
from .routes import OPEN_TO_THE_ANONYMOUS, Route, named_routes

MARKER = "Quagga"
ROUTES = [route for route in named_routes() if route.name not in OPEN_TO_THE_ANONYMOUS]
WITH_OBJECTS = [route for route in ROUTES if route.kwargs]
CHANGING = re.compile(rb'value="[A-Za-z0-9]{64}"|X-CSRFToken": "[A-Za-z0-9]{64}"|[0-9a-f]{32}')


@pytest.fixture
def home(db):
    return tenant_matrix.make_world("Okapi", "HOME")


@pytest.fixture
def foreign(db):
    """Another tenant's world; its ids are long, so that they can be told from other digits of a page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename), greatest(last_value, 770000000) + 1)"
            " FROM pg_sequences WHERE schemaname = 'public'"  # never back: the home of a later test has such ids too
        )
    return tenant_matrix.make_world(MARKER, "AWAY", run_number=770_000_001)


class Caller:
    """Somebody who calls pages by session and the API by token; whatever a call changes is taken back."""

    def __init__(self, user: Any) -> None:
        self.browser = open_session(Client(), user)
        self.script = APIClient(HTTP_AUTHORIZATION=f"Bearer {open_family(user=user).access}")

    def call(self, route: Route, method: str, address: str, data: Any = None) -> Any:
        client = self.script if route.is_api else self.browser
        with taken_back():
            answer = getattr(client, method)(address, data or {}, **({"format": "json"} if route.is_api else {}))
            answer.body = b"".join(answer) if answer.streaming else answer.content
        return answer


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def normal(answer: Any, parts: dict[str, Any]) -> bytes:
    """The body without what differs from request to request."""
    body = CHANGING.sub(b"#", answer.body)
    for value in sorted(map(str, parts.values()), key=len, reverse=True):
        body = body.replace(value.encode(), b"#")
    return body


def rows_of(world: tenant_matrix.World) -> dict[str, str]:
    """A digest of every row of the tenant, table by table."""
    digests = {}
    for model in apps.get_models():
        names = {field.name: field for field in model._meta.concrete_fields}
        key = "project" if "project" in names else "tenant" if "tenant" in names else ""
        if not key or model._meta.proxy or model._meta.label == "accounts.AuditEntry":
            continue
        column, value = names[key].column, world.project.pk if key == "project" else world.project.tenant_id
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{model._meta.db_table}" AS t'
                f' WHERE "{column}" = %s',
                [value],
            )
            digests[model._meta.label] = cursor.fetchone()[0]
    return digests


def parts_to_try(route: Route, home: tenant_matrix.World, foreign: tenant_matrix.World) -> list[tuple[dict, dict]]:
    """Pairs of the foreign parts and parts that name nothing: all of them, and behind the key of an own project."""
    real, nothing = (
        tenant_matrix.values(route.kwargs, route.name, foreign),
        tenant_matrix.nothings(route.kwargs, route.name),
    )
    pairs = [(real, nothing)]
    if "project_key" in route.kwargs and len(route.kwargs) > 1:
        own = {"project_key": home.project.key}
        pairs.append((real | own, nothing | own))
    return pairs


@pytest.mark.parametrize("role", tenant_matrix.ROLES)
def test_what_belongs_to_another_tenant_is_like_what_does_not_exist(role, home, foreign):
    caller, before = Caller(home.people[role]), rows_of(foreign)
    for route in WITH_OBJECTS:
        for method in route.methods:
            for real, nothing in parts_to_try(route, home, foreign):
                answer = caller.call(route, method, reverse(route.name, kwargs=real))
                random = caller.call(route, method, reverse(route.name, kwargs=nothing))
                where = f"{role}: {method} {route.name} {real}"
                assert answer.status_code == random.status_code, where
                assert normal(answer, real) == normal(random, nothing), where
                assert MARKER.encode() not in answer.body, where
                allowed = {404, 405} if method == "get" else {400, 403, 404, 405, 422}
                if real.get("project_key") == home.project.key or route.name.startswith("admin:"):
                    allowed |= {403}  # what the role may not do in its own project, whatever object is named
                assert answer.status_code in allowed, where
    assert rows_of(foreign) == before


@pytest.mark.parametrize("role", tenant_matrix.ROLES)
def test_no_page_and_no_list_holds_anything_foreign(role, home, foreign):
    caller = Caller(home.people[role])
    for route in ROUTES:
        if "get" not in route.methods:
            continue
        address = reverse(route.name, kwargs=tenant_matrix.values(route.kwargs, route.name, home))
        answer = caller.call(route, "get", address)
        assert answer.status_code < 500, f"{role}: {route.name}"
        assert MARKER.encode() not in answer.body, f"{role}: {route.name}"


def test_the_matrix_names_real_objects(foreign):
    """Else the tests above would prove nothing: at home, every address is found."""
    caller = Caller(foreign.admin)
    seen = 0
    for route in WITH_OBJECTS:
        if "get" not in route.methods or route.name in tenant_matrix.OF_PLATFORM:
            continue
        address = reverse(route.name, kwargs=tenant_matrix.values(route.kwargs, route.name, foreign))
        status = caller.call(route, "get", address).status_code
        assert status in {200, 302, 400, 405}, f"{status} {route.name} {address}"
        seen += status == 200
    assert seen >= 5


def named_in(route: Route, method: str) -> dict[str, str]:
    """The keys of the route's body and query that name an object, in snake_case, each with its spelling there."""
    from qaportal.kit.api.spelling import snake

    document = openapi_document()
    path = "/" + re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", route.pattern)
    path = re.sub(r"[\\^$?]|/$", "", path).rstrip("/").replace("{pk}", "{id}")
    operation = document["paths"].get(path, {}).get(method, {})
    found = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        properties = document["components"]["schemas"].get(name, content["schema"]).get("properties", {})
        found |= {name for name, schema in properties.items() if not schema.get("readOnly")}
    return {snake(name): name for name in found}


API_WRITES = [
    (route, method)
    for route in ROUTES
    if route.is_api
    for method in route.methods
    if method in {"post", "put", "patch"}
]


@pytest.mark.parametrize(("route", "method"), API_WRITES, ids=str)
def test_every_id_in_a_body_is_known(route, method):
    is_id = re.compile(r"(^|_)ids?$")
    unknown = [
        name
        for name in named_in(route, method)
        if is_id.search(name) and name not in tenant_matrix.BODY_IDS and name not in tenant_matrix.BODY_WORDS
    ]
    assert not unknown, f"add {unknown} of {method} {route.name} to BODY_IDS in qaportal/tests/tenant_matrix.py"


PLAUSIBLE = {"name": "Plain", "title": "Plain", "version": "9.9", "test_type": "manual", "execution_status": "passed"}
PLAUSIBLE |= {"description": "Plain", "run_name": "Plain", "tag": "ui"}


def random_like(value: Any) -> Any:
    """A value of the same kind that names nothing."""
    if isinstance(value, list):
        return [random_like(each) for each in value]
    return tenant_matrix.NOTHING if isinstance(value, int) else "018f0000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("role", ["tester", "tenant_admin"])
def test_foreign_ids_in_a_body_are_like_ids_of_nothing(role, home, foreign):
    caller, before = Caller(home.people[role]), rows_of(foreign)
    for route, method in API_WRITES:
        address = reverse(route.name, kwargs=tenant_matrix.values(route.kwargs, route.name, home))
        for key in set(named_in(route, method)) & set(tenant_matrix.BODY_IDS):
            value = tenant_matrix.BODY_IDS[key](foreign)
            base = PLAUSIBLE if key == "project_id" else PLAUSIBLE | {"project_id": home.project.pk}
            answer = caller.call(route, method, address, base | {key: value})
            random = caller.call(route, method, address, base | {key: random_like(value)})
            where = f"{role}: {method} {route.name} {key}"
            assert answer.status_code == random.status_code, f"{where}: {answer.body!r} {random.body!r}"
            assert MARKER.encode() not in answer.body, where
            if answer.status_code >= 400:
                assert answer.body.replace(str(value).encode(), b"") == random.body.replace(
                    str(random_like(value)).encode(), b""
                ), where
    assert rows_of(foreign) == before


PAGE_FILTERS = ("folder", "release", "owner")


@pytest.mark.parametrize("kind", ["pages", "API"])
def test_foreign_ids_in_a_query_are_like_ids_of_nothing(kind, home, foreign):
    caller = Caller(home.admin)
    ids = {**tenant_matrix.BODY_IDS}
    ids |= {name: ids.get(f"{name}_id", ids["feature_id"]) for name in PAGE_FILTERS}
    for route in ROUTES:
        if "get" not in route.methods or route.is_api != (kind == "API"):
            continue
        address = reverse(route.name, kwargs=tenant_matrix.values(route.kwargs, route.name, home))
        if caller.call(route, "get", address).status_code != 200:
            continue
        for key in set(named_in(route, "get")) & set(ids) if route.is_api else PAGE_FILTERS:
            value = ids[key](foreign)
            answer = caller.call(route, "get", address, {key: value})
            random = caller.call(route, "get", address, {key: random_like(value)})
            assert answer.status_code == random.status_code, f"{route.name} {key}"
            assert MARKER.encode() not in answer.body, f"{route.name} {key}"


def test_no_row_points_into_another_project(home, foreign):
    """After the tests above ran in one database this would show; here it shows what the factories and services made."""
    crossing = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        for key in model._meta.concrete_fields:
            target = key.related_model if isinstance(key, models.ForeignKey) else None
            if target is None or "project" not in names or key.name == "project":
                continue
            if "project" in {field.name for field in target._meta.concrete_fields}:
                wrong = model._base_manager.filter(**{f"{key.name}__isnull": False})
                wrong = wrong.exclude(**{f"{key.name}__project": models.F("project")})
                crossing += [f"{model._meta.label}.{key.name}"] if wrong.exists() else []
    assert crossing == []
