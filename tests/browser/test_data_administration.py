"""The data administration in a browser: its scripts run under the content policy, and the rules of the portal hold."""

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, User

from .looking import AXE, NARROW, WIDE, over_the_edge, violations

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "accounts/user/", "accounts/role/add/", "accounts/membership/add/", "runs/testrun/", "catalog/testcase/")


def test_a_person_is_changed_refused_deleted_and_brought_back(portal, signed_in_page, admin, tester):
    page = signed_in_page(admin)
    page.goto(portal.address("/projects/"))
    page.locator("#sidebar").get_by_role("link", name="Data (admin)").click()
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name=tester.email).click()
    page.get_by_label("First name").fill("Thomas")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Thomas Reyl is saved.")).to_be_visible()
    page.get_by_role("link", name=admin.email).click()
    page.get_by_label("Status").select_option("suspended")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This is you. Somebody else has to do it.")
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="People").click()
    page.get_by_role("link", name=tester.email).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Thomas Reyl is deleted.")).to_be_visible()
    page.get_by_role("link", name="Deleted", exact=True).click()
    page.get_by_role("link", name=tester.email).click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Done for 1 row.")).to_be_visible()
    assert User.objects.living().filter(pk=tester.pk).exists()


def test_people_are_looked_up_while_one_types(portal, signed_in_page, admin, tester, stranger):
    page = signed_in_page(admin)
    page.goto(portal.address("/admin/accounts/membership/add/"))
    for field, typed, found in (("User", "reyl", tester.email), ("Project", "pay", "PAY Payments platform")):
        page.get_by_role("combobox", name=field).click()
        page.locator(".select2-search__field").fill(typed)
        offered = page.locator(".select2-results__option")
        expect(offered).to_have_count(1)
        expect(offered).to_contain_text(found)
        offered.click()
    page.locator("#id_role").select_option(label="Viewer")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is added.")).to_be_visible()
    assert Membership.objects.get().user == tester


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(portal, signed_in_page, admin, scheme):
    """One scheme from the start: the colours of these pages fade into each other."""
    page, found = signed_in_page(admin, color_scheme=scheme, viewport=WIDE), []
    for path in (*PAGES, f"accounts/user/{admin.pk}/change/", f"accounts/user/{admin.pk}/history/"):
        page.goto(portal.address(f"/admin/{path}"))
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE)
        for window in (WIDE, NARROW):
            page.set_viewport_size(window)
            found += over_the_edge(page, path) + violations(page, f"{path} ({window['width']})")
        page.set_viewport_size(WIDE)
    assert not found, "\n".join(found)
