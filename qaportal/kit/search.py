"""What is found: kinds of objects for the search page, its API and the palette, and what the palette offers beside.

All of it is registered by the apps that own it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


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


MOST_COUNTED = 1_000
MOST_REACHED = 2_000
"""No list of what was found goes further."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched, where, and in which order."""

    words: str = ""
    project: Any = None
    """One project; None means all that the reader sees."""
    tags: tuple[str, ...] = ()
    date_field: str = ""
    """`created_at` or `updated_at`, which lies between `since` and `until`."""
    since: datetime | None = None
    until: datetime | None = None
    sort: str = "score"
    """One of `SORTS`."""
    is_descending: bool = True
    limit: int = 25
    offset: int = 0


SORTS = ("score", "created_at", "updated_at", "title")
DATES = ("created_at", "updated_at")


@dataclass(slots=True)
class Record:
    """One object that was found."""

    id: Any
    title: str
    url: str
    project_id: int
    project_key: str = ""
    code: str = ""
    """What people call it by, such as a test id."""
    hint: str = ""
    score: float = 0.0
    marked_title: str = ""
    marked_text: str = ""
    """Both with the found words between `MARK_START` and `MARK_END`."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    kind: "Kind | None" = None

    def place(self, sort: str) -> Any:
        """What it is sorted by."""
        return self.title.lower() if sort == "title" else getattr(self, sort)

    @classmethod
    def of(cls, row: Any, *, title: str, hint: str, code: str = "") -> "Record":
        """What was found of a row that has a project, its times and an address; its id as people and the API see it."""
        return cls(
            id=row.pk if isinstance(row.pk, int) else str(row.pk),
            title=title,
            url=row.get_absolute_url(),
            project_id=row.project_id,
            project_key=row.project.key,
            code=code,
            hint=hint,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


@dataclass(slots=True)
class Answer:
    """A stretch of what was found, and how much there is."""

    records: list[Record] = field(default_factory=list)
    total: int = 0
    is_capped: bool = False
    """Whether there are more than `total`, which nobody counted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object; `ask(user=, asked=)` answers what the user may see of it, in the wished order."""

    code: str
    label: Any
    icon: str
    ask: Callable[..., Answer]
    order: int = 100


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Add a kind, for the palette too; a second one of the same code replaces the first."""
    _kinds[kind.code] = kind

    def find_hits(*, user: Any, project: Any, words: str, limit: int) -> Iterable[Hit]:
        asked = Asked(words=words, project=project, limit=limit)
        found = kind.ask(user=user, asked=asked).records if words else []
        return [Hit(each.title, each.url, each.code or each.hint, kind.icon) for each in found]

    register(Source(kind.code, kind.label, find_hits, kind.order))


def kinds() -> list[Kind]:
    """All kinds in their order."""
    return sorted(_kinds.values(), key=lambda each: (each.order, each.code))


def ask_each(*, user: Any, asked: Asked, among: Iterable[Kind]) -> tuple[list[Record], dict[str, Answer]]:
    """The wished stretch of all kinds together, and what each answered, by its code."""
    wanted = list(among)
    if len(wanted) != 1:
        reach = min(asked.offset + asked.limit, MOST_REACHED)
        answers = {each.code: each.ask(user=user, asked=replace(asked, offset=0, limit=reach)) for each in wanted}
    else:
        answers = {each.code: each.ask(user=user, asked=asked) for each in wanted}
    found = []
    for kind in wanted:
        for record in answers[kind.code].records:
            record.kind = kind
            found.append(record)
    if len(wanted) != 1:
        found.sort(key=lambda each: each.place(asked.sort), reverse=asked.is_descending)
        found = found[asked.offset : asked.offset + asked.limit]
    return found, answers


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
