"""Cases on their way into another project: picked, sent, followed to both ends, and taken back."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import ProjectFactory
from catalog.models import TestCase
from catalog.services.folders import create_folder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(portal, lead):
    away = ProjectFactory(tenant=portal.project.tenant, key="WEB", name="Web shop")
    create_folder(actor=lead, project=away, name="Checkout")
    return away


def test_picked_cases_move_into_another_project_and_come_back(portal, signed_in_page, lead, shop):
    page = signed_in_page(lead)
    page.goto(portal.address("~/cases/"))
    for number in range(2):
        page.locator("tbody input[type=checkbox]").nth(number).check()
    page.get_by_label("More for the selected cases").click()
    page.get_by_role("button", name="Copy or move to a project").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 cases")
    page.get_by_label("To project").select_option(label="WEB Web shop")
    page.get_by_label("Folder").select_option(label="Checkout")
    page.get_by_label("Move", exact=True).check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Move of cases")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    assert TestCase.objects.filter(project=shop, folder__name="Checkout").count() == 2

    page.locator("#copied-head + ul a").nth(1).click()
    page.wait_for_url(re.compile("/p/WEB/cases/"))
    page.get_by_text("Copied from").get_by_role("link").click()
    page.wait_for_url(re.compile("/p/PAY/cases/"))
    expect(page.get_by_text("Moved to")).to_be_visible()

    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("2 copies were deleted again.")).to_be_visible()
    assert not TestCase.objects.living().filter(project=shop).exists()
    assert not TestCase.objects.filter(project=portal.project, is_archived=True).exists()


def test_a_folder_is_copied_without_script(portal, signed_in_page, lead, shop):
    page = signed_in_page(lead, java_script_enabled=False)
    folder = portal.cases[0].folder
    page.goto(portal.address(f"~/cases/copy/?folder={folder.pk}"))
    page.get_by_label("To project").select_option(label="WEB Web shop")
    page.get_by_role("button", name="Show its folders").click()
    page.get_by_label("Folder").select_option(label="Checkout")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("4 of 4")).to_be_visible()
    copied = TestCase.objects.filter(project=shop)
    assert {case.folder.name for case in copied.select_related("folder")} == {folder.name}
