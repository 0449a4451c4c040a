"""When two cases look like the same test, and how such cases are found without comparing each with each.

Every case has marks: its automation key; its title as a set of words, whole and without any one of them (but for
words with digits: "3 attempts" and "5 attempts" are two tests); and six bands of two lows each of hashes of three words
of its steps in a row (MinHash: of cases that share 70 % of these, 98 % have a band in common, of those that share a
tenth 6 %). Only cases with a common mark are compared, and where many have it, each with the five on either side of it
alone, so that the work grows with the cases and not with their square.

Alike are titles and steps by the share of trigrams that two texts have in common (pg_trgm), from 0 to 1. Where both
cases have steps, the score is 60 % of the higher and 40 % of the lower of the two; where one of them has none, 80 % of
the title's. An equal automation key counts as 95 %, and only equal titles with equal steps as 100 %. Pairs of
`LEAST_SCORE` and more are kept.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

LEAST_SCORE = 60
"""Percent."""
LONGEST_STEPS = 5_000
"""Characters of the steps that are compared."""
_SIGNS = "\t\n\r.,:;!?()[]{}<>\"'`/\\|=_-+*#@&~^%$"
_CHANGED = """
SELECT kept.id FROM catalog_testcase kept LEFT JOIN catalog_casefingerprint known ON known.case_id = kept.id
WHERE kept.project_id = %(project)s AND kept.deleted_at IS NULL AND NOT kept.is_archived
    AND (known.is_compared IS NOT TRUE OR known.content IS DISTINCT FROM
        hashtextextended(concat_ws(E'\\x1f', kept.title, kept.automation_key,
        left(kept.steps_text, %(longest)s)), 0))
ORDER BY kept.id
"""
_FORGET = """
DELETE FROM catalog_casefingerprint known USING catalog_testcase gone
WHERE gone.id = known.case_id AND known.project_id = %(project)s
    AND (gone.deleted_at IS NOT NULL OR gone.is_archived)
"""
_FORGET_PAIRS = """
DELETE FROM catalog_similarpair pair USING catalog_testcase gone
WHERE pair.project_id = %(project)s AND pair.dismissed_at IS NULL AND gone.id IN (pair.case_a_id, pair.case_b_id)
    AND (gone.deleted_at IS NOT NULL OR gone.is_archived)
"""
_MARK = """
WITH said AS MATERIALIZED (
    SELECT kept.id, kept.project_id, kept.automation_key,
        hashtextextended(concat_ws(E'\\x1f', kept.title, kept.automation_key,
        left(kept.steps_text, %(longest)s)), 0) AS content,
        translate(portal_folded(kept.title), %(signs)s, %(blanks)s) AS title,
        translate(portal_folded(left(kept.steps_text, %(longest)s)), %(signs)s, %(blanks)s) AS steps
    FROM catalog_testcase kept WHERE kept.id = ANY(%(cases)s)
), title_words AS (
    SELECT id, project_id, array_agg(DISTINCT word ORDER BY word) AS words
    FROM said, string_to_table(title, ' ') word WHERE word <> '' GROUP BY id, project_id
), step_words AS (
    SELECT id, project_id, word, row_number() OVER (PARTITION BY id ORDER BY place) AS place
    FROM said, string_to_table(steps, ' ') WITH ORDINALITY split(word, place) WHERE word <> ''
), threes AS (
    SELECT DISTINCT id, project_id,
        hashtextextended(concat_ws(' ', word, lead(word, 1) OVER said, lead(word, 2) OVER said), 2) AS three
    FROM step_words WINDOW said AS (PARTITION BY id ORDER BY place)
), lows AS (
    SELECT id, project_id, (seed - 1) / 2 AS band, min(hashint8extended(three, seed)) AS low
    FROM threes, generate_series(1, 12) seed
    WHERE id IN (SELECT id FROM threes GROUP BY id HAVING count(*) >= 5)
    GROUP BY id, project_id, seed
), found AS (
    SELECT id, hashtextextended(automation_key, project_id * 16 + 3) AS mark FROM said WHERE automation_key <> ''
    UNION SELECT id, hashtextextended(array_to_string(words, ' '), project_id * 16 + 1) FROM title_words
    UNION SELECT id, hashtextextended(array_to_string(array_remove(words, word), ' '), project_id * 16 + 1)
        FROM title_words, unnest(words) word WHERE cardinality(words) BETWEEN 3 AND 24 AND word !~ '[0-9]'
    UNION SELECT id, hashtextextended(string_agg(low::text, ' ' ORDER BY low), project_id * 16 + 4 + band)
        FROM lows GROUP BY id, project_id, band
)
INSERT INTO catalog_casefingerprint (case_id, project_id, content, is_compared, marks)
SELECT said.id, said.project_id, said.content, false,
    coalesce(array_agg(found.mark) FILTER (WHERE found.mark IS NOT NULL), '{}')
FROM said LEFT JOIN found ON found.id = said.id GROUP BY said.id, said.project_id, said.content
ON CONFLICT (case_id) DO UPDATE SET content = excluded.content, is_compared = false, marks = excluded.marks
"""
# A mark holds the project in its hash: it is looked up alone, mark by mark, in the index.
_MARKS_OF = """
SELECT DISTINCT mark FROM catalog_casefingerprint, unnest(marks) mark WHERE case_id = ANY(%(cases)s)
"""
_COMPARE = """
WITH holding AS MATERIALIZED (
    SELECT asked.mark, held.case_id
    FROM unnest(%(marks)s::bigint[]) asked(mark) CROSS JOIN LATERAL (
        SELECT known.case_id FROM catalog_casefingerprint known
        WHERE known.marks @> ARRAY[asked.mark] AND known.project_id = %(project)s OFFSET 0
    ) held
), beside AS (
    SELECT case_id AS first, unnest(ARRAY[lead(case_id, 1) OVER same, lead(case_id, 2) OVER same,
        lead(case_id, 3) OVER same, lead(case_id, 4) OVER same, lead(case_id, 5) OVER same]) AS second
    FROM holding WINDOW same AS (PARTITION BY mark ORDER BY case_id)
), met AS MATERIALIZED (
    SELECT DISTINCT first, second FROM beside
    WHERE second IS NOT NULL AND (first = ANY(%(cases)s) OR second = ANY(%(cases)s))
), measured AS (
    SELECT met.first, met.second,
        similarity(portal_folded(a.title), portal_folded(b.title)) AS titles,
        portal_folded(a.title) = portal_folded(b.title) AS is_same_title,
        a.automation_key <> '' AND a.automation_key = b.automation_key AS is_same_key,
        a.steps_text <> '' AND b.steps_text <> '' AS have_steps,
        a.steps_text <> '' AND a.steps_text = b.steps_text AS is_same_steps,
        CASE WHEN a.steps_text = '' OR b.steps_text = '' THEN 0 WHEN a.steps_text = b.steps_text THEN 1
            ELSE similarity(portal_folded(left(a.steps_text, %(longest)s)),
                portal_folded(left(b.steps_text, %(longest)s))) END AS steps
    FROM met JOIN catalog_testcase a ON a.id = met.first JOIN catalog_testcase b ON b.id = met.second
), scored AS (
    SELECT measured.*, greatest(
        CASE WHEN is_same_key THEN 95 ELSE 0 END,
        CASE WHEN is_same_title AND is_same_steps THEN 100 ELSE least(99,
            round(100 * CASE WHEN have_steps THEN 0.6 * greatest(titles, steps) + 0.4 * least(titles, steps)
                ELSE 0.8 * titles END)) END) AS score
    FROM measured
)
INSERT INTO catalog_similarpair (project_id, case_a_id, case_b_id, score, reasons, found_at, created_at, updated_at)
SELECT %(project)s, first, second, score, array_remove(ARRAY[
        CASE WHEN is_same_key THEN 'same_key' END,
        CASE WHEN is_same_title THEN 'same_title' WHEN titles >= 0.5 THEN 'like_title' END,
        CASE WHEN is_same_steps THEN 'same_steps' WHEN steps >= 0.5 THEN 'like_steps' END], NULL)::varchar[],
    %(now)s, %(now)s, %(now)s
FROM scored WHERE score >= %(least)s ORDER BY first, second
ON CONFLICT (case_a_id, case_b_id) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons, found_at = excluded.found_at, updated_at = excluded.updated_at
"""
_NO_LONGER_ALIKE = """
DELETE FROM catalog_similarpair WHERE project_id = %(project)s AND dismissed_at IS NULL AND found_at < %(now)s
    AND (case_a_id = ANY(%(cases)s) OR case_b_id = ANY(%(cases)s))
"""
_COMPARED = "UPDATE catalog_casefingerprint SET is_compared = true WHERE case_id = ANY(%(cases)s)"


def changed_cases(project_id: int) -> list[int]:
    """The current cases whose title, steps or automation key are not those that they were compared by last."""
    return [row[0] for row in _rows(_CHANGED, {"project": project_id, "longest": LONGEST_STEPS})]


def forget_gone_cases(project_id: int) -> None:
    """Drop what is known of cases that were deleted, merged or archived; what somebody dismissed is kept."""
    _rows(_FORGET, {"project": project_id})
    _rows(_FORGET_PAIRS, {"project": project_id})


def mark_cases(case_ids: Sequence[int]) -> None:
    """Give the cases their marks, in one statement."""
    values = {"cases": list(case_ids), "longest": LONGEST_STEPS, "signs": _SIGNS, "blanks": " " * len(_SIGNS)}
    _rows(_MARK, values)


@transaction.atomic
def compare_cases(project_id: int, case_ids: Sequence[int], *, now: datetime) -> None:
    """Keep the pairs of these (marked) cases with any others that are alike, and drop those that are no longer.

    All or nothing of it is stored.
    """
    values = {"project": project_id, "cases": list(case_ids), "now": now}
    marks = [row[0] for row in _rows(_MARKS_OF, values)]
    _rows(_COMPARE, {**values, "marks": marks, "longest": LONGEST_STEPS, "least": LEAST_SCORE})
    _rows(_NO_LONGER_ALIKE, values)
    _rows(_COMPARED, values)


def _rows(statement: str, values: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
