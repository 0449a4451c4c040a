"""Companies by API."""

import pytest

from accounts.models import Tenant
from accounts.services.tenants import delete_tenant

from .administration import super_admin
from .factories import TenantFactory

LIST = "/api/v1/tenants"
SHAPE = {
    "id", "name", "slug", "status", "settings", "subscription_tier", "max_users", "max_modules", "created_at",
    "updated_at",
}  # fmt: skip
GIVEN = {"name": "Acme", "slug": "acme", "status": "active"}


@pytest.fixture
def root(db):
    return super_admin()


def one(tenant):
    return f"{LIST}/{tenant.pk}"


def ids(answer):
    return [int(row["id"]) for row in answer.json()["data"]]


def test_the_platforms_administrator_adds_reads_changes_and_deletes(api, root):
    client = api(root)
    full = GIVEN | {"settings": {"ownKey": 1}, "subscription_tier": "gold", "max_users": 5, "max_modules": 2}
    made = client.post(LIST, full)
    assert (made.status_code, made.json()["success"]) == (201, True)
    data = made.json()["data"]
    assert set(data) == SHAPE
    assert {name: data[name] for name in full} == full
    assert isinstance(data["id"], str)
    address = f"{LIST}/{data['id']}"
    assert client.get(address).json() == made.json()
    changed = client.put(address, full | {"name": "Acme Ltd", "max_users": None})
    assert (changed.json()["data"]["name"], changed.json()["data"]["max_users"]) == ("Acme Ltd", None)
    gone = client.delete(address)
    assert (gone.status_code, gone.json()) == (200, {"success": True, "message": "The company is deleted."})
    assert client.get(address).status_code == 404
    assert client.put(address, GIVEN).status_code == 404


def test_what_is_optional_stays_when_it_is_not_given(api, root, tenant):
    Tenant.objects.filter(pk=tenant.pk).update(subscription_tier="gold", max_users=5, settings={"own": 1})
    data = api(root).put(one(tenant), GIVEN).json()["data"]
    assert (data["subscription_tier"], data["max_users"], data["settings"]) == ("gold", 5, {"own": 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ab"),
        ("name", " a "),
        ("name", "x" * 101),
        ("slug", "ab"),
        ("slug", "x" * 101),
        ("slug", "Upper"),
        ("slug", "with space"),
        ("slug", "naïve"),
        ("slug", "under_score"),
        ("status", "open"),
        ("status", "Active"),
        ("settings", "text"),
        ("settings", []),
        ("subscription_tier", "x" * 51),
        ("max_users", 0),
        ("max_users", -1),
        ("max_users", 1.5),
        ("max_users", 2**31),
        ("max_modules", 0),
        ("max_modules", "many"),
    ],
)
def test_field_rules(api, root, field, value):
    answer = api(root).post(LIST, GIVEN | {field: value})
    assert answer.status_code == 400
    body = answer.json()
    assert (body["success"], body["error"]) == (False, "Validation failed")
    assert [set(detail) for detail in body["details"]] == [{"path", "message", "code"}]
    assert body["details"][0]["path"] == field


@pytest.mark.parametrize("name", ["name", "slug", "status"])
def test_what_is_required_is_required_when_adding_and_when_changing(api, root, tenant, name):
    body = {key: value for key, value in GIVEN.items() if key != name}
    for answer in (api(root).post(LIST, body), api(root).put(one(tenant), body)):
        assert answer.status_code == 400
        assert answer.json()["details"] == [{"path": name, "message": "This field is required.", "code": "required"}]


def test_the_bounds_themselves_are_allowed(api, root):
    body = {"name": "x" * 100, "slug": "a-" + "0" * 98, "status": "suspended", "subscription_tier": "x" * 50,
            "max_users": 1, "max_modules": 2**31 - 1, "settings": None}  # fmt: skip
    assert api(root).post(LIST, body).status_code == 201
    assert api(root).post(LIST, {"name": "Abc", "slug": "a-b", "status": "active"}).status_code == 201


def test_a_company_may_be_added_deleted(api, root):
    answer = api(root).post(LIST, GIVEN | {"status": "deleted"})
    assert (answer.status_code, answer.json()["data"]["status"]) == (201, "deleted")
    assert api(root).get(f"{LIST}/{answer.json()['data']['id']}").status_code == 404


def test_a_status_of_deleted_deletes(api, root, tenant):
    assert api(root).put(one(tenant), GIVEN | {"status": "deleted"}).json()["data"]["status"] == "deleted"
    assert api(root).get(one(tenant)).status_code == 404


def test_deleted_ones_are_listed_for_those_who_may_restore_them_alone(api, root, admin, tenant):
    deleted = TenantFactory()
    delete_tenant(actor=root, tenant=deleted)
    assert ids(api(root).get(f"{LIST}?status=deleted")) == [deleted.pk]
    assert ids(api(root).get(LIST)) == [tenant.pk]
    assert ids(api(admin).get(f"{LIST}?status=deleted")) == []


def test_the_list_is_filtered_ordered_and_paged(api, root, db):
    names = ["Bravo", "Alpha", "Delta", "Charlie"]
    made = {name: TenantFactory(name=name, status="suspended" if name == "Delta" else "active") for name in names}
    client = api(root)
    assert ids(client.get(LIST)) == [made[name].pk for name in names]
    assert ids(client.get(f"{LIST}?status=suspended")) == [made["Delta"].pk]
    up = ids(client.get(f"{LIST}?orderBy[]=name&orderBy[]=asc"))
    assert up == [made[name].pk for name in sorted(names)]
    assert ids(client.get(f"{LIST}?orderBy[]=name&orderBy[]=desc")) == up[::-1]
    page = client.get(f"{LIST}?orderBy[]=name&orderBy[]=asc&page=2&limit=3").json()
    assert [row["name"] for row in page["data"]] == ["Delta"]
    assert page["pagination"] == {"page": 2, "limit": 3, "total": 4, "totalPages": 2, "hasMore": False}
    assert client.get(f"{LIST}?limit=3").json()["pagination"]["hasMore"] is True
    assert client.get(LIST).json()["pagination"]["limit"] == 20


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("status=open", "status"),
        ("orderBy[]=settings&orderBy[]=asc", "orderBy"),
        ("orderBy[]=users__password&orderBy[]=asc", "orderBy"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("limit=0", "limit"),
    ],
)
def test_what_a_list_cannot_do_is_refused_by_name(api, root, query, path):
    answer = api(root).get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"][0]["path"] == path


def test_people_of_a_company_read_their_own(api, viewer, tenant, other_tenant):
    client = api(viewer)
    assert ids(client.get(LIST)) == [tenant.pk]
    assert client.get(one(tenant)).status_code == 200
    foreign, nothing = client.get(one(other_tenant)), client.get(f"{LIST}/987654321")
    assert (foreign.status_code, foreign.json()) == (nothing.status_code, nothing.json()) == (404, {
        "success": False, "error": {"code": "not_found", "message": "Not found."},
    })  # fmt: skip


def test_its_administrator_changes_name_and_settings_and_sends_the_rest_along(api, admin, tenant):
    body = {"name": "New name", "slug": tenant.slug, "status": "active", "settings": {"own": 1}, "max_users": None}
    assert api(admin).put(one(tenant), body).json()["data"]["name"] == "New name"
    refused = api(admin).put(one(tenant), body | {"max_users": 500})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "platform_only")


@pytest.mark.parametrize("fixture", ["admin", "lead", "tester", "viewer"])
def test_others_neither_add_nor_delete(request, api, tenant, fixture):
    client = api(request.getfixturevalue(fixture))
    for answer in (client.post(LIST, GIVEN), client.delete(one(tenant))):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "role_lacks_permission"
        assert "may not" in answer.json()["error"]["message"]


def test_a_body_changes_nothing_it_should_not(api, root, tenant):
    forbidden = {
        "id": 99,
        "deleted_at": "2020-01-01",
        "created_at": "2020-01-01T00:00:00Z",
        "users": [],
        "is_staff": True,
    }
    made = api(root).post(LIST, GIVEN | forbidden).json()["data"]
    assert (made["id"] != "99", made["created_at"][:4] != "2020", set(made)) == (True, True, SHAPE)
    assert Tenant.objects.get(pk=made["id"]).deleted_at is None


def test_a_taken_slug_is_a_conflict(api, root, tenant):
    answer = api(root).post(LIST, GIVEN | {"slug": tenant.slug})
    assert (answer.status_code, answer.json()["details"][0]["path"]) == (409, "slug")


def test_a_change_names_the_state_that_it_is_based_on(api, admin, tenant):
    client = api(admin)
    seen = client.get(one(tenant))["ETag"]
    body = {"name": "New name", "slug": tenant.slug, "status": "active"}
    assert client.put(one(tenant), body, headers={"If-Match": seen}).status_code == 200
    late = client.put(one(tenant), body, headers={"If-Match": seen})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "version_conflict")
    assert client.get(one(tenant), headers={"If-None-Match": seen}).status_code == 200


def test_a_repeated_create_makes_one(api, root):
    client, headers = api(root), {"Idempotency-Key": "once"}
    first, second = (client.post(LIST, GIVEN, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert Tenant.objects.count() == 1


def test_keys_may_be_spelled_both_ways(api, root):
    data = api(root).post(LIST, GIVEN | {"maxUsers": 5, "subscriptionTier": "gold"}).json()["data"]
    assert (data["max_users"], data["subscription_tier"]) == (5, "gold")


def test_listing_costs_the_same_for_more(api, root, tenant, same_queries):
    client = api(root)
    assert same_queries(lambda: client.get(LIST), lambda: [TenantFactory() for _ in range(10)]) <= 3
