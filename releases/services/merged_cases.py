"""What becomes of the scope of releases when two cases become one."""

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import TestCase

_LOCK = """
SELECT id FROM releases_releasecase WHERE case_id IN (%(winner)s, %(loser)s) ORDER BY id FOR UPDATE
"""
_LATEST_WINS = """
UPDATE releases_releasecase kept SET
    execution_status = told.execution_status, executed_by_id = told.executed_by_id, executed_at = told.executed_at,
    execution_duration = told.execution_duration, comments = told.comments, screenshots = told.screenshots,
    last_result_id = told.last_result_id, case_version = NULL,
    is_automated_verdict = told.is_automated_verdict, is_flaky = told.is_flaky, updated_at = %(now)s
FROM releases_releasecase told
WHERE kept.release_id = told.release_id AND kept.case_id = %(winner)s AND told.case_id = %(loser)s
    AND told.executed_at IS NOT NULL AND (kept.executed_at IS NULL OR told.executed_at > kept.executed_at)
"""
_KEEP_PLANS = """
UPDATE releases_releasecase kept SET
    priority = greatest(kept.priority, told.priority),
    assigned_to_id = coalesce(kept.assigned_to_id, told.assigned_to_id),
    bug_ids = ARRAY(SELECT DISTINCT bug FROM unnest(kept.bug_ids || told.bug_ids) bug ORDER BY bug LIMIT 50),
    updated_at = %(now)s
FROM releases_releasecase told
WHERE kept.release_id = told.release_id AND kept.case_id = %(winner)s AND told.case_id = %(loser)s
"""
_ONCE = """
DELETE FROM releases_releasecase gone USING releases_releasecase kept
WHERE gone.release_id = kept.release_id AND gone.case_id = %(loser)s AND kept.case_id = %(winner)s
"""
_TAKE_PLACE = """
UPDATE releases_releasecase SET case_id = %(winner)s, case_version = NULL, updated_at = %(now)s
WHERE case_id = %(loser)s
"""


@transaction.atomic
def put_winner_in_scope(*, winner: TestCase, loser: TestCase, **_facts: object) -> None:
    """Let each release that covers the loser cover the winner, once, with the later verdict of the two.

    Bugs are those of both. The version that a verdict was given on is the loser's own count, so that it is unknown
    afterwards. Part of merging two cases, in closed releases too: what is covered stays covered.
    """
    values = {"winner": winner.pk, "loser": loser.pk, "now": timezone.now()}
    with connection.cursor() as cursor:
        for statement in (_LOCK, _LATEST_WINS, _KEEP_PLANS, _ONCE, _TAKE_PLACE):
            cursor.execute(statement, values)
