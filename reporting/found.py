"""What is searched by type: the kinds that apps registered."""

from collections.abc import Iterable

from qaportal.kit import search

KNOWN_CODES = (
    *("repository_cases", "folders", "stories", "releases", "milestones", "test_runs", "sessions", "issues"),
)
"""Types that a client may name."""


def kinds_of(codes: Iterable[str]) -> list[search.Kind]:
    """The kinds of these codes, all of them for none."""
    wanted = set(codes)
    return [kind for kind in search.kinds() if not wanted or kind.code in wanted]
