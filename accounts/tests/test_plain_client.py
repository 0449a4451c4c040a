"""A client that was written from the document of sign-in and users alone does all that it describes."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import TenantDomain

from .factories import PASSWORD
from .over_http import inside_the_transaction
from .plain_client import PlainClient, Refused

BASE = "http://localhost:8000/api"
"""The address that the document names."""
ADDRESS, NEW = "nina@tessarin.example", "another horse 43"


@pytest.fixture
def connect(db):
    """`connect()`: a client that is not signed in; `connect(user)`: one that is."""
    with inside_the_transaction() as transport:

        def open_client(user=None):
            client = PlainClient(BASE, transport)
            if user is not None:
                client.login(user.email, PASSWORD)
            return client

        yield open_client


@pytest.fixture
def domain(tenant, admin):
    return TenantDomain.objects.create(tenant=tenant, domain="tessarin.example", verified_at=timezone.now())


def test_signing_in_refreshing_and_who_one_is(connect, tester, admin):
    client = connect(tester)
    assert (client.me()["email"], client.me()["role"]) == (tester.email, "tester")
    first = client.token
    client.refresh()
    assert client.token != first
    assert client.me()["id"] == tester.pk
    assert connect(admin).me()["role"] == "admin"


def test_without_a_token_or_with_a_wrong_password_nobody_comes_in(connect, tester):
    for refused in (lambda: connect().me(), lambda: connect().users(), lambda: connect().login(tester.email, NEW)):
        with pytest.raises(Refused) as refusal:
            refused()
        assert refusal.value.status == 401


def test_users_are_listed_read_changed_and_deleted(connect, admin, tester):
    client = connect(admin)
    assert {row["email"] for row in client.users()} == {admin.email, tester.email}
    assert client.user(tester.pk)["full_name"] == "Tomas Reyl"
    assert client.update_user(tester.pk, full_name="Tim Rail", role="admin")["role"] == "admin"
    assert client.update_user(tester.pk, role="tester", is_active=False)["is_active"] is False
    assert client.user(tester.pk)["full_name"] == "Tim Rail"
    client.delete_user(tester.pk)
    with pytest.raises(Refused) as refusal:
        client.user(tester.pk)
    assert refusal.value.status == 404


def test_a_forgotten_password_is_replaced(connect, tester, run_jobs):
    client = connect()
    assert client.forgot_password(tester.email) == client.forgot_password("nobody@example.com")
    run_jobs()
    (message,) = mail.outbox
    token = re.search(r"/key/(\S+?)/\s", message.body).group(1)
    client.reset_password(token, NEW)
    client.login(tester.email, NEW)
    assert client.me()["email"] == tester.email


def test_registering_is_refused_where_nobody_may(connect, domain, tester):
    for address, status in (("nina@elsewhere.example", 403), (tester.email, 403)):
        with pytest.raises(Refused) as refusal:
            connect().register(address, PASSWORD, "Nina New")
        assert refusal.value.status == status


def test_somebody_registers_and_confirms_with_the_code_of_the_mail(connect, domain, run_jobs):
    client = connect()
    made = client.register(ADDRESS, PASSWORD, "Nina New")
    assert (made["full_name"], made["role"], made["is_email_verified"]) == ("Nina New", "tester", False)
    with pytest.raises(Refused) as refusal:
        client.login(ADDRESS, PASSWORD)
    assert refusal.value.status == 403
    client.resend_verification(ADDRESS)
    run_jobs()
    code = re.search(r"code: (\S+)", mail.outbox[-1].body).group(1)
    client.verify_email(code)
    client.login(ADDRESS, PASSWORD)
    assert client.me()["is_email_verified"] is True
