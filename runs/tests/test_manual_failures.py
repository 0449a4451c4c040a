"""Failures that people find have causes, rules and verdicts like those of machines."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.services.cases import update_case
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.models import FailureCluster, Result, RunCase, RunCluster
from runs.services.failure_rules import create_rule, set_rule_state
from runs.services.runner import Entry, record_step, record_verdict
from runs.tests.factories import make_run, manual_run, record, reported

pytestmark = pytest.mark.django_db
OWN_STATEMENTS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
FROZEN = "The countdown froze at 0:04"


@pytest.fixture
def run(project, tester):
    return manual_run(project, tester, count=2)


@pytest.fixture
def tests(run) -> list[RunCase]:
    return list(run.tests.select_related("run__project", "case").order_by("position"))


def fail(test, tester, notes=FROZEN, **more):
    record_verdict(actor=tester, test=test, status="failed", notes=notes, **more)
    test.refresh_from_db()
    return test


def causes_of(run) -> list[tuple[str, int]]:
    return list(RunCluster.objects.filter(run=run).order_by("pk").values_list("cluster__title", "tests"))


def test_tests_that_fail_alike_have_one_cause_with_what_machines_report(project, run, tests, tester):
    for test, seconds in zip(tests, ("0:04", "0:17"), strict=True):
        fail(test, tester, f"The countdown froze at {seconds}")
    assert [number for _title, number in causes_of(run)] == [2]
    record(make_run(project), reported("pays", "failed", error_message=FROZEN))
    assert FailureCluster.objects.get().occurrences == 3
    assert len({*Result.objects.values_list("fingerprint", flat=True)}) == 1


def test_a_correction_takes_the_test_away_from_its_cause_and_gives_it_to_another(run, tests, tester):
    for test in tests:
        fail(test, tester)
    fail(tests[0], tester, "Ledger is gone, nobody answers here")
    assert sorted(number for _title, number in causes_of(run)) == [1, 1]
    record_verdict(actor=tester, test=tests[1], status="passed")
    assert causes_of(run) == [("Ledger is gone, nobody answers here", 1)]
    tests[1].refresh_from_db()
    assert (tests[1].fingerprint, tests[1].rule) == (None, None)
    record_step(actor=tester, test=tests[0], step_number=1, status="passed")
    assert causes_of(run) == []


def test_a_rule_classes_the_failure_and_one_that_was_fixed_opens_again(project, run, tests, tester):
    rule = create_rule(actor=tester, project=project, name="Bank", cause="environment", pattern="countdown*froze")
    assert fail(tests[0], tester).rule == rule
    assert RunCluster.objects.get(run=run).rule == rule
    set_rule_state(actor=tester, rule=rule, state="fixed")
    fail(tests[1], tester)
    rule.refresh_from_db()
    assert (rule.state, rule.reopened_run) == ("active", run)


def test_what_was_noted_at_the_failing_step_counts_without_a_note_on_the_result(run, tests, tester):
    record_step(actor=tester, test=tests[0], step_number=1, status="passed", notes="Fine")
    record_step(actor=tester, test=tests[0], step_number=2, status="failed", notes=FROZEN)
    assert fail(tests[0], tester, "").error_summary == FROZEN
    steps = [{"step_number": 2, "status": "failed", "notes": FROZEN}]
    assert fail(tests[1], tester, "", steps=steps).error_summary == FROZEN
    assert [number for _title, number in causes_of(run)] == [2]
    assert Result.objects.filter(notes="").count() == 2


def test_a_failure_of_which_nothing_is_said_has_no_cause(run, tests, tester):
    assert fail(tests[0], tester, "  ").fingerprint is None
    assert causes_of(run) == []


def test_the_release_keeps_the_version_that_was_executed(project, tester, lead):
    release = ReleaseFactory(project=project)
    run = manual_run(project, lead, release=release)
    test = run.tests.select_related("run__project", "case").get()
    scope = ReleaseCaseFactory(release=release, case=test.case)
    update_case(actor=lead, case=test.case, steps=[{"action": "Open the app"}])
    fail(test, tester)
    scope.refresh_from_db()
    test.case.refresh_from_db()
    assert (scope.execution_status, scope.case_version, test.case.version) == ("failed", 1, 2)
    assert Result.objects.get(run_case=test).case_version == 1


def test_a_failure_needs_at_most_ten_statements(project, tester, lead):
    release = ReleaseFactory(project=project)
    run = manual_run(project, lead, release=release, count=2)
    create_rule(actor=tester, project=project, name="Bank", cause="environment", pattern="countdown*froze")
    first, second = run.tests.select_related("run__project", "case").order_by("position")
    for test in (first, second):
        ReleaseCaseFactory(release=release, case=test.case)
    record_step(actor=tester, test=second, step_number=2, status="failed", notes=FROZEN)
    for test, notes, seen in ((first, FROZEN, 0), (second, "", 1)):
        with CaptureQueriesContext(connection) as queries:
            fail(test, tester, notes, entry=Entry(seen, key=uuid.uuid4()))
        told = [each["sql"] for each in queries if not each["sql"].startswith(OWN_STATEMENTS)]
        assert len(told) - 1 <= 10, "\n".join(told)  # one is the test's own look
