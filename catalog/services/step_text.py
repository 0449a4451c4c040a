"""Steps as one text of numbered lines, and back."""

import re
from collections.abc import Mapping, Sequence

_NUMBERED = re.compile(r"(\d{1,4})\. (.*)")


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
