"""API tokens and permissions by API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken
from accounts.permissions import PERMISSIONS
from qaportal.kit.models import IdempotencyRecord

from .administration import bearer, issue, machine
from .factories import ProjectFactory, UserFactory

LIST = "/api/tokens"
SHAPE = {
    "id", "name", "prefix", "scopes", "project_id", "user_id", "expires_at", "last_used_at", "created_at",
}  # fmt: skip
GIVEN = {"name": "CI", "scopes": ["read", "results:write"]}


def one(token):
    return f"{LIST}/{token.pk}"


def test_a_token_is_made_used_listed_and_revoked(api, tester, project):
    ends = (timezone.now() + timedelta(days=30)).isoformat()
    made = api(tester).post(LIST, GIVEN | {"expires_at": ends, "project_id": str(project.pk)})
    assert made.status_code == 201
    told = made.json()
    assert set(told) == SHAPE | {"token"}
    assert (told["scopes"], told["project_id"], told["user_id"]) == (["read", "results:write"], project.pk, tester.pk)
    assert made["Cache-Control"] == "no-store"
    ci = bearer(told["token"])
    assert ci.get("/api/auth/me").json()["email"] == tester.email
    (row,) = api(tester).get(LIST).json()
    assert set(row) == SHAPE
    assert row["last_used_at"] is not None
    gone = api(tester).delete(f"{LIST}/{told['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ci.get("/api/auth/me").status_code == 401
    assert api(tester).get(LIST).json() == []
    assert api(tester).delete(f"{LIST}/{told['id']}").status_code == 404


def test_no_answer_but_the_first_holds_the_token_and_none_its_hash(api, tester):
    client = api(tester)
    secret = client.post(LIST, GIVEN).json()["token"]
    token = ApiToken.objects.get()
    for answer in (client.get(LIST), client.get(one(token)), client.get(f"{LIST}?page=1")):
        assert secret not in answer.content.decode()
        assert token.token_hash not in answer.content.decode()


def test_a_repeated_create_makes_one_and_keeps_no_secret(api, tester):
    client, headers = api(tester), {"Idempotency-Key": "once"}
    first, second = (client.post(LIST, GIVEN, headers=headers).json() for _ in range(2))
    assert ApiToken.objects.count() == 1
    assert (second["token"], second["id"]) == (None, first["id"])
    assert first["token"] not in str(IdempotencyRecord.objects.values().get())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", None),
        ("name", 7),
        ("scopes", []),
        ("scopes", ["write"]),
        ("scopes", ["READ"]),
        ("scopes", "read"),
        ("scopes", [["read"]]),
        ("scopes", None),
        ("scopes", ["read"] * 1_000),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "2030-02-30T00:00:00Z"),
        ("expires_at", "10000-01-01T00:00:00Z"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
        ("expires_at", "soon"),
        ("expires_at", 7),
        ("project_id", "x"),
        ("project_id", True),
        ("project_id", [1]),
    ],
)
def test_field_rules(api, tester, field, value):
    answer = api(tester).post(LIST, GIVEN | {field: value})
    assert (answer.status_code, [name.partition("[")[0] for name in answer.json()["fields"]]) == (400, [field])


@pytest.mark.parametrize("name", ["name", "scopes"])
def test_what_is_required(api, tester, name):
    answer = api(tester).post(LIST, {key: value for key, value in GIVEN.items() if key != name})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


def test_a_project_of_another_company_does_not_exist(api, tester, other_project):
    foreign, nothing = (api(tester).post(LIST, GIVEN | {"project_id": pk}) for pk in (other_project.pk, 987654321))
    assert (foreign.status_code, foreign.json()) == (404, nothing.json())


def test_a_viewer_makes_none_and_is_told_why(api, viewer):
    answer = api(viewer).post(LIST, GIVEN)
    assert (answer.status_code, answer.json()["detail"]) == (403, "Your role, Viewer, may not make API tokens.")


def test_administrators_see_and_revoke_those_of_their_company(api, admin, lead, tester, stranger):
    token, _secret = issue(tester, "read")
    assert [row["user_id"] for row in api(admin).get(LIST).json()] == [tester.pk]
    for other in (lead, stranger):
        assert api(other).get(LIST).json() == []
        assert api(other).delete(one(token)).status_code == 404
    assert api(admin).delete(one(token)).status_code == 204


def test_a_body_changes_nothing_it_should_not(api, tester, stranger):
    forbidden = {
        "id": 99, "user": stranger.pk, "user_id": stranger.pk, "token_hash": "0" * 64, "prefix": "qap_mine",
        "token": "x", "revoked_at": None, "last_used_at": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    told = api(tester).post(LIST, GIVEN | forbidden).json()
    token = ApiToken.objects.get()
    assert (token.pk != 99, token.user, token.token_hash != "0" * 64, token.last_used_at) == (True, tester, True, None)
    assert told["token"].startswith(token.prefix)


def test_a_token_in_an_address_or_a_body_opens_nothing(api, tester):
    secret = issue(tester, "admin")[1]
    for name in ("token", "access_token", "api_key", "key", "authorization", "Authorization"):
        assert api().get(f"/api/auth/me?{name}={secret}").status_code == 401
        assert api().post(LIST, GIVEN | {name: secret}).status_code == 401
    client = api()
    client.cookies["sessionid"] = secret
    assert client.get("/api/auth/me", headers={"X-API-Key": secret}).status_code == 401


def test_listing_costs_the_same_for_more(api, admin, tenant, same_queries):
    client = api(admin)

    def grow():
        for _ in range(5):
            issue(UserFactory(tenant=tenant), "read", project=ProjectFactory(tenant=tenant))

    assert same_queries(lambda: client.get(LIST), grow) <= 3


def permissions(answer):
    return {each["code"]: each for each in answer.json()["permissions"]}


def test_everybody_is_told_what_he_may_and_why_not(api, viewer):
    told = permissions(api(viewer).get("/api/permissions"))
    assert set(told) == set(PERMISSIONS)
    assert told["case.view"] == {"code": "case.view", "allowed": True, "reason": None}
    assert told["case.edit"] == {
        "code": "case.edit", "allowed": False, "reason": "Your role, Viewer, may not write test cases.",
    }  # fmt: skip


def test_in_a_project_its_role_counts(api, tester, lead, project):
    from accounts.services.people import set_project_role

    set_project_role(actor=lead, project=project, user=tester, role=UserFactory(role_code="viewer").role)
    assert permissions(api(tester).get("/api/permissions"))["case.edit"]["allowed"] is True
    for given in (project.pk, project.key):
        told = permissions(api(tester).get(f"/api/permissions?project_id={given}"))
        assert told["case.edit"]["reason"] == "Your role, Viewer, may not write test cases."


def test_a_foreign_project_is_like_none(api, tester, other_project):
    foreign, nothing = (api(tester).get(f"/api/permissions?project_id={pk}") for pk in (other_project.pk, 987654321))
    assert (foreign.status_code, foreign.json()) == (404, nothing.json())
    assert api(tester).get("/api/permissions?project_id=x y").status_code == 404


def test_a_machine_is_told_what_its_token_may(tester, project):
    told = permissions(machine(tester, "results:write").get("/api/permissions"))
    assert (told["result.record"]["allowed"], told["case.view"]["allowed"]) == (True, True)
    assert told["case.edit"]["reason"] == "This token may not write test cases: it lacks the scope cases:write."
    bound = permissions(machine(tester, "cases:write", project=project).get("/api/permissions"))
    assert bound["case.edit"]["allowed"] is True


def test_permissions_cost_the_same_for_more_projects(api, tester, tenant, project, same_queries):
    client = api(tester)
    address = f"/api/permissions?project_id={project.pk}"
    same_queries(lambda: client.get(address), lambda: [ProjectFactory(tenant=tenant) for _ in range(10)])
