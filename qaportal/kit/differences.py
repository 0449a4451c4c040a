"""Two texts side by side: which parts of each are not in the other."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
MOST_WORDS = 2_000
"""Words of a stretch that are compared one by one; comparing costs up to the square of their number."""
MOST_LINES = 2_000


class Part(NamedTuple):
    """A stretch of a text."""

    text: str
    is_changed: bool
    """Whether the other text has something else here, or nothing."""


def compared(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """Both texts in parts: first line by line, then the lines that differ word by word.

    The parts of each side, joined, are its text. Texts of more than `MOST_LINES` lines are compared as a whole.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > MOST_LINES:
        return _whole(before, before != after), _whole(after, before != after)
    left: list[Part] = []
    right: list[Part] = []
    for is_equal, olds, news in _stretches(old, new):
        if is_equal:
            left.append(Part("".join(olds), False))
            right.append(Part("".join(news), False))
        else:
            for side, parts in zip((left, right), _by_words("".join(olds), "".join(news)), strict=True):
                side.extend(parts)
    return _joined(left), _joined(right)


def _by_words(before: str, after: str) -> tuple[list[Part], list[Part]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return _whole(before, True), _whole(after, True)
    left, right = [], []
    for is_equal, olds, news in _stretches(old, new):
        left.append(Part("".join(olds), not is_equal))
        right.append(Part("".join(news), not is_equal))
    return left, right


def _stretches(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, Sequence[str], Sequence[str]]]:
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(tag == "equal", old[a:b], new[c:d]) for tag, a, b, c, d in codes]


def _whole(text: str, is_changed: bool) -> list[Part]:
    return [Part(text, is_changed)] if text else []


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbours of the same kind as one part, without empty ones."""
    kinds = groupby((part for part in parts if part.text), key=lambda part: part.is_changed)
    return [Part("".join(part.text for part in group), is_changed) for is_changed, group in kinds]
