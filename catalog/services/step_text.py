"""Steps as one text of numbered lines, and back."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

LONGEST_FOUND = 50_000
_NUMBERED = re.compile(r"(\d{1,4})\. (.*)")
_KEEP = """
UPDATE catalog_testcase kept SET steps_text = told.texts
FROM (
    SELECT wanted.id, left(concat_ws(E'\\n', NULLIF((
            SELECT string_agg(concat_ws(E'\\n', NULLIF(step.action, ''), NULLIF(step.expected, ''),
                NULLIF(step.data, '')), E'\\n' ORDER BY step.position)
            FROM catalog_teststep step WHERE step.case_id = wanted.id
        ), ''), (
            SELECT string_agg(said #>> '{}', E'\\n')
            FROM jsonb_path_query(wanted.custom_values, 'strict $.** ? (@.type() == "string" && @ != "")') said
        )), %s) AS texts
    FROM catalog_testcase wanted WHERE wanted.id = ANY(%s)
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


def found_text(steps: Iterable[Mapping[str, str]], values: Mapping[str, Any]) -> str:
    """What steps and own fields say, for `TestCase.steps_text`: a case is found by so much of it."""
    texts = [step.get(name) for step in steps for name in ("action", "expected", "data")]
    return "\n".join(text for text in [*texts, *texts_in(values)] if text)[:LONGEST_FOUND]


def texts_in(value: Any) -> Iterator[str]:
    """Every text in the value, in the order in which the database keeps them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value, key=lambda each: (len(each.encode()), each.encode())):
            yield from texts_in(value[key])
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def keep_steps_text(case_ids: Iterable[int]) -> None:
    """Write the text of steps and own fields of the (locked) cases anew, for those that are stored."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [LONGEST_FOUND, sorted(case_ids)])
