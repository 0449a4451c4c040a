"""What failures have in common, who mends them, and which tests nobody can trust."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.choices import RuleState, RunStatus
from runs.models import FailureCluster, Quarantine, Result, RunCase, RunCluster, TestStability
from runs.outcome import verdict_of
from runs.services.failure_rules import create_rule, delete_rule, set_rule_state
from runs.services.quarantine import lift_quarantine, put_into_quarantine
from runs.services.rule_application import apply_rules
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


def failing(name, message="Timeout after 30 s waiting for the challenge frame", **fields):
    return reported(name, "failed", error_message=message, **fields)


def test_failures_that_differ_in_numbers_alone_have_one_cause(project):
    run = make_run(project)
    record(
        run,
        failing("pays"),
        failing("refunds", "Timeout after 45 s waiting for the challenge frame"),
        failing("logs", "Ledger is gone, nobody answers here"),
    )
    assert sorted(RunCluster.objects.filter(run=run).values_list("tests", flat=True)) == [1, 2]
    cluster = FailureCluster.objects.get(occurrences=2)
    assert cluster.first_run == run
    assert cluster.last_run == run
    assert Result.objects.filter(fingerprint=cluster.fingerprint).count() == 2


def test_a_cause_is_counted_on_and_leaves_the_run_whose_tests_pass_at_last(project):
    first, second = make_run(project), make_run(project)
    record(first, failing("pays"))
    record(second, failing("pays"))
    record(second, reported("pays"))
    cluster = FailureCluster.objects.get()
    assert (cluster.occurrences, cluster.first_run, cluster.last_run) == (2, first, second)
    assert list(RunCluster.objects.values_list("run", "tests")) == [(first.pk, 1)]


def test_a_rule_classes_new_failures_and_stored_ones_when_it_is_applied(project, tester):
    run = make_run(project)
    record(run, failing("pays"))
    rule = create_rule(actor=tester, project=project, name="Frame", cause="environment", pattern="timeout*challenge")
    assert apply_rules(project_id=project.pk) == 1
    assert apply_rules(project_id=project.pk) == 0
    record(run, failing("refunds"), failing("logs", "Another thing that went wrong in the ledger"))
    assert dict(RunCase.objects.values_list("name", "rule")) == {"pays": rule.pk, "refunds": rule.pk, "logs": None}
    delete_rule(actor=tester, rule=rule)
    assert not RunCase.objects.filter(rule__isnull=False).exists()


def test_a_rule_by_path_takes_the_tests_of_that_path_alone(project, tester):
    create_rule(actor=tester, project=project, name="Checkout", cause="test", path_pattern="checkout.*")
    run = make_run(project)
    record(run, failing("pays"), failing("logs", class_name="ledger"))
    assert list(RunCase.objects.filter(rule__isnull=False).values_list("name", flat=True)) == ["pays"]


def test_a_rule_that_was_marked_as_fixed_opens_again_when_its_failure_comes_back(project, tester):
    rule = create_rule(actor=tester, project=project, name="Frame", cause="product", pattern="challenge frame")
    set_rule_state(actor=tester, rule=rule, state=RuleState.FIXED)
    run = make_run(project)
    record(run, failing("old", executed_at=timezone.now() - timedelta(days=1)))
    rule.refresh_from_db()
    assert rule.state == RuleState.FIXED
    record(run, failing("new"))
    rule.refresh_from_db()
    assert rule.state == RuleState.ACTIVE
    assert rule.reopened_run == run


def test_a_rule_past_its_last_day_classes_nothing(project, tester):
    yesterday = timezone.now().date() - timedelta(days=1)
    create_rule(actor=tester, project=project, name="x", cause="test", pattern="timeout", expires_on=yesterday)
    record(make_run(project), failing("pays"))
    assert not RunCase.objects.filter(rule__isnull=False).exists()


@pytest.mark.parametrize(
    ("fields", "named"),
    [({}, "pattern"), ({"pattern": "**"}, "pattern"), ({"path_pattern": "a*" * 30}, "path_pattern")],
)
def test_a_rule_that_would_take_everything_is_refused(project, tester, fields, named):
    with pytest.raises(InvalidInput) as refused:
        create_rule(actor=tester, project=project, name="x", cause="test", **fields)
    assert named in refused.value.fields


def test_a_viewer_adds_no_rule(project, viewer):
    with pytest.raises(Denied):
        create_rule(actor=viewer, project=project, name="x", cause="test", pattern="timeout")


def test_every_attempt_of_the_last_runs_counts_for_how_flaky_a_test_is(project):
    for _night in range(4):
        record(
            make_run(project),
            failing("pays", attempt=1, attempts=2),
            reported("pays", attempt=2, attempts=2, is_flaky=True),
            failing("breaks"),
            reported("holds"),
        )
    assert dict(TestStability.objects.values_list("name", "recent")) == {"pays": "FP FP FP FP", "breaks": "F F F F"}
    assert dict(TestStability.objects.values_list("name", "score")) == {"pays": 1.0, "breaks": 0.0}


def test_an_attempt_in_a_later_report_of_the_run_belongs_to_the_same_run(project):
    run = make_run(project)
    record(run, failing("pays"))
    record(run, reported("pays"))
    stability = TestStability.objects.get()
    assert (stability.recent, stability.runs, stability.score) == ("FP", 1, 1.0)


def test_failures_in_quarantine_are_counted_apart_and_make_no_run_fail(project, tester):
    run = make_run(project)
    record(run, failing("pays"), reported("logs"))
    test = RunCase.objects.get(name="pays")
    until = timezone.now().date() + timedelta(days=7)
    held = put_into_quarantine(actor=tester, test=test, reason="Known to shake", expires_on=until)
    with pytest.raises(RuleViolation):
        put_into_quarantine(actor=tester, test=test, reason="Twice", expires_on=until)
    run.refresh_from_db()
    assert run.count_quarantined == 1
    later = make_run(project, status=RunStatus.COMPLETED)
    record(later, failing("pays"), reported("logs"))
    later.refresh_from_db()
    assert (later.count_failed, later.count_quarantined, verdict_of(later)) == (1, 1, "passed")
    lift_quarantine(actor=tester, held=held)
    run.refresh_from_db()
    assert run.count_quarantined == 0
    assert not Quarantine.objects.in_force().exists()


def test_quarantine_needs_a_reason_and_a_day_that_is_near(project, tester):
    record(make_run(project), failing("pays"))
    with pytest.raises(InvalidInput) as refused:
        put_into_quarantine(
            actor=tester, test=RunCase.objects.get(), reason=" ", expires_on=timezone.now().date() + timedelta(days=900)
        )
    assert set(refused.value.fields) == {"reason", "expires_on"}


def test_a_reported_failure_in_quarantine_sets_no_verdict_in_a_release(project, tester):
    scope = ReleaseCaseFactory(release=ReleaseFactory(project=project), case=TestCaseFactory(project=project))
    first = make_run(project)
    record(first, failing("pays", case_id=scope.case_id))
    until = timezone.now().date() + timedelta(days=7)
    put_into_quarantine(actor=tester, test=RunCase.objects.get(), reason="Shakes", expires_on=until)
    run = make_run(project, release=scope.release)
    record(run, failing("pays", case_id=scope.case_id))
    scope.refresh_from_db()
    assert scope.execution_status == "not_started"
    record(run, reported("pays", case_id=scope.case_id))
    scope.refresh_from_db()
    assert scope.execution_status == "passed"
