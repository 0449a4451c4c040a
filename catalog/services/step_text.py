"""Steps as one text of numbered lines, and back."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

LONGEST_FOUND = 50_000
_NUMBERED = re.compile(r"(\d{1,4})\. (.*)")
_KEEP = """
UPDATE catalog_testcase kept SET steps_text = told.texts
FROM (
    SELECT wanted.id, coalesce(left(string_agg(concat_ws(E'\\n', NULLIF(step.action, ''), NULLIF(step.expected, ''),
        NULLIF(step.data, '')), E'\\n' ORDER BY step.position), %s), '') AS texts
    FROM catalog_testcase wanted LEFT JOIN catalog_teststep step ON step.case_id = wanted.id
    WHERE wanted.id = ANY(%s) GROUP BY wanted.id
) told
WHERE kept.id = told.id AND kept.steps_text <> told.texts
"""


def render_steps(actions: Sequence[str]) -> str:
    """The actions as numbered lines; a single step is its text alone."""
    if len(actions) == 1:
        return actions[0]
    return "\n".join(f"{number}. {action}" for number, action in enumerate(actions, start=1))


def parse_steps(text: str) -> list[dict[str, str]]:
    """Numbered lines as steps when rendering them gives the same text back, else one step with the whole text."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return []
    actions: list[str] = []
    for line in text.split("\n"):
        match = _NUMBERED.fullmatch(line)
        if match and int(match.group(1)) == len(actions) + 1:
            actions.append(match.group(2))
        elif actions:
            actions[-1] += f"\n{line}"
        else:
            return [{"action": text}]
    actions = [action.strip() for action in actions]
    if render_steps(actions) != text or not all(actions):
        return [{"action": text}]
    return [{"action": action} for action in actions]


def steps_from_text(text: str, current: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    """The steps of a text; those that the text renders already keep what they expect and their data."""
    if text.replace("\r\n", "\n").strip() == render_steps([step["action"] for step in current]):
        return current
    return parse_steps(text)


def found_text(steps: Iterable[Mapping[str, str]]) -> str:
    """What the steps say, for `TestCase.steps_text`: a case is found by so much of it."""
    texts = (step.get(name) for step in steps for name in ("action", "expected", "data"))
    return "\n".join(text for text in texts if text)[:LONGEST_FOUND]


def keep_steps_text(case_ids: Iterable[int]) -> None:
    """Write the text of the steps of the (locked) cases anew, for those whose steps are written as rows."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [LONGEST_FOUND, sorted(case_ids)])
