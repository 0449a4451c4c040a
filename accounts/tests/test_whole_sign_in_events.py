"""Signing in, signing out and a new password happen together with their entry in the trail, or not at all."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts import audit
from accounts.models import AuditEntry, User

from .factories import PASSWORD

LOGIN, LOGOUT = "/account/login/", "/account/logout/"


class NotWrittenError(Exception):
    """The trail could not be written."""


@pytest.fixture
def silent_trail(monkeypatch):
    """`silent_trail()`: from now on the trail cannot be written."""

    def fail(*_given, **_named):
        raise NotWrittenError

    return lambda: monkeypatch.setattr(audit, "record", fail)


def test_nobody_is_signed_in_without_an_entry(client, tester, silent_trail):
    silent_trail()
    with pytest.raises(NotWrittenError):
        client.post(LOGIN, {"login": tester.email, "password": PASSWORD})
    assert not UserSession.objects.exists()
    tester.refresh_from_db()
    assert tester.last_login is None


def test_nobody_is_signed_out_without_an_entry(client, tester, silent_trail):
    client.post(LOGIN, {"login": tester.email, "password": PASSWORD})
    key = client.session.session_key
    silent_trail()
    with pytest.raises(NotWrittenError):
        client.post(LOGOUT)
    assert UserSession.objects.filter(session_key=key).exists()
    assert Session.objects.filter(session_key=key).exists()


def test_no_password_is_changed_without_an_entry(tester, silent_trail):
    silent_trail()
    with pytest.raises(NotWrittenError):
        get_adapter().set_password(tester, "another one 77")
    assert User.objects.get(pk=tester.pk).check_password(PASSWORD)
    assert not AuditEntry.objects.filter(action="user.password_changed").exists()


@pytest.mark.parametrize("way", ["page", "api"])
def test_a_right_password_for_an_unconfirmed_address_stands_in_the_trail(client, api, tester, way):
    User.objects.filter(pk=tester.pk).update(must_verify_email=True, is_email_verified=False)
    if way == "api":
        assert api().post("/api/auth/login", {"username": tester.email, "password": PASSWORD}).status_code == 403
    else:
        client.post(LOGIN, {"login": tester.email, "password": PASSWORD})
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert (entry.target_id, entry.facts) == (str(tester.pk), {"way": way, "reason": "email_unverified"})
