"""A report with its pictures: looked at first, uploaded as several files, undone, and read again."""

import re

import pytest
from playwright.sync_api import expect

from runs.models import Artifact, Result, TestRun
from runs.tests.test_report_attachments import PICTURE, allure, with_files, zipped

pytestmark = pytest.mark.django_db(transaction=True)


def choose(page, portal, *files):
    page.goto(portal.address("~/runs/upload/"))
    page.locator("[data-dropzone] input[type=file]").set_input_files(list(files))


def named(name, content, kind="application/octet-stream"):
    return {"name": name, "mimeType": kind, "buffer": content}


def look_at_several(page, portal):
    """A dry run of a report, a picture and a file that nobody asked for."""
    report = with_files("shots/pay.png", "logs/pay.log")
    choose(
        page,
        portal,
        named("report.xml", report, "text/xml"),
        named("pay.png", PICTURE, "image/png"),
        named("readme.txt", b"not asked for", "text/plain"),
    )
    expect(page.locator("[data-dropzone-list] li")).to_have_count(3)
    page.get_by_label("Only look").check()
    page.get_by_role("button", name="Upload").click()

    preview = page.locator("[data-told]")
    expect(preview).to_contain_text("1 test")
    expect(preview).to_contain_text("1 file is kept with its test")
    expect(preview).to_contain_text("did not come along: logs/pay.log")
    expect(preview).to_contain_text("no test names it: readme.txt")
    page.get_by_text("What would become of each test").click()
    expect(preview.get_by_role("row", name=re.compile("pays"))).to_contain_text("none yet")
    assert not Result.objects.exists()


def test_several_files_are_looked_at_taken_in_undone_and_read_again(portal, signed_in_page, run_worker, tester):
    page = signed_in_page(tester)
    look_at_several(page, portal)

    expect(page.locator("[data-dropzone-list] li")).to_have_count(3)
    page.get_by_label("Only look").uncheck()
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile("/runs/imports/"))
    run_worker()
    expect(page.get_by_role("link", name=re.compile("^Open run 1"))).to_be_visible()
    expect(page.get_by_text("kept with its test", exact=True)).to_be_visible()
    assert Artifact.objects.get().file.state == "stored"

    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This import was undone.")).to_be_visible()
    assert not Artifact.objects.exists()
    assert not TestRun.objects.living().exists()

    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    run_worker()
    expect(page.get_by_role("link", name=re.compile("^Open run 2"))).to_be_visible()
    assert Artifact.objects.get().file.state == "stored"


def test_a_zip_of_allure_results_brings_steps_and_pictures(portal, signed_in_page, run_worker, tester):
    page = signed_in_page(tester)
    choose(page, portal, named("allure.zip", zipped(allure()), "application/zip"))
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile("/runs/imports/"))
    run_worker()
    expect(page.get_by_text("2 files are kept with their tests.")).to_be_visible()
    assert Artifact.objects.filter(file__state="stored").count() == 2
