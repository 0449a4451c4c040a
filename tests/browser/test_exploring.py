"""An exploratory session from its charter to an issue and a case; and an issue drafted from a failure."""

import re

import pytest
from playwright.sync_api import expect

from issues.models import Issue
from runs.models import Session
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """
(area, data) => {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "white.png", { type: "image/png" }));
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}
"""


def plan(page, portal):
    page.goto(portal.address("~/sessions/new/"))
    page.get_by_label("Name").fill("Refunds")
    page.get_by_label("Charter").fill("Explore **refunds**")
    page.get_by_role("button", name="Plan the session").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Refunds")


def test_a_tester_explores_pastes_a_picture_and_makes_an_issue_and_a_case_of_a_finding(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    plan(page, portal)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("[data-timer][data-running]")).not_to_have_text("0:00")

    area = page.get_by_label("What you see")
    area.fill("The page blinks ")
    area.evaluate("area => area.setSelectionRange(area.value.length, area.value.length)")
    area.evaluate(PASTE, PICTURE)
    expect(area).to_have_value(re.compile(r"!\[white\.png\]\(/p/PAY/files/"))
    area.press("Control+Enter")
    expect(page.locator("#work li img")).to_be_visible()

    page.get_by_label("What you see").fill("The sum is wrong by one cent")
    page.get_by_label("Kind").select_option("bug")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#work li")).to_have_count(2)

    page.get_by_role("link", name="Make an issue").click()
    expect(page.get_by_label("Title")).to_have_value("The sum is wrong by one cent")
    expect(page.get_by_label("Description")).to_have_value("")  # one line says it all
    page.get_by_role("button", name="Create issue").click()
    expect(page.get_by_role("link", name="The sum is wrong by one cent")).to_be_visible()
    session = Session.objects.get()
    assert Issue.objects.get().links.get().session == session

    page.goto(portal.url + session.get_absolute_url())
    page.get_by_role("button", name="Make a case").click()
    expect(page.get_by_label("Title").first).to_have_value("The sum is wrong by one cent")
    page.goto(portal.url + session.get_absolute_url())
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_text("Continue it to write more")).to_be_visible()


def test_a_failure_becomes_an_issue_that_its_drawer_shows(portal, signed_in_page, tester):
    run = make_run(portal.project)
    record(run, reported("refunds", "failed", error_message="AssertionError: 2 != 3"))
    test = run.tests.get()
    page = signed_in_page(tester)
    page.goto(f"{portal.url}{run.get_absolute_url()}?tab=all&test={test.pk}")
    page.get_by_role("link", name="New issue").click()
    expect(page.get_by_label("Title")).to_have_value("refunds: AssertionError: 2 != 3")
    page.get_by_label("Title").press("Control+Enter")
    page.get_by_role("link", name="refunds", exact=True).click()
    expect(page.locator("#drawer").get_by_role("link", name="refunds: AssertionError")).to_be_visible()


def test_a_session_is_planned_and_written_without_script(portal, signed_in_page, tester):
    page = signed_in_page(tester, java_script_enabled=False)
    plan(page, portal)
    page.get_by_role("button", name="Start").click()
    page.get_by_label("What you see").fill("The page blinks")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#work li")).to_contain_text("The page blinks")
