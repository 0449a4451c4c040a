"""What would go by terms, and what a project takes on disk: set-based statements that change nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Project

from .models import TestRun
from .partitions import lower_bound
from .retention import IS_OVER, Limits, awaited_runs, held_runs, values_for

ROW_TABLES = ("runs_result", "runs_runcase", "runs_stepresult", "runs_checkpoint", "runs_logentry", "runs_artifact")
NOTHING = UUID(int=0)
_GONE_RUNS = f"SELECT run.id FROM runs_testrun AS run WHERE {IS_OVER} AND run.deleted_at IS NULL"
_STAGE = f"""
CREATE TEMP TABLE going_run ON COMMIT DROP AS {_GONE_RUNS};
CREATE TEMP TABLE going_result ON COMMIT DROP AS
SELECT result.id FROM runs_runcase AS test JOIN runs_result AS result ON result.run_case_id = test.id
WHERE test.run_id IN (SELECT id FROM going_run)
UNION ALL
SELECT result.id FROM runs_testrun AS run
JOIN runs_runcase AS test ON test.run_id = run.id AND test.attempts > 1
JOIN runs_result AS result ON result.run_case_id = test.id
WHERE run.project_id = %(project)s AND run.pinned_at IS NULL AND NOT run.id = ANY(%(held)s)
  AND run.deleted_at IS NULL AND run.created_at < %(before)s AND run.id NOT IN (SELECT id FROM going_run)
  AND result.id < %(first_kept)s AND result.id <> test.last_result_id;
ANALYZE going_result
"""
_COUNT_RUNS = """
SELECT (SELECT count(*) FROM going_run), (SELECT count(*) FROM going_result),
       (SELECT count(*) FROM runs_runcase WHERE run_id IN (SELECT id FROM going_run))
"""
_COUNT_EVIDENCE = """
SELECT count(*) FROM {table} WHERE project_id = %(project)s AND id < %(first_kept)s
  AND result_id IN (SELECT id FROM going_result)
"""
_STAGE_FILES = """
CREATE TEMP TABLE going_file ON COMMIT DROP AS
SELECT artifact.file_id, 'artifact' AS kind FROM runs_artifact AS artifact
LEFT JOIN runs_result AS result ON result.id = artifact.result_id
LEFT JOIN runs_testrun AS run ON run.id = result.run_id
WHERE artifact.project_id = %(project)s AND (
    artifact.result_id IN (SELECT id FROM going_result)
    OR artifact.id < %(first_artifact)s AND run.pinned_at IS NULL AND NOT coalesce(run.id = ANY(%(held)s), false))
UNION ALL
SELECT report.file_id, 'report' FROM runs_reportimport AS report
LEFT JOIN runs_testrun AS run ON run.id = report.run_id
WHERE report.project_id = %(project)s AND report.file_id IS NOT NULL AND (
    report.run_id IN (SELECT id FROM going_run) OR report.run_id IS NULL AND report.created_at < %(reports)s
    OR report.created_at < %(artifacts)s AND run.pinned_at IS NULL AND NOT coalesce(run.id = ANY(%(held)s), false))
"""
_COUNT_FILES = """
SELECT count(*) FILTER (WHERE kind = 'artifact'), count(*) FILTER (WHERE kind = 'report') FROM going_file
"""
_FREED = """
SELECT coalesce(sum(size), 0) FROM (
    SELECT stored.path, max(stored.size) AS size FROM files_storedfile AS stored
    WHERE stored.id IN (SELECT file_id FROM going_file) AND NOT stored.is_shared AND NOT EXISTS (
        SELECT FROM files_storedfile AS other
        WHERE other.path = stored.path AND (other.is_shared OR other.id NOT IN (SELECT file_id FROM going_file)))
    GROUP BY stored.path
) AS freed
"""
_ROW_SIZES = """
SELECT parent.relname, sum(pg_total_relation_size(part.oid)) / nullif(sum(greatest(part.reltuples, 0)), 0)
FROM pg_class AS parent
JOIN LATERAL (
    SELECT relid AS oid, reltuples FROM pg_partition_tree(parent.oid) JOIN pg_class ON pg_class.oid = relid WHERE isleaf
    UNION ALL SELECT parent.oid, parent.reltuples WHERE parent.relkind = 'r'
) AS part ON true
WHERE parent.oid = ANY(%(tables)s::regclass[]::oid[]) GROUP BY parent.relname
"""
_ROW_BYTES = """
SELECT coalesce(sum(pg_total_relation_size(part.oid) * share.of_project), 0)::bigint, bool_or(part.reltuples >= 0)
FROM unnest(%(tables)s::regclass[]) AS parent(oid)
JOIN pg_class AS known ON known.oid = parent.oid
JOIN LATERAL (
    SELECT relid::oid AS oid FROM pg_partition_tree(parent.oid) WHERE isleaf
    UNION ALL SELECT parent.oid::oid WHERE known.relkind = 'r'
) AS leaf ON true
JOIN pg_class AS part ON part.oid = leaf.oid
JOIN pg_namespace AS place ON place.oid = part.relnamespace
JOIN pg_stats AS stats
  ON stats.schemaname = place.nspname AND stats.tablename = part.relname AND stats.attname = 'project_id'
JOIN LATERAL (
    SELECT frequency AS of_project
    FROM unnest(stats.most_common_vals::text::text[], stats.most_common_freqs) AS common(value, frequency)
    WHERE value = %(project)s::text
) AS share ON true
"""
_FILE_BYTES = """
SELECT kind, count(*), coalesce(sum(size), 0) FROM (
    SELECT stored.path, max(stored.size) AS size,
           CASE WHEN bool_or(artifact.file_id IS NOT NULL) THEN 'artifacts'
                WHEN bool_or(report.file_id IS NOT NULL) THEN 'reports' ELSE 'attachments' END AS kind
    FROM files_storedfile AS stored
    LEFT JOIN (SELECT DISTINCT file_id FROM runs_artifact WHERE project_id = %(project)s) AS artifact
      ON artifact.file_id = stored.id
    LEFT JOIN (SELECT DISTINCT file_id FROM runs_reportimport WHERE project_id = %(project)s) AS report
      ON report.file_id = stored.id
    WHERE stored.project_id = %(project)s AND stored.path <> '' GROUP BY stored.path
) AS file GROUP BY kind
"""
KINDS = {
    "artifacts": (_("Artifacts"), _("screenshots, videos and logs of results")),
    "reports": (_("Reports"), _("uploaded reports as they came")),
    "attachments": (_("Attachments"), _("files of cases, sessions and issues")),
    "rows": (_("Results in the database"), _("tests, results, steps, checkpoints and log entries; an estimate")),
}
USUAL_ROW = 700
"""Bytes a row with its indexes, until the database has measured its tables."""


@dataclass(slots=True)
class Preview:
    """What would go if the terms were applied now."""

    runs: int = 0
    tests: int = 0
    results: int = 0
    evidence: int = 0
    artifacts: int = 0
    reports: int = 0
    file_bytes: int = 0
    row_bytes: int = 0
    pinned: int = 0
    held: list[tuple[Callable[[int], str], int]] = field(default_factory=list)
    """How many runs are kept for what reason; the words tell the number."""

    @property
    def total_bytes(self) -> int:
        """How much space returns."""
        return self.file_bytes + self.row_bytes

    @property
    def kept(self) -> list[str]:
        """Which runs are kept whatever their age, in words."""
        pinned = ngettext("%d pinned run", "%d pinned runs", self.pinned) % self.pinned
        return [*([pinned] if self.pinned else []), *(reason(number) for reason, number in self.held)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would go."""
        return not (self.runs or self.results or self.artifacts or self.reports)


@dataclass(frozen=True, slots=True)
class Use:
    """One kind of what the project takes on disk."""

    label: str
    note: str
    number: int | None
    size: int


def preview_of(project: Project, limits: Limits) -> Preview:
    """Count what is past these limits now. Call it in a transaction."""
    held = held_runs(project)
    kept = set().union(awaited_runs(project), *held.values())
    values = values_for(project, limits.results, kept) if limits.results else _nothing(project, kept)
    values |= {
        "first_artifact": lower_bound(limits.artifacts) if limits.artifacts else NOTHING,
        "artifacts": limits.artifacts,
        "reports": limits.reports,
    }
    preview = Preview(
        pinned=TestRun.objects.living().in_project(project).pinned().count(),
        held=[(holder.words, len(runs)) for holder, runs in held.items()],
    )
    with connection.cursor() as cursor:
        for statement in _STAGE.split(";"):
            cursor.execute(statement, values)
        preview.runs, preview.results, preview.tests = _row(cursor, _COUNT_RUNS, values)
        counts = {table: _row(cursor, _COUNT_EVIDENCE.format(table=table), values)[0] for table in ROW_TABLES[2:5]}
        preview.evidence = sum(counts.values())
        cursor.execute(_STAGE_FILES, values)
        preview.artifacts, preview.reports = _row(cursor, _COUNT_FILES, values)
        preview.file_bytes = int(_row(cursor, _FREED, values)[0])
        counts |= {"runs_result": preview.results, "runs_runcase": preview.tests, "runs_artifact": preview.artifacts}
        preview.row_bytes = _bytes_of(cursor, counts)
        for name in ("going_run", "going_result", "going_file"):
            cursor.execute(f"DROP TABLE {name}")
    return preview


def _nothing(project: Project, kept: set[UUID]) -> dict[str, Any]:
    """Values by which no run and no result is past its term."""
    never = {"before": datetime.min.replace(year=1970), "first_kept": NOTHING}
    return {"project": project.pk, "held": list(kept), **never}


def _row(cursor: Any, statement: str, values: dict[str, Any]) -> tuple[Any, ...]:
    cursor.execute(statement, values)
    return cursor.fetchone()


def _bytes_of(cursor: Any, counts: dict[str, int]) -> int:
    """What so many rows of the tables take, by the average of what their tables and indexes take now."""
    cursor.execute(_ROW_SIZES, {"tables": list(ROW_TABLES)})
    sizes = {table: float(size) for table, size in cursor.fetchall() if size}
    return int(sum(number * sizes.get(table, USUAL_ROW) for table, number in counts.items()))


def disk_use_of(project: Project) -> list[Use]:
    """What the project takes, by kind; rows by the share that the database's statistics give the project."""
    with connection.cursor() as cursor:
        cursor.execute(_FILE_BYTES, {"project": project.pk})
        found = {kind: (number, int(size)) for kind, number, size in cursor.fetchall()}
        cursor.execute(_ROW_BYTES, {"project": project.pk, "tables": list(ROW_TABLES)})
        found["rows"] = (None, int(cursor.fetchone()[0]))
    return [Use(label, note, *found.get(kind, (0, 0))) for kind, (label, note) in KINDS.items()]
