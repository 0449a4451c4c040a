"""What a result leaves behind: steps once each, pictures beside their steps, checkpoints and logs as they were sent."""

import json
import threading

import pytest
from django.db import connection

from accounts.tests.administration import machine
from files.tests.conftest import storage  # noqa: F401  the files of these tests alone
from runs.models import Checkpoint, LogEntry, Result, StepResult
from runs.services.evidence import save_steps
from runs.tests.factories import make_run, record, reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


@pytest.fixture
def client(api, tester):
    return api(tester)


@pytest.fixture
def result(project):
    record(make_run(project), reported("pays", "failed"))
    return Result.objects.for_detail().get()


def url(result, what) -> str:
    return f"/api/v1/reports/test-case-results/{result.pk}/{what}"


def step(number=1, status="Passed", **more):
    return {"step_number": number, "action": "click", "description": "Click", "status": status, **more}


def put(client, result, *steps):
    answer = client.post(url(result, "steps/bulk"), {"steps": list(steps)})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_step_that_is_sent_twice_is_updated_and_not_doubled(client, result):
    first = put(client, result, step(1, notes="kept"), step(2, "Running"))
    again = put(client, result, step(2, "Failed", error_message="gone"), step(3))
    assert (first["created"], first["updated"]) == (2, 0)
    assert (again["created"], again["updated"]) == (1, 1)
    told = client.get(url(result, "steps")).json()
    assert [(each["step_number"], each["status"]) for each in told] == [(1, "Passed"), (2, "Failed"), (3, "Passed")]
    assert told[0]["notes"] == "kept"
    assert told[1]["id"] == first["steps"][1]["id"]
    assert told[1]["created_at"] == first["steps"][1]["created_at"]


def test_what_is_not_told_again_stays(client, result):
    put(client, result, step(1, duration_ms=20, screenshot_path="a.png"))
    (told,) = put(client, result, {"step_number": 1, "status": "Failed"})["steps"]
    assert (told["duration_ms"], told["screenshot_path"], told["status"]) == (20, "a.png", "Failed")


def test_of_a_step_that_stands_twice_in_one_call_the_last_counts_and_the_answer_says_so(client, result):
    told = put(client, result, step(1), step(2), step(1, "Failed"))
    assert (told["created"], [each["status"] for each in told["steps"]]) == (2, ["Failed", "Passed"])
    assert [each["field"] for each in told["skipped"]] == ["steps[0]"]
    assert "skipped" not in put(client, result, step(1))


def test_each_iteration_has_steps_of_its_own(client, result):
    put(client, result, step(1), step(1, "Failed", iteration_number=2))
    told = client.get(url(result, "steps")).json()
    assert [(each["iteration_number"], each["status"]) for each in told] == [(1, "Passed"), (2, "Failed")]


def test_no_steps_are_none(client, result):
    assert put(client, result)["created"] == 0
    assert client.get(url(result, "steps")).json() == []


def test_many_steps_are_stored_and_updated_in_few_statements(client, result, django_assert_max_num_queries):
    for _ in range(2):
        with django_assert_max_num_queries(40):
            put(client, result, *(step(number) for number in range(2_000)))
    assert StepResult.objects.count() == 2_000


def test_more_than_can_be_taken_at_once_is_refused_by_its_name(client, result):
    answer = client.post(url(result, "steps/bulk"), {"steps": [{}] * 20_001})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["steps"])


def test_what_a_client_adds_is_kept_and_what_it_read_is_no_addition(client, result):
    (told,) = put(client, result, step(1, selector="#pay", metadata={"page": "cart"}))["steps"]
    assert told["metadata"] == {"page": "cart", "selector": "#pay"}
    (again,) = put(client, result, told)["steps"]
    assert again["metadata"] == told["metadata"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"step_number": -1}, "steps[1].step_number"),
        ({"step_number": None}, "steps[1].step_number"),
        ({"step_number": 2**40}, "steps[1].step_number"),
        ({"status": "sleeping"}, "steps[1].status"),
        ({"status": None}, "steps[1].status"),
        ({"action": "x" * 501}, "steps[1].action"),
        ({"duration_ms": "long"}, "steps[1].duration_ms"),
        ({"error_message": ["a"]}, "steps[1].error_message"),
        ({"screenshot_path": "x" * 1_001}, "steps[1].screenshot_path"),
        ({"more": "x" * 70_000}, "steps[1].metadata"),
    ],
)
def test_a_step_that_cannot_be_used_is_named_and_nothing_is_stored(client, result, wrong, field):
    answer = client.post(url(result, "steps/bulk"), {"steps": [step(1), {**step(2), **wrong}]})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not StepResult.objects.exists()


def test_texts_that_cannot_be_stored_are_repaired_and_named(client, result):
    made = step(2, "Failed", error_message="half \ud83d of a picture", metadata={"seen": ["a\x00b"]})
    sent = json.dumps({"steps": [step(1, description="fine \U0001f600"), made]})
    answer = client.generic("POST", url(result, "steps/bulk"), sent, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["repaired"] == ["steps[1].error_message", "steps[1].metadata.seen[0]"]
    stored = StepResult.objects.get(step_number=2)
    assert (stored.error_message, stored.metadata) == ("half \ufffd of a picture", {"seen": ["a\ufffdb"]})
    assert StepResult.objects.get(step_number=1).description == "fine \U0001f600"
    again = client.post(url(result, "steps/bulk"), {"steps": [step(1)]})
    assert "repaired" not in again.json()
    refused = client.post(url(result, "steps/bulk"), {"steps": [{**step(1), "no\x00name": 1}]})
    assert refused.status_code == 400


def test_an_aborted_run_takes_no_steps_and_a_completed_one_does(client, result):
    suite = f"/api/v1/reports/suite-runs/{result.run_id}"
    client.patch(suite, {"status": "completed"})
    put(client, result, step(1))
    client.patch(suite, {"status": "aborted"})
    answer = client.post(url(result, "steps/bulk"), {"steps": [step(2)]})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_cancelled")


def test_the_steps_ask_the_database_the_same_however_many_there_are(client, result, same_queries):
    put(client, result, step(1))

    def load():
        assert client.get(url(result, "steps?include_artifacts=true")).status_code == 200

    same_queries(load, lambda: put(client, result, *(step(number) for number in range(2, 30))))


def test_checkpoints_get_numbers_and_are_updated_by_them(client, result):
    one = {"name": "Total", "status": "Failed", "expected": 10, "actual": {"sum": 9}, "message": "Differs"}
    first = client.post(url(result, "checkpoints/bulk"), {"checkpoints": [one, {**one, "name": "Tax"}]}).json()
    assert [each["checkpoint_number"] for each in first["checkpoints"]] == [1, 2]
    assert (first["checkpoints"][0]["expected"], first["checkpoints"][0]["actual"]) == ("10", '{"sum": 9}')
    again = {"checkpoint_number": 2, "name": "Tax", "status": "Passed"}
    told = client.post(url(result, "checkpoints/bulk"), {"checkpoints": [again, {**one, "name": "Third"}]}).json()
    assert (told["created"], told["updated"]) == (1, 1)
    listed = client.get(url(result, "checkpoints")).json()
    assert [(each["checkpoint_number"], each["name"]) for each in listed] == [(1, "Total"), (2, "Tax"), (3, "Third")]
    assert Checkpoint.objects.count() == 3


def test_log_entries_keep_their_order_and_are_told_by_their_kind(client, result):
    lines = [{"type": "console", "level": "error", "message": f"line {number}"} for number in range(60)]
    request = {"log_type": "network", "url": "https://shop.example/pay", "method": "POST", "status_code": 500}
    answer = client.post(url(result, "logs/bulk"), {"logs": [*lines, {**request, "duration_ms": 12, "initiator": "x"}]})
    assert (answer.status_code, answer.json()["created"]) == (201, 61)
    told = client.get(url(result, "logs")).json()
    assert [each["message"] for each in told[:60]] == [f"line {number}" for number in range(60)]
    assert told[60]["metadata"] == {"initiator": "x"}
    (network,) = client.get(url(result, "logs?log_type=network")).json()
    assert (network["status_code"], network["method"]) == (500, "POST")
    assert client.get(url(result, "logs?log_type=song")).status_code == 400


def test_secrets_among_what_a_client_adds_are_masked(client, result):
    headers = {"Authorization": "Bearer abc", "Cookie": "a=b", "Accept": "*/*"}
    request = {"log_type": "network", "url": "https://shop.example", "headers": headers, "commit_hash": "0a1b"}
    (told,) = client.post(url(result, "logs/bulk"), {"logs": [request]}).json()["logs"]
    masked = {"Authorization": "***", "Cookie": "***", "Accept": "*/*"}
    assert told["metadata"] == {"headers": masked, "commit_hash": "0a1b"}


def test_the_same_key_stores_the_same_log_once(client, result):
    body = {"logs": [{"log_type": "console", "message": "once"}]}
    for _ in range(2):
        client.post(url(result, "logs/bulk"), body, headers={"Idempotency-Key": "once"})
    assert LogEntry.objects.count() == 1


def test_a_token_needs_the_scope_of_results(tester, result):
    assert machine(tester, "read").post(url(result, "steps/bulk"), {"steps": []}).status_code == 403
    client = machine(tester, "results:write")
    assert client.post(url(result, "steps/bulk"), {"steps": [step(1)]}, format="json").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_steps_that_arrive_ten_times_at_once_stand_once(result, tester):
    failures = []

    def deliver():
        try:
            rows = [{"step_number": number, "status": "passed"} for number in range(100)]
            save_steps(actor=tester, result=result, steps=rows)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert StepResult.objects.filter(result=result).count() == 100
