"""Custom fields from the first one to a case that says something in them."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import CustomField, Template, TestCase
from catalog.services.custom_fields import create_field
from catalog.services.templates import create_template

pytestmark = pytest.mark.django_db(transaction=True)


def add_field(page, name, kind):
    page.get_by_role("link", name="New field").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Kind").select_option(label=kind)


def add_list(page):
    """A list whose options are typed and put in order without a mouse."""
    add_field(page, "Risk", "One of a list")
    expect(page.get_by_label("Option 1", exact=True)).to_be_visible()
    page.get_by_label("Option 1", exact=True).fill("Low")
    page.keyboard.press("Enter")
    page.keyboard.type("High")
    page.get_by_role("button", name="Move option 2 up").press("Enter")
    page.get_by_role("button", name="Add the field").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert [each["name"] for each in CustomField.objects.get().options] == ["High", "Low"]


def test_a_template_of_three_kinds_is_made_by_keyboard_and_mouse(portal, signed_in_page, lead):
    page = signed_in_page(lead)
    page.goto(portal.address("~/settings/fields/"))
    add_list(page)
    add_field(page, "Runs", "Whole number")
    page.get_by_label("Most").fill("9")
    page.get_by_role("button", name="Add the field").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    add_field(page, "Design", "Link")
    page.get_by_role("button", name="Add the field").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Move Design up").press("Enter")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Design")

    page.get_by_role("link", name="Templates").click()
    page.get_by_role("link", name="New template").first.click()
    page.get_by_label("Name").fill("Checkout")
    for name in ("Risk", "Design", "Runs"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("button", name="Add the template").click()
    expect(page.get_by_role("link", name="Checkout")).to_be_visible()
    template = Template.objects.get()
    assert (template.is_default, template.fields.count()) == (True, 3)
    assert not page.problems


def test_a_case_is_written_with_them_refused_and_mended(portal, signed_in_page, lead, tester):
    about = {"actor": lead, "project": portal.project}
    risk = create_field(**about, name="Risk", kind="dropdown", options=[{"name": "Low"}, {"name": "High"}])
    runs = create_field(**about, name="Runs", kind="integer", maximum="9")
    design = create_field(**about, name="Design", kind="link")
    create_template(**about, name="Checkout", fields=[risk, design, runs])
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/new/"))
    page.get_by_label("Title").fill("Pay twice")
    page.get_by_label("Risk").select_option(label="High")
    page.get_by_label("Design").fill("https://design.tessarin.example/42")
    page.get_by_label("Runs").evaluate("field => field.removeAttribute('max')")
    page.get_by_label("Runs").fill("12")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("At most 9.")).to_be_visible()
    page.get_by_label("Runs").fill("3")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("link", name="https://design.tessarin.example/42")).to_be_visible()
    case = TestCase.objects.get(title="Pay twice")
    assert case.custom_values == {"risk": "high", "design": "https://design.tessarin.example/42", "runs": 3}


def test_another_template_swaps_the_fields_and_keeps_what_was_typed(portal, signed_in_page, lead, tester):
    names = ("Risk", "Design")
    risk, design = (create_field(actor=lead, project=portal.project, name=name, kind="string") for name in names)
    create_template(actor=lead, project=portal.project, name="Web", fields=[risk, design])
    create_template(actor=lead, project=portal.project, name="API", fields=[risk])
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/new/"))
    page.get_by_label("Title").fill("Pay twice")
    page.get_by_label("Risk").fill("Much")
    page.get_by_label("Design").fill("Blue")
    page.get_by_label("Template").select_option(label="API")
    expect(page.get_by_label("Design")).to_have_count(0)
    expect(page.get_by_label("Risk")).to_have_value("Much")
    page.get_by_label("Template").select_option(label="Web")
    expect(page.get_by_label("Design")).to_have_value("Blue")
    page.get_by_label("Template").select_option(label="API")
    expect(page.get_by_label("Design")).to_have_count(0)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Pay twice")).to_be_visible()
    assert TestCase.objects.get(title="Pay twice").custom_values == {"risk": "Much"}
    assert not page.problems
