"""Signing in with a second factor, on the page and by API."""

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, TokenFamily
from accounts.services.second_factors import use_code

from .factories import PASSWORD, app_of, code_of, recovery_code_of

LIMIT = 10
PAGE, PLAIN, TENANT = "/account/login/", "/api/auth/login", "/api/v1/auth/login"


@pytest.fixture
def secret(tester):
    return app_of(tester)


@pytest.fixture
def password_given(client, tester, secret):
    """A browser in which the password was right, and that now asks for the second factor."""
    response = client.post(PAGE, {"login": tester.email, "password": PASSWORD})
    assert response.url == reverse("mfa_authenticate")
    return client


def show(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def by_api(api, user, **more):
    return api().post(PLAIN, {"username": user.email, "password": PASSWORD, **more})


def test_the_password_alone_opens_nothing(password_given):
    assert password_given.get("/projects/").url.startswith(PAGE)
    page = password_given.get(reverse("mfa_authenticate")).content.decode()
    assert "Your password is right" in page
    assert not AuditEntry.objects.filter(action="user.signed_in").exists()


def test_the_code_of_the_app_completes_the_sign_in(password_given, tester, secret, project):
    assert show(password_given, code_of(secret)).url == reverse("home")
    assert password_given.get("/projects/").status_code == 200
    assert AuditEntry.objects.get(action="user.signed_in").facts == {"way": "page"}


def test_blanks_and_dashes_in_a_code_do_not_matter(password_given, secret, project):
    code = code_of(secret)
    assert show(password_given, f" {code[:3]}-{code[3:]} ").status_code == 302


def test_a_wrong_code_is_told_and_leaves_the_door_shut(password_given):
    response = show(password_given, "000000")
    assert "The code is not right" in response.content.decode()
    assert password_given.get("/projects/").status_code == 302


@pytest.mark.parametrize("code", ["", "\x00", "١٢٣٤٥٦", "x" * 70, "1" * 64, "😀"])
def test_what_is_no_code_is_refused_in_words(password_given, code):
    response = show(password_given, code)
    assert response.status_code == 200
    assert password_given.get("/projects/").status_code == 302


def test_a_code_works_once(password_given, tester, secret, client, api):
    code = code_of(secret)
    show(password_given, code)
    assert by_api(api, tester, otp=code).json()["code"] == "second_factor_wrong"
    assert use_code(actor=tester, code=code) is None


def test_a_code_before_the_last_one_used_is_too_old(tester, secret):
    assert use_code(actor=tester, code=code_of(secret))
    assert use_code(actor=tester, code=code_of(secret, -1)) is None
    assert use_code(actor=tester, code=code_of(secret, 1))


def test_codes_of_one_step_before_and_after_are_taken_as_clocks_differ(tester, secret):
    assert use_code(actor=tester, code=code_of(secret, -1))
    assert use_code(actor=tester, code=code_of(secret, 1))
    assert use_code(actor=tester, code=code_of(secret, 3)) is None


def test_a_recovery_code_stands_in_once(password_given, tester, client, api, project):
    code = recovery_code_of(tester)
    assert show(password_given, code).status_code == 302
    assert password_given.get("/projects/").status_code == 200
    assert by_api(api, tester, otp=code).status_code == 401
    assert AuditEntry.objects.filter(action="recovery_code.used", actor=tester).count() == 1


def test_somebody_can_sign_in_as_somebody_else_instead(password_given):
    assert password_given.get(PAGE).url == reverse("mfa_authenticate")
    password_given.post(reverse("account_logout"))
    assert password_given.get(PAGE).status_code == 200


def test_a_page_that_asked_for_the_sign_in_opens_after_the_second_factor(client, tester, secret, project):
    client.post(PAGE, {"login": tester.email, "password": PASSWORD, "next": "/projects/"})
    assert show(client, code_of(secret)).url == "/projects/"


# -- API -------------------------------------------------------------------------------------------------------------
def test_the_api_asks_for_the_second_factor_too(api, tester, secret):
    response = by_api(api, tester)
    assert (response.status_code, response.json()["code"]) == (401, "second_factor_required")
    assert "API token" in response.json()["detail"]
    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("key", ["otp", "code"])
def test_the_api_takes_the_code_under_either_name(api, tester, secret, key):
    assert by_api(api, tester, **{key: code_of(secret)}).status_code == 200


def test_the_api_takes_a_recovery_code(api, tester, secret):
    assert by_api(api, tester, otp=recovery_code_of(tester)).status_code == 200


def test_the_tenant_style_asks_in_its_own_words(api, tester, secret):
    body = {"email": tester.email, "password": PASSWORD}
    missing = api().post(TENANT, body)
    assert (missing.status_code, missing.json()["error"]["code"]) == (401, "second_factor_required")
    wrong = api().post(TENANT, body | {"otp": "000000"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "second_factor_wrong")
    assert api().post(TENANT, body | {"code": code_of(secret)}).status_code == 200


def test_the_api_tells_nothing_of_the_second_factor_before_the_password_is_right(api, tester, secret):
    wrong = api().post(PLAIN, {"username": tester.email, "password": "wrong password", "otp": code_of(secret)})
    assert wrong.json()["code"] == "credentials_wrong"
    assert use_code(actor=tester, code=code_of(secret)), "the code was not used up"


@pytest.mark.parametrize("otp", [None, [], {}, "x" * 65])
def test_a_code_of_another_shape_is_refused_with_its_field(api, tester, secret, otp):
    response = by_api(api, tester, otp=otp)
    assert response.status_code == 400
    assert "otp" in response.json()["fields"]


def test_somebody_with_a_key_alone_uses_a_recovery_code_for_scripts(api, tester, secret):
    Authenticator.objects.filter(user=tester, type=Authenticator.Type.TOTP).update(type=Authenticator.Type.WEBAUTHN)
    assert by_api(api, tester).json()["code"] == "second_factor_required"
    assert by_api(api, tester, otp=recovery_code_of(tester)).status_code == 200


# -- guessing --------------------------------------------------------------------------------------------------------
def guess(way, client, api, user, code="000000"):
    if way == "page":
        return show(client, code)
    return by_api(api, user, otp=code)


@pytest.mark.parametrize("last", ["page", "plain"])
def test_wrong_codes_are_counted_with_wrong_passwords_on_page_and_api_alike(password_given, api, tester, secret, last):
    for _ in range(4):
        api().post(PLAIN, {"username": tester.email, "password": "wrong password"})
    for number in range(LIMIT - 5):
        guess(["page", "plain"][number % 2], password_given, api, tester)
    locking = guess(last, password_given, api, tester)
    assert (locking.status_code, locking["Retry-After"]) == (429, "900")
    for way in ("page", "plain"):
        right = guess(way, password_given, api, tester, code_of(secret))
        assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert password_given.get("/projects/").status_code == 302


@pytest.mark.parametrize(("way", "word"), [("page", "page"), ("plain", "api")])
def test_a_wrong_code_stands_in_the_trail(password_given, api, tester, secret, way, word):
    guess(way, password_given, api, tester)
    entry = AuditEntry.objects.get(action="user.sign_in_failed")
    assert (entry.actor, entry.tenant, entry.target_id) == (None, tester.tenant, str(tester.pk))
    assert entry.facts == {"way": word, "reason": "second_factor"}


def test_the_right_password_does_not_forget_wrong_codes(client, api, tester, secret):
    for _ in range(LIMIT - 1):
        client.post(PAGE, {"login": tester.email, "password": PASSWORD})
        show(client, "000000")
        client.post(reverse("account_logout"))
    assert by_api(api, tester, otp="000000").status_code == 429


def test_a_completed_sign_in_forgets_wrong_codes(password_given, tester, secret):
    for _ in range(LIMIT - 1):
        show(password_given, "000000")
    assert show(password_given, code_of(secret)).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_codes_are_kept_nowhere(password_given, api, tester, secret, caplog):
    wrong, right = "271828", code_of(secret)
    guess("page", password_given, api, tester, wrong)
    guess("plain", password_given, api, tester, wrong)
    show(password_given, right)
    kept = caplog.text + str([vars(each) for each in (*AccessAttempt.objects.all(), *AuditEntry.objects.all())])
    assert wrong not in kept
    assert right not in kept
    assert secret not in str(list(Authenticator.objects.values()))


# -- cost ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def hashes(monkeypatch):
    """How often a password was hashed."""
    from django.contrib.auth import hashers

    counted = []
    for name in ("encode", "verify"):
        original = getattr(hashers.MD5PasswordHasher, name)

        def counting(self, *args, _original=original, _name=name, **kwargs):
            counted.append(_name)
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(hashers.MD5PasswordHasher, name, counting)
    return counted


@pytest.mark.parametrize("known", [True, False])
def test_signing_in_on_the_page_costs_one_hash_and_under_15_queries(client, tester, project, hashes, known):
    form = {"login": tester.email if known else "nobody@example.com", "password": PASSWORD}
    with CaptureQueriesContext(connection) as queries:
        client.post(PAGE, form)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) < 15, "\n".join(statement[:200] for statement in statements)
    assert hashes.count("verify") + (0 if known else hashes.count("encode")) == 1


def test_signing_in_by_api_costs_one_hash_and_under_15_queries(api, tester, hashes):
    with CaptureQueriesContext(connection) as queries:
        assert by_api(api, tester).status_code == 200
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) < 15
    assert hashes.count("verify") == 1
