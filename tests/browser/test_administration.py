"""Running a company: inviting, giving roles, handing out tokens, shutting somebody out; by mouse and by keyboard."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from accounts.models import ApiToken, Invitation, Role, User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(page, verb: str) -> None:
    """Answer the question that the portal asks before something ends."""
    page.locator("#confirm-dialog").get_by_role("button", name=verb, exact=True).click()


def told(page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_somebody_is_invited_joins_and_signs_in(portal, signed_in_page, browser, admin):
    page = signed_in_page(admin)
    page.goto(portal.address("/administration/people/"))
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Invite people")).to_be_visible()
    page.get_by_label("Work e-mails").fill("Petra Lund <petra@tessarin.example>, nonsense")
    page.get_by_label("Role in the company").select_option(label="Viewer")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("This is no e-mail address.")).to_be_visible()
    expect(page.get_by_label("Work e-mails")).to_have_value("nonsense")
    page.get_by_role("link", name="Invitations").first.click()
    page.get_by_role("button", name="Show the link of petra@tessarin.example").click()
    link = page.locator("code").first.inner_text()

    theirs = browser.new_context().new_page()
    join(theirs, portal.url + urlsplit(link).path)
    assert User.objects.get(email="petra@tessarin.example").role.code == "viewer"
    theirs.goto(portal.url + "/account/logout/")
    theirs.get_by_role("button", name="Sign out").click()
    theirs.get_by_label("Work e-mail").fill("petra@tessarin.example")
    theirs.get_by_label("Password").fill("a long one 42")
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.locator("#sidebar")).to_be_attached()
    theirs.context.close()
    assert Invitation.objects.get().state == "accepted"


def join(page, address: str) -> None:
    """Accept the invitation of Petra: at first with a password that is too short."""
    page.goto(address)
    expect(page.get_by_role("heading", name=re.compile("^Join "))).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Petra")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("This password is too short.")).to_be_visible()
    page.get_by_label("Password").fill("a long one 42")
    page.keyboard.press("Enter")
    expect(page.locator("#sidebar")).to_be_attached()


def test_a_role_is_made_and_given(portal, signed_in_page, admin, tester):
    page = signed_in_page(admin)
    page.goto(portal.address("/administration/roles/"))
    page.keyboard.press("c")
    page.get_by_role("textbox", name="Name").fill("Release reader")
    page.get_by_label("Based on", exact=True).select_option(label="Viewer")
    write = page.get_by_role("checkbox", name=re.compile("^Write test cases"))
    expect(write).to_be_disabled()
    page.get_by_role("checkbox", name="Read test cases").uncheck()
    page.get_by_role("button", name="Make the role").click()
    told(page, "The role Release reader is made.")
    made = Role.objects.get(name="Release reader")
    assert ("release.view" in made.granted, "case.view" in made.granted) == (True, False)

    page.goto(portal.address(f"/administration/people/{tester.pk}/"))
    page.get_by_label("Role in the company").select_option(label="Release reader")
    page.get_by_role("button", name="Save", exact=True).click()
    told(page, "is saved")
    tester.refresh_from_db()
    assert tester.role == made


def test_a_role_in_a_project_is_changed_where_it_is_seen(portal, signed_in_page, admin, tester):
    page = signed_in_page(admin)
    page.goto(portal.address(f"/administration/people/{tester.pk}/"))
    page.get_by_label("Project", exact=True).select_option(label="PAY Payments platform")
    page.get_by_label("Role there").select_option(label="Developer")
    page.get_by_role("button", name="Give the role").click()
    page.get_by_label("Role in PAY", exact=True).select_option(label="Viewer")
    told(page, "The role in PAY is changed")
    assert tester.memberships.get().role.code == "viewer"
    page.get_by_role("button", name="Take the role in PAY away").click()
    expect(page.get_by_text("None of their own")).to_be_visible()
    assert not tester.memberships.exists()


def test_a_token_is_made_and_revoked(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("/account/tokens/"))
    page.get_by_role("link", name="Make a token").click()
    page.get_by_label("Name").fill("Nightly build")
    expect(page.get_by_label("Last day of use")).to_be_hidden()
    page.get_by_label("On a day of your choice").check()
    expect(page.get_by_label("Last day of use")).to_be_visible()
    page.get_by_label("In 30 days").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("It is shown only now.")).to_be_visible()
    assert page.locator("code").first.inner_text().startswith("qap_")
    page.get_by_role("link", name="Back to your tokens").click()
    page.get_by_role("button", name="Revoke Nightly build").click()
    confirm(page, "Revoke")
    told(page, "The token Nightly build is revoked")
    assert ApiToken.objects.get().state == "revoked"


def test_people_are_suspended_from_the_list_and_are_out_at_once(portal, signed_in_page, admin, tester):
    theirs, page = signed_in_page(tester), signed_in_page(admin)
    page.goto(portal.address("/administration/people/"))
    page.get_by_role("checkbox", name="Pick Tomas Reyl").check()
    page.get_by_role("button", name="Suspend").click()
    confirm(page, "Suspend")
    told(page, "1 person suspended")
    tester.refresh_from_db()
    assert tester.status == "suspended"
    theirs.reload()
    expect(theirs.get_by_role("button", name="Sign in")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Suspended")).click()
    page.get_by_role("link", name="Tomas Reyl").click()
    page.get_by_role("button", name="Reactivate").click()
    told(page, "Tomas Reyl may sign in again")


def test_people_are_found_while_one_types(portal, signed_in_page, admin, lead, tester):
    page = signed_in_page(admin)
    page.goto(portal.address("/administration/people/"))
    page.get_by_role("searchbox").type("reyl")
    expect(page.get_by_role("link", name="Tomas Reyl")).to_be_visible()
    expect(page.get_by_role("link", name="Ines Valko")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=reyl"))
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("link", name="Ines Valko")).to_be_visible()


def test_the_platform_administrator_adds_a_company_and_invites_its_first_administrator(portal, signed_in_page):
    page = signed_in_page(UserFactory(tenant=None, role_code="super_admin"))
    page.goto(portal.address("/administration/companies/"))
    page.keyboard.press("c")
    page.get_by_label("Name").fill("Nordlicht")
    page.get_by_label("Slug").fill("nordlicht")
    page.get_by_label("Seats").fill("5")
    page.keyboard.press("Control+Enter")
    told(page, "Nordlicht is here. Invite its first administrator")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Work e-mails").fill("runa@nordlicht.example")
    page.get_by_label("Role in the company").select_option(label="Administrator")
    page.get_by_role("button", name="Send the invitations").click()
    told(page, "1 invitation is on its way")
    made = Invitation.objects.get()
    assert (made.tenant.slug, made.role.code) == ("nordlicht", "tenant_admin")


def test_a_role_is_made_without_script(portal, signed_in_page, admin):
    page = signed_in_page(admin, java_script_enabled=False)
    page.goto(portal.address("/administration/roles/new/"))
    page.get_by_role("textbox", name="Name").fill("Reporter")
    page.get_by_label("Based on", exact=True).select_option(label="Developer")
    page.get_by_role("button", name="Show what this base can have").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Reporter")
    expect(page.get_by_role("checkbox", name=re.compile("^Write test cases"))).to_be_disabled()
    page.get_by_role("button", name="Make the role").click()
    expect(page.get_by_role("link", name="Reporter")).to_be_visible()
    assert Role.objects.get(name="Reporter").code == "developer"
