"""The platform asks its administrators for a second factor, at every door."""

import pytest

from accounts.models import User

from .factories import PASSWORD, UserFactory, app_of, code_of

SETUP = "/account/second-factors/"


@pytest.fixture
def platform(db) -> User:
    return UserFactory(tenant=None, role_code="super_admin")


@pytest.fixture
def required(settings):
    settings.PLATFORM_SECOND_FACTOR = True


def test_a_first_installation_asks_for_none(settings):
    assert settings.PLATFORM_SECOND_FACTOR is False


@pytest.mark.parametrize("path", ["/administration/companies/", "/admin/", "/admin/accounts/user/", "/account/"])
def test_pages_and_the_data_administration_lead_to_setting_one_up(signed_in, platform, required, path):
    browser = signed_in(platform)
    assert (browser.get(path).status_code, browser.get(path).url) == (302, SETUP)
    assert "The platform asks its administrators for a second factor" in browser.get(SETUP).content.decode()


def test_the_api_says_so_to_a_session_and_to_a_token_of_before(signed_in, api, platform, settings):
    script = api(platform)
    assert script.get("/api/auth/me").status_code == 200
    settings.PLATFORM_SECOND_FACTOR = True
    for caller in (script, signed_in(platform)):
        answer = caller.get("/api/auth/me")
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
        assert "The platform asks" in answer.content.decode()


@pytest.mark.parametrize(("path", "key"), [("/api/auth/login", "username"), ("/api/v1/auth/login", "email")])
def test_the_api_hands_out_no_tokens(api, platform, required, path, key):
    answer = api().post(path, {key: platform.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "second_factor_missing" in answer.content.decode()


def test_everything_opens_once_it_is_set_up(signed_in, api, platform, required):
    secret = app_of(platform)
    assert signed_in(platform).get("/admin/").status_code == 200
    assert api(platform).get("/api/auth/me").status_code == 200
    body = {"username": platform.email, "password": PASSWORD, "otp": code_of(secret)}
    assert api().post("/api/auth/login", body).status_code == 200


def test_people_of_companies_are_not_concerned(signed_in, api, admin, required):
    assert signed_in(admin).get("/admin/").status_code == 200
    assert api(admin).get("/api/auth/me").status_code == 200


@pytest.mark.parametrize("way", ["session", "token"])
def test_whoever_is_held_back_is_counted_all_the_same(signed_in, api, platform, required, settings, way):
    settings.API_RATE_LIMITS = {"user": "2/h"}
    caller = signed_in(platform) if way == "session" else api(platform)
    answers = [caller.get("/api/auth/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert answers[0]["X-RateLimit-Remaining"] == "1"
    assert int(answers[2]["Retry-After"]) > 0


def test_whoever_lacks_what_his_company_asks_for_is_counted_under_his_name(signed_in, tester, tenant, lead, settings):
    tenant.settings = {"requireSecondFactor": True}
    tenant.save()
    settings.API_RATE_LIMITS = {"user": "1/h"}
    assert [signed_in(tester).get("/api/projects").status_code for _ in range(2)] == [403, 429]
    assert signed_in(lead).get("/api/projects").status_code == 403, "another person has a count of his own"
