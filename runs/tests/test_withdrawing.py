"""Undoing and deleting large runs: the request marks, a job does the rest, and can be killed at any moment."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.models import CaseActivity
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import RuleViolation
from qaportal.kit.models import JobProgress
from releases.models import ReleaseCase
from releases.tests.factories import ReleaseFactory
from runs.choices import ImportState
from runs.jobs import WITHDRAWAL_TASK_NAME, go_on_withdrawing
from runs.models import FailureCluster, ReportImport, Result, RetentionTerms, RunCase, TestRun
from runs.services import withdrawing
from runs.services.expiring import apply_terms
from runs.services.runs import delete_run
from runs.services.undoing import undo_import
from runs.tests.factories import make_run, record, reported
from runs.tests.reports import junit
from runs.tests.test_undoing import state_of, take_in
from runs.tests.test_withdrawal import known_of

pytestmark = pytest.mark.django_db
NAMES = ("pays", "refunds", "settles", "cancels", "retries")


class Killed(Exception):
    """The end of a worker in the middle of a chunk."""


@pytest.fixture(autouse=True)
def tiny_chunks(monkeypatch):
    """Everything counts as large, and a chunk has two tests."""
    monkeypatch.setattr(withdrawing, "AT_ONCE", 1)
    monkeypatch.setattr(withdrawing, "TESTS_AT_A_TIME", 2)


@pytest.fixture
def kill_at(monkeypatch):
    """Let the worker die at the end of the chunk with this number, before it is committed."""

    def kill_at(number, name="tell_anew"):
        real, calls = getattr(withdrawing.withdrawal, name), []

        def dying(**values):
            real(**values)
            calls.append(values)
            if len(calls) == number:
                raise Killed

        monkeypatch.setattr(withdrawing.withdrawal, name, dying)

    return kill_at


def in_a_release(project):
    release = ReleaseFactory(project=project)
    for name in NAMES:
        case = TestCaseFactory(project=project, automation_key=f"checkout.Card.{name}", title=name)
        ReleaseCase.objects.create(project=project, release=release, case=case)
    return release


def told(project):
    return state_of(project) | known_of(project)


def waiting_jobs():
    return ProcrastinateJob.objects.filter(task_name=WITHDRAWAL_TASK_NAME, status="todo")


def test_an_undoing_that_is_killed_and_repeated_ends_as_if_the_import_had_never_come(project, tester, kill_at):
    release = in_a_release(project)
    take_in(tester, project, junit(("pays", "failed"), "refunds"), release=release, run_name="before")
    expected = told(project)
    failing = junit(*((name, "failed") for name in NAMES)).replace(b"10:00:00", b"11:00:00")
    done = take_in(tester, project, failing, release=release, run_name="after")
    undoing = undo_import(actor=tester, report_import=done)
    assert (undoing.state, undoing.undone_by, undoing.undone_at) == (ImportState.UNDOING, tester, None)
    assert Result.objects.filter(run=done.run).count() == 5, "the request only marks"
    assert waiting_jobs().get().args == {"run_id": str(done.run_id)}
    with pytest.raises(RuleViolation, match="is being undone"):
        undo_import(actor=tester, report_import=done)

    kill_at(2)
    with pytest.raises(Killed):
        withdrawing.withdraw_all(run_id=done.run_id)
    assert Result.objects.filter(run=done.run).count() == 3, "the killed chunk left nothing"
    run = TestRun.objects.get(pk=done.run_id)
    assert (run.count_failed, run.total) == (3, 3), "what the run says of itself is true in between"
    assert JobProgress.objects.get(pk=undoing.progress_id).done == 2
    for _repeated in range(2):
        withdrawing.withdraw_all(run_id=done.run_id)
    assert told(project) == expected
    undone = ReportImport.objects.get(pk=done.pk)
    assert (undone.state, undone.undone_by, bool(undone.undone_at)) == (ImportState.UNDONE, tester, True)
    run.refresh_from_db()
    assert (run.withdrawn_to, bool(run.deleted_at)) == (None, True)
    assert JobProgress.objects.get(pk=undoing.progress_id).state == "done"


def test_a_deletion_that_is_killed_and_repeated_counts_nothing_down_twice(project, tester, lead, kill_at):
    for name in NAMES:
        TestCaseFactory(project=project, automation_key=f"checkout.{name}")
    kept, gone = make_run(project, name="kept"), make_run(project, name="gone")
    record(kept, *(reported(name, "failed", error_message="expected 201") for name in NAMES))
    expected = known_of(project) | {"activities": state_of(project)["activities"]}
    record(gone, *(reported(name, "failed", error_message="expected 201") for name in NAMES))
    assert FailureCluster.objects.get().occurrences == 10

    deleted = delete_run(actor=lead, run=gone)
    assert (bool(deleted.deleted_at), deleted.withdrawn_to) == (True, 0), "hidden at once"
    assert FailureCluster.objects.get().occurrences == 10
    assert waiting_jobs().get().args == {"run_id": str(gone.pk)}
    kill_at(2)
    with pytest.raises(Killed):
        withdrawing.withdraw_all(run_id=gone.pk)
    assert FailureCluster.objects.get().occurrences == 8
    RetentionTerms.objects.create(project=project, results_days=1)
    TestRun.objects.filter(pk=gone.pk).update(created_at="2020-01-01T00:00:00Z", finished_at="2020-01-02T00:00:00Z")
    RunCase.objects.filter(run=gone).update(last_result_id=None)
    apply_terms(project=project)
    assert RunCase.objects.filter(run=gone).count() == 5, "retention waits until it is told anew"
    for _repeated in range(2):
        withdrawing.withdraw_all(run_id=gone.pk)
    assert known_of(project) | {"activities": state_of(project)["activities"]} == expected
    assert TestRun.objects.get(pk=gone.pk).withdrawn_to is None


def test_a_run_that_is_deleted_while_an_import_is_undone_ends_with_both(project, tester, lead):
    first = take_in(tester, project, junit(*((name, "failed") for name in NAMES)), external_id="build")
    second = take_in(tester, project, junit(*NAMES).replace(b"10:00:00", b"11:00:00"), external_id="build")
    undo_import(actor=tester, report_import=first)
    withdrawing.withdraw_chunk(run_id=first.run_id)
    undo_import(actor=tester, report_import=second)
    withdrawing.withdraw_chunk(run_id=first.run_id)
    delete_run(actor=lead, run=first.run)
    withdrawing.withdraw_all(run_id=first.run_id)
    states = set(ReportImport.objects.values_list("state", flat=True))
    assert (states, Result.objects.count(), FailureCluster.objects.count()) == ({"undone"}, 0, 0)
    assert not CaseActivity.objects.exists()
    assert TestRun.objects.get().withdrawn_to is None


def test_work_that_its_job_gave_up_is_taken_up_again(project, tester):
    done = take_in(tester, project, junit(*NAMES))
    undo_import(actor=tester, report_import=done)
    go_on_withdrawing(timestamp=0)
    assert waiting_jobs().count() == 1, "a job that still waits is left alone"
    waiting_jobs().update(status="failed")
    go_on_withdrawing(timestamp=0)
    assert waiting_jobs().count() == 1


def test_page_and_api_say_that_it_goes_on(project, tester, lead, signed_in, run_jobs):
    done = take_in(tester, project, junit(*NAMES), run_name="large")
    other = take_in(tester, project, junit(*NAMES), run_name="other")
    client = signed_in(tester)
    answer = client.post(f"/api/v1/reports/imports/{other.pk}/undo")
    assert (answer.status_code, answer.json()["status"]) == (202, "undoing")
    assert answer["Location"].endswith(f"/imports/{other.pk}")
    address = done.get_absolute_url()
    page = client.post(f"{address}undo/", follow=True).content.decode()
    assert "Taking its results back" in page
    assert done.run.get_absolute_url() in page
    assert "A report of this run is being undone" in client.get(done.run.get_absolute_url()).content.decode()
    assert f'action="{address}undo/"' not in page
    run_jobs()
    assert "This import was undone." in client.get(address).content.decode()
    assert client.get(answer["Location"]).json()["status"] == "undone"

    run = make_run(project, name="deleted")
    record(run, *(reported(name) for name in NAMES))
    page = signed_in(lead).post(f"/p/PAY/runs/{run.number}/delete/", follow=True).content.decode()
    assert "worked out anew" in page
    run_jobs()
    assert TestRun.objects.get(pk=run.pk).withdrawn_to is None


def test_the_request_asks_the_same_of_the_database_whatever_the_size(project, tester, django_assert_max_num_queries):
    for number in (5, 50):
        content = junit(*(f"test {place}" for place in range(number)))
        done = take_in(tester, project, content, run_name=f"of {number}")
        with django_assert_max_num_queries(22):
            undo_import(actor=tester, report_import=done)
