"""The sidebar: apps register the entries they really have."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a sidebar."""

    code: str
    label: str
    icon: str
    url_name: str
    """A name that takes `project_key`, or nothing for entries of the administration."""
    group: int
    order: int
    prefix: str | tuple[str, ...] = ""
    """URL names that start with it mark the entry as the current place; of several entries the longest one does."""
    count: Callable[[object, object], int | None] | None = None
    """`count(user, project)`: the number shown at the right, cheap."""
    allowed: Callable[[object, object], bool] | None = None
    """`allowed(user, project)`: entries of other people are not shown."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as the template reads it."""

    label: str
    icon: str
    url: str
    is_current: bool
    count: int | None


_entries: dict[str, Entry] = {}
_administration: dict[str, Entry] = {}


def register(entry: Entry, *, administration: bool = False) -> None:
    """Add an entry to the project's sidebar or to the administration's."""
    (_administration if administration else _entries)[entry.code] = entry


def entries(*, administration: bool = False) -> list[Entry]:
    """All registered entries in order."""
    chosen = _administration if administration else _entries
    return sorted(chosen.values(), key=lambda entry: (entry.group, entry.order))


def _closeness(entry: Entry, current: str) -> int:
    """How well the entry names the current place: the length of the longest name or prefix that fits, 0 for none."""
    prefixes = (entry.prefix,) if isinstance(entry.prefix, str) else entry.prefix
    fitting = [len(prefix) for prefix in prefixes if prefix and current.startswith(prefix)]
    return max([*fitting, 1000 if current == entry.url_name else 0])


def shown(
    *, user: object, project: object | None, current: str, administration: bool = False
) -> list[list[ShownEntry]]:
    """The entries this user may see, grouped, with their address and count.

    `current` is the view name of the request, such as `catalog:case_list`.
    """
    groups: dict[int, list[ShownEntry]] = {}
    registered = entries(administration=administration)
    closest = max((_closeness(entry, current) for entry in registered), default=0)
    for entry in registered:
        if entry.allowed and not entry.allowed(user, project):
            continue
        url = reverse(entry.url_name) if administration else reverse(entry.url_name, args=[project.key])
        count = entry.count(user, project) if entry.count else None
        is_current = closest > 0 and _closeness(entry, current) == closest
        groups.setdefault(entry.group, []).append(ShownEntry(entry.label, entry.icon, url, is_current, count))
    return list(groups.values())
