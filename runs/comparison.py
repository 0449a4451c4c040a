"""Two runs side by side, test by test: one join on what identifies a test inside a run."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from .models import TestRun

CHANGES = {
    "new_failure": _("New failures"),
    "fixed": _("Fixed"),
    "still_failing": _("Still failing"),
    "flaky": _("Flaky"),
    "added": _("Added"),
    "removed": _("Removed"),
    "slower": _("Slower"),
}
"""What can have become of a test, in the order of the tabs; a test is told under the first that is true."""
SLOWER_BY = 1.5
SLOWER_BY_AT_LEAST = 500
"""Milliseconds; a test that takes next to nothing is no slower for taking twice that."""

_COMPARED = """
    SELECT now.id AS test_id, before.id AS before_id, coalesce(now.name, before.name) AS name,
           coalesce(now.class_name, before.class_name) AS class_name, coalesce(now.case_id, before.case_id) AS case_id,
           before.status AS status_before, now.status AS status_now, before.duration_ms AS duration_before,
           now.duration_ms AS duration_now, coalesce(now.error_summary, '') AS error_summary,
           coalesce(now.is_quarantined, false) AS is_quarantined, coalesce(now.position, before.position) AS position,
           CASE
               WHEN now.id IS NULL THEN 'removed'
               WHEN now.status IN ('failed', 'error') AND before.status IN ('failed', 'error') THEN 'still_failing'
               WHEN now.status IN ('failed', 'error') THEN 'new_failure'
               WHEN now.status = 'passed' AND before.status IN ('failed', 'error') THEN 'fixed'
               WHEN now.is_flaky THEN 'flaky'
               WHEN before.id IS NULL THEN 'added'
               WHEN now.status = 'passed' AND before.status = 'passed'
                    AND now.duration_ms > before.duration_ms * %(slower_by)s
                    AND now.duration_ms - before.duration_ms >= %(slower_at_least)s THEN 'slower'
               ELSE 'same'
           END AS change
    FROM (SELECT * FROM runs_runcase WHERE run_id = %(now)s) AS now
    FULL JOIN (SELECT * FROM runs_runcase WHERE run_id = %(before)s) AS before
      ON now.test_key = before.test_key AND now.occurrence = before.occurrence
"""
_COUNTS = "SELECT change, count(*) FROM (COMPARED) AS told GROUP BY change".replace("COMPARED", _COMPARED)
_ROWS = """
SELECT compared.*, known.test_id AS case_test_id
FROM (SELECT * FROM (COMPARED) AS told WHERE change = %(change)s
      ORDER BY CASE WHEN change = 'slower' THEN duration_before - duration_now END, position, test_id, before_id
      LIMIT %(limit)s OFFSET %(offset)s) AS compared
LEFT JOIN catalog_testcase AS known ON known.id = compared.case_id AND known.deleted_at IS NULL
ORDER BY CASE WHEN change = 'slower' THEN duration_before - duration_now END, position, compared.test_id, before_id
""".replace("COMPARED", _COMPARED)


@dataclass(slots=True)
class Compared:
    """What became of one test from one run to the other."""

    test_id: int | None
    before_id: int | None
    name: str
    class_name: str
    case_id: int | None
    status_before: str | None
    status_now: str | None
    duration_before: int | None
    duration_now: int | None
    error_summary: str
    is_quarantined: bool
    position: int
    change: str
    case_test_id: str | None


def _values(run: TestRun, before: TestRun) -> dict[str, Any]:
    return {"now": run.pk, "before": before.pk, "slower_by": SLOWER_BY, "slower_at_least": SLOWER_BY_AT_LEAST}


def counts_of(*, run: TestRun, before: TestRun) -> dict[str, int]:
    """How many tests there are of each change, those that stayed the same under `same`."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, _values(run, before))
        found = dict(cursor.fetchall())
    return {name: found.get(name, 0) for name in (*CHANGES, "same")}


def rows_of(*, run: TestRun, before: TestRun, change: str, limit: int, offset: int = 0) -> list[Compared]:
    """A page of the tests with this change, in the order of the run; the most slowed down first."""
    values = _values(run, before) | {"change": change, "limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, values)
        return [Compared(*row) for row in cursor.fetchall()]
