"""The versions of a case: read one after the other, compared, and one of them brought back."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase, TestCaseVersion
from catalog.services.cases import update_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(portal, lead):
    """A case that was saved twice more, the second time with a reason."""
    case = portal.cases[0]
    steps = [{"action": "Pay with the card", "expected": "The bank asks for a code"}, {"action": "Enter the code"}]
    case = update_case(actor=lead, case=case, steps=steps, priority="critical")
    return update_case(actor=lead, case=case, title="Authorisation with a code", reason="The bank asks for codes now")


def test_versions_are_listed_compared_and_brought_back(portal, case, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address(f"~/cases/{case.test_id}/?full=1"))
    page.get_by_role("link", name="Versions").click()
    versions = page.get_by_role("link", name=re.compile(r"^Version \d$"))
    expect(versions).to_have_text(["Version 3", "Version 2", "Version 1"])
    expect(page.get_by_text("The bank asks for codes now")).to_be_visible()

    versions.last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version 1")
    page.goto(portal.address(f"~/cases/{case.test_id}/versions/2/"))
    expect(page.get_by_role("heading", name="From version 1 to 2")).to_be_visible()
    expect(page.locator("ins").filter(has_text="code").first).to_be_visible()
    page.get_by_label("Beside version").select_option("3")
    expect(page.get_by_role("heading", name="From version 2 to 3")).to_be_visible()

    page.goto(portal.address(f"~/cases/{case.test_id}/versions/1/"))
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text(f"{case.test_id} says again what version 1 said")).to_be_visible()
    stored = TestCase.objects.get(pk=case.pk)
    assert (stored.title, stored.version, stored.steps.count()) == (portal.cases[0].title, 4, 1)
    assert TestCaseVersion.objects.filter(case=case).count() == 4


def test_a_version_is_not_brought_back_over_a_save_that_nobody_saw(portal, case, signed_in_page, tester, lead):
    page = signed_in_page(tester)
    page.goto(portal.address(f"~/cases/{case.test_id}/versions/1/"))
    update_case(actor=lead, case=case, description="Saved meanwhile")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("Somebody changed this in the meantime")).to_be_visible()
    assert TestCase.objects.get(pk=case.pk).description == "Saved meanwhile"
