"""Reports sent by API."""

import gzip
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.tests.factories import ProjectFactory
from catalog.models import TestCase
from releases.tests.factories import ReleaseFactory
from runs.api import waiting
from runs.choices import RunStatus
from runs.models import ReportImport, Result, RunCase, TestRun
from runs.tests.factories import make_run
from runs.tests.reports import junit, uploaded

pytestmark = pytest.mark.django_db
URL = "/api/junit/import"


@pytest.fixture
def send(api, tester, project):
    client = api(tester)

    def post(content: bytes | None = None, query: str = "", headers: dict | None = None, **fields):
        content = junit("pays", ("refunds", "failed")) if content is None else content
        fields.setdefault("file", uploaded(content))
        return client.post(f"{URL}{query}", fields, format="multipart", headers=headers or {})

    return post


@pytest.fixture
def worker(monkeypatch, run_jobs):
    """While a client waits, a worker works."""
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: run_jobs())


def test_an_upload_is_accepted_and_its_import_can_be_followed(send, api, tester, run_jobs):
    accepted = send(runName="Nightly", branch="main", build="b1", environment="eu", externalId="build-7")
    data = accepted.json()["data"]
    assert accepted.status_code == 202
    assert accepted["Location"] == data["url"]
    assert (data["status"], data["duplicate"], data["testRunId"]) == ("queued", False, None)
    run_jobs()
    answer = api(tester).get(data["url"])
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["repaired"], told["warnings"], told["error"]) == ("done", False, [], None)
    expected = {"tests": 2, "passed": 1, "failed": 1, "errors": 0, "skipped": 0, "flaky": 0}
    assert expected.items() <= told["counts"].items()
    assert (told["counts"]["matched"], told["counts"]["unmatched"], told["counts"]["created"]) == (0, 2, 0)
    run = TestRun.objects.get()
    assert told["test_run_id"] == str(run.pk)
    facts = (run.name, run.branch, run.build, run.environment, run.external_id)
    assert facts == ("Nightly", "main", "b1", "eu", "build-7")


def test_a_client_that_waits_long_enough_gets_the_finished_import(send, worker):
    answer = send(query="?wait=5")
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["status"], data["counts"]["tests"], data["counts"]["outsideScope"]) == ("done", 2, 0)
    assert data["testRunId"] == str(TestRun.objects.get().pk)


def test_when_half_of_the_threads_wait_others_are_answered_at_once(send, monkeypatch):
    monkeypatch.setattr(waiting._waiting, "acquire", lambda blocking: False)
    assert send(query="?wait=30").status_code == 202


@pytest.mark.parametrize("wait", ["-1", "soon", "nan"])
def test_an_unusable_wait_is_named(send, wait):
    answer = send(query=f"?wait={wait}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == "wait"


def test_a_report_goes_into_the_run_that_is_named_by_id_or_number(send, project, worker):
    run = make_run(project)
    assert send(query="?wait=5", testRunId=str(run.pk)).json()["data"]["testRunId"] == str(run.pk)
    other = send(junit("x"), query="?wait=5", testRunId=str(run.number), projectId="PAY")
    assert other.json()["data"]["runNumber"] == run.number
    assert RunCase.objects.filter(run=run).count() == 3
    assert TestRun.objects.count() == 1


def test_shards_with_one_external_id_land_in_one_run(send, worker):
    first = send(junit("pays"), query="?wait=5", externalId="build-7").json()["data"]
    second = send(junit("refunds"), query="?wait=5", external_id="build-7").json()["data"]
    assert first["testRunId"] == second["testRunId"]
    assert TestRun.objects.get().total == 2


def test_a_release_is_named_by_id_or_version(send, project, worker):
    release = ReleaseFactory(project=project, version="4.18.0")
    for given in (str(release.pk), "4.18.0"):
        assert send(junit(given), query="?wait=5", releaseId=given).status_code == 201
    assert set(TestRun.objects.values_list("release", flat=True)) == {release.pk}


def test_cases_are_created_when_asked(send, worker):
    answer = send(query="?wait=5", createTestCases="true")
    assert answer.json()["data"]["counts"]["created"] == 2
    assert TestCase.objects.count() == 2


def test_a_dry_run_tells_the_counts_and_stores_nothing(send, run_jobs):
    answer = send(dryRun="true", createTestCases="true")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["id"], data["dryRun"], data["counts"]["tests"], data["counts"]["created"]) == (None, True, 2, 2)
    assert run_jobs() == 0
    assert (TestRun.objects.count(), ReportImport.objects.count(), TestCase.objects.count()) == (0, 0, 0)


def test_the_same_bytes_again_answer_the_first_import(send, worker):
    first = send(query="?wait=5")
    again = send(query="?wait=5")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert again.json()["data"]["duplicate"] is True
    assert Result.objects.count() == 2


def test_a_retry_with_its_key_adds_nothing_and_another_file_with_it_is_refused(send, worker):
    key = {"Idempotency-Key": "build-7/shard-1"}
    first = send(query="?wait=5", headers=key, runName="one")
    again = send(query="?wait=5", headers=key, runName="two")
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert again.status_code == 200
    other = send(junit("something else"), headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert TestRun.objects.count() == 1


def test_a_key_that_cannot_be_stored_is_refused(send):
    assert send(headers={"Idempotency-Key": "k" * 256}).status_code == 422


@pytest.mark.parametrize(
    ("content_type", "pack"),
    [("application/xml", bytes), ("text/xml", bytes), ("application/gzip", gzip.compress)],
)
def test_a_report_can_be_the_whole_body(api, tester, project, worker, content_type, pack):
    answer = api(tester).generic(
        "POST", f"{URL}?projectId=PAY&runName=Nightly&wait=5", pack(junit("pays")), content_type=content_type
    )
    assert answer.status_code == 201
    assert TestRun.objects.get().name == "Nightly"


def test_a_call_without_a_file_names_the_field(send, api, tester):
    as_text = send(file="not a file")
    as_json = api(tester).post(URL, {"projectId": "PAY"}, format="json")
    for answer in (as_text, as_json):
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
        assert answer.json()["error"]["details"]["field"] == "file"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"runName": "n" * 301}, "runName"),
        ({"externalId": "a\x00b"}, "externalId"),
        ({"createTestCases": "perhaps"}, "createTestCases"),
    ],
)
def test_an_unusable_field_is_named(send, fields, field):
    answer = send(**fields)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field
    assert ReportImport.objects.count() == 0


def test_a_report_that_cannot_be_read_is_422_with_the_reason_and_stays_to_be_looked_at(send, api, tester, worker):
    answer = send(b"<html><body/></html>", query="?wait=5")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert error["details"]["reason"] == "unknown_format"
    assert "web page" in error["details"]["message"]
    told = api(tester).get(answer["Location"]).json()
    assert (told["status"], told["test_run_id"]) == ("failed", None)
    assert "web page" in told["error"]


def test_a_file_above_the_limit_is_413_with_the_limit(send, api, tester):
    with override_settings(UPLOAD_LIMIT=2**20):
        as_form = send(junit("pays") + b" " * 2**20)
        body = junit("pays") + b" " * 2**20
        as_body = api(tester).generic("POST", f"{URL}?projectId=PAY", body, content_type="application/xml")
        announced = api(tester).generic("POST", URL, b"x" * 3 * 2**20, content_type="application/xml")
    for answer in (as_form, as_body, announced):
        assert answer.status_code == 413
        assert "1 MB" in answer.json()["error"]["message"]
    assert ReportImport.objects.count() == 0


def test_a_run_that_was_cancelled_is_a_conflict(send, project):
    run = make_run(project, status=RunStatus.CANCELLED)
    assert send(testRunId=str(run.pk)).status_code == 409


def test_a_run_of_another_release_is_not_relinked(send, project):
    run, release = make_run(project), ReleaseFactory(project=project)
    answer = send(testRunId=str(run.pk), releaseId=str(release.pk))
    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, "releaseId")


def test_what_belongs_to_another_tenant_is_404_like_what_does_not_exist(send, api, tester, stranger, other_project):
    foreign_run, foreign_release = make_run(other_project), ReleaseFactory(project=other_project)
    named = [
        {"testRunId": str(foreign_run.pk)},
        {"testRunId": str(uuid.uuid4())},
        {"testRunId": "nonsense"},
        {"testRunId": "999999"},
        {"projectId": str(other_project.pk)},
        {"projectId": "RIV"},
        {"releaseId": str(foreign_release.pk)},
        {"releaseId": "9.9.9"},
    ]
    bodies = [send(**fields) for fields in named]
    assert {answer.status_code for answer in bodies} == {404}
    assert len({answer.content for answer in bodies}) == 1
    assert ReportImport.objects.count() == 0


def test_a_run_and_a_project_that_do_not_belong_together_are_404(send, tenant, project):
    ProjectFactory(tenant=tenant, key="TWO")
    assert send(testRunId=str(make_run(project).pk), projectId="TWO").status_code == 404


def test_several_projects_and_none_named_is_said(send, tenant):
    ProjectFactory(tenant=tenant, key="TWO")
    answer = send()
    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, "projectId")


def test_who_may_not_upload_is_told_why_and_the_anonymous_signs_in(api, viewer, project):
    refused = api(viewer).post(URL, {"file": uploaded(junit("pays"))}, format="multipart")
    assert refused.status_code == 403
    assert "may not upload test reports" in refused.json()["error"]["message"]
    assert api().post(URL, {"file": uploaded(junit("pays"))}, format="multipart").status_code == 401


def test_an_import_of_another_tenant_is_404_like_a_random_one(send, api, tester, stranger):
    url = send().json()["data"]["url"]
    foreign, random = api(stranger).get(url), api(tester).get(f"/api/v1/reports/imports/{uuid.uuid4()}")
    assert (foreign.status_code, random.status_code) == (404, 404)
    assert foreign.content == random.content
    assert api().get(url).status_code == 401


def test_a_browser_needs_a_csrf_token_to_upload(signed_in, tester, project):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(tester).cookies
    answer = client.post(URL, {"file": SimpleUploadedFile("report.xml", junit("pays"))})
    assert answer.status_code == 403
    assert ReportImport.objects.count() == 0


def test_taking_in_an_upload_and_asking_for_it_cost_the_same_whatever_is_stored(send, api, tester, same_queries):
    client = api(tester)
    names = iter(f"t{number}" for number in range(100))
    url = send().json()["data"]["url"]
    same_queries(lambda: client.get(url), lambda: [send(junit(next(names))) for _ in range(10)])
    same_queries(lambda: send(junit(next(names))), lambda: [send(junit(next(names))) for _ in range(10)])
