"""A case is reviewed: asked for, returned, corrected, approved; and the workflow is made one's own."""

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase
from catalog.services.cases import update_case
from catalog.workflow import workflow_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_tester_asks_and_the_reviewer_approves(portal, signed_in_page, tester, lead):
    case = update_case(actor=lead, case=portal.cases[0], state="draft")
    page = signed_in_page(tester)
    page.goto(portal.address(f"~/cases/{case.test_id}/"))
    drawer = page.locator("#drawer")
    drawer.get_by_role("link", name="Reviews").click()
    drawer.get_by_label("Ines Valko").check()
    drawer.get_by_label("Note").fill("Is the second step clear?")
    drawer.get_by_role("button", name="Ask for a review").click()
    expect(drawer.get_by_text("asked by Tomas Reyl")).to_be_visible()

    page = signed_in_page(lead)
    page.get_by_role("link", name="Reviews 1").click()
    page.get_by_role("link", name=case.title).click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("Is the second step clear?")).to_be_visible()
    drawer.get_by_role("button", name="Return").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Say what has to change.")
    drawer.get_by_label("Comment").fill("Clear to me")
    drawer.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text(f"{case.test_id} is approved")
    expect(drawer.get_by_text("Clear to me")).to_be_visible()
    drawer.get_by_role("link", name="Details").click()
    expect(drawer.get_by_text("Active", exact=True)).to_be_visible()
    assert TestCase.objects.get(pk=case.pk).state == "active"


def test_picked_cases_are_sent_to_review(portal, signed_in_page, tester, lead):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    for case in portal.cases[:2]:
        page.get_by_label(f"Select {case.test_id}").check()
    page.locator("#bulk").get_by_label("More for the selected cases").click()
    page.locator("#bulk").get_by_role("button", name="Ask for a review").click()
    dialog = page.locator("#change-dialog")
    dialog.get_by_label("Ines Valko").check()
    dialog.get_by_role("button", name="Ask for a review").click()
    expect(page.get_by_role("status")).to_contain_text("2 cases go into review")
    assert TestCase.objects.filter(state="in_review").count() == 2


def test_a_workflow_is_changed_by_keyboard(portal, signed_in_page, lead):
    page = signed_in_page(lead)
    page.get_by_role("link", name="Workflow").click()
    form = page.get_by_role("region", name="Add a state")
    form.get_by_label("Name").fill("Ready for review")
    form.get_by_label("Means").select_option("In review")
    form.get_by_label("Colour").select_option("Amber")
    form.get_by_label("Name").press("Enter")
    expect(page.locator("#state-ready_for_review")).to_contain_text("Ready for review")
    page.get_by_role("button", name="Move Ready for review up").press("Enter")
    expect(page.locator("#states .q-item-main").nth(3)).to_contain_text("Ready for review")
    page.get_by_role("button", name="Move Ready for review up").press("Enter")
    expect(page.locator("#states .q-item-main").nth(2)).to_contain_text("Ready for review")
    codes = [state.code for state in workflow_of(type(portal.project).objects.get()).states]
    assert codes == ["draft", "in_review", "ready_for_review", "active", "deprecated"]
