"""People by API with a role of two values."""

import pytest

from accounts.models import User

from .administration import custom_role, super_admin
from .factories import PASSWORD, UserFactory, role

LIST = "/api/users"


def one(person):
    return f"{LIST}/{person.pk}"


def emails(answer):
    return {row["email"] for row in answer.json()}


def test_a_list_is_an_array_and_paged_when_asked(api, viewer, tester, stranger):
    client = api(viewer)
    answer = client.get(LIST)
    assert emails(answer) == {viewer.email, tester.email}
    assert answer["X-Total-Count"] == "2"
    assert set(answer.json()[0]) == {
        "id", "email", "full_name", "first_name", "last_name", "role", "role_id", "role_code", "tenant_id",
        "default_project_id", "is_active", "is_email_verified", "email_verified_at", "created_at",
    }  # fmt: skip
    assert set(client.get(f"{LIST}?page=1").json()) == {"count", "next", "previous", "results"}
    assert client.get(one(tester)).json()["full_name"] == "Tomas Reyl"


def test_the_list_is_searched_and_filtered(api, admin, tester, lead):
    client = api(admin)
    lead.status = "suspended"
    lead.save()
    assert emails(client.get(f"{LIST}?search=tom")) == {tester.email}
    assert emails(client.get(f"{LIST}?search=REYL tomas")) == {tester.email}
    assert emails(client.get(f"{LIST}?search={tester.email}")) == {tester.email}
    assert emails(client.get(f"{LIST}?search=%25")) == set()
    assert emails(client.get(f"{LIST}?role=admin")) == {admin.email}
    assert emails(client.get(f"{LIST}?role=tester")) == {tester.email, lead.email}
    assert emails(client.get(f"{LIST}?is_active=true")) == {admin.email, tester.email}
    assert emails(client.get(f"{LIST}?is_active=false")) == {lead.email}
    for query, field in (("role=viewer", "role"), ("is_active=maybe", "is_active"), (f"search={'x' * 201}", "search")):
        refused = client.get(f"{LIST}?{query}")
        assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])


def test_the_api_and_the_page_of_people_search_alike(api, signed_in, admin, tester, lead):
    tester.first_name = "Tomáš"
    tester.save()
    browser = signed_in(admin)
    for words in ("tomas", "TOMÁŠ", "reyl tom", "tom  Reyl", "tom valko", tester.email.upper(), "%", "o"):
        found = emails(api(admin).get(LIST, {"search": words}))
        page = browser.get("/administration/people/", {"q": words}).content.decode()
        assert found == {person.email for person in (admin, tester, lead) if f'title="{person.email}"' in page}, words


def test_only_what_is_given_changes(api, admin, tester):
    answer = api(admin).put(one(tester), {"last_name": "Rail"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, "Tomas Rail")
    assert answer.json()["role_code"] == "tester"


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("Nina New", "Nina", "New"),
        ("  Nina   van  New ", "Nina", "van New"),
        ("Nina", "Nina", ""),
        ("", "", ""),
        (None, "", ""),
        ("Tomas Reyl", "Tomas", "Reyl"),
    ],
)
def test_a_full_name_is_first_and_last_name(api, admin, tester, given, first, last):
    api(admin).put(one(tester), {"full_name": given})
    tester.refresh_from_db()
    assert (tester.first_name, tester.last_name) == (first, last)


def test_first_and_last_name_count_before_the_full_one(api, admin, tester):
    api(admin).put(one(tester), {"full_name": "Old Name", "first_name": "Nina"})
    tester.refresh_from_db()
    assert (tester.first_name, tester.last_name) == ("Nina", "Name")


def test_what_was_read_can_be_sent_back_and_changes_nothing(api, admin, tenant):
    for person in (
        UserFactory(tenant=tenant, first_name="Ann Lee", last_name="van der Berg"),
        UserFactory(tenant=tenant, first_name="", last_name=""),
        UserFactory(tenant=tenant, role_code="viewer", status="suspended"),
        UserFactory(tenant=tenant, role=custom_role(tenant, "tenant_admin")),
    ):
        client = api(admin)
        before = client.get(one(person))
        assert client.put(one(person), before.json()).json() == before.json()
        assert client.get(one(person))["ETag"] == before["ETag"]


@pytest.mark.parametrize(
    ("code", "asked", "becomes"),
    [
        ("tester", "admin", "tenant_admin"),
        ("viewer", "admin", "tenant_admin"),
        ("tenant_admin", "admin", "tenant_admin"),
        ("tenant_admin", "tester", "tester"),
        ("quality_manager", "tester", "quality_manager"),
        ("developer", "tester", "developer"),
        ("viewer", "tester", "viewer"),
    ],
)
def test_the_role_of_two_values_keeps_the_richer_one_where_it_can(api, admin, tenant, code, asked, becomes):
    person = UserFactory(tenant=tenant, role_code=code)
    answer = api(admin).put(one(person), {"role": asked})
    assert (answer.json()["role"], answer.json()["role_code"]) == (asked, becomes)


def test_a_role_by_its_id_counts_where_it_is_another(api, admin, tester):
    client = api(admin)
    assert (
        client.put(one(tester), {"role_id": role("developer").pk, "role": "tester"}).json()["role_code"] == "developer"
    )
    sent_back = {"role_id": role("developer").pk, "role": "admin"}
    assert client.put(one(tester), sent_back).json()["role_code"] == "tenant_admin"


def test_the_platforms_administrator_keeps_his_role(api, db):
    root = super_admin()
    assert api(root).put(one(root), {"role": "admin"}).json()["role_code"] == "super_admin"
    refused = api(root).put(one(root), {"role": "tester"})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["role_id"])


def test_a_person_is_suspended_and_active_again(api, admin, tester):
    client = api(admin)
    assert client.put(one(tester), {"is_active": False}).json()["is_active"] is False
    assert api().post("/api/auth/login", {"username": tester.email, "password": PASSWORD}).status_code == 401
    assert client.put(one(tester), {"isActive": True}).json()["is_active"] is True


def test_deleting_answers_nothing_and_hides(api, admin, tester):
    client = api(admin)
    gone = client.delete(one(tester))
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(one(tester)).status_code == 404
    assert tester.email not in emails(client.get(LIST))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", None),
        ("first_name", None),
        ("first_name", "x" * 101),
        ("full_name", "x" * 101),
        ("full_name", "x" * 202),
        ("role", "viewer"),
        ("role", None),
        ("role_id", "x"),
        ("role_id", None),
        ("role_id", 987654321),
        ("is_active", "maybe"),
        ("is_active", None),
    ],
)
def test_field_rules(api, admin, tester, field, value):
    answer = api(admin).put(one(tester), {field: value})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_taken_address_is_a_conflict(api, admin, tester, stranger):
    answer = api(admin).put(one(tester), {"email": stranger.email})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_unusable")


@pytest.mark.parametrize("fixture", ["lead", "tester", "viewer"])
def test_others_change_nobody_not_even_themselves(request, api, admin, fixture):
    person = request.getfixturevalue(fixture)
    client = api(person)
    for answer in (client.put(one(person), {"role": "admin"}), client.delete(one(admin))):
        assert (answer.status_code, answer.json()["code"]) == (403, "role_lacks_permission")


def test_people_of_another_company_do_not_exist(api, stranger, tester):
    client = api(stranger)
    for method in ("get", "put", "delete"):
        assert getattr(client, method)(one(tester), {}).status_code == 404


def test_a_body_changes_nothing_it_should_not(api, admin, tester, other_tenant):
    forbidden = {
        "id": 99, "tenant_id": other_tenant.pk, "status": "deleted", "role_code": "tenant_admin", "is_staff": True,
        "is_email_verified": False, "hashed_password": "x", "password": "another horse 43", "created_by": 99,
    }  # fmt: skip
    assert api(admin).put(one(tester), forbidden).status_code == 200
    kept = User.objects.get(pk=tester.pk)
    assert (kept.tenant_id, kept.status, kept.role.code, kept.is_email_verified, kept.check_password(PASSWORD)) == (
        admin.tenant_id, "active", "tester", True, True,
    )  # fmt: skip


def test_a_change_names_the_state_that_it_is_based_on(api, admin, tester):
    client = api(admin)
    seen = client.get(one(tester))["ETag"]
    assert client.put(one(tester), {"first_name": "A"}, headers={"If-Match": seen}).status_code == 200
    assert client.put(one(tester), {"first_name": "B"}, headers={"If-Match": seen}).status_code == 409


def test_listing_costs_the_same_for_more(api, admin, tenant, same_queries):
    client = api(admin)
    assert same_queries(lambda: client.get(LIST), lambda: [UserFactory(tenant=tenant) for _ in range(10)]) <= 3
