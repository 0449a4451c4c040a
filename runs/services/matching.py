"""Finding the case that a reported test belongs to.

The order is: explicit id > id in the name > automation key > name within the folder > not matched. A test that
already stands in the run keeps the case it has. A match never changes what people wrote on the case.
"""

from django.db import connection

from accounts.models import User
from catalog.services.cases import CaseDraft, create_cases

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
JOIN catalog_testcase AS found
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
JOIN catalog_testcase AS found
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
JOIN catalog_testcase AS found
  ON found.project_id = %(project)s AND found.title = left(staged.name, 500) AND found.deleted_at IS NULL
JOIN catalog_folder AS place ON place.id = found.folder_id
WHERE EXISTS (SELECT 1 FROM unnest(staged.folder_path) AS part WHERE lower(part) = lower(place.name)) AND
"""
    + _UNDECIDED
    + " GROUP BY staged.test_key, staged.occurrence HAVING count(*) = 1"
)
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
        if staged.has_explicit_ids:
            cursor.execute(_BY_ID.format(column="explicit_ids"), {**values, "matched_by": MatchedBy.EXPLICIT_ID})
        if staged.has_named_ids:
            cursor.execute(_BY_ID.format(column="named_ids"), {**values, "matched_by": MatchedBy.NAMED_ID})
        if staged.has_keys:
            cursor.execute(_BY_KEY, {**values, "matched_by": MatchedBy.AUTOMATION_KEY})
            cursor.execute(_BY_NAME, {**values, "matched_by": MatchedBy.NAME})
        if run.total:
            _stand_for_cases(run)


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
    """The case that a reported test deserves: automated, named like it, found again by its key."""
    return CaseDraft(
        title=name[:500] or automation_key[:500],
        folder_path=tuple(part[:200] for part in folder_path) or ("Automated tests",),
        test_type="automated",
        automation_key=automation_key[:1000],
    )
