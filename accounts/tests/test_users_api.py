"""People by API, as administrators see them."""

import pytest

from accounts.models import User
from accounts.services.users import delete_user

from .administration import custom_role, super_admin
from .factories import PASSWORD, UserFactory, role

LIST = "/api/v1/users"
SHAPE = {
    "id", "email", "first_name", "last_name", "status", "auth_provider", "tenant_id", "role_id", "created_at",
    "updated_at",
}  # fmt: skip


def one(person):
    return f"{LIST}/{person.pk}"


def given(tenant, **fields):
    return {
        "email": "new@example.com",
        "password": PASSWORD,
        "first_name": "Nina",
        "last_name": "New",
        "status": "active",
        "auth_provider": "local",
        "tenant_id": str(tenant.pk),
        "role_id": str(role("tester").pk),
    } | fields


def as_read(person, **fields):
    """What a client sends back after reading the person."""
    return {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "status": person.status,
        "tenant_id": str(person.tenant_id) if person.tenant_id else None,
        "role_id": str(person.role_id),
    } | fields


def details(answer):
    return {detail["path"]: (detail["message"], detail["code"]) for detail in answer.json()["details"]}


def test_an_administrator_adds_reads_changes_and_deletes(api, admin, tenant):
    client = api(admin)
    made = client.post(LIST, given(tenant))
    assert made.status_code == 201
    data = made.json()["data"]
    assert set(data) == SHAPE
    assert (data["tenant_id"], data["role_id"], data["auth_provider"]) == (
        str(tenant.pk), str(role("tester").pk), "local",
    )  # fmt: skip
    assert all(isinstance(data[name], str) for name in ("id", "tenant_id", "role_id"))
    address = f"{LIST}/{data['id']}"
    assert client.get(address).json() == made.json()
    person = User.objects.get(pk=data["id"])
    changed = client.put(address, as_read(person, first_name="Nora", role_id=role("viewer").pk))
    assert (changed.json()["data"]["first_name"], changed.json()["data"]["role_id"]) == (
        "Nora", str(role("viewer").pk),
    )  # fmt: skip
    gone = client.delete(address)
    assert (gone.status_code, gone.json()) == (200, {"success": True, "message": "The person is deleted."})
    assert client.get(address).status_code == client.put(address, as_read(person)).status_code == 404


def test_whoever_was_added_signs_in(api, admin, tenant):
    api(admin).post(LIST, given(tenant))
    body = {"email": "new@example.com", "password": PASSWORD}
    assert api().post("/api/v1/auth/login", body).json()["data"]["roles"] == ["tester"]


@pytest.mark.parametrize("spelled", [str, int])
def test_ids_are_texts_or_numbers(api, admin, tenant, spelled):
    body = given(tenant, tenant_id=spelled(tenant.pk), role_id=spelled(role("tester").pk))
    assert api(admin).post(LIST, body).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b"),
        ("email", "x" * 250 + "@example.com"),
        ("password", "short 7"),
        ("password", "password123"),
        ("password", "x" * 1_001),
        ("first_name", ""),
        ("first_name", "x" * 101),
        ("last_name", " "),
        ("status", "open"),
        ("auth_provider", "saml"),
        ("tenant_id", None),
        ("tenant_id", "x"),
        ("role_id", None),
        ("role_id", "x"),
        ("role_id", 987654321),
    ],
)
def test_field_rules(api, admin, tenant, field, value):
    answer = api(admin).post(LIST, given(tenant, **{field: value}))
    assert (answer.status_code, list(details(answer))) == (400, [field])


@pytest.mark.parametrize(
    "name", ["email", "password", "first_name", "last_name", "status", "auth_provider", "tenant_id", "role_id"]
)
def test_what_is_required_to_add_somebody(api, admin, tenant, name):
    body = given(tenant)
    del body[name]
    answer = api(admin).post(LIST, body)
    assert details(answer) == {name: ("This field is required.", "required")}


@pytest.mark.parametrize("name", ["email", "first_name", "last_name", "status", "tenant_id", "role_id"])
def test_what_is_required_to_change_somebody(api, admin, tester, name):
    body = as_read(tester)
    del body[name]
    assert details(api(admin).put(one(tester), body)) == {name: ("This field is required.", "required")}


def test_a_password_of_eight_characters_suffices(api, admin, tenant):
    assert api(admin).post(LIST, given(tenant, password="qwmz7 xk")).status_code == 201


def test_another_company_is_like_none(api, admin, tenant, other_tenant):
    client = api(admin)
    foreign = client.post(LIST, given(tenant, tenant_id=other_tenant.pk))
    nothing = client.post(LIST, given(tenant, tenant_id=987654321))
    assert foreign.json() == nothing.json()
    assert details(foreign) == {"tenant_id": ("There is no such company.", "not_found")}


def test_a_role_of_another_company_is_like_none(api, admin, tester, tenant, other_tenant):
    client, theirs = api(admin), custom_role(other_tenant).pk
    for foreign, nothing in (
        (client.post(LIST, given(tenant, role_id=theirs)), client.post(LIST, given(tenant, role_id=987654321))),
        (
            client.put(one(tester), as_read(tester, role_id=theirs)),
            client.put(one(tester), as_read(tester, role_id=987654321)),
        ),
    ):
        assert foreign.json() == nothing.json()
        assert details(foreign) == {"role_id": ("There is no such role.", "not_found")}


def test_nobody_moves_to_another_company(api, admin, tester, other_tenant):
    moved = as_read(tester, tenant_id=other_tenant.pk)
    assert details(api(admin).put(one(tester), moved))["tenant_id"][1] == "not_found"
    refused = api(super_admin()).put(one(tester), moved)
    assert (refused.status_code, details(refused)["tenant_id"][1]) == (409, "tenant_fixed")
    tester.refresh_from_db()
    assert tester.tenant_id == admin.tenant_id


def test_how_somebody_signs_in_is_sent_back_and_never_changes(api, admin, tester):
    assert api(admin).put(one(tester), as_read(tester, auth_provider="local")).status_code == 200
    refused = api(admin).put(one(tester), as_read(tester, auth_provider="oidc"))
    assert (refused.status_code, details(refused)["auth_provider"][1]) == (409, "auth_provider_fixed")


def test_a_taken_address_is_a_conflict_in_the_same_words_whoever_has_it(api, admin, tenant, tester, stranger):
    answers = [api(admin).post(LIST, given(tenant, email=person.email)) for person in (tester, stranger)]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].status_code, details(answers[0])) == (
        409, {"email": ("This address cannot be used.", "email_unusable")},
    )  # fmt: skip


def test_without_a_free_seat_nobody_is_added(api, admin, tenant):
    tenant.max_users = 1
    tenant.save()
    answer = api(admin).post(LIST, given(tenant))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "seats_taken")


def test_a_status_of_deleted_hides_at_once_and_deletes(api, admin, tenant, tester):
    client = api(admin)
    made = client.post(LIST, given(tenant, status="deleted"))
    assert (made.status_code, made.json()["data"]["status"]) == (201, "deleted")
    assert client.get(f"{LIST}/{made.json()['data']['id']}").status_code == 404
    assert client.put(one(tester), as_read(tester, status="deleted")).json()["data"]["status"] == "deleted"
    assert client.get(one(tester)).status_code == 404


def test_deleted_people_are_listed_for_those_who_may_restore_them_alone(api, admin, lead, stranger, tester):
    delete_user(actor=admin, user=tester)
    rows = api(admin).get(f"{LIST}?status=deleted").json()["data"]
    assert [(row["id"], row["status"]) for row in rows] == [(str(tester.pk), "deleted")]
    assert str(tester.pk) not in [row["id"] for row in api(admin).get(LIST).json()["data"]]
    for other in (lead, stranger):
        assert api(other).get(f"{LIST}?status=deleted").json()["data"] == []
    assert len(api(super_admin()).get(f"{LIST}?status=deleted").json()["data"]) == 1


def test_the_list_is_filtered_ordered_and_paged(api, admin, tester, developer, stranger):
    developer.status = "suspended"
    developer.save()
    client = api(admin)
    emails = sorted(person.email for person in (admin, tester, developer))

    def listed(query):
        return [row["email"] for row in client.get(f"{LIST}?{query}").json()["data"]]

    assert listed("orderBy[]=email&orderBy[]=asc") == emails
    assert listed("orderBy[]=email&orderBy[]=desc") == emails[::-1]
    assert listed("status=suspended") == [developer.email]
    page = client.get(f"{LIST}?page=2&limit=2").json()
    assert page["pagination"] == {"page": 2, "limit": 2, "total": 3, "totalPages": 2, "hasMore": False}
    assert details(client.get(f"{LIST}?orderBy[]=password&orderBy[]=asc"))["orderBy"]
    assert details(client.get(f"{LIST}?status=open"))["status"]


@pytest.mark.parametrize("fixture", ["lead", "tester", "developer", "viewer"])
def test_everybody_reads_and_only_administrators_change(request, api, admin, tenant, fixture):
    client = api(request.getfixturevalue(fixture))
    assert client.get(LIST).status_code == client.get(one(admin)).status_code == 200
    for answer in (client.post(LIST, given(tenant)), client.put(one(admin), as_read(admin)), client.delete(one(admin))):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_lacks_permission")


def test_people_of_another_company_do_not_exist(api, stranger, tester):
    client = api(stranger)
    for method in ("get", "put", "delete"):
        foreign = getattr(client, method)(one(tester), as_read(tester))
        nothing = getattr(client, method)(f"{LIST}/987654321", as_read(tester))
        assert (foreign.status_code, foreign.json()) == (404, nothing.json())


def test_a_body_changes_nothing_it_should_not(api, admin, tenant, tester):
    forbidden = {
        "id": 99, "is_staff": True, "is_superuser": True, "is_email_verified": True, "deleted_at": "2020-01-01",
        "created_at": "2020-01-01T00:00:00Z", "created_by": 99, "sign_in_epoch": 99, "default_project": 1,
    }  # fmt: skip
    made = api(admin).post(LIST, given(tenant) | forbidden).json()["data"]
    person = User.objects.get(pk=made["id"])
    assert (person.pk != 99, person.is_email_verified, person.sign_in_epoch) == (True, False, 0)
    assert (person.created_at.year != 2020, person.deleted_at, person.default_project_id) == (True, None, None)
    api(admin).put(one(tester), as_read(tester) | forbidden | {"password": "another horse 43"})
    tester.refresh_from_db()
    assert tester.check_password(PASSWORD)


def test_administrators_of_the_platform_are_added_and_changed_by_their_kind(api, admin, tenant):
    root = super_admin()
    body = given(tenant, tenant_id=None, role_id=root.role_id)
    made = api(root).post(LIST, body).json()["data"]
    assert (made["tenant_id"], made["role_id"]) == (None, str(root.role_id))
    assert api(root).put(one(root), as_read(root, first_name="Ruth")).json()["data"]["first_name"] == "Ruth"
    assert details(api(admin).post(LIST, body))["tenant_id"][1] == "not_found"


def test_a_change_names_the_state_that_it_is_based_on(api, admin, tester):
    client = api(admin)
    seen = client.get(one(tester))["ETag"]
    assert client.put(one(tester), as_read(tester, first_name="A"), headers={"If-Match": seen}).status_code == 200
    assert client.put(one(tester), as_read(tester), headers={"If-Match": seen}).status_code == 409
    assert client.delete(one(tester), headers={"If-Match": seen}).status_code == 409


def test_no_password_is_answered_or_kept_for_a_repeated_create(api, admin, tenant):
    from qaportal.kit.models import IdempotencyRecord

    headers = {"Idempotency-Key": "once"}
    first, second = (api(admin).post(LIST, given(tenant), headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert PASSWORD not in str(first.json()) + str(IdempotencyRecord.objects.values().get())


def test_listing_costs_the_same_for_more(api, admin, tenant, same_queries):
    client = api(admin)
    assert same_queries(lambda: client.get(LIST), lambda: [UserFactory(tenant=tenant) for _ in range(10)]) <= 3
