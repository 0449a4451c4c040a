"""Confirming who one is at the company's identity provider."""

import time

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.sign_in import oidc

from .openid import parameters_of

AGAIN, THERE, DANGEROUS = "/account/reauthenticate/", "/account/reauthenticate/company/", "/account/second-factors/"


@pytest.fixture
def stale(signed_in, tester, company_provider):
    """A session of somebody who came by the provider an hour ago and has no password."""
    tester.set_unusable_password()
    tester.save()
    SocialAccount.objects.create(user=tester, provider=str(company_provider.pk), uid="tomas")
    return signed_in(tester, way="socialaccount", ago=3600)


def confirm(browser, openid, subject="tomas", **claims):
    openid.add_person(subject, email=f"{subject}@tessarin.example", email_verified=True, **claims)
    there = browser.get(THERE, {"next": DANGEROUS}).url
    return browser.get(openid.sign_in(there, subject).removeprefix("http://testserver"))


def test_whoever_has_no_password_is_led_to_the_provider(stale, openid):
    asked = stale.get(stale.get(DANGEROUS).url)
    assert asked.url == f"{THERE}?next=%2Faccount%2Fsecond-factors%2F"
    given = parameters_of(stale.get(asked.url).url)
    assert (given["prompt"], given["max_age"]) == ("login", "0")


def test_signing_in_there_again_will_do(stale, openid):
    assert confirm(stale, openid).url == DANGEROUS
    assert stale.get(DANGEROUS).status_code == 200


def test_somebody_else_there_confirms_nothing(stale, openid, tester):
    response = confirm(stale, openid, "somebody-else")
    assert "as somebody else" in response.content.decode()
    assert stale.get(DANGEROUS).status_code == 302
    assert stale.get("/account/").context["user"] == tester


@pytest.mark.parametrize("ago", [7200, 15 * 60 + 5, -7200])
def test_a_provider_that_did_not_ask_again_confirms_nothing(stale, openid, ago):
    response = confirm(stale, openid, auth_time=int(time.time()) - ago)
    assert "does not say that it asked you to sign in again" in response.content.decode()
    assert stale.get(DANGEROUS).status_code == 302


@pytest.mark.parametrize("moment", [None, "now", True, [1], {"at": 1}, 10**400, -(10**400), float("nan")])
def test_a_provider_that_does_not_say_when_it_asked_confirms_nothing(stale, openid, moment, monkeypatch):
    believed = oidc.verified_claims
    monkeypatch.setattr(oidc, "verified_claims", lambda **given: believed(**given) | {"auth_time": moment})
    response = confirm(stale, openid)
    assert "does not say that it asked you to sign in again" in response.content.decode()
    assert stale.get(DANGEROUS).status_code == 302


def test_confirming_there_does_not_exempt_from_the_second_factor(signed_in, tester, admin, company_provider, openid):
    from accounts.services.tenants import set_second_factor_required

    SocialAccount.objects.create(user=tester, provider=str(company_provider.pk), uid="tomas")
    browser = signed_in(tester, ago=3600)
    set_second_factor_required(actor=admin, tenant=tester.tenant, required=True)
    confirm(browser, openid)
    assert browser.get("/projects/").url == DANGEROUS


def test_whoever_never_came_by_the_provider_is_asked_for_his_password(signed_in, tester, company_provider):
    browser = signed_in(tester, ago=3600)
    assert browser.get(THERE).url == AGAIN
    assert browser.get(AGAIN).status_code == 200
