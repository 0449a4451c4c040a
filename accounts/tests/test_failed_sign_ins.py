import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import UserStatus
from accounts.models import AuditEntry, RequestRecord

from .factories import PASSWORD

LIMIT = 10


@pytest.fixture
def attempt(api):
    """`attempt(way, address, password)`: one attempt to sign in, on the page or by one of the API's ways."""

    def post(way, address, password="wrong password"):
        if way == "page":
            return Client().post(reverse("account_login"), {"login": address, "password": password})
        path, name = {"plain": ("auth", "username"), "tenant": ("v1/auth", "email")}[way]
        return api().post(f"/api/{path}/login", {name: address, "password": password})

    return post


def written():
    return str([list(entry.values()) for entry in (*AuditEntry.objects.values(), *RequestRecord.objects.values())])


WAYS = pytest.mark.parametrize(("way", "word"), [("page", "page"), ("plain", "api"), ("tenant", "api")])


@WAYS
def test_a_wrong_password_stands_in_the_trail_of_whose_it_was(attempt, tester, way, word):
    attempt(way, tester.email.upper(), "canary-password")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.tenant) == ("user.sign_in_failed", None, tester.tenant)
    assert (entry.target_type, entry.target_id) == ("accounts.user", str(tester.pk))
    assert entry.facts == {"way": word, "reason": "password"}
    record = RequestRecord.objects.get()
    assert (record.tenant, record.user) == (tester.tenant, None)
    assert "canary-password" not in written()


@WAYS
def test_whoever_may_not_work_is_told_apart_in_the_trail_alone(attempt, tester, way, word):
    tester.status = UserStatus.SUSPENDED
    tester.save()
    refused = attempt(way, tester.email, PASSWORD)
    assert AuditEntry.objects.get().facts == {"way": word, "reason": "not_active"}
    assert refused.status_code == attempt(way, tester.email).status_code


@WAYS
def test_an_unknown_address_leaves_an_entry_without_it(attempt, tester, way, word):
    attempt(way, "canary@example.com")
    entry = AuditEntry.objects.get()
    assert (entry.tenant, entry.target_type, entry.target_label) == (None, "", "")
    assert entry.facts == {"way": word, "reason": "address"}
    assert RequestRecord.objects.get().tenant is None
    assert "canary" not in written()


@WAYS
def test_a_password_in_the_field_of_the_address_is_kept_nowhere(attempt, tester, way, word, caplog):
    attempt(way, "canary-password@example.com", "x")
    attempt(way, "canary-password", "x")
    assert "canary" not in written() + caplog.text


@WAYS
def test_unknown_and_known_addresses_take_the_same_steps(attempt, tester, way, word):
    attempt(way, "first@example.com")  # makes the row that limits count in
    steps = []
    for address in (tester.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            attempt(way, address)
        steps.append([query["sql"].split()[0] for query in queries.captured_queries])
    assert steps[0] == steps[1]


@WAYS
def test_the_lock_stands_in_the_trail_once(attempt, tester, way, word):
    for _ in range(LIMIT + 3):
        attempt(way, tester.email)
    assert AuditEntry.objects.filter(action="user.sign_in_failed").count() == LIMIT
    entry = AuditEntry.objects.get(action="user.locked_out")
    assert (entry.tenant, entry.target_label, entry.facts) == (tester.tenant, str(tester), {"way": word})
    assert RequestRecord.objects.filter(status=429).count() == 4


def test_the_lock_of_an_unknown_address_tells_nothing_of_it(attempt, db):
    for _ in range(LIMIT + 1):
        attempt("plain", "canary@example.com")
    assert AuditEntry.objects.filter(action="user.locked_out", target_type="", tenant=None).count() == 1
    assert "canary" not in written()


def test_an_attempt_without_a_request_is_written_down_too(tester, rf):
    assert authenticate(rf.post("/"), email=tester.email, password="wrong") is None
    assert AuditEntry.objects.get().facts == {"way": "page", "reason": "password"}


def test_a_successful_sign_in_is_no_failed_one(attempt, tester):
    attempt("plain", tester.email, PASSWORD)
    assert not AuditEntry.objects.filter(action="user.sign_in_failed").exists()
    record = RequestRecord.objects.get()
    assert (record.user, record.tenant, record.request_body["username"]) == (tester, tester.tenant, tester.email)
