"""The API that sets verdicts in a release."""

import pytest

from releases.choices import OverallStatus
from releases.models import Release, ReleaseCase
from releases.tests.factories import ReleaseFactory, cover
from runs.models import Result


@pytest.fixture
def row(project) -> ReleaseCase:
    return cover(ReleaseFactory(project=project), "not_started")[0]


def status_url(row) -> str:
    return f"/api/releases/{row.release_id}/test-case/{row.case_id}/execution-status"


def row_url(row) -> str:
    return f"/api/releases/{row.release_id}/test-cases/{row.case_id}"


@pytest.mark.parametrize(
    ("word", "stored"),
    [
        ("passed", "passed"),
        ("PASSED", "passed"),
        ("fail", "failed"),
        ("Error", "failed"),
        ("Blocked", "blocked"),
        ("skipped", "skipped"),
        ("Running", "in_progress"),
        ("pending", "in_progress"),
        ("NOT_STARTED", "not_started"),
    ],
)
def test_every_spelling_of_a_verdict_is_understood(api, tester, row, word, stored):
    answer = api(tester).patch(status_url(row), {"execution_status": word})
    assert (answer.status_code, answer.json()["execution_status"]) == (200, stored)


def test_a_verdict_is_stored_with_what_was_noted(api, tester, row):
    body = {"executionStatus": "failed", "comments": "No receipt", "execution_duration": 90, "bug_ids": "PAY-1, PAY-2"}
    answer = api(tester).patch(status_url(row), body).json()
    assert (answer["comments"], answer["bug_ids"], answer["execution_duration"]) == ("No receipt", "PAY-1,PAY-2", 90)
    assert answer["executed_by_id"] == tester.pk
    assert answer["execution_date"]
    assert Result.objects.get().duration_ms == 90_000
    assert Release.objects.get().overall_status == OverallStatus.IN_PROGRESS


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "execution_status"),
        ({"execution_status": "great"}, "execution_status"),
        ({"execution_status": 7}, "execution_status"),
        ({"execution_status": "passed", "execution_duration": -1}, "execution_duration"),
        ({"execution_status": "passed", "execution_duration": 10**12}, "execution_duration"),
        ({"execution_status": "passed", "bug_ids": {"a": 1}}, "bug_ids"),
        ({"execution_status": "passed", "bug_ids": ["x" * 61]}, "bug_ids"),
        ({"execution_status": "passed", "comments": "x\x00"}, "comments"),
    ],
)
def test_an_unusable_verdict_is_refused_by_field(api, tester, row, body, field):
    answer = api(tester).patch(status_url(row), body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_put_with_another_verdict_is_one_more_attempt(api, tester, row):
    client = api(tester)
    client.put(row_url(row), {"execution_status": "failed", "comments": "No receipt"})
    body = client.get(row_url(row)).json()
    assert (body["execution_status"], body["comments"]) == ("failed", "No receipt")
    assert client.put(row_url(row), body | {"comments": "No receipt at all"}).json()["comments"] == "No receipt at all"
    assert Result.objects.count() == 1
    assert client.put(row_url(row), {"execution_status": "passed"}).json()["comments"] == "No receipt at all"
    assert Result.objects.count() == 2


def test_a_put_plans_a_case_without_a_verdict(api, tester, row):
    body = {"priority": "critical", "assigned_to": tester.pk, "display_order": 7}
    answer = api(tester).put(row_url(row), body).json()
    assert (answer["priority"], answer["assigned_to_id"], answer["display_order"]) == ("critical", tester.pk, 7)
    assert not Result.objects.exists()


def test_a_verdict_on_top_of_a_newer_one_is_refused(api, tester, row):
    client = api(tester)
    seen = client.get(row_url(row))["ETag"]
    assert client.patch(status_url(row), {"status": "passed"}, headers={"If-Match": seen}).status_code == 200
    answer = client.patch(status_url(row), {"status": "failed"}, headers={"If-Match": seen})
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")


def test_a_case_is_taken_out_of_the_scope(api, tester, row):
    assert api(tester).delete(row_url(row)).status_code == 204
    assert api(tester).get(row_url(row)).status_code == 404


def test_a_closed_release_refuses_verdicts(api, tester, row):
    Release.objects.update(overall_status=OverallStatus.RELEASED)
    for answer in (
        api(tester).patch(status_url(row), {"execution_status": "passed"}),
        api(tester).put(row_url(row), {"comments": "Late"}),
        api(tester).delete(row_url(row)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "release_closed")


def test_a_viewer_is_refused_in_words(api, viewer, row):
    answer = api(viewer).patch(status_url(row), {"execution_status": "passed"})
    assert answer.status_code == 403
    assert "may not record results" in answer.json()["detail"]


def test_a_case_of_another_tenant_is_not_there(api, tester, stranger, row, other_project):
    foreign = cover(ReleaseFactory(project=other_project), "not_started")[0]
    assert api(stranger).patch(status_url(row), {"execution_status": "passed"}).status_code == 404
    mixed = f"/api/releases/{row.release_id}/test-cases/{foreign.case_id}"
    assert api(tester).put(mixed, {"execution_status": "passed"}).status_code == 404
    assert api().patch(status_url(row), {"execution_status": "passed"}).status_code == 401


@pytest.mark.parametrize(("release", "case"), [("x", "1"), ("1", "x"), ("9" * 20, "1"), ("1", "9" * 20), ("²", "1")])
def test_unusable_ids_are_not_there(api, tester, project, release, case):
    address = f"/api/releases/{release}/test-case/{case}/execution-status"
    assert api(tester).patch(address, {"execution_status": "passed"}).status_code == 404
