"""What the palette finds: objects, pages and actions, registered by the apps that own them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette."""

    label: str
    url: str
    hint: str = ""
    icon: str = "arrow-right"


MARK_START, MARK_END = "\ue000", "\ue001"
"""What stands around found words in marked texts until a page shows them; no text of the database is trusted."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be searched; `find(user, project, words, limit)` answers hits, best first."""

    code: str
    label: str
    find: Callable[..., Iterable[Hit]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one source under its name."""

    label: str
    items: list[Hit]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source; a second one of the same code replaces the first."""
    _sources[source.code] = source


def find(*, user: object, project: object | None, words: str, limit: int = 8) -> list[Group]:
    """The hits of every source for these words, at most `limit` each; sources without hits are left out."""
    groups = []
    for source in sorted(_sources.values(), key=lambda each: (each.order, each.code)):
        items = list(source.find(user=user, project=project, words=words.strip(), limit=limit))
        if items:
            groups.append(Group(source.label, items[:limit]))
    return groups
