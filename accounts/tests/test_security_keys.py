"""Security keys as second factors, with a key in software."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AuditEntry

from .factories import PASSWORD, recovery_code_of
from .soft_key import SoftKey

KEY, PAGE, AGAIN = "/account/second-factors/key/", "/account/second-factor/", "/account/reauthenticate/key/"


def options_on(page):
    return json.loads(re.search(r'<script id="key-options"[^>]*>(.*?)</script>', page.content.decode(), re.DOTALL)[1])


@pytest.fixture(autouse=True)
def by_https(monkeypatch):
    """Keys answer only to pages that come by https."""
    monkeypatch.setattr(Client, "_base_environ", _secure(Client._base_environ))


def _secure(original):
    return lambda self, **request: original(self, **{"wsgi.url_scheme": "https", "SERVER_PORT": "443", **request})


@pytest.fixture
def key(signed_in, tester):
    """A key that the tester has set up."""
    made, browser = SoftKey(), signed_in(tester)
    response = browser.post(KEY, {"name": "Blue", "credential": made.create(options_on(browser.get(KEY)))})
    assert response.url == "/account/second-factors/recovery-codes/"
    return made


@pytest.fixture
def password_given(client, tester, key):
    client.post("/account/login/", {"login": tester.email, "password": PASSWORD})
    return client


def show(browser, key, **how):
    return browser.post(PAGE, {"credential": key.get(options_on(browser.get(PAGE)), **how)})


def test_a_key_that_is_set_up_completes_the_sign_in(password_given, tester, key, project):
    assert show(password_given, key).status_code == 302
    assert password_given.get("/projects/").status_code == 200
    assert Authenticator.objects.get(user=tester, type="webauthn").last_used_at
    assert AuditEntry.objects.get(action="second_factor.added").facts == {"kind": "webauthn"}


def test_a_recovery_code_stands_in_for_it(password_given, tester, key, project):
    assert password_given.post(PAGE, {"code": recovery_code_of(tester)}).status_code == 302
    assert password_given.get("/projects/").status_code == 200


def test_a_wrong_signature_another_key_and_another_site_are_refused_and_counted(password_given, key):
    stranger, phished = SoftKey(), SoftKey()
    phished.id, phished.private, phished.origin = key.id, key.private, "https://testserver.evil.example"
    for answer in (
        show(password_given, key, spoil=True),
        show(password_given, stranger),
        show(password_given, phished),
    ):
        assert answer.status_code == 200
        assert "was not recognised" in answer.content.decode()
    for _ in range(6):
        show(password_given, stranger)
    assert show(password_given, stranger).status_code == 429
    assert password_given.get("/projects/").status_code == 302


def test_an_answer_cannot_be_sent_twice(password_given, key, client):
    answer = key.get(options_on(password_given.get(PAGE)))
    password_given.get(PAGE)
    assert password_given.post(PAGE, {"credential": answer}).status_code == 200


def test_a_key_of_somebody_else_does_not_help(client, signed_in, developer, key, tester):
    other, browser = SoftKey(), signed_in(developer)
    browser.post(KEY, {"name": "Red", "credential": other.create(options_on(browser.get(KEY)))})
    client.post("/account/login/", {"login": tester.email, "password": PASSWORD})
    assert show(client, other).status_code == 200


def test_a_key_confirms_who_one_is(signed_in, tester, key):
    browser = signed_in(tester, ago=3600)
    answer = {"credential": key.get(options_on(browser.get(AGAIN))), "next": "/account/second-factors/"}
    assert browser.post(AGAIN, answer).url == "/account/second-factors/"
    assert browser.get("/account/second-factors/").status_code == 200


def test_a_key_is_not_set_up_with_the_answer_to_another_question(signed_in, tester, developer):
    made, browser = SoftKey(), signed_in(tester)
    answer = made.create(options_on(signed_in(developer).get(KEY)))
    browser.get(KEY)
    assert browser.post(KEY, {"name": "Blue", "credential": answer}).status_code == 422
    assert not Authenticator.objects.exists()
