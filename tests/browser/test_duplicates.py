"""Two cases that are the same test: noticed while writing, found, compared and made one."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase
from catalog.services.cases import create_case
from catalog.services.duplicates import scan_project

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    {"action": "Open the basket of a customer"},
    {"action": "Pay with a card that expired last year", "expected": "The payment is refused with a reason"},
]


@pytest.fixture
def pair(portal, tester):
    titles = ("Expired card is refused", "Expired card is declined")
    cases = [create_case(actor=tester, project=portal.project, title=title, steps=STEPS) for title in titles]
    scan_project(project_id=portal.project.pk)
    return cases


def test_a_tester_finds_compares_and_merges_two_cases_and_is_led_from_the_one_that_went(
    portal, signed_in_page, tester, pair
):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    page.get_by_label("More about these cases").click()
    expect(page.locator(".q-menu-list .q-n")).to_have_text(re.compile(r"\d+"))
    page.get_by_role("link", name=re.compile("^Duplicates")).click()
    page.get_by_role("link", name=f"Compare {pair[0].test_id} and {pair[1].test_id}").click()
    expect(page.get_by_role("heading", name="Two similar cases")).to_be_visible()
    page.get_by_label("Title").check()
    page.get_by_role("button", name=f"Merge into {pair[0].test_id}").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("#drawer-title")).to_have_text("Expired card is declined")
    page.goto(portal.address(f"~/cases/{pair[1].test_id}/"))
    expect(page.locator("#drawer .q-id").first).to_have_text(pair[0].test_id)
    expect(page.get_by_text(f"{pair[1].test_id} was merged into {pair[0].test_id}")).to_be_visible()


def test_similar_cases_are_told_while_a_title_is_typed(portal, signed_in_page, tester, pair):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/new/"))
    page.get_by_label("Title").press_sequentially("expired card is ref")
    link = page.locator("#similar").get_by_role("link", name=re.compile(pair[0].test_id))
    expect(link).to_be_visible()
    assert link.get_attribute("target") == "_blank"
    page.get_by_label("Title").fill("Something else altogether")
    expect(page.locator("#similar")).to_have_count(0)


def test_a_pair_is_dismissed_and_brought_back_by_keyboard(portal, signed_in_page, tester, pair):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/duplicates/?least=70"))
    name = f"Dismiss {pair[0].test_id} and {pair[1].test_id}"
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("Dismissed"))).to_contain_text("1")
    page.goto(portal.address("~/cases/duplicates/?show=dismissed"))
    page.get_by_role("button", name="Bring back").press("Enter")
    expect(page.get_by_text("Nothing was dismissed")).to_be_visible()


def test_it_works_without_script(portal, signed_in_page, tester, pair):
    page = signed_in_page(tester, java_script_enabled=False)
    page.goto(portal.address(f"~/cases/{pair[0].test_id}/compare/{pair[1].test_id}/"))
    page.get_by_role("button", name=f"Merge into {pair[0].test_id}").click()
    expect(page.get_by_text(f"{pair[1].test_id} was merged into {pair[0].test_id}")).to_be_visible()
    assert TestCase.objects.get(pk=pair[1].pk).merged_into == pair[0]
