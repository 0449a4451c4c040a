"""Folders in the tree: made, renamed, moved and deleted, by keyboard, by mouse and without script."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import Folder, TestCase

pytestmark = pytest.mark.django_db(transaction=True)


def line(page, name):
    return page.locator("#folders .q-tree-name", has_text=re.compile(f"^{name}$"))


def test_a_lead_tidies_the_tree_by_keyboard_alone(portal, signed_in_page, lead):
    page = signed_in_page(lead)
    page.goto(portal.address("~/cases/"))
    line(page, "Payouts").focus()
    page.keyboard.press("Insert")
    page.get_by_label("Name of the new folder in Payouts").fill("Batches")
    page.keyboard.press("Enter")
    expect(line(page, "Batches")).to_be_visible()
    expect(line(page, "Payouts")).to_be_focused()

    page.keyboard.press("F2")
    page.get_by_label("New name of Payouts").fill("card payments")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="There is a folder card payments at the top")).to_be_visible()
    page.get_by_label("New name of Payouts").fill("Transfers")
    page.keyboard.press("Enter")
    expect(line(page, "Transfers")).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(line(page, "Batches")).to_be_focused()
    page.keyboard.press("m")
    page.get_by_label("Below").select_option(label="Card payments")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Batches moved to Card payments")).to_be_visible()
    assert Folder.objects.get(name="Batches").parent.name == "Card payments"
    page.keyboard.press("Escape")

    line(page, "Card payments").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#folders .q-tree-x[aria-expanded=true]", has=page.get_by_label("Card"))).to_have_count(0)


def test_a_folder_is_dragged_onto_another_and_back(portal, signed_in_page, lead):
    page = signed_in_page(lead)
    page.goto(portal.address("~/cases/"))
    line(page, "Payouts").drag_to(line(page, "Card payments"))
    expect(page.get_by_text("Payouts moved to Card payments")).to_be_visible()
    assert Folder.objects.get(name="Payouts").depth == 2
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    expect(line(page, "Payouts")).to_be_visible()
    assert Folder.objects.get(name="Payouts").depth == 1


@pytest.mark.parametrize("has_script", [True, False])
def test_a_folder_is_deleted_and_its_cases_go_elsewhere(portal, signed_in_page, lead, has_script):
    page = signed_in_page(lead, java_script_enabled=has_script)
    payouts = Folder.objects.get(name="Payouts")
    held = TestCase.objects.filter(folder__parent=payouts)
    page.goto(portal.address(f"~/folders/{payouts.pk}/delete/"))
    expect(page.get_by_text("The folder holds 4 cases and 1 sub-folder.")).to_be_visible()
    page.get_by_label("Move what it holds").check()
    page.get_by_label("To", exact=False).select_option(label="Card payments")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("4 cases and 1 sub-folder moved to Card payments")).to_be_visible()
    assert not held.exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Payouts")
    assert held.count() == 4
