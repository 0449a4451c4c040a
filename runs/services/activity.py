"""What a batch of results moves outside its run: verdicts in the release and the activity of cases."""

from django.db import connection
from django.utils import timezone

from accounts.models import User

from ..choices import ResultSource
from ..models import TestRun

_CURRENT = """
    SELECT DISTINCT ON (matched.case_id)
           matched.case_id, staged.result_id, staged.status, staged.is_flaky, staged.executed_at, staged.duration_ms,
           staged.notes, staged.error_summary, staged.test_key, staged.occurrence
    FROM staged_result AS staged
    JOIN staged_match AS matched USING (test_key, occurrence)
    WHERE staged.is_verdict
    ORDER BY matched.case_id, staged.executed_at DESC, staged.severity DESC, staged.seq DESC
"""
_LOCK_SCOPE = """
SELECT id FROM releases_releasecase
WHERE release_id = %(release)s AND case_id IN (SELECT case_id FROM staged_match) ORDER BY id FOR UPDATE
"""
MOVE_SCOPE = (
    """
UPDATE releases_releasecase AS scope SET
    execution_status = CASE current.status WHEN 'error' THEN 'failed' ELSE current.status END,
    executed_at = CASE current.status WHEN 'not_started' THEN NULL ELSE current.executed_at END,
    executed_by_id = %(executor)s,
    execution_duration = coalesce(current.duration_ms / 1000, scope.execution_duration),
    last_result_id = current.result_id,
    case_version = coalesce(test.case_version, known.version),
    is_automated_verdict = %(is_automated)s,
    is_flaky = current.is_flaky,
    updated_at = %(now)s
FROM ("""
    + _CURRENT
    + """) AS current
JOIN catalog_testcase AS known ON known.id = current.case_id
JOIN runs_runcase AS test
  ON test.run_id = %(run)s AND test.test_key = current.test_key AND test.occurrence = current.occurrence
WHERE scope.release_id = %(release)s AND scope.case_id = current.case_id
  AND (scope.executed_at IS NULL OR current.executed_at >= scope.executed_at)
  AND NOT (%(is_automated)s AND current.status IN ('failed', 'error') AND EXISTS (
      SELECT FROM runs_quarantine AS held
      WHERE held.case_id = current.case_id AND held.lifted_at IS NULL AND held.expires_on >= %(today)s))
"""
)
_OUTSIDE_SCOPE = """
SELECT count(DISTINCT matched.case_id) FROM staged_match AS matched
WHERE NOT EXISTS (
    SELECT 1 FROM releases_releasecase AS scope
    WHERE scope.release_id = %(release)s AND scope.case_id = matched.case_id)
"""


def move_release_cases(*, run: TestRun, actor: User | None, source: str) -> int:
    """Set the verdict of every staged case in the run's release whose result is the latest by its own time.

    A failure that a machine reported of a case in quarantine sets no verdict, so no gate counts it. Rows are locked in
    one order, so that two batches wait instead of blocking each other. Answers how many cases the release does not
    cover.
    """
    now = timezone.now()
    values = {
        "today": now.date(),
        "run": run.pk,
        "release": run.release_id,
        "executor": actor.pk if actor and source == ResultSource.MANUAL else None,
        "is_automated": source == ResultSource.REPORT,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_SCOPE, values)
        cursor.execute(MOVE_SCOPE, values)
        cursor.execute(_OUTSIDE_SCOPE, values)
        return cursor.fetchone()[0]


_LOCK_ACTIVITIES = """
SELECT case_id FROM catalog_caseactivity
WHERE case_id IN (SELECT case_id FROM staged_match) ORDER BY case_id FOR UPDATE
"""
MOVE_ACTIVITIES = """
INSERT INTO catalog_caseactivity AS activity (
    case_id, project_id, last_status, last_result_id, last_run_at, recent_outcomes, executions, mean_duration,
    flaky_score, failing_since)
SELECT case_id, %(project)s, last_status, last_result_id, last_run_at,
       outcomes[greatest(1, cardinality(outcomes) - 11):], executions, mean_duration,
       portal_flaky_score(outcomes[greatest(1, cardinality(outcomes) - 11):]),
       CASE WHEN last_status IN ('failed', 'error') THEN last_run_at END
FROM (
    SELECT matched.case_id,
           (array_agg(staged.status ORDER BY staged.executed_at DESC, staged.severity DESC, staged.seq DESC))[1]
               AS last_status,
           (array_agg(staged.result_id ORDER BY staged.executed_at DESC, staged.severity DESC, staged.seq DESC))[1]
               AS last_result_id,
           max(staged.executed_at) AS last_run_at,
           array_agg((CASE WHEN staged.is_flaky THEN 'flaky' WHEN staged.status = 'error' THEN 'failed'
                           ELSE staged.status END)::varchar
                     ORDER BY staged.executed_at, staged.severity, staged.seq) AS outcomes,
           count(*) AS executions,
           round(avg(staged.duration_ms))::integer AS mean_duration
    FROM staged_result AS staged
    JOIN staged_match AS matched USING (test_key, occurrence)
    WHERE staged.is_verdict AND staged.status NOT IN ('in_progress', 'not_started')
    GROUP BY matched.case_id
    ORDER BY matched.case_id
) AS batch
ON CONFLICT (case_id) DO UPDATE SET
    executions = activity.executions + excluded.executions,
    mean_duration = CASE
        WHEN excluded.mean_duration IS NULL THEN activity.mean_duration
        WHEN activity.mean_duration IS NULL THEN excluded.mean_duration
        ELSE ((activity.mean_duration::bigint * activity.executions
               + excluded.mean_duration::bigint * excluded.executions)
              / (activity.executions + excluded.executions))::integer END,
    last_status = CASE WHEN {newer} THEN excluded.last_status ELSE activity.last_status END,
    last_result_id = CASE WHEN {newer} THEN excluded.last_result_id ELSE activity.last_result_id END,
    last_run_at = greatest(activity.last_run_at, excluded.last_run_at),
    recent_outcomes = CASE WHEN {newer} THEN {joined} ELSE activity.recent_outcomes END,
    flaky_score = CASE WHEN {newer} THEN portal_flaky_score({joined}) ELSE activity.flaky_score END,
    failing_since = CASE
        WHEN NOT ({newer}) THEN activity.failing_since
        WHEN excluded.last_status IN ('failed', 'error') THEN coalesce(activity.failing_since, excluded.last_run_at)
        WHEN excluded.last_status = 'passed' THEN NULL
        ELSE activity.failing_since END
""".format(
    newer="activity.last_run_at IS NULL OR excluded.last_run_at >= activity.last_run_at",
    joined="(activity.recent_outcomes || excluded.recent_outcomes)"
    "[greatest(1, cardinality(activity.recent_outcomes) + cardinality(excluded.recent_outcomes) - 11):]",
)


def move_case_activities(*, run: TestRun) -> None:
    """Carry the staged results into what is known of their cases: last status, last outcomes, flakiness."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ACTIVITIES)
        cursor.execute(MOVE_ACTIVITIES, {"project": run.project_id})
