"""Finding things: the search page, the palette, and a day with the cases by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_search_page_finds_while_one_types_and_narrows_by_type(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/search/"))
    page.get_by_role("main").get_by_role("searchbox", name="Search").fill("captuer 2")
    expect(page.get_by_role("link", name=re.compile("Capture case 2"))).to_be_visible()
    assert "q=captuer" in page.url

    page.get_by_role("main").get_by_role("searchbox", name="Search").fill("capture")
    expect(page.locator(".q-record mark").first).to_have_text("Capture")
    page.get_by_role("navigation", name="Types").get_by_role("link", name=re.compile("Folders")).click()
    expect(page.locator(".q-record")).to_have_count(1)
    page.locator(".q-record-name").click()
    page.wait_for_url(re.compile("folder="))
    expect(page.locator("#rows tbody tr")).to_have_count(4)

    page.goto(portal.address("~/search/?q=walrus"))
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_operators_find_what_they_say(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/search/?q=") + 'priority:high folder:"Card payments"')
    expect(page.locator(".q-record-name")).to_contain_text(["case 1", "case 1"])
    page.goto(portal.address("~/search/?q=") + "capture -case or limits&type=repository_cases")
    expect(page.locator(".q-record")).to_have_count(4)


def test_the_palette_finds_goes_and_closes(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/"))
    page.keyboard.press("Control+k")
    palette = page.get_by_role("combobox", name="Search or run a command")
    expect(palette).to_be_focused()
    page.keyboard.type("limits case")
    options = page.get_by_role("option", name=re.compile("Limits case"))
    expect(options).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(chosen)))
    page.keyboard.press("Control+k")
    expect(palette).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_cases_are_read_changed_and_chosen_by_keyboard_alone(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    keys = page.keyboard
    page.goto(portal.address("~/cases/"))
    rows = page.locator("#rows [data-row]")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keys.press(key)
        expect(rows.nth(place)).to_have_class(re.compile("is-current"))
    keys.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text(portal.cases[1].title)

    keys.press("e")
    page.wait_for_url(re.compile("/edit/"))
    title = page.get_by_label("Title")
    expect(title).to_be_focused()
    keys.press("Control+a")
    keys.type("Written without a mouse")
    keys.press("Control+Enter")
    expect(page.get_by_text(f"{portal.cases[1].test_id} is saved")).to_be_visible()
    assert TestCase.objects.get(pk=portal.cases[1].pk).title == "Written without a mouse"

    page.goto(portal.address("~/cases/"))
    for key in ("j", "x", "j", "x", "k", "x"):
        keys.press(key)
    expect(page.locator("#bulk")).to_contain_text("1 selected")

    keys.press("/")
    keys.type("without mouse")
    found = page.get_by_role("option", name=re.compile("Written without a mouse"))
    expect(found).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Written without a mouse")).first).to_be_visible()
