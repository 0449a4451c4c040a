"""What is searched by type: the kinds that apps registered, and the types that hold nothing yet."""

from collections.abc import Iterable

from qaportal.kit import search

EMPTY_CODES = ("sessions", "issues")
"""Types that a client may name and of which the portal keeps nothing."""
KNOWN_CODES = ("repository_cases", "folders", "stories", "releases", "test_runs", *EMPTY_CODES)


def kinds_of(codes: Iterable[str]) -> list[search.Kind]:
    """The kinds of these codes, all of them for none."""
    wanted = set(codes)
    return [kind for kind in search.kinds() if not wanted or kind.code in wanted]
