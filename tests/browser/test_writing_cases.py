"""Writing a case in the browser: pictures, previews, drafts after a crash, two writers of one case."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase
from catalog.services.cases import create_case, update_case
from catalog.services.shared_steps import create_shared_steps
from files.models import StoredFile
from tests.browser.conftest import PATIENCE

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


def test_steps_are_inserted_moved_duplicated_and_dragged(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    case = portal.cases[0]
    page.goto(portal.address(f"~/cases/{case.test_id}/edit/"))
    page.get_by_label("Step 2: do").fill("Wait for the receipt")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_label("Step 1: do")).to_have_value("Wait for the receipt")
    expect(page.get_by_label("Step 1: do")).to_be_focused()
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_label("Step 2: do")).to_be_focused()
    page.keyboard.type("Print it")
    page.get_by_label("More for step 2").click()
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_label("Step 3: do")).to_have_value("Print it")
    page.get_by_label("More for step 3").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.locator("[data-step-handle]").nth(2).drag_to(page.get_by_label("Step 1: do"), target_position={"x": 5, "y": 5})
    expect(page.get_by_label("Step 1: do")).to_have_value("Pay with the card")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    actions = list(case.steps.values_list("action", flat=True))
    assert actions == ["Pay with the card", "Wait for the receipt", "Print it"]


def test_a_file_is_attached_to_a_step(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address(f"~/cases/{portal.cases[0].test_id}/edit/"))
    page.get_by_label("More for step 1").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files({"name": "receipt.csv", "mimeType": "text/csv", "buffer": b"a,b"})
    expect(page.get_by_role("link", name="receipt.csv")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    expect(page.get_by_role("link", name="receipt.csv")).to_be_visible()
    page.goto(portal.address(f"~/cases/{portal.cases[0].test_id}/edit/"))
    page.get_by_role("button", name="Remove receipt.csv").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    assert portal.cases[0].steps.get().attachments == []


def test_steps_are_shared_used_and_changed_everywhere(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    case, other = portal.cases[:2]
    texts = ["Pay", "Wait for the receipt", "Print it"]
    update_case(actor=tester, case=case, steps=[{"action": each} for each in texts])
    page.goto(portal.address(f"~/cases/{case.test_id}/share/"))
    page.get_by_label("Title").fill("Print the receipt")
    page.get_by_role("checkbox", name="Wait for the receipt").check()
    page.get_by_role("checkbox", name="Print it").check()
    page.get_by_role("button", name="Share these steps").click()
    expect(page.get_by_role("link", name="Print the receipt")).to_be_visible()

    page.goto(portal.address(f"~/cases/{other.test_id}/edit/"))
    page.get_by_text("Insert shared steps").click()
    page.get_by_label("Find shared steps").fill("receipt")
    page.get_by_role("button", name=re.compile("Print the receipt")).click()
    expect(page.locator("[data-step]", has_text="Wait for the receipt")).to_contain_text("2–3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    assert other.steps.filter(shared_steps__isnull=False).count() == 2


def test_shared_steps_are_changed_in_every_case_and_put_in_place(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    case, other = portal.cases[:2]
    texts = [{"action": "Wait for the receipt"}, {"action": "Print it"}]
    shared = create_shared_steps(actor=tester, project=portal.project, title="Print the receipt", steps=texts)
    for each in (case, other):
        update_case(actor=tester, case=each, steps=[{"action": "Pay"}, {"shared_steps_id": shared.pk}])
    page.goto(portal.address(f"~/cases/{case.test_id}/"))
    page.get_by_role("link", name="Print the receipt").click()
    expect(page.get_by_text("used by 2 cases")).to_be_visible()
    page.keyboard.press("e")
    page.get_by_label("Step 2: do").fill("Save it as PDF")
    page.get_by_label("Why").fill("No printers any more")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("No printers any more")).to_be_visible()
    for each in (case, other):
        assert each.steps.filter(action="Save it as PDF", shared_place=2).exists()

    page.goto(portal.address(f"~/cases/{other.test_id}/edit/"))
    page.get_by_label("More for step 2").click()
    page.get_by_role("button", name="Put the texts in place").click()
    expect(page.get_by_label("Step 3: do")).to_have_value("Save it as PDF")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    assert other.steps.filter(shared_steps__isnull=True).count() == 3


def test_examples_are_written_in_a_grid_by_keyboard_and_by_paste(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    case = portal.cases[0]
    page.goto(portal.address(f"~/cases/{case.test_id}/edit/"))
    page.get_by_role("button", name="Add a column").press("Enter")
    page.keyboard.type("Card")
    page.get_by_role("button", name="Add a column").press("Enter")
    page.keyboard.type("Answer")
    page.keyboard.press("Enter")
    page.keyboard.type("paid | later")
    page.keyboard.press("Enter")
    cell = page.get_by_label("Row 2, column Card")
    cell.evaluate(
        """(area) => {
            const data = new DataTransfer();
            data.setData("text/plain", '4000\\trefused\\n"two\\nlines"\\tpaid');
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_label("Row 3, column Card")).to_have_value("two\nlines")
    page.get_by_role("button", name="Remove row 2").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved")).to_be_visible()
    case.refresh_from_db()
    rows = [["", "paid | later"], ["two\nlines", "paid"]]
    assert case.scenario_examples == {"columns": ["Card", "Answer"], "rows": rows}


def test_a_thousand_steps_stay_usable(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.set_default_timeout(6 * PATIENCE)
    case = create_case(
        actor=tester,
        project=portal.project,
        title="Long",
        steps=[{"action": f"Do number {number}"} for number in range(1, 1_000)],
    )
    page.goto(portal.address(f"~/cases/{case.test_id}/edit/"))
    page.get_by_label("Step 500: do").click()
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("In the middle")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("is saved")).to_be_visible()
    assert case.steps.count() == 1_000
    assert case.steps.get(position=501).action == "In the middle"
