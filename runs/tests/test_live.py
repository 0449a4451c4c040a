"""A run while it is being reported: how far it is, and what becomes of one that goes silent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Project
from files.tests.conftest import storage  # noqa: F401  the files of these tests alone
from runs.choices import RunStatus
from runs.models import ReportImport, Result, TestRun
from runs.services.evidence import save_steps
from runs.services.silence import close_silent_runs
from runs.services.suite_runs import update_suite_run
from runs.tests.factories import make_run, manual_run, record, reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


@pytest.fixture
def run(project):
    return make_run(project, name="Nightly", started_at=timezone.now() - timedelta(minutes=10))


@pytest.fixture
def look(signed_in, viewer, run):
    client = signed_in(viewer)

    def get(tag: str = "", number: int | None = None):
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "If-None-Match": tag}
        return client.get(f"/p/PAY/runs/{number or run.number}/live/", headers=headers)

    return get


def age(run, hours, **fields):
    then = timezone.now() - timedelta(hours=hours)
    TestRun.objects.filter(pk=run.pk).update(updated_at=then, started_at=then, **fields)


def test_progress_is_told_against_the_number_that_the_client_told(look, run):
    run.metadata = {"total_tests": 400}
    run.save()
    record(run, *(reported(f"test {number}") for number in range(100)))
    content = look().content.decode()
    assert "100 of 400" in content
    assert "10 a minute" in content
    assert "about 30 minutes left" in content
    assert "<h1" not in content


@pytest.mark.parametrize("told", ["many", -4, True, 10**30, None, {"a": 1}, "9" * 40, 0])
def test_a_number_that_is_none_leaves_the_count_alone(look, run, told):
    run.metadata = {"total_tests": told}
    run.save()
    record(run, reported("pays"), reported("ships"))
    assert "2 results" in look().content.decode()


def test_nothing_is_sent_again_while_nothing_changed(look, run):
    record(run, reported("pays"))
    first = look()
    assert look(first["ETag"]).status_code == 304
    assert look(f"W/{first['ETag']}").status_code == 304, "as it comes back from an answer in gzip"
    record(run, reported("ships", "failed", error_message="no wind"))
    second = look(first["ETag"])
    assert second.status_code == 200
    assert "no wind" in second.content.decode()
    assert look(second["ETag"]).status_code == 304


def test_looking_costs_the_same_few_queries_whatever_the_run_holds(look, run, same_queries):
    record(run, reported("pays", "failed", error_message="no"))
    tag = look()["ETag"]

    def grow():
        record(run, *(reported(f"test {number}", "failed", error_message=f"no {number}") for number in range(20)))

    unchanged = same_queries(lambda: look(tag), lambda: None)
    assert same_queries(look, grow) <= unchanged + 1


def test_the_page_asks_on_while_the_run_goes_and_stops_when_it_has_ended(look, signed_in, viewer, run, tester):
    record(run, reported("pays"))
    client = signed_in(viewer)
    assert "data-live" in client.get(run.get_absolute_url()).content.decode()
    assert "data-live" in look().content.decode()
    update_suite_run(actor=tester, run=run, status=RunStatus.COMPLETED)
    ended = look().content.decode()
    assert "data-live" not in ended
    assert "The run has ended" in ended
    page = client.get(run.get_absolute_url()).content.decode()
    assert "data-live" not in page
    assert "The run has ended" not in page


def test_a_run_of_others_is_not_there(signed_in, stranger, run):
    assert signed_in(stranger).get(f"/p/PAY/runs/{run.number}/live/").status_code == 404


def test_a_run_that_went_silent_is_closed_with_its_reason(run, signed_in, viewer):
    record(run, reported("pays"))
    age(run, 3)
    silent_since = TestRun.objects.get(pk=run.pk).updated_at
    assert close_silent_runs() == 1
    assert close_silent_runs() == 0
    run.refresh_from_db()
    assert (run.status, run.finished_at) == (RunStatus.INTERRUPTED, silent_since)
    assert AuditEntry.objects.filter(action="run.interrupted", target_id=str(run.pk)).count() == 1
    page = signed_in(viewer).get(run.get_absolute_url()).content.decode()
    assert "Nothing was heard of the run for 2 hours." in page


def test_a_run_that_still_reports_is_left_alone(run, project, tester, lead):
    record(run, reported("pays"))
    age(run, 1)
    assert close_silent_runs() == 0
    age(run, 30)
    save_steps(actor=tester, result=Result.objects.for_detail().get(), steps=[{"step_number": 1, "status": "passed"}])
    assert close_silent_runs() == 0, "a step is a sign of life"
    waiting = make_run(project, name="Waits for its report")
    age(waiting, 30)
    ReportImport.objects.create(project=project, run=waiting, sha256="0" * 64)
    by_hand = manual_run(project, lead)
    age(by_hand, 300)
    over = make_run(project, name="Over", status=RunStatus.COMPLETED)
    age(over, 300)
    assert close_silent_runs() == 0


@pytest.mark.parametrize(("told", "closed"), [(24, 0), (0.25, 1), ("24", 1), (None, 1), ({}, 1)])
def test_a_project_says_how_long_silence_may_last(run, project, told, closed):
    Project.objects.filter(pk=project.pk).update(settings={"silentRunHours": told})
    age(run, 3)
    assert close_silent_runs() == closed


def test_a_late_result_opens_an_interrupted_run_again(run, api, tester):
    record(run, reported("pays", "in_progress"))
    age(run, 3)
    close_silent_runs()
    client = api(tester)
    result = Result.objects.get()
    answer = client.patch(f"/api/v1/reports/test-case-results/{result.pk}", {"status": "Passed"})
    assert answer.status_code == 200, answer.content
    run.refresh_from_db()
    assert (run.status, run.finished_at, run.metadata) == (RunStatus.ACTIVE, None, {})
    age(run, 3)
    close_silent_runs()
    record(TestRun.objects.get(pk=run.pk), reported("ships"))
    run.refresh_from_db()
    assert run.status == RunStatus.ACTIVE
    assert AuditEntry.objects.filter(action="run.reopened", target_id=str(run.pk)).count() == 2


def test_the_end_of_an_interrupted_run_is_told_with_its_reason(run, api, tester):
    age(run, 5)
    close_silent_runs()
    told = api(tester).get(f"/api/v1/reports/suite-runs/{run.pk}").json()
    assert told["reason"] == "Nothing was heard of the run for 2 hours."
    answer = api(tester).patch(f"/api/v1/reports/suite-runs/{run.pk}", {"status": "completed"})
    assert answer.json()["status"] == "completed"
