"""Carrying results that are stored already into the release and the cases they now belong to."""

from collections.abc import Sequence

from django.db import connection

from accounts.models import User

from ..choices import ResultSource
from ..models import TestRun
from . import activity, staging

_STAGE_STORED = """
INSERT INTO staged_result (seq, result_id, test_key, occurrence, attempt, attempts, is_verdict, is_flaky, status,
                           severity, duration_ms, executed_at)
SELECT test.position, test.last_result_id, test.test_key, test.occurrence, test.attempts, test.attempts, true,
       test.is_flaky, test.status, 0, test.duration_ms, test.executed_at
FROM runs_runcase AS test
WHERE test.run_id = %(run)s AND test.id = ANY(%(tests)s) AND test.case_id IS NOT NULL
  AND test.last_result_id IS NOT NULL
"""
_STAGE_LINKS = """
INSERT INTO staged_match (test_key, occurrence, case_id, matched_by)
SELECT test_key, occurrence, case_id, matched_by FROM runs_runcase
WHERE run_id = %(run)s AND id = ANY(%(tests)s) AND case_id IS NOT NULL AND last_result_id IS NOT NULL
"""


def replay_tests(*, run: TestRun, test_ids: Sequence[int], actor: User | None) -> None:
    """Let the verdicts of these tests, which just got their cases, count in the release and for the cases."""
    staging.fill([])
    values = {"run": run.pk, "tests": list(test_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_STORED, values)
        cursor.execute(_STAGE_LINKS, values)
    if run.release_id:
        activity.move_release_cases(run=run, actor=actor, source=ResultSource.REPORT)
    activity.move_case_activities(run=run)
