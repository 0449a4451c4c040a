"""Codes of one person are looked at a few times an hour, from however many addresses they come."""

import pytest
from django.test import Client

from .factories import PASSWORD, UserFactory, app_of, code_of

PAGE, CODE, API, AGAIN = (
    "/account/login/",
    "/account/second-factor/",
    "/api/auth/login",
    "/account/reauthenticate/code/",
)


@pytest.fixture
def secret(tester, settings):
    settings.SECOND_FACTOR_RATE = "4/h"
    return app_of(tester)


def by_api(api, user, code, number):
    body = {"username": user.email, "password": PASSWORD, "otp": code}
    return api().post(API, body, REMOTE_ADDR=f"203.0.{number}.7")


def on_the_page(user, code, number):
    browser = Client(REMOTE_ADDR=f"198.51.{number}.7")
    browser.post(PAGE, {"login": user.email, "password": PASSWORD})
    return browser.post(CODE, {"code": code})


def test_page_and_api_count_together_whatever_the_address(api, tester, secret):
    guesses = [by_api(api, tester, "000000", number).status_code for number in range(2)]
    guesses += [on_the_page(tester, "000000", number).status_code for number in range(2)]
    assert guesses == [401, 401, 200, 200]
    refused = by_api(api, tester, code_of(secret), 9)
    assert refused.status_code == 429, "the right code is not looked at any more"
    assert 0 < int(refused["Retry-After"]) <= 3600
    page = on_the_page(tester, code_of(secret), 9)
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 3600


def test_confirming_who_one_is_counts_too(signed_in, api, tester, secret):
    browser = signed_in(tester, ago=3600)
    for number in range(4):
        browser.post(AGAIN, {"code": "000000"}, REMOTE_ADDR=f"203.0.{number}.7")
    assert browser.post(AGAIN, {"code": code_of(secret)}, REMOTE_ADDR="203.0.9.7").status_code == 429
    assert by_api(api, tester, code_of(secret), 8).status_code == 429


def test_others_are_not_held_up(api, tester, tenant, secret):
    for number in range(5):
        by_api(api, tester, "000000", number)
    other = UserFactory(tenant=tenant)
    assert by_api(api, other, code_of(app_of(other)), 1).status_code == 200


def test_sixty_an_hour_are_looked_at_unless_the_operator_says_otherwise(settings):
    assert settings.SECOND_FACTOR_RATE == "60/h"
