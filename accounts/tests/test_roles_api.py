"""Roles by API."""

import pytest

from accounts.models import Role

from .administration import custom_role, super_admin
from .factories import role

LIST = "/api/v1/roles"
SHAPE = {"id", "name", "code", "description", "scope", "created_at", "updated_at"}
GIVEN = {"name": "Auditor", "code": "viewer", "description": "Reads", "scope": "tenant"}


def one(given):
    return f"{LIST}/{given.pk}"


def codes(answer):
    return [row["code"] for row in answer.json()["data"]]


def details(answer):
    return {detail["path"]: (detail["message"], detail["code"]) for detail in answer.json()["details"]}


def test_an_administrator_adds_reads_changes_and_deletes(api, admin, tenant):
    client = api(admin)
    made = client.post(LIST, GIVEN)
    assert (made.status_code, made.json()["success"]) == (201, True)
    data = made.json()["data"]
    assert set(data) == SHAPE
    assert {name: data[name] for name in GIVEN} == GIVEN
    assert Role.objects.get(pk=data["id"]).tenant == tenant
    address = f"{LIST}/{data['id']}"
    assert client.get(address).json() == made.json()
    changed = client.put(address, GIVEN | {"name": "Reader", "scope": "module"})
    assert (changed.json()["data"]["name"], changed.json()["data"]["scope"]) == ("Reader", "module")
    gone = client.delete(address)
    assert (gone.status_code, gone.json()) == (200, {"success": True, "message": "The role is deleted."})
    assert client.get(address).status_code == 404


def test_permissions_are_told_where_a_role_has_a_part_of_its_bases(api, admin):
    client = api(admin)
    data = client.post(LIST, GIVEN | {"permissions": ["run.view", "case.view"]}).json()["data"]
    assert (set(data) - SHAPE, data["permissions"]) == ({"permissions"}, ["case.view", "run.view"])
    address = f"{LIST}/{data['id']}"
    assert client.put(address, GIVEN).json()["data"]["permissions"] == ["case.view", "run.view"]
    assert set(client.put(address, GIVEN | {"permissions": None}).json()["data"]) == SHAPE
    beyond = client.post(LIST, GIVEN | {"name": "More", "permissions": ["case.edit"]})
    assert (beyond.status_code, list(details(beyond))) == (400, ["permissions"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("code", "root"),
        ("code", "Viewer"),
        ("description", ""),
        ("description", "x" * 2_001),
        ("scope", "world"),
        ("permissions", "case.view"),
        ("permissions", ["case.fly"]),
        ("permissions", ["x" * 61]),
        ("permissions", [7]),
        ("permissions", ["case.view"] * 1_000),
        ("tenant_id", 987654321),
        ("tenant_id", "x"),
    ],
)
def test_field_rules(api, admin, field, value):
    answer = api(admin).post(LIST, GIVEN | {field: value})
    assert (answer.status_code, [path.partition("[")[0] for path in details(answer)]) == (400, [field])


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_what_is_required_is_required_when_adding_and_when_changing(api, admin, tenant, name):
    body = {key: value for key, value in GIVEN.items() if key != name}
    for answer in (api(admin).post(LIST, body), api(admin).put(one(custom_role(tenant)), body)):
        assert details(answer) == {name: ("This field is required.", "required")}


def test_every_code_of_the_built_in_roles_is_a_base(api, db):
    client = api(super_admin())
    scopes = {"super_admin": "platform", "tester": "module", "developer": "module", "viewer": "module"}
    for code in ("super_admin", "tenant_admin", "quality_manager", "tester", "developer", "viewer"):
        given = GIVEN | {"name": f"Like {code}", "code": code, "scope": scopes.get(code, "tenant")}
        assert client.post(LIST, given).status_code == 201


def test_a_scope_that_does_not_go_with_the_base_is_named(api, admin):
    answer = api(admin).post(LIST, GIVEN | {"scope": "platform"})
    assert (answer.status_code, answer.json()["details"][0]["path"]) == (400, "scope")


def test_the_list_is_filtered_ordered_and_paged(api, admin, tenant):
    role("viewer")
    client = api(admin)
    assert codes(client.get(f"{LIST}?scope=tenant&orderBy[]=code&orderBy[]=asc")) == ["quality_manager", "tenant_admin"]
    assert codes(client.get(f"{LIST}?scope=platform")) == []
    assert codes(api(super_admin()).get(f"{LIST}?scope=platform")) == ["super_admin"]
    names = [row["name"] for row in client.get(f"{LIST}?orderBy[]=name&orderBy[]=desc").json()["data"]]
    assert names == sorted(names, reverse=True)
    assert client.get(f"{LIST}?page=2&limit=3").json()["pagination"] == {
        "page": 2, "limit": 3, "total": 5, "totalPages": 2, "hasMore": False,
    }  # fmt: skip
    for query, path in (("scope=world", "scope"), ("orderBy[]=permissions", "orderBy")):
        assert list(details(client.get(f"{LIST}?{query}"))) == [path]


def test_the_platforms_administrator_makes_roles_for_one_company_or_for_all(api, admin, tenant, other_tenant):
    client = api(super_admin())
    assert client.post(LIST, GIVEN | {"name": "Theirs", "tenant_id": other_tenant.pk}).status_code == 201
    assert client.post(LIST, GIVEN | {"name": "Ours", "tenant_id": str(tenant.pk)}).status_code == 201
    assert client.post(LIST, GIVEN | {"name": "Everybody's"}).status_code == 201
    seen = {row["name"] for row in api(admin).get(f"{LIST}?limit=100").json()["data"]}
    assert seen & {"Theirs", "Ours", "Everybody's"} == {"Ours", "Everybody's"}


def test_an_administrator_names_no_company_but_his_own(api, admin, tenant, other_tenant):
    client = api(admin)
    foreign, nothing = (client.post(LIST, GIVEN | {"tenant_id": pk}) for pk in (other_tenant.pk, 987654321))
    assert foreign.json() == nothing.json()
    assert client.post(LIST, GIVEN | {"tenant_id": tenant.pk}).status_code == 201


def test_roles_that_come_with_the_portal_stay_as_they_are(api, admin):
    client = api(admin)
    for answer in (client.put(one(role("tester")), GIVEN), client.delete(one(role("tester")))):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_built_in")


def test_a_role_above_ones_own_is_refused_with_words(api, admin):
    answer = api(admin).post(LIST, GIVEN | {"code": "super_admin"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_above_own")


def test_a_taken_name_is_a_conflict(api, admin):
    api(admin).post(LIST, GIVEN)
    answer = api(admin).post(LIST, GIVEN)
    assert (answer.status_code, details(answer)) == (409, {"name": ("This name is taken.", "name_taken")})


@pytest.mark.parametrize("fixture", ["lead", "tester", "developer", "viewer"])
def test_everybody_reads_and_only_administrators_change(request, api, tenant, fixture):
    client, own = api(request.getfixturevalue(fixture)), custom_role(tenant)
    assert client.get(one(own)).status_code == 200
    for answer in (client.post(LIST, GIVEN), client.put(one(own), GIVEN), client.delete(one(own))):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_lacks_permission")


def test_roles_of_another_company_do_not_exist(api, admin, other_tenant):
    client, foreign = api(admin), custom_role(other_tenant)
    for method in ("get", "put", "delete"):
        assert getattr(client, method)(one(foreign), GIVEN).status_code == 404
    assert client.get(one(role("super_admin"))).status_code == 404


def test_a_body_changes_nothing_it_should_not(api, admin, tenant, other_tenant):
    forbidden = {"id": 99, "is_built_in": True, "tenant": other_tenant.pk, "created_by": 99}
    made = api(admin).post(LIST, GIVEN | forbidden).json()["data"]
    kept = Role.objects.get(pk=made["id"])
    assert (kept.pk != 99, kept.is_built_in, kept.tenant) == (True, False, tenant)
    api(admin).put(one(kept), GIVEN | forbidden | {"tenant_id": other_tenant.pk})
    kept.refresh_from_db()
    assert kept.tenant == tenant


def test_listing_costs_the_same_for_more(api, admin, tenant, same_queries):
    client = api(admin)
    grow = lambda: [custom_role(tenant, name=f"Role {number}") for number in range(10)]  # noqa: E731
    assert same_queries(lambda: client.get(LIST), grow) <= 3
