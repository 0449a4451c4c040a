"""A story from its first line to its coverage: written, linked, followed; by mouse, by keyboard, without script."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Story, TestCaseStory

pytestmark = pytest.mark.django_db(transaction=True)


def write_story(page, portal):
    page.goto(portal.address("~/stories/new/"))
    page.get_by_label("ID", exact=True).fill("PAY-312")
    page.get_by_label("Title").fill("Pay by card")
    page.get_by_label("Epic").fill("PAY-300")
    page.get_by_role("button", name="Create story").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay by card")


def test_a_tester_writes_a_story_links_its_cases_and_reads_the_coverage(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.get_by_role("link", name="Stories").first.click()
    page.get_by_role("link", name="New story").first.click()
    write_story(page, portal)
    page.get_by_label("Find cases by id or words").fill("capture")
    expect(page.locator("#link-cases li")).to_have_count(4)
    for number in range(2):
        page.locator("#link-cases li input").nth(number).check()
    page.get_by_role("button", name="Link the selected cases").click()
    expect(page.locator("#cases tbody tr")).to_have_count(2)
    assert TestCaseStory.objects.filter(story__story_id="PAY-312", linked_by=tester).count() == 2

    page.locator("#cases tbody input").first.check()
    page.get_by_role("button", name="Unlink").first.click()
    expect(page.locator("#cases tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Stories").first.click()
    expect(page.get_by_title("0 of 1 passed")).to_be_visible()
    page.get_by_role("link", name="Traceability").click()
    expect(page.get_by_role("link", name="PAY-312")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    assert download.value.suggested_filename.endswith(".csv")


def test_cases_are_linked_to_one_another_in_the_drawer(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    first, second = portal.cases[:2]
    page.goto(portal.address(f"~/cases/{first.test_id}/"))
    page.get_by_label("ID of the other case").fill(second.test_id)
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.locator("#links").get_by_role("link", name=re.compile(second.test_id))).to_be_visible()
    page.get_by_role("button", name=f"Remove the link to {second.test_id}").click()
    expect(page.locator("#links li")).to_have_count(0)


def test_it_works_by_keyboard_alone(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    Story.objects.create(project=portal.project, story_id="PAY-312", title="Pay by card")
    page.keyboard.press("/")
    page.keyboard.type("pay-31")
    expect(page.get_by_role("option", name=re.compile("Pay by card"))).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/stories/"))
    page.keyboard.press("e")
    page.wait_for_url(re.compile("/edit/"))
    page.keyboard.press("End")
    page.keyboard.type(" twice")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay by card twice")


def test_it_works_without_script(portal, signed_in_page, tester):
    page = signed_in_page(tester, java_script_enabled=False)
    write_story(page, portal)
    page.get_by_label("Find cases by id or words").fill("capture")
    page.keyboard.press("Enter")
    page.locator("#link-cases li input").first.check()
    page.get_by_role("button", name="Link the selected cases").click()
    expect(page.locator("#cases tbody tr")).to_have_count(1)
    page.locator("#cases tbody input").first.check()
    page.get_by_role("button", name="Unlink the selected cases").click()
    expect(page.get_by_text("No case covers it yet")).to_be_visible()
