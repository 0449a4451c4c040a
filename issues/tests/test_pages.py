"""The pages of issues, and issues on pages of other apps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.tests.factories import TestCaseFactory
from issues import targets
from issues.models import Issue
from issues.services.issues import link_issue
from issues.tests.factories import make_issue
from qaportal.kit.concurrency import etag
from runs.models import Result
from runs.services.configurations import create_configuration
from runs.services.evidence import save_steps
from runs.services.runner import record_step
from runs.services.runner_files import add_screenshot
from runs.tests.factories import make_run, manual_run, record, reported

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
ERROR = "AssertionError: 2 != 3\n```\n<script>alert(1)</script>"


@pytest.fixture
def case(project):
    return TestCaseFactory(project=project, title="Pay by card", steps=["Open the *checkout*"])


@pytest.fixture
def failure(project, case) -> Result:
    run = make_run(project, name="Nightly", build="b1907f3")
    record(run, reported("pays", "failed", error_message=ERROR, explicit_ids=(case.test_id,)))
    return Result.objects.select_related("run__project", "run_case__case").get(run=run)


def facts(**changes) -> dict:
    return {"title": "White page", "status": "open", "severity": "major", "priority": "3"} | changes


def test_the_list_is_filtered_by_words_status_and_person(signed_in, tester, project):
    make_issue(project, "White page", assignee=tester, external_key="BUG-1")
    make_issue(project, "Wrong sum", status="closed", severity="critical")
    client = signed_in(tester)
    for query, shown in {
        "": "White page Wrong sum",
        "?q=bug-1": "White page",
        "?status=left": "White page",
        "?status=closed": "Wrong sum",
        "?severity=critical": "Wrong sum",
        "?assigned=me": "White page",
        "?assigned=nobody": "Wrong sum",
        "?priority=critical": "",
    }.items():
        page = client.get(f"/p/PAY/issues/{query}").content.decode()
        assert [title for title in ("White page", "Wrong sum") if f">{title}</a>" in page] == [
            title for title in ("White page", "Wrong sum") if title in shown
        ], query


def test_the_list_takes_the_same_number_of_queries_for_more_issues(signed_in, tester, project, case, same_queries):
    client = signed_in(tester)
    make_issue(project, "White page", targets.of_case(case), assignee=tester)

    def grow():
        for number in range(10):
            make_issue(project, f"White page {number}", targets.of_case(TestCaseFactory(project=project)))

    same_queries(lambda: client.get("/p/PAY/issues/"), grow)


def test_htmx_gets_the_rows_alone(signed_in, tester, project):
    make_issue(project)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert "<html" not in signed_in(tester).get("/p/PAY/issues/", headers=headers).content.decode()


def test_a_failure_drafts_an_issue_that_is_linked_to_result_and_case(signed_in, tester, project, failure, case):
    client = signed_in(tester)
    address = f"/p/PAY/issues/new/?result={failure.pk}"
    form = client.get(address).context["form"]
    assert form.initial["title"] == "pays: AssertionError: 2 != 3"
    description = form.initial["description"]
    assert "**Build** b1907f3" in description
    assert "1. Open the \\*checkout\\*" in description
    made = client.post(address, facts(title=form.initial["title"], description=description))
    issue = Issue.objects.get()
    assert made.url == issue.get_absolute_url()
    assert {(link.kind, link.result_id, link.case_id) for link in issue.links.all()} == {
        ("result", failure.pk, None),
        ("case", None, case.pk),
    }
    page = client.get(issue.get_absolute_url()).content.decode()
    assert f"test={failure.run_case_id}&amp;attempt=1" in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture
def executed(project, tester):
    """A test by hand whose second step failed, in a configuration, with a picture."""
    firefox = create_configuration(actor=None, project=project, name="Firefox", values=[{"name": "OS", "value": "mac"}])
    run = manual_run(project, tester, environment="staging-eu", configuration=firefox)
    test = run.tests.select_related("run__project", "case").get()
    record_step(actor=tester, test=test, step_number=1, status="passed")
    record_step(actor=tester, test=test, step_number=2, status="failed", notes="Took *11 s*\nand froze")
    picture = SimpleUploadedFile("shot.png", PICTURE, content_type="image/png")
    add_screenshot(actor=tester, test=test, stream=picture, name="shot.png", step_number=2)
    test.refresh_from_db()
    return test


def test_a_failure_by_hand_tells_steps_expectation_and_what_came(signed_in, tester, project, executed):
    client = signed_in(tester)
    form = client.get(f"/p/PAY/issues/new/?test={executed.pk}&note=On+every+try").context["form"]
    assert form.initial["title"] == "By hand case 1: Took *11 s*"
    description = form.initial["description"]
    for words in (
        "**Environment** staging-eu",
        "**Configuration** Firefox OS: mac",
        "1. Open the page\n2. Pay **(Failed)**",
        "### Expected\n\nIt works 2",
        "### Actual\n\nTook \\*11 s\\* and froze\n\nOn every try",
        "![shot.png](/p/PAY/files/",
        f"?tab=all&test={executed.pk}&attempt=1)",
    ):
        assert words in description
    client.post(f"/p/PAY/issues/new/?test={executed.pk}", facts(description=description))
    links = Issue.objects.get().links.values_list("kind", "run", "run_case", "result_id", "case")
    assert set(links) == {
        ("result", executed.run_id, executed.pk, executed.last_result_id, None),
        ("case", None, None, None, executed.case_id),
    }


def test_steps_that_a_client_reported_are_told_by_what_they_say(signed_in, tester, project):
    run = make_run(project)
    record(run, reported("signs in", "failed"))
    result = Result.objects.select_related("run__project", "run_case").get(run=run)
    rows = [
        {"step_number": 0, "action": "navigate", "description": "Open the shop", "status": "passed"},
        {"step_number": 1, "action": "fill", "description": "Enter the\nname", "status": "failed"},
        {"step_number": 2, "action": "click", "status": "skipped"},
    ]
    save_steps(actor=tester, result=result, steps=rows)
    form = signed_in(tester).get(f"/p/PAY/issues/new/?result={result.pk}").context["form"]
    steps = form["description"].value().partition("### Steps\n\n")[2].partition("\n\n")[0]
    assert steps.split("\n") == ["1. Open the shop", "2. Enter the name **(Failed)**", "3. click"]


def test_a_test_that_was_not_executed_drafts_an_issue_of_its_run_and_case(signed_in, tester, project):
    test = manual_run(project, tester).tests.get()
    client = signed_in(tester)
    client.post(f"/p/PAY/issues/new/?test={test.pk}", facts())
    links = set(Issue.objects.get().links.values_list("kind", "run", "case"))
    assert links == {("run", test.run_id, None), ("case", None, test.case_id)}


def test_the_runner_gets_the_form_for_a_dialog_and_is_told_what_was_made(signed_in, tester, project, executed):
    client, address = signed_in(tester), f"/p/PAY/issues/new/?test={executed.pk}"
    asks = {"HX-Request": "true", "HX-Request-Type": "partial"}
    form = client.get(address, headers=asks).content.decode()
    assert "<html" not in form
    assert f'action="{address}"' in form
    refused = client.post(address, facts(title=""), headers=asks)
    assert (refused.status_code, "<html" in refused.content.decode()) == (422, False)
    made = client.post(address, facts(), headers=asks)
    assert (made.status_code, made.json()["url"]) == (201, Issue.objects.get().get_absolute_url())
    page = client.get(reverse("runs:runner", args=["PAY", executed.run.number, executed.pk])).content.decode()
    assert "White page" in page
    assert f'href="{address}" data-form-dialog' in page


def test_those_who_write_no_issues_are_offered_none_in_the_runner(signed_in, viewer, project, executed):
    page = signed_in(viewer).get(reverse("runs:runner", args=["PAY", executed.run.number, executed.pk]))
    assert "data-form-dialog" not in page.content.decode()


def test_a_case_and_a_run_draft_issues_too(signed_in, tester, project, case, failure):
    client = signed_in(tester)
    assert client.get(f"/p/PAY/issues/new/?case={case.test_id.lower()}").context["form"].initial["title"] == case.title
    client.post(f"/p/PAY/issues/new/?run={failure.run.number}", facts())
    assert Issue.objects.get().links.get().run == failure.run


@pytest.mark.parametrize(
    "query",
    [
        "result=nothing",
        "result=018f0000-0000-7000-8000-000000000000",
        "case=TC_UI_999",
        "run=99",
        "run=x",
        "session=7",
        "finding=0",
        "test=7",
        "test=x",
    ],
)
def test_a_draft_of_what_is_not_there_is_not_there(signed_in, tester, project, query):
    assert signed_in(tester).get(f"/p/PAY/issues/new/?{query}").status_code == 404


def test_a_failure_of_another_company_drafts_nothing(signed_in, stranger, other_project, failure):
    assert signed_in(stranger).get(f"/p/{other_project.key}/issues/new/?result={failure.pk}").status_code == 404


def test_an_issue_is_edited_moved_and_deleted(signed_in, tester, project):
    issue, client = make_issue(project), signed_in(tester)
    address = issue.get_absolute_url()
    changed = facts(title="Blank page", assignee=tester.pk, if_match=etag(issue))
    assert client.post(f"{address}edit/", changed).status_code == 302
    assert client.post(f"{address}edit/", changed | {"title": "Late"}).status_code == 422
    assert client.post(f"{address}status/", {"status": "closed"}).status_code == 302
    assert client.post(f"{address}status/", {"status": "sometimes"}).status_code == 422
    issue.refresh_from_db()
    assert (issue.title, issue.status, issue.assignee) == ("Blank page", "closed", tester)
    client.post(f"{address}delete/")
    assert client.get(address).status_code == 404


def test_a_wrong_field_is_told_beside_it(signed_in, tester, project):
    answer = signed_in(tester).post("/p/PAY/issues/new/", facts(external_url="javascript:alert(1)"))
    assert answer.status_code == 422
    assert "Give an address that starts with https://" in answer.content.decode()


def test_cases_are_linked_by_their_id_and_unlinked(signed_in, tester, project, case):
    issue, client = make_issue(project), signed_in(tester)
    address = issue.get_absolute_url()
    assert client.post(f"{address}link/", {"case": case.test_id.lower()}).status_code == 302
    assert client.post(f"{address}link/", {"case": "TC_UI_999"}).status_code == 422
    link = issue.links.get()
    assert link.case == case
    assert client.post(f"{address}links/{link.pk}/remove/").status_code == 302
    assert not issue.links.exists()


def test_the_page_takes_the_same_number_of_queries_for_more_links(signed_in, tester, project, failure, same_queries):
    issue, client = make_issue(project, "White", targets.of_result(failure)), signed_in(tester)

    def grow():
        for _number in range(5):
            link_issue(actor=tester, issue=issue, target=targets.of_case(TestCaseFactory(project=project)))
            run = make_run(project)
            record(run, reported("pays", "failed"))
            result = Result.objects.select_related("run", "run_case").get(run=run)
            link_issue(actor=tester, issue=issue, target=targets.of_result(result))

    grow()
    same_queries(lambda: client.get(issue.get_absolute_url()), grow)


def test_a_viewer_reads_and_may_not_write(signed_in, viewer, project):
    issue, client = make_issue(project), signed_in(viewer)
    assert "may not write issues" in client.get(issue.get_absolute_url()).content.decode()
    assert client.get("/p/PAY/issues/new/").status_code == 403
    assert client.post(f"{issue.get_absolute_url()}status/", {"status": "closed"}).status_code == 422


def test_an_issue_of_another_company_is_not_there(signed_in, stranger, project):
    assert signed_in(stranger).get(make_issue(project).get_absolute_url()).status_code == 404


def test_the_drawer_of_a_failed_test_shows_its_issues_and_offers_a_new_one(
    signed_in, tester, project, case, failure, same_queries
):
    make_issue(project, "White page", targets.of_result(failure))
    make_issue(project, "Known of the case", targets.of_case(case), status="closed")
    client = signed_in(tester)
    address = f"{failure.run.get_absolute_url()}?tab=all&test={failure.run_case_id}"
    page = client.get(address).content.decode()
    assert "White page" in page
    assert "Known of the case" in page
    assert f"/p/PAY/issues/new/?result={failure.pk}" in page

    def grow():
        for number in range(5):
            make_issue(project, f"White page {number}", targets.of_result(failure))

    same_queries(lambda: client.get(address), grow)


def test_the_page_of_a_run_and_the_drawer_of_a_case_show_them(signed_in, tester, viewer, project, case, failure):
    make_issue(project, "White page", targets.of_result(failure), targets.of_case(case))
    client = signed_in(tester)
    for address in (f"{failure.run.get_absolute_url()}?tab=details", f"{case.get_absolute_url()}?tab=issues"):
        page = client.get(address).content.decode()
        assert "White page" in page, address
        assert "/p/PAY/issues/new/?" in page
        assert "/p/PAY/issues/new/?" not in signed_in(viewer).get(address).content.decode()
