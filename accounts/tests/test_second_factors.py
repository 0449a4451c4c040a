"""Setting second factors up and taking them away."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connections
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.services import second_factors
from qaportal.kit import secrets
from qaportal.kit.errors import Denied

from .factories import PASSWORD, app_of, code_of, recovery_code_of

LIST, APP = "/account/second-factors/", "/account/second-factors/app/"
KEY, CODES = "/account/second-factors/key/", "/account/second-factors/recovery-codes/"


def secret_on(page):
    return re.search(r'id="app-secret">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")


@pytest.fixture
def browser(signed_in, tester):
    return signed_in(tester)


def test_an_app_is_set_up_with_the_code_it_shows(browser, tester, run_jobs):
    assert "No second factor yet" in browser.get(LIST).content.decode()
    page = browser.get(APP)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert browser.post(APP, {"code": code_of(secret_on(page))}).url == CODES
    assert "Authenticator app" in browser.get(LIST).content.decode()
    assert AuditEntry.objects.get(action="second_factor.added").facts == {"kind": "totp"}
    run_jobs()
    assert [message.to for message in mail.outbox] == [[tester.email]]
    assert "A second factor was set up" in mail.outbox[0].body


def test_the_secret_stays_the_same_while_wrong_codes_come(browser):
    secret = secret_on(browser.get(APP))
    wrong = browser.post(APP, {"code": "000000"})
    assert wrong.status_code == 422
    assert secret_on(wrong) == secret
    assert browser.post(APP, {"code": code_of(secret)}).status_code == 302


def test_the_secret_is_encrypted_in_session_and_database(browser, tester):
    secret = secret_on(browser.get(APP))
    assert secret not in str(dict(browser.session))
    browser.post(APP, {"code": code_of(secret)})
    assert secret not in str(list(Authenticator.objects.values()))
    assert "second_factor.new_app" not in browser.session


def test_the_code_that_set_the_app_up_does_not_sign_in(browser, tester):
    secret = secret_on(browser.get(APP))
    browser.post(APP, {"code": code_of(secret)})
    assert second_factors.use_code(actor=tester, code=code_of(secret)) is None


def test_there_is_one_app_at_most(browser, tester):
    app_of(tester)
    page = browser.get(APP)
    assert browser.post(APP, {"code": code_of(secret_on(page))}).status_code == 422


def test_recovery_codes_are_shown_once_and_can_be_downloaded(browser, tester):
    app_of(tester)
    page = browser.get(CODES).content.decode()
    shown = re.findall(r"<li><code>(\d{8})</code>", page)
    assert len(set(shown)) == 10
    assert 'href="data:text/plain' in page
    assert all(code in page.split('href="data:text/plain')[1].split('"')[0] for code in shown)
    assert browser.get(CODES).url == LIST
    assert not any(code in browser.get(LIST).content.decode() for code in shown)
    assert second_factors.use_code(actor=tester, code=shown[3])


def test_new_recovery_codes_replace_the_old_ones(browser, tester):
    app_of(tester)
    old = recovery_code_of(tester)
    assert browser.post(CODES).url == CODES
    assert old not in browser.get(CODES).content.decode()
    assert second_factors.use_code(actor=tester, code=old) is None
    assert AuditEntry.objects.filter(action="recovery_codes.created").count() == 1


def test_recovery_codes_need_a_factor_that_they_stand_in_for(browser):
    assert browser.post(CODES).status_code == 422
    assert browser.get(CODES).url == LIST


def test_removing_the_last_factor_takes_the_codes_along(browser, tester, run_jobs):
    app_of(tester)
    factor = Authenticator.objects.get(user=tester, type="totp")
    assert browser.post(f"{LIST}{factor.pk}/remove/").url == LIST
    assert not Authenticator.objects.filter(user=tester).exists()
    assert AuditEntry.objects.get(action="second_factor.removed").facts == {"kind": "totp"}
    run_jobs()
    assert "A second factor was removed" in mail.outbox[0].body


@pytest.mark.parametrize("act", ["remove", "rename"])
def test_nobody_touches_the_factors_of_others(browser, developer, act):
    app_of(developer)
    factor = Authenticator.objects.get(user=developer, type="totp")
    assert browser.post(f"{LIST}{factor.pk}/{act}/", {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_recovery_codes_are_not_removed_as_if_they_were_a_factor(browser, tester):
    app_of(tester)
    codes = Authenticator.objects.get(user=tester, type="recovery_codes")
    assert browser.post(f"{LIST}{codes.pk}/remove/").status_code == 404


def test_a_key_gets_another_name(browser, tester):
    key = Authenticator.objects.create(user=tester, type="webauthn", data={"name": "Blue", "credential": {}})
    browser.post(f"{LIST}{key.pk}/rename/", {"name": " <b>Red</b> "})
    assert "&lt;b&gt;Red&lt;/b&gt;" in browser.get(LIST).content.decode()
    assert AuditEntry.objects.get(action="second_factor.updated").changes == {"name": ["Blue", "<b>Red</b>"]}
    browser.post(f"{LIST}{key.pk}/rename/", {"name": "x" * 101})
    assert Authenticator.objects.get().wrap().name == "<b>Red</b>"


KEY_LIKE = {"id": "AA", "rawId": "AA", "type": "public-key"}
RESPONSES = (
    {"clientDataJSON": "e30"},
    {"clientDataJSON": "e30", "attestationObject": "oA", "authenticatorData": "AA", "signature": "AA"},
)
FORGED = ["", "null", "[]", "{}", '"text"', "not json", '{"id": 5}', json.dumps(KEY_LIKE | {"type": "x"})]
FORGED += [json.dumps(KEY_LIKE | {"response": response}) for response in RESPONSES]


@pytest.mark.parametrize("credential", FORGED)
def test_what_no_key_answers_is_refused_in_words(browser, tester, credential):
    browser.get(KEY)
    response = browser.post(KEY, {"name": "Blue", "credential": credential})
    assert response.status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", FORGED)
def test_a_forged_answer_of_a_key_signs_nobody_in(client, tester, credential):
    app_of(tester)
    client.post("/account/login/", {"login": tester.email, "password": PASSWORD})
    response = client.post(reverse("mfa_authenticate"), {"credential": credential})
    assert response.status_code == 200
    assert client.get("/projects/").status_code == 302


# -- an administrator takes the factors of somebody who lost them away -------------------------------------------------
def test_an_administrator_resets_the_factors_of_somebody_who_lost_them(admin, tester, signed_in, api, run_jobs):
    app_of(tester)
    theirs, script = signed_in(tester), api(tester)
    second_factors.reset_second_factors(actor=admin, user=tester)
    assert not Authenticator.objects.filter(user=tester).exists()
    assert theirs.get("/projects/").status_code == 302
    assert script.get("/api/auth/me").status_code == 401
    assert AuditEntry.objects.filter(action="second_factor.reset", actor=admin).exists()
    run_jobs()
    assert mail.outbox[0].to == [tester.email]


@pytest.mark.parametrize("actor", ["lead", "stranger"])
def test_others_reset_nobodys_factors(request, tester, actor):
    app_of(tester)
    with pytest.raises(Denied):
        second_factors.reset_second_factors(actor=request.getfixturevalue(actor), user=tester)


def test_the_secrets_of_factors_are_encrypted_anew_with_the_rest(tester, settings):
    secret = app_of(tester)
    from cryptography.fernet import Fernet

    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    rotated = secrets.rotate()
    assert (rotated.renewed, rotated.unreadable) == (2, [])
    assert second_factors.use_code(actor=tester, code=code_of(secret))


@pytest.mark.django_db(transaction=True)
def test_a_code_that_comes_many_times_at_once_works_once(tester):
    secret = app_of(tester)
    for code in (code_of(secret), recovery_code_of(tester)):
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda given: _in_a_thread(tester, given), [code] * 6))
        assert found.count(True) == 1


def _in_a_thread(user, code):
    try:
        return second_factors.use_code(actor=user, code=code) is not None
    finally:
        connections.close_all()
