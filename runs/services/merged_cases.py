"""What becomes of tests and their history when two cases become one.

Tests of runs move to the case that stands for both; results stay as they were recorded, and name the case that they
were recorded for.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import TestCase

from ..models import Result, RunCase

_LOCK_TESTS = "SELECT id FROM runs_runcase WHERE case_id = %(loser)s ORDER BY id FOR NO KEY UPDATE"
_MOVE_TESTS = "UPDATE runs_runcase SET case_id = %(winner)s, updated_at = %(now)s WHERE case_id = %(loser)s"
_JOIN_ACTIVITIES = """
WITH verdicts AS MATERIALIZED (
    SELECT test.status, test.is_flaky, test.last_result_id, test.executed_at,
        row_number() OVER (ORDER BY test.executed_at DESC, test.id DESC) AS place
    FROM runs_runcase test JOIN runs_testrun run ON run.id = test.run_id
    WHERE test.case_id = %(winner)s AND run.deleted_at IS NULL AND test.last_result_id IS NOT NULL
        AND test.status NOT IN ('in_progress', 'not_started')
), told AS (
    SELECT (array_agg(status ORDER BY place))[1] AS last_status,
        (array_agg(last_result_id ORDER BY place))[1] AS last_result_id, max(executed_at) AS last_run_at,
        array_agg((CASE WHEN is_flaky THEN 'flaky' WHEN status = 'error' THEN 'failed' ELSE status END)::varchar
            ORDER BY place DESC) FILTER (WHERE place <= 12) AS outcomes,
        min(executed_at) FILTER (WHERE status IN ('failed', 'error') AND place <
            coalesce((SELECT min(place) FROM verdicts WHERE status = 'passed'), place + 1)) AS failing_since
    FROM verdicts
), counted AS (
    SELECT sum(executions) AS executions, round(sum(mean_duration::numeric * executions)
        / nullif(sum(executions) FILTER (WHERE mean_duration IS NOT NULL), 0))::integer AS mean_duration
    FROM catalog_caseactivity WHERE case_id IN (%(winner)s, %(loser)s)
)
INSERT INTO catalog_caseactivity (case_id, project_id, last_status, last_result_id, last_run_at, recent_outcomes,
    executions, mean_duration, flaky_score, failing_since)
SELECT %(winner)s, %(project)s, last_status, last_result_id, last_run_at, outcomes, coalesce(executions, 0),
    mean_duration, portal_flaky_score(outcomes), failing_since
FROM told, counted WHERE last_status IS NOT NULL
ON CONFLICT (case_id) DO UPDATE SET last_status = excluded.last_status, last_result_id = excluded.last_result_id,
    last_run_at = excluded.last_run_at, recent_outcomes = excluded.recent_outcomes, executions = excluded.executions,
    mean_duration = excluded.mean_duration, flaky_score = excluded.flaky_score, failing_since = excluded.failing_since
"""
_FORGET_ACTIVITY = "DELETE FROM catalog_caseactivity WHERE case_id = %(loser)s"


def on_case_merged(*, winner: TestCase, loser: TestCase, **_facts: object) -> None:
    """Move the loser's tests to the winner, and look once more when imports that go on now are over."""
    from ..jobs import move_late_tests

    move_tests(winner=winner, loser=loser)
    for hours in (0.25, 6):
        move_late_tests.configure(schedule_in={"hours": hours}).defer(case_id=loser.pk)


@transaction.atomic
def move_tests(*, winner: TestCase, loser: TestCase) -> int:
    """Let the tests of runs that belong to the loser belong to the winner; answers how many.

    What is known of the winner lately is told anew from the tests of both. No counter of a run changes: each test
    keeps its verdict, and a run that holds both holds two tests of the winner.
    """
    values = {"winner": winner.pk, "loser": loser.pk, "project": winner.project_id, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_TESTS, values)
        cursor.execute(_MOVE_TESTS, values)
        moved = cursor.rowcount
        cursor.execute(_JOIN_ACTIVITIES, values)
        cursor.execute(_FORGET_ACTIVITY, values)
    return moved


def tell_activity_anew(*, case_id: int, project_id: int) -> None:
    """Write once more what is known of the case lately, after the verdict of one of its tests was corrected."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_ACTIVITIES, {"winner": case_id, "loser": None, "project": project_id})


def move_late_tests(*, case_id: int) -> int:
    """Move tests that an import stored for a merged case while the merge was under way; answers how many."""
    merged = TestCase.objects.filter(pk=case_id, merged_into__isnull=False).first()
    winner = merged.standing_for() if merged else None
    if winner is None or not RunCase.objects.filter(case=merged).exists():
        return 0
    return move_tests(winner=winner, loser=merged)


def recorded_for(tests: Iterable[RunCase]) -> dict[int, str]:
    """The test id of the case that the last result of each test was recorded for, where its case is another one now."""
    shown = {test.last_result_id: test for test in tests}
    told = Result.objects.filter(pk__in=shown, case__isnull=False).values_list("pk", "case_id", "case__test_id")
    return {shown[pk].pk: test_id for pk, case_id, test_id in told if case_id != shown[pk].case_id}
