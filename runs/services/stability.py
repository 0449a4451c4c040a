"""How tests that ever failed did in their last runs, every attempt counted: kept as counters beside the cases."""

from django.db import connection
from django.utils import timezone

from ..models import TestRun

RUNS_KEPT = 12
LONGEST_WORD = 20
"""Of the attempts in one run no more are kept."""

_JOINED = r"""portal_last_words(CASE WHEN known.last_run_id = excluded.last_run_id
        THEN regexp_replace(known.recent, '\S+$', '')
            || left(substring(known.recent from '\S+$') || portal_last_words(excluded.recent, 1), %(longest_word)s)
        ELSE known.recent || ' ' || portal_last_words(excluded.recent, 1) END, %(runs_kept)s)"""
_MOVE = """
INSERT INTO runs_teststability AS known (
    project_id, test_key, occurrence, case_id, name, class_name, recent, runs, score, last_run_id, last_seen,
    created_at, updated_at)
SELECT %(project)s, batch.test_key, batch.occurrence, batch.case_id, batch.name, batch.class_name, told.recent,
       cardinality(string_to_array(told.recent, ' ')), portal_stability_score(told.recent), %(run)s, batch.seen,
       %(now)s, %(now)s
FROM (
    SELECT staged.test_key, staged.occurrence, max(matched.case_id) AS case_id, max(staged.name) AS name,
           max(staged.class_name) AS class_name, max(staged.executed_at) AS seen,
           left(string_agg(CASE WHEN staged.status = 'passed' THEN 'P' ELSE 'F' END, '' ORDER BY staged.attempt),
                %(longest_word)s) AS word
    FROM staged_result AS staged
    LEFT JOIN staged_match AS matched USING (test_key, occurrence)
    WHERE staged.status IN ('passed', 'failed', 'error') AND (
        staged.test_key IN (SELECT test_key FROM staged_result WHERE status IN ('failed', 'error'))
        OR staged.test_key IN (SELECT test_key FROM runs_teststability WHERE project_id = %(project)s))
    GROUP BY staged.test_key, staged.occurrence
    ORDER BY staged.test_key, staged.occurrence
) AS batch
LEFT JOIN catalog_caseactivity AS activity ON activity.case_id = batch.case_id
CROSS JOIN LATERAL (
    SELECT portal_last_words(concat_ws(' ', (
        SELECT string_agg(CASE outcome WHEN 'passed' THEN 'P' WHEN 'flaky' THEN 'FP' ELSE 'F' END, ' ' ORDER BY place)
        FROM unnest(activity.recent_outcomes) WITH ORDINALITY AS entry(outcome, place)
        WHERE outcome IN ('passed', 'failed', 'flaky')), batch.word), %(runs_kept)s) AS recent
) AS told
ON CONFLICT (project_id, test_key, occurrence) DO UPDATE SET
    case_id = coalesce(excluded.case_id, known.case_id),
    name = coalesce(nullif(excluded.name, ''), known.name),
    recent = JOINED,
    runs = cardinality(string_to_array(JOINED, ' ')),
    score = portal_stability_score(JOINED),
    last_run_id = excluded.last_run_id,
    last_seen = excluded.last_seen,
    updated_at = excluded.updated_at
WHERE excluded.last_seen >= known.last_seen
""".replace("JOINED", _JOINED)
_TELL_CASES = """
UPDATE catalog_caseactivity AS activity SET flaky_score = found.score
FROM (
    SELECT case_id, max(score) AS score FROM runs_teststability
    WHERE case_id IN (SELECT case_id FROM staged_match) GROUP BY case_id
) AS found
WHERE activity.case_id = found.case_id AND activity.flaky_score <> found.score
"""


def move_stability(*, run: TestRun) -> None:
    """Take the staged attempts into the last runs of their tests; a test that never failed has no row.

    Comes before the cases' own activity moves, which says how a test did before its first failure.
    """
    values = {"project": run.project_id, "run": run.pk, "now": timezone.now()}
    values |= {"runs_kept": RUNS_KEPT, "longest_word": LONGEST_WORD}
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)


def tell_cases() -> None:
    """Give the staged cases the score that counts every attempt."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL_CASES)
