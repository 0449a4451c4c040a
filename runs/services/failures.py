"""What a batch of results says about causes of failures: clusters, those of the run, and rules that came back."""

from django.db import connection
from django.utils import timezone

from accounts import audit
from qaportal.kit import events

from ..choices import RuleState
from ..models import FailureRule, Result, RunCase, TestRun
from ..querysets import FAILURES
from . import staging
from .judging import Judge
from .staging import NewResult

_FORMER = """
SELECT DISTINCT test.fingerprint FROM staged_result AS staged
JOIN runs_runcase AS test
  ON test.run_id = %(run)s AND test.test_key = staged.test_key AND test.occurrence = staged.occurrence
WHERE test.fingerprint IS NOT NULL
"""
COUNT_UP = """
INSERT INTO runs_failurecluster AS cluster (
    project_id, fingerprint, title, thrown_at, first_seen, last_seen, occurrences, first_run_id, last_run_id,
    created_at, updated_at)
SELECT %(project)s, fingerprint, min(failure_title), min(thrown_at), min(executed_at), max(executed_at), count(*),
       %(run)s, %(run)s, %(now)s, %(now)s
FROM staged_result WHERE fingerprint IS NOT NULL
GROUP BY fingerprint ORDER BY fingerprint
ON CONFLICT (project_id, fingerprint) DO UPDATE SET
    occurrences = cluster.occurrences + excluded.occurrences,
    first_run_id = CASE WHEN excluded.first_seen < cluster.first_seen OR cluster.first_run_id IS NULL
        THEN excluded.first_run_id ELSE cluster.first_run_id END,
    last_run_id = CASE WHEN excluded.last_seen >= cluster.last_seen
        THEN excluded.last_run_id ELSE cluster.last_run_id END,
    first_seen = least(cluster.first_seen, excluded.first_seen),
    last_seen = greatest(cluster.last_seen, excluded.last_seen),
    updated_at = excluded.updated_at
"""
_STAGED = "SELECT DISTINCT fingerprint FROM staged_result WHERE fingerprint IS NOT NULL"
_COUNT_RUN = """
WITH gone AS (
    DELETE FROM runs_runcluster AS held USING runs_failurecluster AS cluster
    WHERE held.run_id = %(run)s AND held.cluster_id = cluster.id AND cluster.fingerprint = ANY(%(touched)s)
      AND NOT EXISTS (
          SELECT FROM runs_runcase AS test WHERE test.run_id = %(run)s AND test.fingerprint = cluster.fingerprint))
INSERT INTO runs_runcluster (project_id, run_id, cluster_id, rule_id, tests, quarantined, created_at, updated_at)
SELECT %(project)s, %(run)s, cluster.id, mode() WITHIN GROUP (ORDER BY test.rule_id), count(*),
       count(*) FILTER (WHERE test.is_quarantined), %(now)s, %(now)s
FROM runs_runcase AS test
JOIN runs_failurecluster AS cluster
  ON cluster.project_id = %(project)s AND cluster.fingerprint = test.fingerprint
WHERE test.run_id = %(run)s AND test.fingerprint = ANY(%(touched)s)
GROUP BY cluster.id
ON CONFLICT (run_id, cluster_id) DO UPDATE SET
    rule_id = excluded.rule_id, tests = excluded.tests, quarantined = excluded.quarantined,
    updated_at = excluded.updated_at
"""


def former_fingerprints(*, run: TestRun) -> list:
    """What the staged tests failed of in the run before this batch; ask before their tests are moved."""
    if not run.count_failed + run.count_error:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FORMER, {"run": run.pk})
        return [fingerprint for (fingerprint,) in cursor.fetchall()]


def move_clusters(*, run: TestRun, former: list, has_failures: bool) -> None:
    """Count the staged failures for their causes, and the tests of the run for those that this batch touched."""
    if not has_failures and not former:
        return
    values = {"run": run.pk, "project": run.project_id, "now": timezone.now()}
    touched = set(former)
    with connection.cursor() as cursor:
        if has_failures:
            cursor.execute(COUNT_UP, values)
            cursor.execute(_STAGED)
            touched.update(fingerprint for (fingerprint,) in cursor.fetchall())
    count_clusters_of(run=run, touched=list(touched))


def count_clusters_of(*, run: TestRun, touched: list) -> None:
    """Count anew how many tests of the run fail for these causes."""
    values = {"run": run.pk, "project": run.project_id, "now": timezone.now(), "touched": touched}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_RUN, values)


def reopen_rules(*, run: TestRun, judge: Judge) -> list[FailureRule]:
    """Open the rules again that were marked as fixed and whose failure came back in this run."""
    if not judge.came_back:
        return []
    fixed = FailureRule.objects.select_for_update(of=("self",)).select_related("project").order_by("pk")
    reopened = list(fixed.filter(pk__in=judge.came_back, state=RuleState.FIXED))
    for rule in reopened:
        rule.state, rule.fixed_at = RuleState.ACTIVE, None
        rule.reopened_at, rule.reopened_run = judge.came_back[rule.pk], run
        rule.save(update_fields=["state", "fixed_at", "reopened_at", "reopened_run", "updated_at"])
        audit.record("failure_rule.reopened", actor=None, target=rule, run=run.number)
        events.publish("failure_rule.reopened", rule=rule, run=run)
    return reopened


_UNDER_ITS_KEY = "UPDATE staged_result SET test_key = %s, occurrence = %s RETURNING fingerprint, rule_id"


def follow_completed(*, run: TestRun, test: RunCase, result: Result) -> None:
    """Let an attempt whose end was written into its own row count for its cause, as a new one would."""
    former = [test.fingerprint] if test.fingerprint else []
    fails = result.status in FAILURES
    if not former and not fails:
        return
    judge = Judge.of_project(run.project_id)
    staging.fill([_as_new(test, result)], judge)
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_ITS_KEY, [test.test_key, test.occurrence])
        test.fingerprint, test.rule_id = cursor.fetchone()
    result.fingerprint = test.fingerprint
    test.save(update_fields=["fingerprint", "rule", "updated_at"])
    result.save(update_fields=["fingerprint", "updated_at"])
    is_new = test.fingerprint is not None and [test.fingerprint] != former
    move_clusters(run=run, former=former, has_failures=is_new)
    reopen_rules(run=run, judge=judge)


def _as_new(test: RunCase, result: Result) -> NewResult:
    return NewResult(
        result_id=result.pk,
        status=result.status,
        executed_at=result.executed_at,
        automation_key=test.automation_key,
        name=test.name,
        class_name=test.class_name,
        suite_path=tuple(test.suite_path),
        error_message=result.error_message,
        stack_trace=result.stack_trace,
    )
