"""Signing in as people do: with an app, with a security key, and through the company's identity provider."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.tests.factories import PASSWORD, app_of, code_of
from accounts.tests.fixtures import connected_provider

pytestmark = pytest.mark.django_db(transaction=True)
A_KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_password(page: Page, url: str, email: str) -> None:
    page.goto(url)
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("summary", has_text=", your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")


def set_up_app(page: Page, portal) -> tuple[str, list[str]]:
    """Set an authenticator app up on its page; answers its secret and the recovery codes."""
    page.goto(portal.address("/account/"))
    page.get_by_role("link", name="Second factors").click()
    page.get_by_role("link", name="Set up an authenticator app").click()
    expect(page.get_by_alt_text("QR code")).to_be_visible()
    page.get_by_text("The picture cannot be scanned?").click()
    secret = page.locator("#app-secret").inner_text().replace(" ", "")
    page.get_by_label("Code of the app").fill("000000")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("The code is not right")).to_be_visible()
    page.get_by_label("Code of the app").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[0] in download.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 codes are left")).to_be_visible()
    return secret, codes


def show_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()


def test_an_app_is_set_up_and_asked_for(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    secret, codes = set_up_app(page, portal)
    sign_out(page)
    give_password(page, portal.url, tester.email)
    show_code(page, "000000")
    expect(page.get_by_text("The code is not right")).to_be_visible()
    show_code(page, code_of(secret, 1))
    expect(page.locator("#sidebar")).to_be_attached()

    sign_out(page)
    give_password(page, portal.url, tester.email)
    show_code(page, codes[3])
    expect(page.locator("#sidebar")).to_be_attached()


def test_a_security_key_is_set_up_asked_for_and_confirms(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    key = chrome.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})["authenticatorId"]
    page.goto(portal.address("/account/second-factors/key/"))
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("cell", name="Blue key", exact=True)).to_be_visible()

    sign_out(page)
    give_password(page, portal.url, tester.email)
    page.get_by_role("button", name="Use a security key").click()
    expect(page.locator("#sidebar")).to_be_attached()

    sign_out(page)
    give_password(page, portal.url, tester.email)
    chrome.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_text("asked no key, or you stopped it")).to_be_visible()
    expect(page.locator("#sidebar")).not_to_be_attached()


@pytest.fixture
def company(portal, openid, tenant, settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    settings.ORIGIN = portal.url
    openid.add_person("nora", email="nora@tessarin.example", email_verified=True, name="Nora New")
    return connected_provider(openid, tenant, "tessarin.example")


def come_by_company(browser: Browser, url: str) -> Page:
    """Sign in through the provider; what the content policy stopped on the way is kept in `page.stopped`."""
    page = browser.new_context().new_page()
    page.stopped = []
    page.on("console", lambda message: page.stopped.append(message.text) if "Security Policy" in message.text else None)
    page.goto(url)
    page.get_by_label("Work e-mail").fill("nora@tessarin.example")
    page.get_by_role("button", name="Continue with your company").click()
    page.wait_for_url(re.compile("/oauth2/authorize"))
    page.locator("input[name=sub]").fill("nora")
    page.get_by_role("button", name="Authorize", exact=True).click()
    return page


def test_somebody_new_comes_in_through_the_company(portal, browser, company):
    page = come_by_company(browser, portal.address("~/cases/"))
    page.wait_for_url(portal.address("~/cases/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.stopped == []
    assert User.objects.get(email="nora@tessarin.example").full_name == "Nora New"
    page.goto(portal.address("/account/sessions/"))
    expect(page.get_by_text("this one")).to_be_visible()
    page.context.close()


def test_somebody_from_outside_is_told_why_not(portal, browser, company):
    company.tenant.domains.update(verified_at=None)
    page = browser.new_context().new_page()
    page.goto(portal.address(f"/account/company/{company.pk}/"))
    page.locator("input[name=sub]").fill("nora")
    page.get_by_role("button", name="Authorize", exact=True).click()
    expect(page.get_by_text("do not belong to your company here")).to_be_visible()
    page.context.close()


def test_whoever_has_to_have_a_second_factor_sets_it_up_first(portal, signed_in_page, tester, admin, tenant):
    from accounts.services.tenants import set_second_factor_required

    app_of(admin)
    page = signed_in_page(tester)
    set_second_factor_required(actor=admin, tenant=tenant, required=True)
    page.goto(portal.address("~/cases/"))
    expect(page.get_by_text("Set one up to go on")).to_be_visible()
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_text("The picture cannot be scanned?").click()
    secret = page.locator("#app-secret").inner_text().replace(" ", "")
    page.get_by_label("Code of the app").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="I have kept them").click()
    page.goto(portal.address("~/cases/"))
    page.wait_for_url(portal.address("~/cases/"))
