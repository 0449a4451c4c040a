"""Finding the case that a reported test belongs to.

The order is: explicit id > id in the name > automation key > name within the folder > not matched. A test that
already stands in the run keeps the case it has. A match never changes what people wrote on the case. What would have
found a case that was merged into another finds that one, after the cases that are there.
"""

from collections.abc import Iterator

from django.db import connection

from accounts.models import User
from catalog.services.cases import CaseDraft, create_cases
from catalog.services.folders import DEEPEST

from ..choices import MatchedBy
from ..models import TestRun
from .staging import Staged

_UNDECIDED = """
    staged.is_verdict AND NOT EXISTS (
        SELECT 1 FROM staged_match AS done
        WHERE done.test_key = staged.test_key AND done.occurrence = staged.occurrence)
"""
_GIVEN = """
INSERT INTO staged_match
SELECT staged.test_key, staged.occurrence, staged.case_id, ''
FROM staged_result AS staged WHERE staged.is_verdict AND staged.case_id IS NOT NULL
"""
_ALREADY_IN_RUN = (
    """
INSERT INTO staged_match
SELECT staged.test_key, staged.occurrence, test.case_id, test.matched_by
FROM staged_result AS staged
JOIN runs_runcase AS test
  ON test.run_id = %(run)s AND test.test_key = staged.test_key AND test.occurrence = staged.occurrence
WHERE test.case_id IS NOT NULL AND """
    + _UNDECIDED
)
_BY_ID = (
    """
INSERT INTO staged_match
SELECT DISTINCT ON (staged.test_key, staged.occurrence)
       staged.test_key, staged.occurrence, found.id, %(matched_by)s
FROM staged_result AS staged
CROSS JOIN LATERAL unnest(staged.{column}) WITH ORDINALITY AS reference(test_id, place)
JOIN {cases} AS found
  ON found.project_id = %(project)s AND found.test_id = upper(reference.test_id) AND found.deleted_at IS NULL
WHERE """
    + _UNDECIDED
    + " ORDER BY staged.test_key, staged.occurrence, reference.place"
)
_BY_KEY = (
    """
INSERT INTO staged_match
SELECT DISTINCT ON (staged.test_key, staged.occurrence)
       staged.test_key, staged.occurrence, found.id, %(matched_by)s
FROM staged_result AS staged
JOIN {cases} AS found
  ON found.project_id = %(project)s AND found.automation_key = staged.automation_key
 AND found.automation_key <> '' AND found.deleted_at IS NULL
WHERE """
    + _UNDECIDED
    + " ORDER BY staged.test_key, staged.occurrence, found.id"
)
_BY_NAME = (
    """
INSERT INTO staged_match
SELECT staged.test_key, staged.occurrence, min(found.id), %(matched_by)s
FROM staged_result AS staged
JOIN {cases} AS found
  ON found.project_id = %(project)s AND found.title = left(staged.name, 500) AND found.deleted_at IS NULL
JOIN catalog_folder AS place ON place.id = found.folder_id
WHERE EXISTS (SELECT 1 FROM unnest(staged.folder_path) AS part WHERE lower(part) = lower(place.name)) AND
"""
    + _UNDECIDED
    + " GROUP BY staged.test_key, staged.occurrence HAVING count(DISTINCT found.id) = 1"
)
_HAS_MERGED = "SELECT EXISTS (SELECT FROM catalog_testcase WHERE project_id = %s AND merged_into_id IS NOT NULL)"
_MERGED_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS staged_merged (id bigint, project_id bigint, test_id text, automation_key text,
    title text, folder_id bigint, deleted_at timestamptz) ON COMMIT DROP
"""
_MERGED = """
INSERT INTO staged_merged
WITH RECURSIVE led AS (
    SELECT test_id, automation_key, title, folder_id, merged_into_id AS now_id
    FROM catalog_testcase WHERE project_id = %(project)s AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT led.test_id, led.automation_key, led.title, led.folder_id, next.merged_into_id
    FROM led JOIN catalog_testcase AS next ON next.id = led.now_id AND next.merged_into_id IS NOT NULL
)
SELECT now.id, now.project_id, led.test_id, led.automation_key, led.title, led.folder_id, now.deleted_at
FROM led JOIN catalog_testcase AS now ON now.id = led.now_id AND now.deleted_at IS NULL
"""
_LIVING_CASES, _MERGED_CASES = "catalog_testcase", "staged_merged"
_STAND_FOR_CASE = """
UPDATE staged_result AS staged
SET test_key = test.test_key
FROM staged_match AS matched
JOIN runs_runcase AS test
  ON test.run_id = %(run)s AND test.case_id = matched.case_id AND test.occurrence = 1
 AND test.test_key = md5('case:' || matched.case_id)::uuid
WHERE staged.test_key = matched.test_key AND staged.occurrence = matched.occurrence AND staged.occurrence = 1
  AND staged.test_key <> test.test_key
  AND (SELECT count(*) FROM staged_match AS twin WHERE twin.case_id = matched.case_id) = 1
RETURNING matched.test_key, test.test_key
"""


def match(*, run: TestRun, staged: Staged) -> None:
    """Fill `staged_match` with the case of every staged test that has one."""
    values = {"run": run.pk, "project": run.project_id}
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN)
        if run.total:
            cursor.execute(_ALREADY_IN_RUN, values)
        sources = _sources(run)
        for statement, matched_by in _ways(staged):
            for cases in sources:
                cursor.execute(statement.replace("{cases}", cases), {**values, "matched_by": matched_by})
        if run.total:
            _stand_for_cases(run)


def match_given() -> None:
    """Fill `staged_match` with the cases that the staged results name themselves, and look for no others."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN)


def _ways(staged: Staged) -> Iterator[tuple[str, str]]:
    """The ways to find cases that this batch offers, in their order."""
    if staged.has_explicit_ids:
        yield _BY_ID.replace("{column}", "explicit_ids"), MatchedBy.EXPLICIT_ID
    if staged.has_named_ids:
        yield _BY_ID.replace("{column}", "named_ids"), MatchedBy.NAMED_ID
    if staged.has_keys:
        yield _BY_KEY, MatchedBy.AUTOMATION_KEY
        yield _BY_NAME, MatchedBy.NAME


def _sources(run: TestRun) -> list[str]:
    """The tables of cases to look in: those that are there, then those that were merged, under the winner's key."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_MERGED, [run.project_id])
        if not cursor.fetchone()[0]:
            return [_LIVING_CASES]
        cursor.execute(_MERGED_TABLE)
        cursor.execute("TRUNCATE staged_merged")
        cursor.execute(_MERGED, {"project": run.project_id})
    return [_LIVING_CASES, _MERGED_CASES]


def _stand_for_cases(run: TestRun) -> None:
    """A report that runs a case planned in this run moves that row instead of adding a second one."""
    with connection.cursor() as cursor:
        cursor.execute(_STAND_FOR_CASE, {"run": run.pk})
        moved = set(cursor.fetchall())
        for old_key, new_key in moved:
            cursor.execute(
                "UPDATE staged_match SET test_key = %s WHERE test_key = %s AND occurrence = 1", [new_key, old_key]
            )


_UNMATCHED = (
    """
SELECT staged.test_key, staged.occurrence, staged.name, staged.automation_key, staged.folder_path
FROM staged_result AS staged WHERE """
    + _UNDECIDED
    + " ORDER BY staged.seq"
)


def create_missing_cases(*, run: TestRun, actor: User) -> int:
    """Make a case for every staged test that found none, in folders made from its suites; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(_UNMATCHED)
        missing = cursor.fetchall()
        if not missing:
            return 0
        drafts = [draft_of(name, key, tuple(path)) for _key, _occurrence, name, key, path in missing]
        cases = create_cases(actor=actor, project=run.project, drafts=drafts, asks_required=False)
        rows = [
            (test_key, occurrence, case.pk, MatchedBy.CREATED.value)
            for (test_key, occurrence, *_rest), case in zip(missing, cases, strict=True)
        ]
        cursor.executemany("INSERT INTO staged_match VALUES (%s, %s, %s, %s)", rows)
    return len(rows)


def draft_of(name: str, automation_key: str, folder_path: tuple[str, ...]) -> CaseDraft:
    """The case that a reported test deserves: automated, named like it, found again by its key.

    What lies deeper than folders may comes into the deepest one.
    """
    return CaseDraft(
        title=name[:500] or automation_key[:500],
        folder_path=tuple(part[:200] for part in folder_path[:DEEPEST]) or ("Automated tests",),
        test_type="automated",
        automation_key=automation_key[:1000],
    )
