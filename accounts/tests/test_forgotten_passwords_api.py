"""A forgotten password by API: the same answer for everybody, a new password by the part of the link."""

import re

import pytest
from django.core import mail

from accounts.models import AuditEntry, TokenFamily, User
from accounts.services.passwords import reset_url
from accounts.services.users import update_user

from .factories import PASSWORD

ASK, CHOOSE = "/api/auth/forgot-password", "/api/auth/reset-password"
NEW = "another horse 43"


def token_of(user):
    return reset_url(User.objects.get(pk=user.pk)).split("/key/")[1].strip("/")


def test_unknown_and_known_addresses_are_answered_alike(api, tester, run_jobs):
    known, unknown = (api().post(ASK, {"email": email}) for email in (tester.email, "nobody@example.com"))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.json() == {"message": "If somebody has this address, a mail with a link is on its way."}
    assert run_jobs() == 2
    assert [message.to for message in mail.outbox] == [[tester.email]]


def test_both_take_the_same_steps_in_the_database(api, tester):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def steps(email):
        with CaptureQueriesContext(connection) as captured:
            api().post(ASK, {"email": email})
        return [query["sql"].split(" ")[0] for query in captured.captured_queries]

    assert steps(tester.email) == steps("nobody@example.com")


@pytest.mark.parametrize("field", ["new_password", "password", "newPassword"])
def test_the_part_of_the_mailed_link_gives_a_new_password(api, tester, run_jobs, field):
    api().post(ASK, {"email": tester.email})
    run_jobs()
    token = re.search(r"/key/(\S+?)/\s", mail.outbox[0].body).group(1)
    answer = api().post(CHOOSE, {"token": token, field: NEW})
    assert (answer.status_code, answer.json()) == (200, {"message": "The new password is stored. Sign in with it."})
    assert api().post("/api/auth/login", {"username": tester.email, "password": NEW}).status_code == 200
    assert api().post("/api/auth/login", {"username": tester.email, "password": PASSWORD}).status_code == 401


def test_it_works_once_and_ends_every_sign_in(api, tester):
    script, token = api(tester), token_of(tester)
    assert api().post(CHOOSE, {"token": token, "new_password": NEW}).status_code == 200
    assert script.get("/api/auth/me").status_code == 401
    assert set(TokenFamily.objects.values_list("end_reason", flat=True)) == {"password_changed"}
    assert AuditEntry.objects.filter(action="user.password_changed", actor=tester).count() == 1
    again = api().post(CHOOSE, {"token": token, "new_password": "third horse 44"})
    assert (again.status_code, again.json()["code"]) == (400, "token_invalid")


def test_it_opens_the_lock_of_failed_attempts(api, tester):
    for _ in range(10):
        api().post("/api/auth/login", {"username": tester.email, "password": "wrong password"})
    api().post(CHOOSE, {"token": token_of(tester), "new_password": NEW})
    assert api().post("/api/auth/login", {"username": tester.email, "password": NEW}).status_code == 200


@pytest.mark.parametrize(
    "token", ["x", "-", "1-", "-x", "zzzzzzzzzzzzz-abc", "1-abcdef-0123456789", "٧-x", "9" * 900 + "-x"]
)
def test_made_up_tokens_are_refused_by_name(api, db, token):
    answer = api().post(CHOOSE, {"token": token, "new_password": NEW})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["token"])


def test_the_token_of_somebody_who_may_not_sign_in_is_like_a_made_up_one(api, admin, tester):
    token = token_of(tester)
    update_user(actor=admin, user=tester, status="suspended")
    refused = api().post(CHOOSE, {"token": token, "new_password": NEW})
    assert refused.json() == api().post(CHOOSE, {"token": "1-x", "new_password": NEW}).json()


def test_the_token_of_one_person_gives_another_no_password(api, tester, developer):
    key = token_of(tester).partition("-")[2]
    other = f"{token_of(developer).partition('-')[0]}-{key}"
    assert api().post(CHOOSE, {"token": other, "new_password": NEW}).status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"new_password": "short"}, "new_password"),
        ({"password": "short"}, "password"),
        ({}, "new_password"),
        ({"new_password": 12345678}, "new_password"),
        ({"new_password": None}, "new_password"),
        ({"new_password": "x" * 1_001}, "new_password"),
    ],
)
def test_an_unusable_password_is_refused_by_name_and_the_token_works_on(api, tester, body, field):
    token = token_of(tester)
    answer = api().post(CHOOSE, {"token": token} | body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert api().post(CHOOSE, {"token": token, "new_password": NEW}).status_code == 200
