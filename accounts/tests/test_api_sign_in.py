from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.choices import UserStatus
from accounts.models import AuditEntry, TokenFamily

from .factories import PASSWORD

PLAIN, TENANT = "/api/auth/login", "/api/v1/auth/login"


def sign_in(api, user, password=PASSWORD):
    return api().post(PLAIN, {"username": user.email, "password": password})


def bearer(token):
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def test_the_plain_sign_in_answers_tokens(api, tester):
    response = sign_in(api, tester)
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)
    me = api().get("/api/auth/me", **bearer(body["access_token"]))
    assert me.json()["email"] == tester.email
    assert AuditEntry.objects.get(action="user.signed_in").facts == {"way": "api"}


def test_a_trailing_slash_does_not_matter(api, tester):
    assert api().post("/api/auth/login/", {"username": tester.email, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(("fixture", "role"), [("admin", "admin"), ("tester", "tester"), ("viewer", "tester")])
def test_the_caller_is_told_with_both_kinds_of_role(api, request, fixture, role):
    user = request.getfixturevalue(fixture)
    body = api(user).get("/api/auth/me").json()
    assert set(body) == {
        "id", "email", "full_name", "first_name", "last_name", "role", "role_id", "role_code", "tenant_id",
        "default_project_id", "is_active", "is_email_verified", "email_verified_at", "created_at",
    }  # fmt: skip
    assert (body["role"], body["role_code"], body["is_active"]) == (role, user.role.code, True)


def test_the_tenant_sign_in_answers_user_roles_and_tenant(api, lead):
    response = api().post(TENANT, {"email": lead.email, "password": PASSWORD})
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"success", "data"}
    data = body["data"]
    assert set(data) == {
        "user", "tenant_id", "roles", "access_token", "refresh_token", "token_type", "expires_in", "expires_at"
    }  # fmt: skip
    assert data["user"] == {
        "id": str(lead.pk), "email": lead.email, "first_name": "Ines", "last_name": "Valko"
    }  # fmt: skip
    assert (data["tenant_id"], data["roles"]) == (str(lead.tenant_id), ["quality_manager"])
    assert abs(parse_datetime(data["expires_at"]) - timezone.now() - timedelta(seconds=900)) < timedelta(seconds=60)
    assert data["expires_at"].endswith("Z")


def test_wrong_password_unknown_address_and_suspension_are_refused_in_the_same_words(api, tester, developer):
    developer.status = UserStatus.SUSPENDED
    developer.save()
    answers = [
        api().post(PLAIN, {"username": tester.email, "password": "wrong password"}),
        api().post(PLAIN, {"username": "nobody@example.com", "password": "wrong password"}),
        api().post(PLAIN, {"username": developer.email, "password": PASSWORD}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert [answer.json() for answer in answers] == [
        {"detail": "E-mail or password is not right.", "code": "credentials_wrong", "fields": {}}
    ] * 3
    assert answers[0]["WWW-Authenticate"] == 'Bearer realm="QA Portal"'


def test_the_tenant_style_words_refusals_its_own_way(api, tester):
    wrong = api().post(TENANT, {"email": tester.email, "password": "wrong password"})
    assert wrong.status_code == 401
    assert wrong.json() == {
        "success": False,
        "error": {"code": "credentials_wrong", "message": "E-mail or password is not right."},
    }
    invalid = api().post(TENANT, {"email": "no address"})
    assert invalid.status_code == 400
    body = invalid.json()
    assert (body["success"], body["error"]) == (False, "Validation failed")
    assert {detail["path"] for detail in body["details"]} == {"email", "password"}
    assert all(set(detail) == {"path", "message", "code"} for detail in body["details"])


def test_refreshing_answers_a_new_pair_and_uses_the_old_one_up(api, tester):
    first = sign_in(api, tester).json()
    second = api().post("/api/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    third = api().post("/api/auth/refresh", {"refreshToken": second.json()["refresh_token"]})
    assert third.status_code == 200
    assert api().get("/api/auth/me", **bearer(third.json()["access_token"])).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "again"}])
def test_using_an_old_refresh_token_again_ends_the_whole_family(api, tester, headers):
    first = sign_in(api, tester).json()
    second = api().post("/api/auth/refresh", {"refresh_token": first["refresh_token"]}).json()
    replay = api().post("/api/auth/refresh", {"refresh_token": first["refresh_token"]}, **headers)
    assert replay.status_code == 401
    assert TokenFamily.objects.get().end_reason == "reused"
    assert api().get("/api/auth/me", **bearer(second["access_token"])).status_code == 401
    assert api().post("/api/auth/refresh", {"refresh_token": second["refresh_token"]}).status_code == 401
    assert AuditEntry.objects.get(action="user.signed_out").facts == {"way": "reused"}


def test_other_families_live_on(api, tester):
    mine, other = sign_in(api, tester).json(), sign_in(api, tester).json()
    for _ in range(2):
        api().post("/api/auth/refresh", {"refresh_token": mine["refresh_token"]})
    assert api().get("/api/auth/me", **bearer(other["access_token"])).status_code == 200


def test_the_tenant_style_refreshes_too(api, tester):
    data = api().post(TENANT, {"email": tester.email, "password": PASSWORD}).json()["data"]
    response = api().post("/api/v1/auth/refresh", {"refresh_token": data["refresh_token"]})
    assert response.json()["data"]["user"]["email"] == tester.email


def test_signing_out_ends_access_and_refresh_tokens_at_once(api, tester):
    data = api().post(TENANT, {"email": tester.email, "password": PASSWORD}).json()["data"]
    response = api().post("/api/v1/auth/logout", {}, **bearer(data["access_token"]))
    assert response.status_code == 200
    assert response.json() == {"success": True, "message": "You are signed out."}
    assert api().get("/api/auth/me", **bearer(data["access_token"])).status_code == 401
    assert api().post("/api/v1/auth/refresh", {"refresh_token": data["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("suspend", ["person", "company", "deleted person"])
def test_suspension_ends_tokens_at_once(api, tester, suspend):
    tokens = sign_in(api, tester).json()
    if suspend == "deleted person":
        tester.deleted_at = timezone.now()
        tester.save()
    else:
        target = tester if suspend == "person" else tester.tenant
        target.status = UserStatus.SUSPENDED
        target.save()
    assert api().get("/api/auth/me", **bearer(tokens["access_token"])).status_code == 401
    assert api().post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}).status_code == 401


def test_an_access_token_ends_after_its_time(api, tester):
    claims = jwt.decode(sign_in(api, tester).json()["access_token"], options={"verify_signature": False})
    claims["exp"] = int((timezone.now() - timedelta(seconds=1)).timestamp())
    old = jwt.encode(claims, settings.TOKEN_SIGNING_KEY, "HS256")
    assert api().get("/api/auth/me", **bearer(old)).status_code == 401


def forged(claims):
    yield jwt.encode(claims, None, "none")
    yield jwt.encode(claims, "x" * 32, "HS256")
    yield jwt.encode(claims, settings.TOKEN_SIGNING_KEY + settings.TOKEN_SIGNING_KEY, "HS512")
    yield jwt.encode(claims | {"family": "not an id"}, settings.TOKEN_SIGNING_KEY, "HS256")
    yield jwt.encode({k: v for k, v in claims.items() if k != "family"}, settings.TOKEN_SIGNING_KEY, "HS256")
    yield "not.a.token"
    yield "\u00fc"
    yield ""


def test_forged_tokens_are_refused(api, tester):
    tokens = sign_in(api, tester).json()
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    for token in [*forged(claims), tokens["refresh_token"]]:
        response = api().get("/api/auth/me", **bearer(token))
        assert response.status_code == 401, token
        assert response.json()["code"] == "token_invalid"


def test_an_access_token_does_not_refresh(api, tester):
    tokens = sign_in(api, tester).json()
    assert api().post("/api/auth/refresh", {"refresh_token": tokens["access_token"]}).status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PLAIN, {}),
        (PLAIN, {"username": ["a"], "password": {"$ne": ""}}),
        (PLAIN, {"username": "a@example.com", "password": "x" * 2_000}),
        (PLAIN, []),
        (PLAIN, "text"),
        ("/api/auth/refresh", {"refresh_token": None}),
        ("/api/auth/refresh", {"refresh_token": "x" * 5_000}),
    ],
)
def test_a_body_of_another_shape_is_refused_with_its_fields(api, db, path, body):
    response = api().post(path, body, format="json")
    assert response.status_code == 400
    assert response.json()["fields"]


def test_tokens_are_in_no_log_and_no_audit_entry(api, tester, caplog):
    tokens = sign_in(api, tester).json()
    api().post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    api().post(PLAIN, {"username": tester.email, "password": "canary-password"})
    written = caplog.text + str([vars(entry) for entry in AuditEntry.objects.all()])
    for secret in (tokens["access_token"], tokens["refresh_token"], "canary-password", PASSWORD):
        assert secret not in written
