"""Registering by API, confirming the address, and how often that may be tried."""

import pytest
from django.utils import timezone

from accounts.models import TenantDomain, User
from accounts.services.registration import verification_token

from .factories import PASSWORD

REGISTER, VERIFY, RESEND = "/api/auth/register", "/api/auth/verify-email", "/api/auth/resend-verification"
FORGOT = "/api/auth/forgot-password"
ADDRESS = "nina@tessarin.example"
GIVEN = {"email": ADDRESS, "password": PASSWORD, "full_name": "Nina New"}


@pytest.fixture
def domain(tenant, admin) -> TenantDomain:
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


@pytest.fixture
def limits(settings):
    """Allow two attempts an hour for an address and four for a client."""
    settings.ATTEMPT_LIMITS = {"address": "2/h", "client": "4/h"}


def sign_in(api):
    return api().post("/api/auth/login", {"username": ADDRESS, "password": PASSWORD})


def test_somebody_registers_confirms_and_signs_in(api, domain):
    made = api().post(REGISTER, GIVEN)
    assert made.status_code == 201
    told = made.json()
    assert (told["email"], told["full_name"], told["role"], told["is_email_verified"]) == (
        ADDRESS, "Nina New", "tester", False,
    )  # fmt: skip
    refused = sign_in(api)
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unverified")
    tenant_style = api().post("/api/v1/auth/login", {"email": ADDRESS, "password": PASSWORD})
    assert (tenant_style.status_code, tenant_style.json()["error"]["code"]) == (403, "email_unverified")
    confirmed = api().post(VERIFY, {"token": verification_token(User.objects.get(email=ADDRESS))})
    assert (confirmed.status_code, confirmed.json()) == (
        200, {"message": "The address is confirmed. You can sign in now."},
    )  # fmt: skip
    assert sign_in(api).status_code == 200


def test_a_wrong_password_does_not_tell_that_the_address_waits(api, domain):
    api().post(REGISTER, GIVEN)
    wrong = api().post("/api/auth/login", {"username": ADDRESS, "password": "wrong password"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "credentials_wrong")


def test_the_mail_is_left_to_a_job(api, domain):
    from django.core import mail
    from django.db import connection

    api().post(REGISTER, GIVEN)
    assert mail.outbox == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args::text FROM procrastinate_jobs")
        assert cursor.fetchall() == [
            ("accounts.jobs.send_email_verification", f'{{"user_id": {User.objects.get(email=ADDRESS).pk}}}')
        ]


def test_where_nobody_may_register_no_company_is_named(api, domain):
    answer = api().post(REGISTER, GIVEN | {"email": "nina@elsewhere.example"})
    assert (answer.status_code, answer.json()) == (403, {
        "detail": "With this address you cannot register yourself. Ask for an invitation.", "code": "not_open",
        "fields": {},
    })  # fmt: skip


def test_an_address_that_is_taken_anywhere_is_a_conflict(api, domain, stranger):
    stranger.email = ADDRESS
    stranger.save()
    answer = api().post(REGISTER, GIVEN)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        409, "email_unusable", "This address cannot be used.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", None),
        ("email", 7),
        ("email", ["a@tessarin.example"]),
        ("password", "short"),
        ("password", "password123"),
        ("password", 12345678),
        ("password", None),
        ("password", "x" * 1_001),
        ("full_name", "x" * 101),
        ("full_name", {}),
        ("first_name", "x" * 101),
        ("last_name", None),
    ],
)
def test_field_rules(api, domain, field, value):
    answer = api().post(REGISTER, GIVEN | {field: value})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_body_changes_nothing_it_should_not(api, domain, other_tenant):
    forbidden = {
        "role": "admin", "role_id": 1, "tenant_id": other_tenant.pk, "is_email_verified": True, "is_active": False,
        "must_verify_email": False, "status": "suspended", "id": 99, "is_staff": True,
    }  # fmt: skip
    assert api().post(REGISTER, GIVEN | forbidden).status_code == 201
    person = User.objects.get(email=ADDRESS)
    assert (person.role.code, person.tenant, person.is_email_verified, person.must_verify_email, person.status) == (
        "tester", domain.tenant, False, True, "active",
    )  # fmt: skip


@pytest.mark.parametrize("token", ["x", "", None, 7, "x" * 1_001])
def test_a_code_that_is_none_is_refused_by_name(api, db, token):
    answer = api().post(VERIFY, {"token": token})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["token"])


def test_asking_again_is_answered_alike_for_every_address(api, domain, tester):
    api().post(REGISTER, GIVEN)
    answers = [api().post(RESEND, {"email": email}) for email in (ADDRESS, tester.email, "nobody@example.com")]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["message"] for answer in answers} == {
        "If this address waits to be confirmed, a mail is on its way."
    }


@pytest.mark.parametrize("address", [REGISTER, RESEND, FORGOT])
def test_attempts_for_one_address_are_limited(api, domain, limits, address):
    answers = [api().post(address, GIVEN | {"email": email}) for email in (ADDRESS, ADDRESS.upper(), ADDRESS)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2].json()["code"] == "throttled"
    assert int(answers[2]["Retry-After"]) > 0
    assert api().post(address, GIVEN | {"email": "other@tessarin.example"}).status_code != 429


@pytest.mark.parametrize("address", [REGISTER, RESEND, FORGOT])
def test_attempts_by_one_client_are_limited_for_whatever_addresses(api, domain, limits, address):
    def attempt(number, client="203.0.113.7"):
        body = GIVEN | {"email": f"n{number}@tessarin.example" if number else "none"}
        return api().post(address, body, REMOTE_ADDR=client).status_code

    assert [attempt(number) == 429 for number in range(5)] == [False] * 4 + [True]
    assert attempt(6, client="198.51.100.1") != 429


def test_each_kind_of_attempt_counts_on_its_own(api, domain, limits):
    for _ in range(3):
        api().post(FORGOT, {"email": ADDRESS})
    assert api().post(RESEND, {"email": ADDRESS}).status_code == 200
    assert api().post(REGISTER, GIVEN).status_code == 201


def test_known_and_unknown_addresses_are_limited_alike(api, tester, limits):
    def answers(email):
        return [api().post(FORGOT, {"email": email}).status_code for _ in range(3)]

    assert answers(tester.email) == [200, 200, 429]
    api().post(FORGOT, {"email": "x"})
    assert answers("nobody@example.com")[-1] == 429


def test_the_limits_are_on_unless_they_are_switched_off():
    from qaportal import settings

    assert settings.ATTEMPT_LIMITS == {"address": "5/h", "client": "30/h", "actor": "300/h"}
