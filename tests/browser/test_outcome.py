"""The whole path: a report in, a case executed by hand, a verdict out; by mouse, by keyboard, without script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from releases.models import ReleaseCase
from runs.models import TestRun

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = Path(__file__).resolve().parent.parent.parent / "examples" / "pytest" / "report.xml"


def upload(page, portal, run_worker):
    page.goto(portal.address("~/runs/upload/"))
    page.get_by_label("Test reports").set_input_files(REPORT)
    page.get_by_label("Release").select_option(label="4.18.0 Autumn checkout")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile("/runs/imports/"))
    run_worker()


def test_a_tester_uploads_a_report_executes_a_case_and_reads_the_verdict(portal, signed_in_page, run_worker, tester):
    page = signed_in_page(tester)
    upload(page, portal, run_worker)
    expect(page.get_by_role("link", name=re.compile("^Open run 1"))).to_be_visible()
    expect(page.get_by_text("13 tests").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Open run 1")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Run 1")
    assert TestRun.objects.get(number=1).release == portal.release

    page.get_by_role("link", name="Releases").first.click()
    page.get_by_role("link", name="Autumn checkout").first.click()
    expect(page.get_by_text("Not ready").first).to_be_visible()
    waiting = ReleaseCase.objects.filter(execution_status="not_started").select_related("case").order_by("pk").first()
    verdicts = page.locator(f"#row-{waiting.pk} .q-set button")
    assert verdicts.evaluate_all("each => new Set(each.map(button => button.offsetTop)).size") == 1, "on one line"
    page.get_by_role("button", name=f"Passed: {waiting.case.test_id}").first.click()
    expect(page.locator(f"#row-{waiting.pk}").get_by_text("Passed", exact=True)).to_be_visible()
    waiting.refresh_from_db()
    assert (waiting.execution_status, waiting.executed_by) == ("passed", tester)


def test_the_path_works_by_keyboard_alone(portal, signed_in_page, run_worker, tester):
    page = signed_in_page(tester)
    page.keyboard.press("/")
    page.keyboard.type("upload")
    expect(page.get_by_role("option", name=re.compile("Upload a report"))).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/runs/upload/"))
    page.get_by_label("Test reports").set_input_files(REPORT)  # the system's file dialog has keys of its own
    page.get_by_label("Test reports").focus()
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Upload":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/runs/imports/"))
    run_worker()
    expect(page.get_by_role("link", name=re.compile("^Open run 1"))).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("4.18")
    expect(page.get_by_role("option", name=re.compile("4.18.0")).first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/releases/"))
    first, second = page.locator("tr[data-row]").nth(0), page.locator("tr[data-row]").nth(1)
    page.keyboard.press("j")
    expect(first).to_have_class(re.compile("is-current"))
    page.keyboard.press("p")
    expect(first.get_by_text("Passed", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(second).to_have_class(re.compile("is-current"))
    page.keyboard.press("b")
    expect(second.get_by_text("Blocked", exact=True)).to_be_visible()
    assert ReleaseCase.objects.filter(executed_by=tester).count() == 2


def test_the_path_works_without_script(portal, signed_in_page, run_worker, tester):
    page = signed_in_page(tester, java_script_enabled=False)
    upload(page, portal, run_worker)
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Open run 1"))).to_be_visible()
    page.goto(portal.address("") + portal.release.get_absolute_url())
    row = ReleaseCase.objects.select_related("case").filter(execution_status="not_started").order_by("pk").first()
    page.get_by_role("button", name=f"Failed: {row.case.test_id}").first.click()
    row.refresh_from_db()
    assert row.execution_status == "failed"
    expect(page.locator(f"#row-{row.pk}").get_by_text("Failed", exact=True)).to_be_visible()


def test_a_tester_writes_a_case_and_changes_it(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    page.keyboard.press("c")
    page.get_by_label("Title").fill("Refund a settled payment")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name=re.compile("Refund a settled payment")).first).to_be_visible()
    page.keyboard.press("e")
    page.get_by_label("Title").fill("Refund a settled card payment")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(page.get_by_role("heading", name=re.compile("Refund a settled card payment")).first).to_be_visible()


def test_a_case_is_dragged_to_another_folder(portal, signed_in_page, tester):
    page = signed_in_page(tester)
    page.goto(portal.address("~/cases/"))
    case = portal.cases[0]
    row = page.locator(f'[data-drag-id="{case.pk}"]')
    target = page.locator("[data-drop-url]", has_text="Payouts").first
    row.drag_to(target)
    expect(page.get_by_role("status").filter(has_text=re.compile("moved|Moved"))).to_be_visible()
    case.refresh_from_db()
    assert case.folder.name == "Payouts"


def test_a_viewer_is_told_why_he_cannot(portal, signed_in_page, viewer):
    page = signed_in_page(viewer)
    page.goto(portal.address("") + portal.release.get_absolute_url())
    expect(page.get_by_text("may not record results").first).to_be_visible()
    expect(page.locator("tr[data-row] button")).to_have_count(0)
