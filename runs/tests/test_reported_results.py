"""Single results that a client reports: recorded once, in every spelling, and completed while their run is open."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from catalog.models import CaseActivity
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory, cover, make_case
from runs.models import Result, RunCase, TestRun
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api, tester):
    return api(tester)


@pytest.fixture
def run(project):
    return make_run(project)


def suite(run) -> str:
    return f"/api/v1/reports/suite-runs/{run.pk}"


def sent(client, run, **body):
    return client.post(f"{suite(run)}/test-cases", {"name": "Pays by card", "status": "Passed", **body})


def result_url(result_id) -> str:
    return f"/api/v1/reports/test-case-results/{result_id}"


@pytest.mark.parametrize(
    ("word", "stored", "told"),
    [
        ("Passed", "passed", "Passed"),
        ("PASSED", "passed", "Passed"),
        ("fail", "failed", "Failed"),
        ("Skipped", "skipped", "Skipped"),
        ("Error", "error", "Error"),
        ("BLOCKED", "blocked", "Blocked"),
        ("Running", "in_progress", "Running"),
        ("in-progress", "in_progress", "Running"),
    ],
)
def test_every_spelling_of_a_status_is_understood(client, run, word, stored, told):
    answer = sent(client, run, status=word)
    assert (answer.status_code, answer.json()["status"]) == (201, told)
    assert Result.objects.get(pk=answer.json()["id"]).status == stored


@pytest.mark.parametrize("alias", ["test_name", "test_case_name", "testCaseName"])
def test_other_names_for_the_name_are_taken(client, run, alias):
    answer = client.post(f"{suite(run)}/test-cases", {alias: "Pays", "status": "Passed"})
    assert answer.json()["name"] == "Pays"


def test_the_result_moves_its_run_and_the_case_that_it_names(client, project):
    case = make_case(project)
    release = ReleaseFactory(project=project)
    row = cover(release, "not_started")[0]
    run = make_run(project, release=release)
    answer = sent(client, run, test_id=row.case.test_id, status="Failed", error_message="expected 201\nat pay")
    assert answer.json()["test_id"] == row.case.test_id
    assert answer.json()["test_case_id"] == row.case_id
    assert ReleaseCase.objects.get(pk=row.pk).execution_status == "failed"
    assert CaseActivity.objects.get(case=row.case).last_status == "failed"
    assert TestRun.objects.get(pk=run.pk).count_failed == 1
    assert RunCase.objects.get(run=run).error_summary == "expected 201"
    assert not CaseActivity.objects.filter(case=case).exists()


def test_an_id_that_names_no_case_is_kept_with_the_result(client, run):
    told = sent(client, run, test_id="TC_UI_999").json()
    assert (told["test_id"], told["test_case_id"]) == ("TC_UI_999", None)


def test_the_same_test_once_more_is_its_next_attempt(client, run):
    first, second = sent(client, run, status="Failed").json(), sent(client, run).json()
    assert (first["attempt"], second["attempt"]) == (1, 2)
    test = RunCase.objects.get(run=run)
    assert (test.attempts, test.status, test.is_flaky) == (2, "passed", True)
    assert [each["id"] for each in client.get(f"{suite(run)}/test-cases").json()] == [first["id"], second["id"]]


def test_iterations_of_a_test_are_tests_of_their_own(client, run):
    for number in (1, 2):
        assert sent(client, run, iteration_number=number).json()["iteration_number"] == number
    assert RunCase.objects.filter(run=run).count() == 2


def test_the_same_key_records_one_attempt(client, run):
    body = {"name": "Pays", "status": "Passed"}
    for _ in range(2):
        client.post(f"{suite(run)}/test-cases", body, headers={"Idempotency-Key": "once"})
    assert Result.objects.count() == 1


@pytest.mark.parametrize(
    ("started_at", "executed_at"),
    [("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)), ("2099-01-01T00:00:00Z", None)],
)
def test_a_wrong_clock_is_kept_and_never_lies_in_the_future(client, run, started_at, executed_at):
    told = sent(client, run, started_at=started_at).json()
    result = Result.objects.get(pk=told["id"])
    assert told["started_at"] == started_at
    assert result.executed_at == executed_at or (executed_at is None and result.executed_at <= timezone.now())


def test_a_running_test_is_completed_in_its_own_row(client, run, project):
    case = make_case(project)
    first = sent(client, run, status="Running", test_id=case.test_id).json()
    assert TestRun.objects.get(pk=run.pk).count_in_progress == 1
    answer = client.patch(
        result_url(first["id"]),
        {"status": "Failed", "duration_ms": 1850.4, "error_message": "boom", "metadata": {"worker": 3}},
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["id"], told["attempt"], told["status"]) == (first["id"], 1, "Failed")
    assert (told["duration_ms"], told["metadata"]["worker"]) == (1850, 3)
    run.refresh_from_db()
    assert (run.count_in_progress, run.count_failed, run.duration_ms) == (0, 1, 1850)
    test = RunCase.objects.get(run=run)
    assert (test.status, test.attempts, test.error_summary) == ("failed", 1, "boom")
    activity = CaseActivity.objects.get(case=case)
    assert (activity.last_status, activity.executions, activity.recent_outcomes) == ("failed", 1, ["failed"])


def test_a_corrected_verdict_counts_once(client, project):
    row = cover(ReleaseFactory(project=project), "not_started")[0]
    run = make_run(project, release=row.release)
    first = sent(client, run, status="Failed", test_id=row.case.test_id).json()
    client.patch(result_url(first["id"]), {"status": "Passed"})
    activity = CaseActivity.objects.get(case=row.case)
    assert (activity.last_status, activity.executions, activity.recent_outcomes) == ("passed", 1, ["passed"])
    assert ReleaseCase.objects.get(pk=row.pk).execution_status == "passed"
    assert Result.objects.count() == 1


def test_an_older_attempt_is_completed_without_moving_the_test(client, run):
    first = sent(client, run, status="Running").json()
    sent(client, run, status="Failed")
    client.patch(result_url(first["id"]), {"status": "Passed"})
    assert RunCase.objects.get(run=run).status == "failed"
    assert Result.objects.get(pk=first["id"]).status == "passed"


def test_a_retry_that_passes_after_a_failure_is_flaky(client, run):
    sent(client, run, status="Failed")
    second = sent(client, run, status="Running").json()
    client.patch(result_url(second["id"]), {"status": "Passed"})
    assert RunCase.objects.get(run=run).is_flaky
    assert TestRun.objects.get(pk=run.pk).count_flaky == 1


@pytest.mark.parametrize("status", ["completed", "aborted"])
def test_a_result_of_a_finished_run_stays_as_it_is(client, run, status):
    first = sent(client, run, status="Failed").json()
    client.patch(suite(run), {"status": status})
    answer = client.patch(result_url(first["id"]), {"status": "Passed"})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_finished")
    assert Result.objects.get().status == "failed"


def test_late_results_of_a_completed_run_are_taken_and_of_an_aborted_one_refused(client, run):
    client.patch(suite(run), {"status": "completed"})
    assert sent(client, run).status_code == 201
    client.patch(suite(run), {"status": "aborted"})
    answer = sent(client, run)
    assert (answer.status_code, answer.json()["code"]) == (409, "run_cancelled")
    assert Result.objects.count() == 1


def test_an_attempt_that_ended_does_not_run_again(client, run):
    first = sent(client, run, status="Failed").json()
    answer = client.patch(result_url(first["id"]), {"status": "Running"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["status"])


def test_a_writer_who_saw_another_state_is_refused(client, run):
    first = sent(client, run, status="Running").json()
    tag = client.get(result_url(first["id"]))["ETag"]
    assert client.patch(result_url(first["id"]), {"status": "Passed"}, headers={"If-Match": tag}).status_code == 200
    answer = client.patch(result_url(first["id"]), {"status": "Failed"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"status": "sleeping"}, "status"),
        ({"status": "not_started"}, "status"),
        ({"status": None}, "status"),
        ({"duration_ms": -1}, "duration_ms"),
        ({"duration_ms": "soon"}, "duration_ms"),
        ({"duration_ms": 3_000_000_000}, "duration_ms"),
        ({"iteration_number": 0}, "iteration_number"),
        ({"started_at": "10000-01-01T00:00:00Z"}, "started_at"),
        ({"stack_trace": "x" * 1_000_001}, "stack_trace"),
        ({"metadata": "words"}, "metadata"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(client, run, body, field):
    answer = sent(client, run, **body)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [field]
    assert not Result.objects.exists()


@pytest.mark.parametrize("unknown", ["018f0000-0000-7000-8000-000000000000", "1", "no-id"])
def test_an_unknown_run_or_result_is_not_found(client, project, unknown):
    body = {"name": "Pays", "status": "Passed"}
    for answer in (
        client.post(f"/api/v1/reports/suite-runs/{unknown}/test-cases", body),
        client.get(result_url(unknown)),
        client.patch(result_url(unknown), {"status": "Passed"}),
        client.get(f"{result_url(unknown)}/steps"),
        client.post(f"{result_url(unknown)}/steps/bulk", {"steps": []}),
        client.get(f"/api/v1/reports/artifacts/{unknown}/download"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_results_of_another_tenant_are_not_there(client, other_project):
    foreign = make_run(other_project)
    record(foreign, reported("pays"))
    assert client.get(result_url(Result.objects.get().pk)).status_code == 404
    assert sent(client, foreign).status_code == 404


def test_results_are_found_by_their_status(client, run):
    record(run, reported("one"), reported("two", "failed"), reported("three", "error"))
    assert [each["name"] for each in client.get(f"{suite(run)}/test-cases?status=Failed").json()] == ["two"]
    answer = client.get(f"{suite(run)}/test-cases?status=sleeping")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["status"])


def test_the_list_of_results_asks_the_database_the_same_however_long_it_is(client, run, same_queries):
    def load():
        assert client.get(f"{suite(run)}/test-cases").status_code == 200

    record(run, reported("first"))
    same_queries(load, lambda: record(run, *(reported(f"test {number}") for number in range(20))))


def test_a_result_in_the_past_moves_no_newer_verdict(client, project):
    row = cover(ReleaseFactory(project=project), "not_started")[0]
    run = make_run(project, release=row.release)
    sent(client, run, status="Passed", test_id=row.case.test_id)
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    sent(client, run, name="Another test", status="Failed", test_id=row.case.test_id, started_at=yesterday)
    assert ReleaseCase.objects.get(pk=row.pk).execution_status == "passed"
