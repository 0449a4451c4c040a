"""Causes, stability and activities after results went: as if they had never come."""

import io

import pytest

from catalog.models import CaseActivity
from catalog.tests.factories import TestCaseFactory
from files.models import StoredFile
from runs.choices import FailureCause
from runs.models import Artifact, FailureCluster, LogEntry, RunCase, RunCluster, StepResult, TestRun, TestStability
from runs.services.attachments import store_attachments
from runs.services.failure_rules import create_rule
from runs.services.imports import start_import
from runs.services.runs import delete_run
from runs.services.taking_in import run_import
from runs.services.undoing import undo_import
from runs.tests.factories import evidence_of, make_run, record, reported
from runs.tests.reports import junit
from runs.tests.test_report_attachments import allure, zipped
from runs.tests.test_undoing import rows_of, take_in

pytestmark = pytest.mark.django_db
BY_RUN = {"first_run_id", "last_run_id", "run_id", "cluster_id"}


def known_of(project):
    """Causes, those of each run, and how tests did lately, without keys that are new whenever they are written."""

    def plain(rows):
        return [{name: value for name, value in row.items() if name not in BY_RUN} for row in rows]

    causes = FailureCluster.objects.filter(project=project).order_by("fingerprint")
    return {
        "causes": plain(rows_of(FailureCluster, "fingerprint", project=project)),
        "runs of causes": [(c.first_run and c.first_run.name, c.last_run and c.last_run.name) for c in causes],
        "in runs": plain(rows_of(RunCluster, "run__name", "cluster__fingerprint", project=project)),
        "stability": plain(rows_of(TestStability, "test_key", project=project)),
        "scores": list(CaseActivity.objects.order_by("case_id").values_list("case_id", "flaky_score", "executions")),
    }


def failing(name="pays", *, at="10:00:00", message="expected 201"):
    content = junit((name, "failed"), "refunds").replace(b"10:00:00", at.encode())
    return content.replace(b"expected 201", message.encode())


def test_a_cause_that_nobody_has_any_more_goes_with_the_import(project, tester):
    done = take_in(tester, project, failing())
    assert (FailureCluster.objects.count(), TestStability.objects.count()) == (1, 1)
    undo_import(actor=tester, report_import=done)
    nothing = {"causes": [], "runs of causes": [], "in runs": [], "stability": [], "scores": []}
    assert known_of(project) == nothing


@pytest.mark.parametrize("withdrawn", [0, 1, 2])
def test_of_three_runs_with_one_cause_any_can_go(project, tester, lead, withdrawn):
    TestCaseFactory(project=project, automation_key="checkout.Card.pays")
    reports = [failing(at=f"1{hour}:00:00") for hour in range(3)]
    kept = [place for place in range(3) if place != withdrawn]

    def take_all(places):
        return [take_in(tester, project, reports[place], run_name=f"run {place}") for place in places]

    alone = take_all(kept)
    expected = known_of(project)
    for each in alone:
        undo_import(actor=tester, report_import=each)
    assert known_of(project)["causes"] == []

    imports = take_all(range(3))
    assert FailureCluster.objects.get().occurrences == 3
    undo_import(actor=tester, report_import=imports[withdrawn])
    assert known_of(project) == expected
    again = take_in(tester, project, reports[withdrawn], run_name=f"run {withdrawn}")
    delete_run(actor=lead, run=again.run)
    assert known_of(project) == expected


def test_the_attempt_that_stays_gives_its_test_back_its_cause_and_its_rule(project, tester, lead):
    create_rule(actor=lead, project=project, name="Gateway", cause=FailureCause.ENVIRONMENT, pattern="no connection")
    first = take_in(tester, project, failing(message="no connection"), external_id="build")
    test = RunCase.objects.get(name="pays")
    before = (test.fingerprint, test.rule_id)
    assert test.rule_id is not None
    clusters = list(RunCluster.objects.values_list("cluster_id", "tests", "rule_id"))
    second = take_in(tester, project, failing(message="expected 201", at="11:00:00"), external_id="build")
    assert second.run_id == first.run_id
    test.refresh_from_db()
    assert (test.fingerprint, test.rule_id) != before
    undo_import(actor=tester, report_import=second)
    test.refresh_from_db()
    assert (test.fingerprint, test.rule_id) == before
    assert list(RunCluster.objects.values_list("cluster_id", "tests", "rule_id")) == clusters
    assert FailureCluster.objects.count() == 1


def test_flaky_words_of_a_withdrawn_run_are_taken_out_of_the_middle(project, tester, lead):
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    runs = []
    for words in ("F", "FP", "P", "F"):
        run = make_run(project, name=words)
        attempts = [
            reported("pays", "failed" if word == "F" else "passed", attempt=place, attempts=len(words))
            for place, word in enumerate(words, start=1)
        ]
        record(run, *attempts)
        runs.append(run)
    assert TestStability.objects.get().recent == "F FP P F"
    delete_run(actor=lead, run=runs[1])
    known = TestStability.objects.get()
    assert (known.recent, known.runs, known.last_run_id) == ("F P F", 3, runs[3].pk)
    assert CaseActivity.objects.get(case=case).flaky_score == known.score
    delete_run(actor=lead, run=runs[3])
    known.refresh_from_db()
    assert (known.recent, known.last_run_id) == ("F P", runs[2].pk)
    delete_run(actor=lead, run=runs[0])
    assert not TestStability.objects.exists()
    assert CaseActivity.objects.get(case=case).recent_outcomes == ["passed"]


def test_words_of_runs_that_are_not_looked_at_any_more_stay(project, lead, monkeypatch):
    monkeypatch.setattr("runs.services.withdrawal.RUNS_LOOKED_AT", 2)
    runs = []
    for place, status in enumerate(["failed", "passed", "failed", "passed"]):
        run = make_run(project, name=str(place))
        record(run, reported("pays", status))
        runs.append(run)
    delete_run(actor=lead, run=runs[3])
    assert TestStability.objects.get().recent == "F P F"


def test_a_deleted_run_leaves_the_activities_of_its_cases_and_keeps_the_verdicts_of_its_release(project, lead):
    case = TestCaseFactory(project=project, automation_key="checkout.pays")
    older, newer = make_run(project, name="older"), make_run(project, name="newer")
    record(older, reported("pays"))
    record(newer, reported("pays", "failed"))
    delete_run(actor=lead, run=newer)
    activity = CaseActivity.objects.get(case=case)
    assert (activity.last_status, activity.executions, activity.failing_since) == ("passed", 1, None)


def test_what_the_results_left_behind_goes_with_them_but_the_upload(project, tester):
    report_import, _known = start_import(
        actor=tester, project=project, stream=io.BytesIO(zipped(allure())), file_name="allure.zip"
    )
    done = run_import(import_id=report_import.pk)
    store_attachments(import_id=done.pk)
    TestRun.objects.filter(pk=done.run_id).update(status="active")
    evidence_of(done.run, tester, "later")
    kept = {done.file_id}
    undo_import(actor=tester, report_import=done)
    for model in (StepResult, Artifact, LogEntry):
        assert not model.objects.exists()
    assert set(StoredFile.objects.values_list("pk", flat=True)) == kept


def test_a_file_that_something_else_names_too_stays(project, tester):
    report_import, _known = start_import(
        actor=tester, project=project, stream=io.BytesIO(zipped(allure())), file_name="allure.zip"
    )
    done = run_import(import_id=report_import.pk)
    store_attachments(import_id=done.pk)
    other = make_run(project)
    record(other, reported("other"))
    picture = Artifact.objects.get(artifact_type="screenshot")
    test = RunCase.objects.get(run=other)
    Artifact.objects.create(
        project=project, result_id=test.last_result_id, file=picture.file, artifact_type="screenshot"
    )
    undo_import(actor=tester, report_import=done)
    assert Artifact.objects.get().file_id == picture.file_id
    assert StoredFile.objects.filter(pk=picture.file_id).exists()
