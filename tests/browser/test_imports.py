"""Cases out of a spreadsheet: uploaded, mapped, looked at row by row, brought in, taken back; and exported."""

import re

import pytest
from playwright.sync_api import expect

from catalog.models import TestCase

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = (
    "Test name,What to do,How much,Where\n"
    'Pay with an expired card,"1. Open the basket\n2. Pay",High,Imported/Cards\n'
    "Refund half of it,1. Refund,Huge,Imported\n"
    "Pay twice,,Low,Imported/Cards\n"
)


def upload(page, portal, content):
    page.goto(portal.address("~/cases/imports/new/"))
    file = {"name": "from-a-spreadsheet.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()


def take_back(page, run_worker):
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taking the import back")).to_be_visible()
    run_worker()
    expect(page.get_by_text("2 cases were taken back")).to_be_visible(timeout=15_000)


def test_a_table_is_brought_in_and_taken_back(portal, signed_in_page, tester, run_worker):
    page = signed_in_page(tester)
    upload(page, portal, TABLE)
    page.get_by_label("What to do").select_option(label="Steps")
    page.get_by_label("How much").select_option(label="Priority")
    page.get_by_label("Where").select_option(label="Folder")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("all or nothing was chosen")).to_be_visible()
    expect(page.get_by_text("is none of")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Import 2 cases"))).to_have_count(0)

    page.get_by_role("link", name="Change the columns").click()
    page.get_by_label("Leave them out and bring in all others").check()
    page.get_by_role("button", name="Check every row").click()
    page.get_by_role("link", name=re.compile("Refused")).click()
    expect(page.locator("#rows tbody tr[data-row]")).to_have_count(1)
    assert not TestCase.objects.filter(title="Pay twice").exists()

    page.get_by_role("button", name="Import 2 cases").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    run_worker()
    expect(page.get_by_role("button", name="Take back")).to_be_visible(timeout=15_000)
    assert TestCase.objects.get(title="Pay with an expired card").steps.count() == 2
    page.get_by_role("link", name="Pay twice").click()
    expect(page.get_by_role("heading", name="Pay twice")).to_be_visible()
    page.go_back()

    take_back(page, run_worker)
    assert not TestCase.objects.living().filter(title="Pay twice").exists()
    page.get_by_role("link", name="Imports", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("from-a-spreadsheet.csv"))).to_contain_text("2 created")


def test_the_shown_cases_are_exported(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/?search=capture"))
    page.locator("summary", has_text="Files").click()
    page.get_by_role("link", name="Export these cases").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Excel", exact=True).check()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".xlsx")
