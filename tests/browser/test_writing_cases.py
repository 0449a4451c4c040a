"""Writing a case in the browser: pictures, previews, drafts after a crash, two writers of one case."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase
from files.models import StoredFile

pytestmark = pytest.mark.django_db(transaction=True)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # one pixel
PASTE = """([area, picture]) => {
    const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "basket.png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('portal-draft/')).length"


def test_a_picture_is_pasted_looked_at_and_read_by_everybody(portal, signed_in_page, tester, viewer):
    page = signed_in_page(tester)
    case = portal.cases[0]
    page.goto(portal.address(f"~/cases/{case.test_id}/edit/"))
    area = page.get_by_label("Before you start")
    area.fill("The basket:\n")
    page.evaluate(PASTE, [area.element_handle(), PNG])
    expect(area).to_have_value(re.compile(r"!\[basket\.png\]\(/p/\w+/files/[\w-]+/\)"))
    page.get_by_role("button", name="Preview of Before you start").click()
    picture = page.get_by_role("img", name="basket.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1
    page.get_by_role("button", name="Preview of Before you start").click()
    expect(area).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/cases/{case.test_id}/(\?|$)"))
    assert StoredFile.objects.get().claimed_at

    page = signed_in_page(viewer)
    page.goto(portal.address(f"~/cases/{case.test_id}/?full=1"))
    expect(page.get_by_role("img", name="basket.png")).to_be_visible()


def test_what_was_typed_outlives_the_death_of_the_page(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    address = portal.address(f"~/cases/{portal.cases[0].test_id}/edit/")
    page.goto(address)
    page.get_by_label("Title").fill("Typed before the crash")
    page.get_by_label("Step 2: do").fill("A second step")
    page.wait_for_function(KEPT)
    page.close(run_before_unload=False)

    page = page.context.new_page()
    page.problems = []
    page.goto(address)
    expect(page.get_by_text("You have unsaved text of")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Authorisation case 1")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Title")).to_have_value("Typed before the crash")
    expect(page.get_by_label("Step 2: do")).to_have_value("A second step")
    expect(page.get_by_role("button", name="Restore")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(f"{portal.cases[0].test_id} is saved")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    case = TestCase.objects.get(pk=portal.cases[0].pk)
    assert case.title == "Typed before the crash"
    assert case.steps.count() == 2


def test_a_draft_is_discarded_or_goes_with_the_sign_out(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/new/"))
    page.get_by_label("Title").fill("Never mind")
    page.wait_for_function(KEPT)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("You have unsaved text of")).to_be_hidden()
    assert page.evaluate(KEPT) == 0
    page.get_by_label("Title").fill("Kept until the end")
    page.wait_for_function(KEPT)
    page.goto(portal.address("~/cases/"))
    page.get_by_role("button", name=re.compile("Tomas")).or_(page.locator("summary", has_text="Tomas")).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Work e-mail")).to_be_visible()
    assert page.evaluate(KEPT) == 0


def test_two_who_edit_one_case_lose_no_text(portal, signed_in_page, tester, lead):
    address = portal.address(f"~/cases/{portal.cases[0].test_id}/edit/")
    first, second = signed_in_page(tester), signed_in_page(lead)
    for page in (first, second):
        page.goto(address)
    first.get_by_label("Title").fill("Title of the first")
    first.get_by_label("Description").fill("Written by the first")
    second.get_by_label("Title").fill("Title of the second")
    second.get_by_label("Step 1: expect").fill("Seen by the second")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_text("is saved")).to_be_visible()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("Somebody else saved this case")).to_be_visible()
    expect(second.locator(".q-diff")).to_contain_text("Title of the first")
    expect(second.get_by_label("Title")).to_have_value("Title of the second")
    expect(second.get_by_label("Description")).to_have_value("Written by the first")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_text("is saved")).to_be_visible()
    case = TestCase.objects.get(pk=portal.cases[0].pk)
    assert (case.title, case.description) == ("Title of the second", "Written by the first")
    assert case.steps.get().expected == "Seen by the second"
    assert second.evaluate(KEPT) == 0
