"""Combinations of what runs are executed in: every one, or as few as hold each pair of values once."""

from collections.abc import Mapping, Sequence
from itertools import islice, product

from allpairspy import AllPairs
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

MOST_AXES, MOST_VALUES, MOST_COMBINATIONS = 8, 20, 50
LONGEST_NAME, LONGEST_VALUE = 60, 120


def _refused(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"axes": [words]})


def axes_of(text: str) -> dict[str, list[str]]:
    """The axes of a text with one a line, such as `Browser: Firefox, Chrome`; raises InvalidInput naming `axes`."""
    axes: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, rest = line.partition(":")
        name, values = name.strip(), list(dict.fromkeys(filter(None, map(str.strip, rest.split(",")))))
        if not colon or not name or not values:
            raise _refused(_("Write one a line, such as Browser: Firefox, Chrome. This line is not so: %s") % line[:80])
        if name.lower() in {known.lower() for known in axes}:
            raise _refused(_("Two lines are about %s.") % name[:LONGEST_NAME])
        if len(name) > LONGEST_NAME or any(len(value) > LONGEST_VALUE for value in values):
            words = _("A name has at most %(name)d characters, a value %(value)d.")
            raise _refused(words % {"name": LONGEST_NAME, "value": LONGEST_VALUE})
        if len(values) > MOST_VALUES:
            raise _refused(_("At most %d values a line.") % MOST_VALUES)
        axes[name] = values
    if len(axes) > MOST_AXES:
        raise _refused(_("At most %d lines.") % MOST_AXES)
    return axes


def combined(axes: Mapping[str, Sequence[str]], *, is_pairwise: bool = False) -> list[dict[str, str]]:
    """The combinations of the values; raises InvalidInput naming `axes` where there are more than a plan takes.

    With `is_pairwise` each two values of different axes meet in some combination, and there are few of them.
    """
    if not axes:
        return []
    sets = [list(values) for values in axes.values()]
    found = AllPairs(sets) if is_pairwise and len(sets) > 1 else product(*sets)
    rows = [tuple(values) for values in islice(found, MOST_COMBINATIONS + 1)]
    if len(rows) > MOST_COMBINATIONS:
        words = _("These are more than %d combinations. Leave something out, or combine in pairs.")
        raise _refused(words % MOST_COMBINATIONS)
    return [dict(zip(axes, values, strict=True)) for values in rows]
