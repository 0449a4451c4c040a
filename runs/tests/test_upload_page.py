"""The page that takes a report, and the page that tells what became of it."""

import pytest
from django.test import override_settings

from catalog.models import TestCase
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.models import JobProgress
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.choices import ImportState, RunStatus
from runs.models import ReportImport, Result, RunCase, TestRun
from runs.tests.factories import make_run
from runs.tests.reports import junit, uploaded

pytestmark = pytest.mark.django_db
URL = "/p/PAY/runs/upload/"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def client(signed_in, tester, project):
    return signed_in(tester)


def send(client, content: bytes, name: str = "report.xml", **fields):
    return client.post(URL, {"report": uploaded(content, name), **fields})


def test_an_uploaded_report_becomes_a_run(client, run_jobs):
    response = send(client, junit("pays", ("refunds", "failed")), run_name="Nightly", branch="main", environment="eu")
    report_import = ReportImport.objects.get()
    assert response.url == report_import.get_absolute_url()
    assert "Waiting for a worker" in client.get(response.url).content.decode()
    run_jobs()
    page = client.get(response.url).content.decode()
    assert "2 tests" in page
    assert "1 passed, 1 failed" in page
    run = TestRun.objects.get()
    assert (run.name, run.branch, run.environment, run.status) == ("Nightly", "main", "eu", RunStatus.COMPLETED)
    assert run.get_absolute_url() in page


def test_a_report_can_go_into_an_existing_run_and_its_release(client, project, run_jobs):
    release = ReleaseFactory(project=project)
    case = TestCaseFactory(project=project, automation_key="checkout.Card.pays")
    ReleaseCaseFactory(release=release, case=case)
    run = make_run(project, release=release)
    send(client, junit("pays"), run=run.pk)
    run_jobs()
    assert RunCase.objects.get(run=run).case == case
    assert ReleaseCase.objects.get(case=case).execution_status == "passed"
    assert TestRun.objects.count() == 1


def test_a_dry_run_tells_what_is_in_the_file_and_stores_nothing(client, run_jobs):
    response = send(client, junit("pays", ("refunds", "failed")), dry_run="on")
    assert response.status_code == 200
    content = response.content.decode()
    assert "Nothing was stored" in content
    assert "1 passed, 1 failed" in content
    assert run_jobs() == 0
    assert (TestRun.objects.count(), RunCase.objects.count(), ReportImport.objects.count()) == (0, 0, 0)


def test_the_progress_of_a_running_import_is_shown_and_polled(client, project, tester):
    send(client, junit("pays"))
    report_import = ReportImport.objects.get()
    ReportImport.objects.update(state=ImportState.RUNNING)
    JobProgress.objects.filter(pk=report_import.progress_id).update(done=4_000, total=10_000, state="running")
    page = client.get(report_import.get_absolute_url()).content.decode()
    assert "4,000 of 10,000" in page
    assert 'hx-trigger="every 1s"' in page
    polled = client.get(report_import.get_absolute_url(), headers=PARTIAL)
    assert polled.content.decode().strip().startswith('<div id="progress"')
    assert "HX-Refresh" not in polled


def test_the_poll_that_finds_the_end_loads_the_summary(client, run_jobs):
    url = send(client, junit("pays")).url
    run_jobs()
    assert client.get(url, headers=PARTIAL)["HX-Refresh"] == "true"
    assert "every 1s" not in client.get(url).content.decode()


def test_a_report_that_cannot_be_read_says_why_and_offers_another_upload(client, run_jobs):
    url = send(client, b"<html><body/></html>", run_name="Nightly").url
    run_jobs()
    page = client.get(url).content.decode()
    assert "web page" in page
    assert "run_name=Nightly" in page
    assert TestRun.objects.count() == 0


def test_the_same_file_again_leads_to_the_first_upload_and_says_so(client, run_jobs):
    first = send(client, junit("pays")).url
    run_jobs()
    again = send(client, junit("pays"))
    assert again.url == f"{first}?again=1"
    assert "You uploaded these bytes before" in client.get(again.url).content.decode()
    assert Result.objects.count() == 1


def test_tests_without_a_case_are_listed_with_ways_out(client, run_jobs):
    url = send(client, junit("pays", "refunds")).url
    run_jobs()
    page = client.get(url).content.decode()
    assert "2 tests of the run belong to no test case yet" in page
    assert "Create cases for all 2" in page
    assert "/link/" in page


def test_missing_cases_can_be_created_with_the_upload(client, run_jobs):
    send(client, junit("pays", "refunds"), creates_cases="on")
    run_jobs()
    assert sorted(TestCase.objects.values_list("title", flat=True)) == ["pays", "refunds"]


def test_results_outside_the_scope_can_be_added_to_the_release(client, project, run_jobs):
    release = ReleaseFactory(project=project, version="4.18.0")
    case = TestCaseFactory(project=project, automation_key="checkout.Card.pays")
    url = send(client, junit(("pays", "failed")), release=release.pk).url
    run_jobs()
    assert "1 case is outside the scope of 4.18.0" in client.get(url).content.decode()
    run = TestRun.objects.get()
    response = client.post(f"/p/PAY/runs/{run.number}/scope/", {"next": url})
    assert response.url == url
    covered = ReleaseCase.objects.get(release=release)
    assert (covered.case, covered.execution_status, covered.is_automated_verdict) == (case, "failed", True)
    assert "is outside the scope" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"", {}, "The file is empty."),
        (junit("pays"), {"release": "999999"}, "Select a valid choice"),
        (junit("pays"), {"run": "not a uuid"}, "valid"),
        (junit("pays"), {"run_name": "n" * 301}, "at most 300 characters"),
        (b"not a report", {"dry_run": "on"}, "no test report"),
        (junit("pays"), {"environment": "a\x00b"}, "Null characters"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(client, content, fields, words):
    response = send(client, content, **fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert (ReportImport.objects.count(), TestRun.objects.count()) == (0, 0)


def test_no_file_is_said_beside_the_field(client):
    response = client.post(URL, {"run_name": "Nightly"})
    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()
    assert 'value="Nightly"' in response.content.decode()


def test_a_file_above_the_limit_is_refused_with_the_limit(client):
    with override_settings(UPLOAD_LIMIT=2**20):
        response = send(client, junit("pays") + b" " * 2**20)
    assert response.status_code == 422
    assert "larger than 1 MB" in response.content.decode()


def test_a_run_or_release_that_takes_nothing_more_is_a_refusal(client, project):
    cancelled = make_run(project, status=RunStatus.CANCELLED)
    shipped = ReleaseFactory(project=project, overall_status="released")
    closed = make_run(project, release=shipped)
    for fields in ({"run": cancelled.pk}, {"release": shipped.pk}, {"run": closed.pk}):
        assert send(client, junit("pays"), **fields).status_code == 422
    assert ReportImport.objects.count() == 0


def test_another_tenants_run_and_release_cannot_be_named(client, other_project):
    for fields in ({"run": make_run(other_project).pk}, {"release": ReleaseFactory(project=other_project).pk}):
        assert send(client, junit("pays"), **fields).status_code == 422
    assert ReportImport.objects.count() == 0


def test_a_viewer_is_refused_in_words_and_a_stranger_finds_nothing(signed_in, viewer, stranger, client, run_jobs):
    url = send(client, junit("pays")).url
    run_jobs()
    refused = signed_in(viewer).get(URL)
    assert refused.status_code == 403
    assert "may not upload test reports" in refused.content.decode()
    assert send(signed_in(viewer), junit("x")).status_code == 403
    assert signed_in(viewer).get(url).status_code == 200
    assert signed_in(stranger).get(URL).status_code == 404
    assert signed_in(stranger).get(url).status_code == 404


def test_a_developer_uploads_but_creates_no_cases(signed_in, developer, project, run_jobs):
    client = signed_in(developer)
    assert "Test cases are not created" in client.get(URL).content.decode()
    assert send(client, junit("pays"), creates_cases="on").status_code == 422
    assert send(client, junit("pays")).status_code == 302


def test_the_summary_takes_the_same_number_of_queries_whatever_was_imported(client, run_jobs, same_queries):
    url = send(client, junit("pays", "refunds"), external_id="build-1").url
    run_jobs()

    def grow():
        send(client, junit(*[f"test {number}" for number in range(40)]), external_id="build-1")
        run_jobs()

    same_queries(lambda: client.get(url), grow)
    same_queries(lambda: client.get(URL), lambda: [make_run(ReportImport.objects.first().project) for _ in range(9)])


def test_several_files_are_taken_in_as_one_and_each_is_told(client, run_jobs):
    files = [uploaded(junit("pays"), "a.xml"), uploaded(b"noise", "b.txt"), uploaded(junit("refunds")[:-30], "c.xml")]
    response = client.post(URL, {"report": files, "run_name": "Nightly"})
    run_jobs()
    page = client.get(response.url).content.decode()
    assert "3 files" in page
    assert "no report" in page
    assert "ends in the middle" in page
    assert TestRun.objects.get().name == "Nightly"


def test_a_dry_run_tells_what_would_become_of_each_test(client, project):
    case = TestCaseFactory(project=project, automation_key="checkout.Card.pays")
    content = send(client, junit("pays", "refunds"), dry_run="on").content.decode()
    assert "What would become of each test" in content
    assert case.test_id in content
    assert "none yet" in content


def test_an_import_is_undone_from_its_page(client, signed_in, viewer, run_jobs):
    address = send(client, junit("pays")).url
    run_jobs()
    assert f'action="{address}undo/"' in client.get(address).content.decode()
    assert signed_in(viewer).post(f"{address}undo/").status_code == 403
    assert Result.objects.count() == 1
    assert client.post(f"{address}undo/").url == address
    page = client.get(address).content.decode()
    assert "This import was undone." in page
    assert f'action="{address}undo/"' not in page
    assert not Result.objects.exists()
    assert client.post(f"{address}undo/").url == address
