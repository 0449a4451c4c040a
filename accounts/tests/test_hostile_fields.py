"""Whatever stands in a field of a body or an address: 400 with the field's name or 404, never a fault."""

import json

import pytest
from django.utils import timezone

from accounts.models import TenantDomain

from .administration import custom_role, super_admin
from .factories import PASSWORD, role

HOSTILE = {
    "null character": '"a\\u0000b"',
    "half a character": '"\\ud800"',
    "half a character inside": '"a\\udfffb"',
    "list": "[[1]]",
    "mapping": '{"a": 1}',
    "huge number": str(2**70),
    "infinite number": "1e999",
    "long text": json.dumps("x" * 10_000),
    "truth": "true",
    "junk id": '"018f0000-0000-7000-8000-00000000000g"',
    "impossible date": '"2026-02-30T25:61:00Z"',
    "nothing": "null",
}
TEXT = set(HOSTILE) - {"junk id", "impossible date"}
"""What a text refuses; the others are texts."""
NULLABLE_TEXT = TEXT - {"nothing"}
STRICT = set(HOSTILE)
NULLABLE = STRICT - {"nothing"}

TENANT = {
    "name": TEXT, "slug": TEXT | {"impossible date"}, "status": STRICT, "settings": NULLABLE - {"mapping"},
    "subscription_tier": NULLABLE_TEXT, "max_users": NULLABLE, "max_modules": NULLABLE,
}  # fmt: skip
USER = {
    "email": STRICT, "first_name": TEXT, "last_name": TEXT, "status": STRICT, "tenant_id": STRICT, "role_id": STRICT,
}  # fmt: skip
ROLE = {"name": TEXT, "code": STRICT, "description": TEXT, "scope": STRICT, "permissions": NULLABLE}
PERSON = {
    "email": STRICT, "full_name": NULLABLE_TEXT, "first_name": TEXT, "last_name": TEXT, "role": STRICT,
    "role_id": STRICT, "is_active": STRICT - {"truth"},
}  # fmt: skip
TOKEN = {"name": TEXT, "scopes": STRICT, "expires_at": NULLABLE, "project_id": NULLABLE}
FIELDS = {
    "POST /api/v1/tenants": TENANT,
    "PUT /api/v1/tenants/{tenant}": TENANT,
    "POST /api/v1/users": USER | {"password": TEXT, "auth_provider": STRICT},
    "PUT /api/v1/users/{person}": USER | {"auth_provider": TEXT},
    "POST /api/v1/roles": ROLE | {"tenant_id": NULLABLE},
    "PUT /api/v1/roles/{role}": ROLE,
    "PUT /api/users/{person}": PERSON,
    "POST /api/tokens": TOKEN,
    "POST /api/auth/register": {
        "email": STRICT, "password": TEXT, "full_name": NULLABLE_TEXT, "first_name": TEXT, "last_name": TEXT,
    },
    "POST /api/auth/verify-email": {"token": STRICT},
    "POST /api/auth/resend-verification": {"email": STRICT},
    "POST /api/auth/forgot-password": {"email": STRICT},
    "POST /api/auth/reset-password": {"token": STRICT, "new_password": TEXT, "password": TEXT},
    "POST /api/auth/login": {"username": TEXT - {"truth"} - {"list", "mapping"}, "password": {"nothing", "long text"}},
    "POST /api/v1/auth/login": {"email": STRICT, "password": {"nothing", "long text"}},
}  # fmt: skip
"""The fields of each endpoint with what each of them has to refuse."""


@pytest.fixture
def bodies(tenant, admin, tester):
    """A good body for each endpoint, and the addresses with real ids."""
    TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())
    own = custom_role(tenant)
    company = {"name": "Acme", "slug": "acme", "status": "active"}
    person = {
        "email": "new@tessarin.example", "first_name": "Nina", "last_name": "New", "status": "active",
        "tenant_id": tenant.pk, "role_id": role("tester").pk,
    }  # fmt: skip
    given = {"name": "Reader", "code": "viewer", "description": "Reads", "scope": "tenant"}
    mail = {"email": "new@tessarin.example"}
    made = {
        "POST /api/v1/tenants": company,
        "PUT /api/v1/tenants/{tenant}": company,
        "POST /api/v1/users": person | {"password": PASSWORD, "auth_provider": "local"},
        "PUT /api/v1/users/{person}": person,
        "POST /api/v1/roles": given,
        "PUT /api/v1/roles/{role}": given,
        "PUT /api/users/{person}": {},
        "POST /api/tokens": {"name": "CI", "scopes": ["read"]},
        "POST /api/auth/register": mail | {"password": PASSWORD},
        "POST /api/auth/verify-email": {},
        "POST /api/auth/resend-verification": {},
        "POST /api/auth/forgot-password": {},
        "POST /api/auth/reset-password": {"token": "1-x", "new_password": PASSWORD},
        "POST /api/auth/login": {"username": "a@example.com", "password": PASSWORD},
        "POST /api/v1/auth/login": mail | {"password": PASSWORD},
    }
    return {
        call: (call.format(tenant=tenant.pk, person=tester.pk, role=own.pk).split(" "), made[call]) for call in made
    }


@pytest.fixture
def caller(api, admin):
    """Companies are the platform's, everything else is their administrator's."""
    return lambda call: api(super_admin() if "tenants" in call else None if "/auth/" in call else admin)


def blamed(answer):
    """The fields that a refusal names."""
    body = answer.json()
    named = body["fields"] if "fields" in body else [detail["path"] for detail in body.get("details", [])]
    return {name.partition("[")[0].partition(".")[0] for name in named}


def send(client, method, address, given, field, value):
    body = json.dumps(given | {field: "@"}).replace('"@"', value)
    return client.generic(method, address, body, content_type="application/json")


@pytest.mark.parametrize("call", FIELDS)
def test_every_field_refuses_what_it_cannot_be_by_its_name(caller, bodies, call):
    client = caller(call)
    (method, address), given = bodies[call]
    for field, kinds in FIELDS[call].items():
        for kind in sorted(kinds):
            answer = send(client, method, address, given, field, HOSTILE[kind])
            assert answer.status_code == 400, f"{field}, {kind}: {answer.content[:300]}"
            assert blamed(answer) == {field}, f"{field}, {kind}: {answer.content[:300]}"


@pytest.mark.parametrize("call", FIELDS)
def test_what_a_field_takes_is_no_fault_either(caller, bodies, call):
    client = caller(call)
    (method, address), given = bodies[call]
    for field, kinds in FIELDS[call].items():
        for kind in sorted(set(HOSTILE) - kinds):
            assert send(client, method, address, given, field, HOSTILE[kind]).status_code < 500, f"{field}, {kind}"


@pytest.mark.parametrize("call", FIELDS)
def test_a_body_of_another_shape_is_refused(caller, bodies, call):
    client = caller(call)
    (method, address), _given = bodies[call]
    for body in ("[]", '"text"', "7", "null", "true", "[{}]", "{", "\ud800"):
        raw = body.encode("utf-8", "surrogatepass")
        assert client.generic(method, address, raw, content_type="application/json").status_code == 400, body


@pytest.mark.parametrize("call", FIELDS)
def test_other_content_types_are_refused(caller, bodies, call):
    client = caller(call)
    (method, address), _given = bodies[call]
    for content_type in ("application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x"):
        assert client.generic(method, address, "a=b", content_type=content_type).status_code == 415


KINDS = ("v1/tenants", "v1/users", "v1/roles", "users", "tokens")
JUNK = ("x", "-1", "0", "1.5", "1e3", str(2**63), str(2**70), "%00", "018f0000-0000-7000-8000-000000000000", "null")


@pytest.mark.parametrize("kind", KINDS)
def test_junk_in_an_address_is_an_id_of_nothing(api, admin, kind):
    client = api(admin)
    nothing = client.get(f"/api/{kind}/987654321").json()
    for pk in JUNK:
        address = f"/api/{kind}/{pk}"
        answers = [client.get(address), client.put(address, {}), client.delete(address)]
        assert {answer.status_code for answer in answers} <= {404, 405}, pk
        assert answers[0].json() == nothing


@pytest.mark.parametrize("kind", KINDS)
def test_junk_in_a_query_is_no_fault(api, admin, kind):
    client = api(admin)
    for value in ("%00", "%ED%A0%80", str(2**70), "x" * 3_000, "2026-02-30", "-1", "[]", "'"):
        for name in ("page", "limit", "page_size", "offset", "status", "scope", "role", "is_active", "search"):
            assert client.get(f"/api/{kind}?{name}={value}").status_code in {200, 400}, name
        assert client.get(f"/api/{kind}?orderBy[]={value}").status_code in {200, 400}
