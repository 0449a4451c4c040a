"""Somebody finds out why a test failed, and watches a run while a machine reports it."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reporting.demo import drawings
from runs.choices import RunStatus
from runs.models import Result, RunCase
from runs.services.artifacts import add_artifact
from runs.services.evidence import save_checkpoints, save_logs, save_steps
from runs.services.suite_runs import update_suite_run
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db(transaction=True)
TRACE = """tests/test_challenge.py:48: in test_times_out
    challenge.wait()
lib/python3.13/site-packages/playwright/a.py:2: in wait
    go()
lib/python3.13/site-packages/playwright/b.py:9: in go
    raise TimeoutError
"""


@pytest.fixture
def run(project):
    run = make_run(project, name="Nightly", metadata={"total_tests": 20})
    record(
        run,
        reported("challenge", "failed", error_message="TimeoutError: no end", stack_trace=TRACE),
        reported("pays"),
        reported("refunds", "failed", error_message="expected 201, got 409"),
    )
    return run


@pytest.fixture
def documented(run, tester, settings, tmp_path):
    Result.objects.filter(run_case__name="challenge").update(started_at=timezone.now())
    result = Result.objects.for_detail().get(run_case__name="challenge")
    words = ("Open the checkout", "Pay", "The time is over", "Close the shop")
    steps = [
        {
            "step_number": number,
            "description": said,
            "status": "failed" if number == 3 else "passed",
            "duration_ms": 900,
        }
        for number, said in enumerate(words, start=1)
    ]
    save_steps(actor=tester, result=result, steps=steps)
    check = {"name": "Status", "status": "failed", "expected": "over", "actual": "waiting", "step_number": 3}
    save_checkpoints(actor=tester, result=result, checkpoints=[check])
    log = {"log_type": "network", "method": "GET", "url": "/3ds/state", "status_code": 502, "step_number": 3}
    polls = [
        {"log_type": "network", "method": "GET", "url": f"/poll/{number}", "status_code": 200}
        | {"logged_at": result.started_at + timedelta(milliseconds=100 * number)}
        for number in range(9)
    ]
    save_logs(actor=tester, result=result, logs=[log, *polls])
    for category, data in (("before", drawings.checkout()), ("error", drawings.challenge("Waiting", marked=True))):
        facts = {"artifact_type": "screenshot", "artifact_category": category, "step_number": 3}
        add_artifact(actor=tester, result=result, stream=io.BytesIO(data), name=f"{category}.png", **facts)
    return result


def address(portal, run, name) -> str:
    test = RunCase.objects.get(run=run, name=name)
    return f"{portal.url}/p/PAY/runs/{run.number}/tests/{test.pk}/"


def test_a_failure_is_understood_and_its_step_shared(signed_in_page, portal, run, documented, viewer):
    page = signed_in_page(viewer)
    page.goto(portal.url + run.get_absolute_url())
    page.locator("#rows").get_by_role("link", name="challenge", exact=True).click()
    expect(page.locator("#drawer")).to_contain_text("The time is over")
    page.locator("#drawer").get_by_role("link", name="Open as a page").click()
    expect(page).to_have_url(re.compile(r"/tests/\d+/$"))
    step = page.locator("#step-3")
    for words in ("The time is over", "over", "waiting", "/3ds/state"):
        expect(step).to_contain_text(words)
    folded = page.get_by_text("site-packages/playwright/a.py")
    expect(folded).not_to_be_visible()
    page.get_by_text("2 frames of frameworks").click()
    expect(folded).to_be_visible()
    slide(step)
    look_what_happened_meanwhile(page)
    step.get_by_role("link", name="3", exact=True).click()
    expect(page).to_have_url(re.compile(r"step=3#step-3$"))
    expect(page.locator("#step-3")).to_have_class("is-chosen")


def test_a_link_to_a_step_leads_there_though_pictures_stand_above_it(signed_in_page, portal, run, documented, viewer):
    page = signed_in_page(viewer)
    page.set_viewport_size({"width": 1000, "height": 500})
    page.goto(f"{address(portal, run, 'challenge')}#step-4")
    expect(page.locator("#step-3 img").last).to_have_js_property("complete", True)
    expect(page.locator("#step-4")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0, "the list scrolls, not the page around it"


def look_what_happened_meanwhile(page):
    """Open the row of what named no step, and go to all of it."""
    meanwhile = page.locator(".q-tl-meanwhile")
    expect(meanwhile).to_have_count(1)
    expect(meanwhile.get_by_text("/poll/0")).not_to_be_visible()
    meanwhile.get_by_text("9 entries of console and network").click()
    expect(meanwhile.get_by_text("/poll/0")).to_be_visible()
    meanwhile.get_by_role("link", name="All 9").click()
    expect(page).to_have_url(re.compile(r"since=0&until=900#log$"))
    expect(page.locator("#log")).to_contain_text("/poll/8")
    expect(page.locator("#log")).not_to_contain_text("/3ds/state")


def slide(step):
    """Lay the pictures over each other, and move the border by the keyboard."""
    switch = step.get_by_role("button", name="Lay over each other")
    slider = step.get_by_role("slider")
    expect(slider).not_to_be_visible()
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(slider).to_be_focused()
    slider.press("ArrowRight")
    expect(slider).to_have_value("51")
    expect(step.locator("[data-compare]")).to_have_attribute("style", re.compile("--q-split: ?51%"))
    switch.click()
    expect(slider).not_to_be_visible()


def test_left_and_right_lead_through_the_failures(signed_in_page, portal, run, documented, viewer):
    page = signed_in_page(viewer)
    page.goto(address(portal, run, "challenge"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(address(portal, run, "refunds"))
    expect(page.get_by_role("heading", level=1)).to_have_text("refunds")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(address(portal, run, "challenge"))


def test_without_script_both_pictures_stand_side_by_side(signed_in_page, portal, run, documented, viewer, browser):
    state = signed_in_page(viewer).context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(address(portal, run, "challenge"))
    expect(page.locator("#step-3 img")).to_have_count(2)
    expect(page.locator("#step-3 img").last).to_be_visible()
    expect(page.get_by_text("Lay over each other")).not_to_be_visible()
    context.close()


def test_a_run_is_watched_while_it_happens(signed_in_page, portal, run, viewer, tester):
    page = signed_in_page(viewer)
    page.goto(portal.url + run.get_absolute_url())
    live = page.locator("#live")
    expect(live).to_contain_text("3 of 20")
    record(run, reported("exports", "failed", error_message="no file was written"))
    expect(live).to_contain_text("4 of 20")
    expect(live).to_contain_text("no file was written")
    expect(page.locator("#rows")).not_to_contain_text("exports")
    live.get_by_role("link", name="Show the new results below").click()
    expect(page.locator("#rows")).to_contain_text("exports")
    expect(page.get_by_role("link", name="Show the new results below")).to_be_hidden()
    update_suite_run(actor=tester, run=run, status=RunStatus.COMPLETED)
    expect(live).to_contain_text("The run has ended")
    expect(live).not_to_have_attribute("data-live", re.compile("."))
    live.get_by_role("link", name="Show how").click()
    expect(page.locator("h1 + .q-status")).to_contain_text("Failed")
