"""Applying the rules of a project to failures that are stored already, run by run."""

from django.db import transaction
from django.db.models import QuerySet

from ..fingerprints import mark_of
from ..models import Result, RunCase, RunCluster, TestRun
from .failures import count_clusters_of
from .judging import Judge, paths_of

RUNS_LOOKED_AT = 200
TESTS_AT_ONCE = 2_000


def apply_rules(*, project_id: int) -> int:
    """Class the failures of the newest runs anew; answers how many tests changed their rule.

    One transaction for each run, which is locked, so results that arrive meanwhile wait or come after. Doing it
    twice changes nothing. A rule marked as fixed stays so: a stored failure has not come back.
    """
    runs = TestRun.objects.living().filter(project_id=project_id).order_by("-started_at")
    return sum(_apply_to_run(run_id) for run_id in list(runs.values_list("pk", flat=True)[:RUNS_LOOKED_AT]))


@transaction.atomic
def _apply_to_run(run_id: object) -> int:
    run = TestRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if not run.count_failed + run.count_error:
        return 0
    changed = class_failures(run=run, tests=RunCase.objects.filter(run=run).failures())
    if changed:
        touched = RunCluster.objects.filter(run=run).values_list("cluster__fingerprint", flat=True)
        count_clusters_of(run=run, touched=list(touched))
    return changed


def class_failures(*, run: TestRun, tests: QuerySet) -> int:
    """Let the rules class these failing tests of a locked run; answers how many changed their rule."""
    judge = Judge.of_project(run.project_id)
    changed, last = 0, 0
    while True:
        chunk = list(tests.filter(pk__gt=last).order_by("pk")[:TESTS_AT_ONCE])
        if not chunk:
            return changed
        changed += _apply_to_tests(judge, chunk)
        last = chunk[-1].pk


def _apply_to_tests(judge: Judge, tests: list[RunCase]) -> int:
    told = Result.objects.filter(pk__in=[test.last_result_id for test in tests if test.last_result_id])
    texts = {pk: (message, trace) for pk, message, trace in told.values_list("pk", "error_message", "stack_trace")}
    changed = []
    for test in tests:
        message, trace = texts.get(test.last_result_id, ("", ""))
        mark = mark_of(message, trace)
        if mark is None:
            continue
        paths = paths_of(test.automation_key, test.class_name, test.name, test.suite_path)
        rule = judge.rule_of(mark, message, trace, paths, test.executed_at)
        if test.rule_id != (rule.pk if rule else None):
            test.rule = rule
            changed.append(test)
    RunCase.objects.bulk_update(changed, ["rule"], batch_size=500)
    return len(changed)
