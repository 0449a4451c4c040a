"""A client that was written from the document of the administration API alone does all that it describes."""

import pytest

from .admin_client import PERSON, AdminClient, Invalid, Refused, require_shape
from .administration import super_admin
from .factories import PASSWORD, UserFactory, role
from .over_http import inside_the_transaction

BASE = "http://localhost:3000/api/v1"
"""The address that the document names."""


@pytest.fixture
def connect(db):
    """`connect()`: a client that is not signed in; `connect(user)`: one that is."""

    with inside_the_transaction() as transport:

        def open_client(user=None):
            client = AdminClient(BASE, transport)
            if user is not None:
                client.login(user.email, PASSWORD)
            return client

        yield open_client


@pytest.fixture
def platform(connect):
    return connect(super_admin())


@pytest.fixture
def company(connect, admin):
    return connect(admin)


def person_of(tenant_id, number=0, **fields):
    return {
        "email": f"person{number}@acme.example",
        "password": PASSWORD,
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "status": "active",
        "auth_provider": "local",
        "tenant_id": tenant_id,
        "role_id": str(role("tester").pk),
    } | fields


def test_signing_in_tells_who_one_is(connect, lead):
    data = connect().login(lead.email, PASSWORD)
    assert data["user"] == {"id": str(lead.pk), "email": lead.email, "first_name": "Ines", "last_name": "Valko"}
    assert (data["tenant_id"], data["roles"]) == (str(lead.tenant_id), ["quality_manager"])
    assert data["expires_in"] > 0


def test_wrong_passwords_and_missing_tokens_are_401(connect, lead):
    client = connect()
    with pytest.raises(Refused) as refusal:
        client.login(lead.email, "wrong password")
    assert refusal.value.status == 401
    for kind in ("tenants", "users", "roles"):
        with pytest.raises(Refused) as refusal:
            client.page(kind)
        assert refusal.value.status == 401


def test_refreshing_goes_on_and_signing_out_ends(company):
    first = company.access_token
    company.refresh()
    assert company.access_token != first
    company.page("users")
    company.logout()
    with pytest.raises(Refused) as refusal:
        company.page("users")
    assert refusal.value.status == 401
    with pytest.raises(Refused):
        company.refresh()


def test_tenants_from_first_to_last(platform):
    made = platform.create("tenants", name="Acme", slug="acme", status="active")
    assert (made["settings"], made["subscription_tier"], made["max_users"], made["max_modules"]) == (None,) * 4
    assert platform.read("tenants", made["id"]) == made
    full = {"name": "Acme Ltd", "slug": "acme-ltd", "status": "suspended", "settings": {"theme": {"dark": True}},
            "subscription_tier": "gold", "max_users": 10, "max_modules": 3}  # fmt: skip
    changed = platform.update("tenants", made["id"], **full)
    assert {name: changed[name] for name in full} == full
    assert changed["created_at"] == made["created_at"]
    platform.delete("tenants", made["id"])
    with pytest.raises(Refused) as refusal:
        platform.read("tenants", made["id"])
    assert refusal.value.status == 404
    assert [row["id"] for row in platform.everything("tenants", status="deleted")] == [made["id"]]
    assert made["id"] not in [row["id"] for row in platform.everything("tenants")]


def test_users_from_first_to_last(platform, connect):
    tenant = platform.create("tenants", name="Acme", slug="acme", status="active")
    given = person_of(tenant["id"])
    made = platform.create("users", **given)
    assert {name: made[name] for name in given if name != "password"} == {
        name: value for name, value in given.items() if name != "password"
    }
    assert connect().login(given["email"], PASSWORD)["tenant_id"] == tenant["id"]
    del given["password"]
    changed = platform.update("users", made["id"], **given | {"first_name": "New", "role_id": str(role("viewer").pk)})
    assert (changed["first_name"], changed["role_id"]) == ("New", str(role("viewer").pk))
    assert platform.update("users", made["id"], **given | {"status": "suspended"})["status"] == "suspended"
    with pytest.raises(Refused) as refusal:
        connect().login(given["email"], PASSWORD)
    assert refusal.value.status == 401
    platform.delete("users", made["id"])
    with pytest.raises(Refused) as refusal:
        platform.read("users", made["id"])
    assert refusal.value.status == 404
    assert [row["status"] for row in platform.everything("users", status="deleted")] == ["deleted"]


def test_roles_from_first_to_last(company):
    given = {"name": "Reader", "code": "viewer", "description": "Reads", "scope": "tenant"}
    made = company.create("roles", **given)
    assert {name: made[name] for name in given} == given
    assert company.read("roles", made["id"]) == made
    changed = company.update("roles", made["id"], **given | {"description": "Reads all", "scope": "module"})
    assert (changed["description"], changed["scope"]) == ("Reads all", "module")
    company.delete("roles", made["id"])
    with pytest.raises(Refused) as refusal:
        company.read("roles", made["id"])
    assert refusal.value.status == 404


def test_pages_are_walked_to_the_end(company, tenant):
    for number in range(24):
        UserFactory(tenant=tenant, email=f"person{number:02}@acme.example")
    rows, pagination = company.page("users")
    assert (len(rows), pagination) == (
        20, {"page": 1, "limit": 20, "total": 25, "totalPages": 2, "hasMore": True},
    )  # fmt: skip
    assert len({row["id"] for row in company.everything("users", limit=10)}) == 25
    rows, pagination = company.page("users", page=9)
    assert (rows, pagination["hasMore"], pagination["total"]) == ([], False, 25)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("tenants", ["name", "slug", "created_at"]), ("users", ["email", "last_name", "created_at"]),
     ("roles", ["name", "code", "scope"])],
)  # fmt: skip
def test_lists_are_ordered_by_field_and_direction(platform, tenant, other_tenant, kind, fields):
    for code in ("viewer", "tester", "developer"):
        UserFactory(tenant=tenant, role_code=code)
    for field in fields:
        up = [row[field] for row in platform.everything(kind, order_by=[field, "asc"])]
        down = [row[field] for row in platform.everything(kind, order_by=[field, "desc"])]
        assert len(up) >= 2
        assert up == down[::-1] == sorted(up, key=str.casefold)


def test_lists_are_filtered(platform, tenant, tester):
    suspended = UserFactory(tenant=tenant, status="suspended")
    assert [row["id"] for row in platform.everything("users", status="suspended")] == [str(suspended.pk)]
    assert str(suspended.pk) not in [row["id"] for row in platform.everything("users", status="active")]
    platform.create("tenants", name="Waiting", slug="waiting", status="suspended")
    assert [row["slug"] for row in platform.everything("tenants", status="suspended")] == ["waiting"]
    for scope in ("platform", "tenant", "module"):
        assert {row["scope"] for row in platform.everything("roles", scope=scope)} == {scope}


def test_validation_errors_name_every_path(platform):
    with pytest.raises(Invalid) as refusal:
        platform.create("tenants", name="ab", slug="Not a slug", status="open", max_users=0)
    assert (refusal.value.status, refusal.value.paths) == (400, ["name", "slug", "status", "max_users"])
    with pytest.raises(Invalid) as refusal:
        platform.create("users", email="no address")
    assert set(refusal.value.paths) == {
        "email", "password", "first_name", "last_name", "status", "auth_provider", "tenant_id", "role_id",
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        platform.create("roles", name="", code="root", description="", scope="world")
    assert refusal.value.paths == ["name", "code", "description", "scope"]


def test_an_administrator_of_a_company_works_inside_it(company, admin, other_tenant, stranger):
    assert [row["id"] for row in company.everything("tenants")] == [str(admin.tenant_id)]
    assert {row["tenant_id"] for row in company.everything("users")} == {str(admin.tenant_id)}
    made = company.create("users", **person_of(str(admin.tenant_id)))
    assert company.read("users", made["id"])["email"] == "person0@acme.example"
    for kind, pk in (("tenants", other_tenant.pk), ("users", stranger.pk)):
        with pytest.raises(Refused) as refusal:
            company.read(kind, pk)
        assert refusal.value.status == 404
    with pytest.raises(Refused) as refusal:
        company.create("tenants", name="Acme", slug="acme", status="active")
    assert refusal.value.status == 403
    with pytest.raises(Invalid):
        company.create("users", **person_of(str(other_tenant.pk), 1))


def test_the_audit_log_is_read(company, admin):
    made = company.create("users", **person_of(str(admin.tenant_id)))
    rows = company.everything("audit-logs", order_by=["created_at", "desc"])
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    assert {row["tenant_id"] for row in rows} == {str(admin.tenant_id)}
    (created,) = [row for row in rows if row["action"] == "user.created"]
    assert (created["resource_id"], created["user_id"]) == (made["id"], str(admin.pk))
    assert (created["request_method"], created["response_status"]) == ("POST", 201)
    assert PASSWORD not in str(created)
    require_shape(created["user"], PERSON)
    require_shape(created["tenant"], {"id": str, "name": str})
    assert company.read("audit-logs", created["id"]) == created
    assert {row["request_method"] for row in company.everything("audit-logs", method="POST")} == {"POST"}
