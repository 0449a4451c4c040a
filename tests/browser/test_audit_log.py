"""An administrator looks up who changed what."""

import re

import pytest
from playwright.sync_api import expect

from accounts import audit
from accounts.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
LOG = "/administration/audit/"


@pytest.fixture
def renamed(portal, tester):
    """An entry with a change."""
    changes = {"name": ["Payments", "Payments platform"]}
    return audit.record("project.updated", actor=tester, target=portal.project, changes=changes)


def test_an_administrator_filters_the_log_and_reads_what_changed(portal, signed_in_page, admin, renamed):
    page = signed_in_page(admin)
    page.goto(portal.address(LOG))
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Person").fill("reyl")
    page.get_by_label("Action").select_option(label="changed a project")
    page.get_by_role("button", name="Apply").click()
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("person=reyl"))
    rows.first.get_by_role("link", name="Changed a project").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("row", name="Name Payments Payments platform")).to_be_visible()
    expect(drawer.get_by_text("Not sealed yet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Remove the filter on Person").click()
    expect(page).not_to_have_url(re.compile("person="))
    page.go_back()
    expect(page.get_by_role("link", name="Remove the filter on Person")).to_be_visible()


def test_the_log_is_found_while_typing_and_taken_out(portal, signed_in_page, admin, renamed):
    page = signed_in_page(admin)
    page.goto(portal.address(LOG))
    page.get_by_role("searchbox").fill("payments plat")
    expect(page.locator("tr[data-row]").first).to_contain_text("Changed a project")
    expect(page).to_have_url(re.compile(r"q=payments\+plat"))
    with page.expect_download() as taken:
        page.get_by_role("link", name="Export as CSV").click()
    lines = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + AuditEntry.objects.filter(target_label__icontains="payments plat").count()
    assert AuditEntry.objects.get(action="audit.exported").facts == {"filters": {"q": "payments plat"}}


def test_an_entry_opens_without_script(portal, signed_in_page, admin, renamed):
    page = signed_in_page(admin, java_script_enabled=False)
    page.goto(portal.address(f"{LOG}?action=project.updated"))
    page.get_by_role("link", name="Changed a project").click()
    page.get_by_role("link", name="Open as a page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Changed a project")
    page.get_by_role("link", name="PAY Payments platform").first.click()
    expect(page).to_have_url(re.compile("/p/PAY/"))
