"""The statements by which retention deletes one chunk; each is called in the transaction of its chunk."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Project

from .choices import ImportState
from .models import ReportImport, RunCluster, TestRun
from .partitions import lower_bound
from .retention import Limits

ARTIFACTS_AT_A_TIME, REPORTS_AT_A_TIME = 1_000, 200
EVIDENCE = {"steps": "runs_stepresult", "checkpoints": "runs_checkpoint", "log_entries": "runs_logentry"}
OF_RESULT = "result_id = ANY(%(results)s) AND id >= %(first)s"
"""What a result left behind is younger than the result: older partitions are not looked at."""
_DELETE_ARTIFACTS = f"DELETE FROM runs_artifact WHERE {OF_RESULT} RETURNING file_id"
_FORGET_IN_RELEASES = """
UPDATE releases_releasecase SET last_result_id = NULL
WHERE case_id = ANY(%(cases)s) AND last_result_id = ANY(%(results)s)
"""
_FORGET_OF_CASES = """
UPDATE catalog_caseactivity SET last_result_id = NULL
WHERE case_id = ANY(%(cases)s) AND last_result_id = ANY(%(results)s)
"""
_DELETE_RESULTS = "DELETE FROM runs_result WHERE id = ANY(%(results)s)"
_DELETE_TESTS = (
    "DELETE FROM runs_runnerpresence WHERE run_case_id = ANY(%(tests)s)",
    "DELETE FROM runs_runnerentry WHERE run_case_id = ANY(%(tests)s)",
    "DELETE FROM runs_runcase WHERE id = ANY(%(tests)s)",
)
_OLD_ARTIFACTS = """
SELECT artifact.id, artifact.file_id, artifact.result_id, run.id IS NULL OR run.pinned_at IS NULL
       AND NOT run.id = ANY(%(held)s)
FROM runs_artifact AS artifact
LEFT JOIN runs_result AS result ON result.id = artifact.result_id
LEFT JOIN runs_testrun AS run ON run.id = result.run_id
WHERE artifact.id > %(after)s AND artifact.id < %(first_kept)s AND artifact.project_id = %(project)s
ORDER BY artifact.id LIMIT %(limit)s
"""
_TAKE_PICTURES = """
UPDATE runs_stepresult SET screenshot_artifact_id = NULL
WHERE result_id = ANY(%(results)s) AND screenshot_artifact_id = ANY(%(artifacts)s)
"""
_DELETE_OLD_ARTIFACTS = "DELETE FROM runs_artifact WHERE id = ANY(%(artifacts)s)"
_UNNAMED = """
SELECT asked.id FROM unnest(%(files)s::uuid[]) AS asked(id)
WHERE NOT EXISTS (SELECT FROM runs_artifact AS artifact WHERE artifact.file_id = asked.id)
  AND NOT EXISTS (SELECT FROM runs_reportimport AS report WHERE report.file_id = asked.id)
"""


def delete_results(results: list[UUID], cases: list[int]) -> tuple[dict[str, int], list[UUID]]:
    """Delete attempts with all they left behind; answers how much of each kind, and the files they named."""
    values = {"results": results, "first": min(results), "cases": cases}
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_ARTIFACTS, values)
        files = [file for (file,) in cursor.fetchall()]
        counts["artifacts"] = len(files)
        for name, table in EVIDENCE.items():
            cursor.execute(f"DELETE FROM {table} WHERE {OF_RESULT}", values)
            counts[name] = cursor.rowcount
        if cases:
            cursor.execute(_FORGET_IN_RELEASES, values)
            cursor.execute(_FORGET_OF_CASES, values)
        cursor.execute(_DELETE_RESULTS, values)
        counts["results"] = cursor.rowcount
    return counts, files


def delete_tests(tests: list[int]) -> int:
    """Delete tests that have no attempt any more; answers how many."""
    with connection.cursor() as cursor:
        for statement in _DELETE_TESTS:
            cursor.execute(statement, {"tests": tests})
        return cursor.rowcount


def delete_reports(run: TestRun) -> list[UUID]:
    """Delete what tells where an empty run came from, and its groups of failures; answers the files of the reports."""
    RunCluster.objects.filter(run=run).delete()
    reports = ReportImport.objects.filter(run=run)
    files = list(reports.filter(file__isnull=False).values_list("file_id", flat=True))
    reports.delete()
    return files


def delete_old_artifacts(
    *, project: Project, before: datetime, held: Iterable[UUID], after: UUID
) -> tuple[UUID | None, list[UUID]]:
    """Delete a stretch of the project's artifacts that are past their term, from a key on.

    Answers the key to go on after, None at the end, and the files that were named.
    """
    values = {"project": project.pk, "first_kept": lower_bound(before), "held": list(held), "after": after}
    with connection.cursor() as cursor:
        cursor.execute(_OLD_ARTIFACTS, values | {"limit": ARTIFACTS_AT_A_TIME})
        found = cursor.fetchall()
        going = [row for row in found if row[3]]
        if going:
            keys = {"artifacts": [row[0] for row in going], "results": list({row[2] for row in going})}
            cursor.execute(_TAKE_PICTURES, keys)
            cursor.execute(_DELETE_OLD_ARTIFACTS, keys)
    return (found[-1][0] if len(found) == ARTIFACTS_AT_A_TIME else None), [row[1] for row in going]


def forget_old_reports(*, project: Project, limits: Limits, held: Iterable[UUID]) -> list[UUID]:
    """Let imports past their term forget the uploaded bytes, what they did stays; answers the files of a stretch."""
    past = Q(run__isnull=True, created_at__lt=limits.reports)
    if limits.artifacts is not None:
        past |= Q(created_at__lt=limits.artifacts, run__isnull=False, run__pinned_at__isnull=True)
    reports = ReportImport.objects.in_project(project).filter(past, file__isnull=False)
    reports = reports.exclude(run__in=list(held)).exclude(state__in=[ImportState.QUEUED, ImportState.RUNNING])
    found = dict(reports.order_by("created_at").values_list("pk", "file_id")[:REPORTS_AT_A_TIME])
    ReportImport.objects.filter(pk__in=found).update(file=None)
    return list(found.values())


def unnamed(files: list[UUID]) -> list[UUID]:
    """Those of the files that neither an artifact nor an import names any more."""
    with connection.cursor() as cursor:
        cursor.execute(_UNNAMED, {"files": files})
        return [file for (file,) in cursor.fetchall()]
