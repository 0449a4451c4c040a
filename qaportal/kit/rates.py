"""How often something may happen, in the form that settings use: `1000/h`, `50/min`, `off`."""

import re
from functools import cache
from typing import NamedTuple

_FORM = re.compile(r"([1-9][0-9]{0,8})/(s|min|h|d)", re.ASCII)
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 24 * 3600}


class Rate(NamedTuple):
    """So many times in a window of so many seconds."""

    limit: int
    seconds: int


@cache
def parse(text: str) -> Rate | None:
    """The rate that the text names, or None for `off`; raises ValueError for anything else."""
    if text.strip().lower() == "off":
        return None
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a rate such as 1000/h, 50/min or off")
    return Rate(int(found[1]), _SECONDS[found[2]])


def checked(text: str) -> str:
    """The text itself when it is a rate; raises ValueError for anything else."""
    parse(text)
    return text
