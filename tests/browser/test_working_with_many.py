"""Working with many cases: changing them by the bar, and taking that back."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_cases_change_after_a_preview_and_go_back(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    first, second = portal.cases[:2]
    page.get_by_label(f"Select {first.test_id}").check()
    page.get_by_label(f"Select {second.test_id}").check()
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    page.locator("#bulk").get_by_role("button", name="Change", exact=True).click()
    dialog = page.locator("#change-dialog")
    dialog.get_by_label("Add tags").fill("nightly")
    dialog.get_by_role("combobox", name="Priority").select_option(label="Critical")
    expect(dialog.get_by_role("checkbox", name="Priority")).to_be_checked()
    dialog.get_by_role("button", name="Show what will change").click()
    expect(dialog).to_contain_text("2 cases will change.")
    expect(dialog.locator("del").first).to_contain_text("High")
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("checkbox", name="Priority")).to_be_checked()
    dialog.get_by_role("button", name="Show what will change").click()
    dialog.get_by_role("button", name="Change 2").click()
    expect(page.get_by_role("status").filter(has_text="2 cases changed")).to_be_visible()
    assert TestCase.objects.filter(priority=4, tags__contains=["nightly"]).count() == 2

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 cases are as they were before")).to_be_visible()
    assert not TestCase.objects.filter(tags__contains=["nightly"]).exists()


def test_the_bar_works_by_keyboard_alone(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    page.keyboard.press("t")
    expect(page.get_by_label("Add tags")).to_be_focused()
    page.keyboard.type("nightly")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Change 2"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 cases changed")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("2 cases are as they were before")).to_be_visible()
    assert not TestCase.objects.filter(tags__contains=["nightly"]).exists()


def test_columns_and_filters_are_chosen_and_kept_as_a_view(portal, signed_in_page, lead, tester):
    page = signed_in_page(lead)
    page.goto(portal.address("~/cases/"))
    page.get_by_label("Columns").click()
    menu = page.locator("#column-menu")
    menu.get_by_role("checkbox", name="Tags").check()
    menu.get_by_role("checkbox", name="Last result").uncheck()
    for _step in range(2):
        menu.get_by_role("button", name="Move Changed up").click()
    menu.get_by_role("button", name="Apply").click()
    heads = page.locator("#rows thead th")
    expect(heads).to_contain_text(["", "ID", "Title", "Changed", "Priority", "Tags"])

    page.locator("summary", has_text="Filter").click()
    page.locator("#filter-menu").get_by_role("checkbox", name="High").check()
    page.locator("#filter-menu").get_by_role("button", name="Apply").click()
    expect(page.locator("#rows tbody tr")).to_have_count(3)


def test_a_view_of_everybody_opens_the_list_and_follows_its_changes(portal, signed_in_page, lead, tester):
    page = signed_in_page(lead)
    page.goto(portal.address("~/cases/?priority=high&columns=updated,tags"))
    page.get_by_label("Saved views").last.click()
    page.get_by_role("button", name="Save as a new view").click()
    page.locator("#view-dialog").get_by_label("Name").fill("What matters")
    page.locator("#view-dialog").get_by_label("For everybody in the project").check()
    page.locator("#view-dialog").get_by_label("Open the list with it").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("link", name="What matters")).to_have_attribute("aria-current", "page")

    other = signed_in_page(tester)
    other.goto(portal.address("~/"))
    other.get_by_role("link", name="Test cases").first.click()
    expect(other.locator("#rows tbody tr")).to_have_count(3)
    expect(other.locator("#rows thead th")).to_contain_text(["", "ID", "Title", "Changed", "Tags"])
    other.get_by_role("link", name="All", exact=True).click()
    expect(other.locator("#rows tbody tr")).to_have_count(12)
    page.get_by_label("Remove the filter on Priority").click()
    expect(page.locator("#rows tbody tr")).to_have_count(12)
    page.get_by_role("button", name="Save to “What matters”").click()
    expect(page.get_by_text("The view What matters is saved")).to_be_visible()


def test_cases_are_written_and_changed_in_the_list_by_keyboard_alone(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address(f"~/cases/?folder={portal.cases[0].folder_id}"))
    page.keyboard.press("a")
    for title in ("Card is declined", "Card is stolen"):
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(page.locator("#case-rows")).to_contain_text(title)
        expect(page.get_by_label("Title of a new case")).to_be_focused()
        expect(page.get_by_label("Title of a new case")).to_have_value("")
    assert TestCase.objects.filter(title__startswith="Card is", folder=portal.cases[0].folder_id).count() == 2

    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Card is expired")
    page.keyboard.press("Tab")
    page.keyboard.type("Low")
    page.keyboard.press("Control+Enter")
    row = page.locator("#case-rows tr", has_text="Card is expired")
    expect(row).to_contain_text("Low")
    expect(row.get_by_role("link", name="Card is expired")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    expect(page.locator("tr.is-editing")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_have_text("Card is expired")


def test_a_cell_is_edited_where_it_is_clicked(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/?columns=priority,tags"))
    page.locator("#case-rows tr").first.locator('[data-edit="tags"]').click()
    expect(page.get_by_label("Tags", exact=True)).to_be_focused()
    page.keyboard.type(", nightly")
    page.keyboard.press("Enter")
    expect(page.locator("#case-rows tr").first).to_contain_text("nightly")
    assert TestCase.objects.get(tags__contains=["nightly"]).tags == ["smoke", "nightly"]
