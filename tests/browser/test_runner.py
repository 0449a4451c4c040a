"""A tester executes a run without touching the mouse, with the network gone in the middle."""

import io

import pytest
from playwright.sync_api import expect

from catalog.services.cases import update_case
from files.services import store
from reporting.demo.drawings import checkout
from runs.models import Artifact, Result, RunCase, StepResult
from runs.services.manual_runs import Assignment, Chosen, create_manual_run
from runs.services.runner import record_verdict

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  const data = new DataTransfer();
  data.items.add(new File([blob], "image.png", { type: "image/png" }));
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""
LISTEN = """(user) => {
  window.isAllSent = false;
  const look = () => window.runnerStore.waiting(user).then((rest) => { window.isAllSent ||= !rest.length; });
  window.runnerStore.listen(look);
  look();
}"""


@pytest.fixture
def run(portal, project, lead, tester):
    """Six tests; the fourth has a picture at its step."""
    picture = store(actor=lead, project=project, stream=io.BytesIO(checkout()), name="checkout.png")
    steps = [{"action": "Pay with the card", "attachments": [str(picture.pk)]}]
    update_case(actor=lead, case=portal.cases[3], steps=steps)
    chosen = Chosen(case_ids=[case.pk for case in portal.cases[:6]])
    return create_manual_run(
        actor=lead,
        project=portal.project,
        name="Card regression",
        chosen=chosen,
        assignment=Assignment(people=[tester]),
    )


def queue_of(run) -> list[RunCase]:
    return list(run.tests.select_related("run__project", "case").order_by("position"))


def statuses(run) -> list[str]:
    return list(run.tests.order_by("position").values_list("status", flat=True))


def start(page, portal, run):
    page.goto(portal.url + run.get_absolute_url())
    page.keyboard.press("r")
    expect(page.locator("#runner")).to_be_visible()
    page.wait_for_load_state()  # what is pasted before the page listens is lost


def wait_until_sent(page, tester):
    """Playwright takes a promise for true, whatever comes of it: it is told by a value instead."""
    page.evaluate(LISTEN, str(tester.pk))
    page.wait_for_function("() => window.isAllSent")


def execute_two_tests(page, heading, titles):
    """The first passes, the second fails at its step, with a note and a pasted picture."""
    expect(heading).to_have_text(titles[0])
    page.keyboard.press("p")
    expect(page.locator("#step-1 .q-run-n")).to_have_class("q-run-n is-passed")
    page.keyboard.press("Shift+P")
    expect(heading).to_have_text(titles[1])
    page.keyboard.press("f")
    page.keyboard.press("t")
    page.keyboard.type("The countdown froze")
    page.keyboard.press("Escape")
    page.evaluate(PICTURE)
    expect(page.locator("#step-1 [data-shots] img")).to_be_visible()
    page.keyboard.press("Shift+F")
    expect(heading).to_have_text(titles[2])
    expect(page.locator("#executed")).to_have_text("2 of 6")


def execute_two_offline(page, heading, titles):
    """What comes next was fetched ahead; what is entered is kept in the browser."""
    expect(page.locator("#runner")).to_have_attribute("data-fetched", "1")
    page.context.set_offline(True)
    page.keyboard.press("b")
    expect(page.locator("#kept")).to_contain_text("You are offline")
    page.keyboard.press("Shift+B")
    expect(heading).to_have_text(titles[3])
    expect(page.locator("#step-1 .q-step-files img")).to_have_js_property("naturalWidth", 960)
    page.keyboard.press("Shift+S")
    expect(heading).to_have_text(titles[4])
    expect(page.locator("#kept")).to_contain_text("3")


def test_a_run_is_executed_by_key_with_the_network_gone_in_the_middle(portal, run, tester, signed_in_page):
    page = signed_in_page(tester)
    start(page, portal, run)
    titles = [test.name for test in queue_of(run)]
    heading = page.get_by_role("heading", level=1)
    execute_two_tests(page, heading, titles)
    execute_two_offline(page, heading, titles)
    assert statuses(run)[2:4] == ["not_started", "not_started"]

    page.context.set_offline(False)
    wait_until_sent(page, tester)
    expect(page.locator("#kept")).to_be_hidden()
    assert statuses(run) == ["passed", "failed", "blocked", "skipped", "not_started", "not_started"]
    assert Result.objects.filter(run_case__run=run).count() == 4
    failed = Result.objects.get(run_case__run=run, status="failed")
    assert StepResult.objects.get(result=failed, step_number=1).notes == "The countdown froze"
    assert Artifact.objects.filter(result=failed).count() == 1

    page.keyboard.press("Enter")
    expect(heading).to_have_text(titles[5])
    page.keyboard.press("Enter")
    expect(page).to_have_url(portal.url + run.get_absolute_url())
    assert statuses(run)[4:] == ["passed", "passed"]
    page.problems[:] = [each for each in page.problems if "ERR_INTERNET_DISCONNECTED" not in each]


def test_on_a_phone_the_queue_opens_by_its_button_and_leads_to_a_test(portal, run, tester, signed_in_page):
    page = signed_in_page(tester)
    page.set_viewport_size({"width": 390, "height": 844})
    start(page, portal, run)
    heading, names = page.get_by_role("heading", level=1), [test.name for test in queue_of(run)]
    page.get_by_role("link", name="Tests of the run").click()
    queue = page.get_by_role("navigation", name="Tests of this run")
    expect(queue).to_be_visible()
    queue.get_by_role("link", name=names[2]).click()
    expect(heading).to_have_text(names[2])
    expect(queue).to_be_hidden()
    page.go_back()
    page.go_back()
    expect(heading).to_have_text(names[0])


def test_two_testers_see_each_other_and_neither_overwrites_the_other(portal, run, tester, lead, signed_in_page):
    page = signed_in_page(tester)
    start(page, portal, run)
    first = queue_of(run)[0]
    record_verdict(actor=lead, test=first, status="passed", notes="Fine on my phone")
    page.keyboard.press("Shift+F")
    conflict = page.get_by_role("region", name="Two results of the same test")
    expect(conflict).to_contain_text("Fine on my phone")
    expect(page.locator(".q-queue [aria-current] .is-notstarted")).to_be_visible()
    conflict.get_by_role("button", name="Record mine as the next attempt").click()
    expect(page.locator("[data-test-status]")).to_contain_text("Failed")
    found = Result.objects.filter(run_case=first).order_by("attempt").values_list("status", flat=True)
    assert list(found) == ["passed", "failed"]


def test_two_browsers_at_one_test_see_each_other_and_keep_both_results(portal, run, tester, lead, signed_in_page):
    page, other = signed_in_page(tester), signed_in_page(lead)
    start(page, portal, run)
    other.goto(page.url.partition("?")[0])
    expect(other.locator("#here")).to_contain_text("Also here")
    other.keyboard.press("Shift+P")
    expect(other.get_by_role("heading", level=1)).to_have_text(queue_of(run)[1].name)
    page.keyboard.press("f")
    conflict = page.get_by_role("region", name="Two results of the same test")
    conflict.get_by_role("button", name="Record mine as the next attempt").click()
    expect(page.locator("[data-test-status]")).to_contain_text("In progress")
    page.keyboard.press("Shift+F")
    expect(page.get_by_role("heading", level=1)).to_have_text(queue_of(run)[1].name)
    found = Result.objects.filter(run_case=queue_of(run)[0]).order_by("attempt").values_list("status", "executor")
    assert list(found) == [("passed", lead.pk), ("failed", tester.pk)]
    for each in (page, other):
        each.problems[:] = [problem for problem in each.problems if "409" not in problem]


def test_a_picture_that_is_pasted_offline_is_sent_once_after_a_reload(portal, run, tester, signed_in_page):
    page = signed_in_page(tester)
    start(page, portal, run)
    page.context.set_offline(True)
    page.evaluate(PICTURE)
    expect(page.locator("#step-1 [data-shots] img")).to_be_visible()
    expect(page.locator("#kept")).to_contain_text("You are offline")
    assert not Artifact.objects.exists()
    page.context.set_offline(False)
    page.reload()
    wait_until_sent(page, tester)
    artifact = Artifact.objects.select_related("file").get()
    assert (artifact.step_number, artifact.file.content_type) == (1, "image/png")
    page.problems[:] = [each for each in page.problems if "ERR_INTERNET_DISCONNECTED" not in each]


def test_what_is_refused_after_the_network_was_gone_is_kept_until_its_tester_decides(
    portal, run, tester, lead, signed_in_page
):
    page = signed_in_page(tester)
    start(page, portal, run)
    heading, (first, second, *_rest) = page.get_by_role("heading", level=1), queue_of(run)
    expect(page.locator("#runner")).to_have_attribute("data-fetched", "1")
    page.context.set_offline(True)
    page.keyboard.press("f")
    page.keyboard.press("Shift+F")
    expect(heading).to_have_text(second.name)
    record_verdict(actor=lead, test=first, status="passed", notes="Fine on my phone")
    page.context.set_offline(False)

    held = page.locator("#held").get_by_role("link", name=first.name)
    expect(held).to_be_visible()
    held.click()
    conflict = page.get_by_role("region", name="Two results of the same test")
    expect(conflict).to_contain_text("Fine on my phone")
    conflict.get_by_role("button", name="Record mine as the next attempt").click()
    expect(page.locator("[data-test-status]")).to_contain_text("Failed")
    expect(page.locator("#held")).to_be_hidden()
    found = Result.objects.filter(run_case=first).order_by("attempt").values_list("status", flat=True)
    assert list(found) == ["passed", "failed"]
    assert StepResult.objects.get(result__run_case=first, result__status="failed").status == "failed"
    page.problems.clear()


def test_what_was_entered_in_a_window_that_is_closed_is_sent_from_the_next_page(portal, run, tester, signed_in_page):
    page = signed_in_page(tester)
    start(page, portal, run)
    context, heading = page.context, page.get_by_role("heading", level=1)
    expect(page.locator("#runner")).to_have_attribute("data-fetched", "1")
    context.set_offline(True)
    page.keyboard.press("Shift+B")
    expect(heading).to_have_text(queue_of(run)[1].name)
    other = context.new_page()
    other.problems = []
    page.close()
    context.set_offline(False)
    other.goto(portal.address("~/"))
    expect(other.locator("[data-toast]")).to_contain_text("Sent what you entered in the runner")
    assert statuses(run)[0] == "blocked"
    assert Result.objects.filter(run_case__run=run).count() == 1
