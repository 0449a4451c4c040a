"""Fingerprints for failures that were stored before there were any."""

import pytest
from django.core.management import CommandError, call_command

from runs.choices import FailureCause
from runs.models import FailureCluster, FailureRule, Result, RunCase, RunCluster
from runs.services.fingerprinting import mark_chunk
from runs.tests.factories import make_run, record, reported
from runs.tests.test_undoing import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(project):
    """Two runs as they were stored before; answers what is known of their failures when it is known."""
    FailureRule.objects.create(project=project, name="Gateway", cause=FailureCause.ENVIRONMENT, pattern="connection")
    for name in ("older", "newer"):
        run = make_run(project, name=name)
        record(
            run,
            reported("pays", "failed", error_message="no connection to the gateway"),
            reported("refunds", "error", error_message="no such account"),
            reported("silent", "failed"),
            reported("flaky", "failed", error_message="too slow", attempt=1, attempts=2),
            reported("flaky", attempt=2, attempts=2),
            reported("passes"),
        )
    known = state()
    RunCase.objects.update(fingerprint=None, rule=None)
    Result.objects.update(fingerprint=None)
    RunCluster.objects.all().delete()
    FailureCluster.objects.all().delete()
    return known


def state():
    tests = RunCase.objects.order_by("run__number", "name")
    causes = [
        {name: value for name, value in row.items() if not name.endswith("run_id")}
        for row in rows_of(FailureCluster, "fingerprint")
    ]
    return {
        "tests": list(tests.values_list("name", "fingerprint", "rule_id")),
        "results": list(Result.objects.order_by("run_id", "name", "attempt").values_list("name", "fingerprint")),
        "causes": causes,
        "in runs": list(
            RunCluster.objects.order_by("run__number", "cluster__fingerprint").values_list(
                "cluster__fingerprint", "tests", "rule_id"
            )
        ),
    }


def test_stored_failures_get_what_new_ones_have(stored, run_jobs):
    call_command("mark_failures")
    run_jobs()
    assert state() == stored


def test_doing_it_again_changes_nothing(stored, capsys):
    call_command("mark_failures", "--project", "PAY", "--now")
    assert "8 failures got their fingerprints" not in capsys.readouterr().err
    once = state()
    call_command("mark_failures", "--now")
    assert state() == once == stored
    assert "0 failures got their fingerprints" in capsys.readouterr().out


def test_it_goes_run_by_run(stored):
    last, marked = None, []
    while True:
        last, number = mark_chunk(after=last)
        if last is None:
            break
        marked.append(number)
    assert sum(marked) == 6


def test_a_project_that_is_not_there_is_told(stored):
    with pytest.raises(CommandError, match="no project"):
        call_command("mark_failures", "--project", "NONE")
