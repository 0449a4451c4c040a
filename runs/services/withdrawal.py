"""What was computed from results that go, told anew: causes, stability, activities, and what the results left behind.

The results are collected first. They may then be deleted, or their run hidden; either way what is told anew afterwards
comes from the results that remain in runs that are not deleted. All results of a test that go are collected together,
while the tests of a run may be told anew stretch by stretch: what is counted down is counted down by each alone.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Project, User
from files.models import StoredFile
from files.services import remove_many

from ..models import TestRun
from .failures import count_clusters_of
from .stability import LONGEST_WORD, RUNS_KEPT

RUNS_LOOKED_AT = 4 * RUNS_KEPT
FILES_AT_ONCE = 1_000
_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS undone_result
    (result_id uuid, run_case_id bigint, case_id bigint, test_key uuid, occurrence integer, fingerprint uuid,
     created_at timestamptz, attempt integer) ON COMMIT DROP;
TRUNCATE undone_result;
"""
_COLLECT = """
INSERT INTO undone_result
SELECT result.id, test.id, test.case_id, test.test_key, test.occurrence, result.fingerprint, result.created_at,
       result.attempt
FROM runs_runcase AS test
JOIN runs_result AS result ON result.run_case_id = test.id
WHERE test.run_id = %(run)s AND test.id = ANY(%(tests)s)
"""
_OF_IMPORT = " AND result.report_import_id = %(import)s AND result.id >= %(first)s"


def collect(
    *, run: TestRun, tests: Sequence[int], report_import_id: UUID | None = None, first: UUID | None = None
) -> int:
    """Note which results of these tests go: all, or those of one import, whose keys are not below `first`; answers
    how many."""
    values = {"run": run.pk, "tests": list(tests), "import": report_import_id, "first": first}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute(_COLLECT + (_OF_IMPORT if report_import_id else ""), values)
        results = cursor.rowcount
        cursor.execute("ANALYZE undone_result")
    return results


def tell_anew(*, run: TestRun) -> None:
    """Set right what was computed from the collected results, after they were deleted or their run was hidden."""
    _move_clusters(run)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ACTIVITIES)
        cursor.execute(_MOVE_ACTIVITIES)
        cursor.execute(_FORGET_ACTIVITIES)
    _move_stability(run)


_TOUCHED = "SELECT DISTINCT fingerprint FROM undone_result WHERE fingerprint IS NOT NULL"
_STANDING = """
SELECT DISTINCT test.fingerprint FROM runs_runcase AS test
WHERE test.run_id = %(run)s AND test.fingerprint IS NOT NULL
  AND test.id IN (SELECT run_case_id FROM undone_result)
"""
_LOCK_CLUSTERS = """
SELECT id FROM runs_failurecluster WHERE project_id = %(project)s AND fingerprint = ANY(%(gone)s)
ORDER BY fingerprint FOR UPDATE
"""
_COUNT_DOWN = """
WITH gone AS (
    SELECT fingerprint, count(*) AS number FROM undone_result WHERE fingerprint IS NOT NULL GROUP BY fingerprint
)
UPDATE runs_failurecluster AS cluster SET
    occurrences = greatest(cluster.occurrences - gone.number, CASE WHEN earliest.run_id IS NULL THEN 0 ELSE 1 END),
    first_seen = CASE WHEN cluster.first_run_id = %(run)s OR cluster.first_run_id IS NULL
        THEN coalesce(earliest.executed_at, cluster.first_seen) ELSE cluster.first_seen END,
    first_run_id = CASE WHEN cluster.first_run_id = %(run)s OR cluster.first_run_id IS NULL
        THEN earliest.run_id ELSE cluster.first_run_id END,
    last_seen = CASE WHEN cluster.last_run_id = %(run)s OR cluster.last_run_id IS NULL
        THEN coalesce(latest.executed_at, cluster.last_seen) ELSE cluster.last_seen END,
    last_run_id = CASE WHEN cluster.last_run_id = %(run)s OR cluster.last_run_id IS NULL
        THEN latest.run_id ELSE cluster.last_run_id END,
    updated_at = %(now)s
FROM gone
LEFT JOIN LATERAL (
    SELECT result.executed_at, result.run_id FROM runs_result AS result
    JOIN runs_testrun AS run ON run.id = result.run_id AND run.deleted_at IS NULL
    WHERE result.project_id = %(project)s AND result.fingerprint = gone.fingerprint
    ORDER BY result.executed_at LIMIT 1
) AS earliest ON true
LEFT JOIN LATERAL (
    SELECT result.executed_at, result.run_id FROM runs_result AS result
    JOIN runs_testrun AS run ON run.id = result.run_id AND run.deleted_at IS NULL
    WHERE result.project_id = %(project)s AND result.fingerprint = gone.fingerprint
    ORDER BY result.executed_at DESC LIMIT 1
) AS latest ON true
WHERE cluster.project_id = %(project)s AND cluster.fingerprint = gone.fingerprint
"""
_FORGET_CLUSTERS = """
WITH nobodys AS (
    SELECT id FROM runs_failurecluster
    WHERE project_id = %(project)s AND fingerprint = ANY(%(gone)s) AND occurrences = 0
), held AS (
    DELETE FROM runs_runcluster WHERE cluster_id IN (SELECT id FROM nobodys)
)
DELETE FROM runs_failurecluster WHERE id IN (SELECT id FROM nobodys)
"""
_FORGET_HIDDEN = "DELETE FROM runs_runcluster WHERE run_id = %(run)s"


def _move_clusters(run: TestRun) -> None:
    """Count the causes down, those of the project and those of the run; one that nobody has any more goes."""
    values = {"run": run.pk, "project": run.project_id, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        gone = [fingerprint for (fingerprint,) in cursor.fetchall()]
        cursor.execute(_STANDING, values)
        standing = [fingerprint for (fingerprint,) in cursor.fetchall()]
        values["gone"] = gone
        cursor.execute(_LOCK_CLUSTERS, values)
        if run.deleted_at is not None:
            cursor.execute(_FORGET_HIDDEN, values)
        cursor.execute(_COUNT_DOWN, values)
    if run.deleted_at is None:
        count_clusters_of(run=run, touched=list({*gone, *standing}))
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_CLUSTERS, values)


_MOVE_STABILITY = """
WITH recent_runs AS MATERIALIZED (
    SELECT id FROM runs_testrun WHERE project_id = %(project)s AND deleted_at IS NULL
    ORDER BY started_at DESC LIMIT %(runs_looked_at)s
), affected AS MATERIALIZED (
    SELECT DISTINCT known.id, known.test_key, known.occurrence, string_to_array(known.recent, ' ') AS before
    FROM undone_result AS gone
    JOIN runs_teststability AS known
      ON known.project_id = %(project)s AND known.test_key = gone.test_key AND known.occurrence = gone.occurrence
), words AS (
    SELECT affected.id, test.run_id, max(result.executed_at) AS seen,
           left(string_agg(CASE WHEN result.status = 'passed' THEN 'P' ELSE 'F' END, '' ORDER BY result.attempt),
                %(longest_word)s) AS word
    FROM affected CROSS JOIN recent_runs
    JOIN runs_runcase AS test ON test.run_id = recent_runs.id AND test.test_key = affected.test_key
      AND test.occurrence = affected.occurrence
    JOIN runs_result AS result ON result.run_case_id = test.id
    WHERE result.source <> 'manual' AND result.status IN ('passed', 'failed', 'error')
    GROUP BY affected.id, test.run_id
), told AS (
    SELECT affected.id, affected.before, coalesce(string_agg(word, ' ' ORDER BY seen, run_id), '') AS found,
           count(run_id) + CASE WHEN bool_or(run_id = %(run)s) THEN 0 ELSE 1 END AS covered,
           (array_agg(run_id ORDER BY seen DESC, run_id DESC))[1] AS last_run_id, max(seen) AS last_seen
    FROM affected LEFT JOIN words USING (id) GROUP BY affected.id, affected.before
), now_recent AS (
    SELECT id, last_run_id, last_seen, coalesce(portal_last_words(concat_ws(' ',
        array_to_string(before[1:greatest(cardinality(before) - covered, 0)], ' '), found), %(runs_kept)s),
        '') AS recent
    FROM told
)
UPDATE runs_teststability AS known SET
    recent = told.recent, runs = coalesce(cardinality(string_to_array(nullif(told.recent, ''), ' ')), 0),
    score = portal_stability_score(told.recent), last_run_id = told.last_run_id,
    last_seen = coalesce(told.last_seen, known.last_seen), updated_at = %(now)s
FROM now_recent AS told WHERE known.id = told.id
"""
_FORGET_STABILITY = """
DELETE FROM runs_teststability AS known USING undone_result AS gone
WHERE known.project_id = %(project)s AND known.test_key = gone.test_key AND known.occurrence = gone.occurrence
  AND known.recent NOT LIKE '%%F%%'
"""
_TELL_CASES = """
UPDATE catalog_caseactivity AS activity SET flaky_score = found.score
FROM (
    SELECT case_id, max(score) AS score FROM runs_teststability
    WHERE case_id IN (SELECT case_id FROM undone_result) GROUP BY case_id
) AS found
WHERE activity.case_id = found.case_id AND activity.flaky_score <> found.score
"""


def _move_stability(run: TestRun) -> None:
    """Write the last runs of the tests anew from the newest runs; what was before those is kept."""
    values = {"project": run.project_id, "run": run.pk, "now": timezone.now(), "runs_looked_at": RUNS_LOOKED_AT}
    values |= {"runs_kept": RUNS_KEPT, "longest_word": LONGEST_WORD}
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_STABILITY, values)
        cursor.execute(_FORGET_STABILITY, values)
        cursor.execute(_TELL_CASES)


_LOCK_ACTIVITIES = """
SELECT case_id FROM catalog_caseactivity
WHERE case_id IN (SELECT case_id FROM undone_result) ORDER BY case_id FOR UPDATE
"""
_MOVE_ACTIVITIES = """
WITH batches AS MATERIALIZED (
    SELECT test.case_id, result.run_case_id, result.created_at,
           (array_agg(result.status ORDER BY result.attempt DESC))[1] AS status,
           (array_agg(result.id ORDER BY result.attempt DESC))[1] AS result_id,
           (array_agg(result.executed_at ORDER BY result.attempt DESC))[1] AS executed_at,
           (array_agg(result.duration_ms ORDER BY result.attempt DESC))[1] AS duration_ms,
           bool_or(result.status IN ('failed', 'error')) AS had_failure
    FROM runs_runcase AS test
    JOIN runs_testrun AS run ON run.id = test.run_id AND run.deleted_at IS NULL
    JOIN runs_result AS result ON result.run_case_id = test.id
    WHERE test.case_id IN (SELECT DISTINCT case_id FROM undone_result WHERE case_id IS NOT NULL)
    GROUP BY test.case_id, result.run_case_id, result.created_at
), verdicts AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY executed_at DESC, result_id DESC) AS place
    FROM batches WHERE status NOT IN ('in_progress', 'not_started')
), told AS (
    SELECT case_id, (array_agg(status ORDER BY place))[1] AS last_status,
           (array_agg(result_id ORDER BY place))[1] AS last_result_id, max(executed_at) AS last_run_at,
           array_agg((CASE WHEN status = 'passed' AND had_failure THEN 'flaky' WHEN status = 'error' THEN 'failed'
                           ELSE status END)::varchar ORDER BY place DESC) FILTER (WHERE place <= 12) AS outcomes,
           count(*) AS executions, round(avg(duration_ms))::integer AS mean_duration,
           min(place) FILTER (WHERE status = 'passed') AS last_pass
    FROM verdicts GROUP BY case_id
), gone AS (
    SELECT case_id, count(DISTINCT (run_case_id, created_at)) AS executions
    FROM undone_result WHERE case_id IS NOT NULL GROUP BY case_id
)
UPDATE catalog_caseactivity AS activity SET
    last_status = coalesce(told.last_status, 'not_started'), last_result_id = told.last_result_id,
    last_run_at = told.last_run_at, recent_outcomes = coalesce(told.outcomes, '{}'),
    executions = greatest(coalesce(told.executions, 0), activity.executions - gone.executions, 0),
    mean_duration = told.mean_duration,
    flaky_score = portal_flaky_score(coalesce(told.outcomes, '{}'::varchar[])),
    failing_since = (
        SELECT min(executed_at) FROM verdicts
        WHERE verdicts.case_id = told.case_id AND verdicts.status IN ('failed', 'error')
          AND (told.last_pass IS NULL OR verdicts.place < told.last_pass))
FROM gone LEFT JOIN told USING (case_id)
WHERE activity.case_id = gone.case_id
"""
_FORGET_ACTIVITIES = """
DELETE FROM catalog_caseactivity
WHERE case_id IN (SELECT case_id FROM undone_result) AND executions = 0 AND last_result_id IS NULL
"""

_EVIDENCE = ("runs_stepresult", "runs_checkpoint", "runs_logentry")
_DELETE_EVIDENCE = "DELETE FROM {table} WHERE result_id IN (SELECT result_id FROM undone_result)"
_DELETE_ARTIFACTS = """
WITH gone AS (
    DELETE FROM runs_artifact WHERE result_id IN (SELECT result_id FROM undone_result) RETURNING file_id
)
SELECT DISTINCT file_id FROM gone WHERE file_id IS NOT NULL
"""


def remove_evidence(*, actor: User | None, project: Project) -> None:
    """Delete what the collected results left behind, and the files that nothing else names."""
    with connection.cursor() as cursor:
        for table in _EVIDENCE:
            cursor.execute(_DELETE_EVIDENCE.format(table=table))
        cursor.execute(_DELETE_ARTIFACTS)
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT file_id FROM runs_artifact WHERE file_id = ANY(%s)", [keys])
        shared = {key for (key,) in cursor.fetchall()}
    keys = [key for key in keys if key not in shared]
    for start in range(0, len(keys), FILES_AT_ONCE):
        files = StoredFile.objects.filter(pk__in=keys[start : start + FILES_AT_ONCE], project=project)
        remove_many(actor=actor, files=files, reason="undone")
