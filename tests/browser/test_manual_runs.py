"""Planning a run in several configurations, and writing an issue in the middle of a run."""

import re

import pytest
from playwright.sync_api import expect

from issues.models import Issue
from runs.models import Result, TestRun
from runs.services.manual_runs import Chosen, create_manual_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_plan_with_configurations_becomes_sibling_runs(portal, lead, signed_in_page):
    page = signed_in_page(lead)
    page.goto(portal.address("~/runs/new/"))
    page.get_by_label("Name").fill("Checkout")
    page.get_by_label("Single cases").fill(" ".join(case.test_id for case in portal.cases[:3]))
    page.get_by_label("Combine").fill("Browser: Firefox, Chrome")
    expect(page.locator("#combinations")).to_contain_text("2 runs")
    page.get_by_role("button", name="Create the run").click()
    expect(page.get_by_role("link", name="Configurations 2")).to_have_attribute("aria-current", "page")
    assert [run.configuration.name for run in TestRun.objects.order_by("number")] == ["Firefox", "Chrome"]

    page.keyboard.press("r")
    expect(page.locator("#runner")).to_be_visible()
    page.keyboard.press("Shift+F")
    expect(page.locator("#executed")).to_have_text("1 of 3")
    page.keyboard.press("Escape")
    page.goto(f"{portal.url}{TestRun.objects.get(configuration__name='Chrome').get_absolute_url()}?tab=siblings")
    expect(page.locator("#rows table")).to_contain_text("Failed")
    expect(page.locator("#rows")).to_contain_text("1 failed, 2 of 3 left")
    page.locator("#rows table").get_by_role("link", name="Failed").click()
    expect(page.locator("#drawer")).to_contain_text("Failed")


def test_a_refused_form_says_what_is_wrong_beside_it_and_is_not_left_without_asking(portal, lead, signed_in_page):
    page = signed_in_page(lead)
    page.goto(portal.address("~/settings/configurations/new/"))
    page.keyboard.type("Firefox")
    page.get_by_label("Row 1: what it is about").fill("Browser")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("group", name="Values")).to_contain_text("Each row says what it is about")
    expect(page.get_by_label("Row 1: what it is about")).to_be_focused()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Name")).to_have_value("Firefox")
    assert asked == ["beforeunload"]


def close_and_throw_away(page, dialog):
    """What is typed in the dialog is there again after it was closed, until it is thrown away on purpose."""
    dialog.get_by_label("Description").fill("It froze at 0:07.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("i")
    expect(dialog.get_by_label("Description")).to_have_value("It froze at 0:07.")
    dialog.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Throw away what you entered?")
    question.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("i")


def two_cases_planned(portal, lead):
    """A run by hand of two cases, and the first of its tests."""
    chosen = Chosen(case_ids=[case.pk for case in portal.cases[:2]])
    run = create_manual_run(actor=lead, project=portal.project, name="Card regression", chosen=chosen)
    return run, run.tests.order_by("position").first()


def test_a_failure_becomes_an_issue_without_leaving_the_runner(portal, lead, tester, signed_in_page):
    run, test = two_cases_planned(portal, lead)
    page = signed_in_page(tester)
    page.goto(portal.url + run.get_absolute_url())
    page.keyboard.press("r")
    expect(page.locator("#runner")).to_be_visible()
    page.wait_for_load_state()  # its script listens to keys from then on
    page.keyboard.press("f")
    page.keyboard.press("t")
    page.keyboard.type("The countdown froze")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value(f"{test.name}: The countdown froze")
    expect(dialog.get_by_label("Description")).to_have_value(re.compile("### Actual\n\nThe countdown froze"))
    close_and_throw_away(page, dialog)
    dialog.get_by_label("Title").fill("  ")
    dialog.get_by_label("Title").press("Control+Enter")
    expect(dialog.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Title").fill("The countdown freezes")
    dialog.get_by_label("Title").press("Control+Enter")
    expect(page.locator("#beside").get_by_role("link", name="The countdown freezes")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    result = Result.objects.get(run_case=test)
    links = Issue.objects.get().links.values_list("kind", "run", "result_id", "case")
    assert set(links) == {("result", run.pk, result.pk, None), ("case", None, None, test.case_id)}

    page.keyboard.press("Shift+F")
    expect(page.locator("#executed")).to_have_text("1 of 2")
    result.refresh_from_db()
    assert result.status == "failed"
