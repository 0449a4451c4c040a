"""The tree of folders as pages show it: only what is open, each folder with the cases below it counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import Project, User

from .models import Folder, FolderCount

MOST_OPEN = 200


@dataclass(slots=True)
class Node:
    """A folder in the tree."""

    folder: Folder
    cases: int
    """In it and below it."""
    is_open: bool
    is_here: bool
    children: list["Node"] = field(default_factory=list)
    url: str = ""
    """The list of its cases."""
    toggle_url: str = ""
    """The page with it opened or closed."""
    part_url: str = ""
    """The part of the tree with it opened or closed."""
    drop_url: str = ""
    """Where dropped cases are posted."""
    edit_url: str = ""
    """The start of the addresses that change the folder; nothing for those who may not."""
    state_query: str = ""
    """What the address keeps, and that it is open or closed."""
    own: int = 0
    """The cases in it, without those below."""
    field: str = ""
    """What is typed in its line: `rename` or `add`; nothing for a line that is only read."""
    typed: str = ""
    error: str = ""

    @property
    def has_children(self) -> bool:
        """Whether there is something to expand."""
        return self.folder.has_children


@dataclass(slots=True)
class Tree:
    """What is shown of the tree."""

    roots: list[Node]
    total: int
    unfiled: int


def ancestor_ids(folder: Folder) -> list[int]:
    """The ids from the root down to the folder itself."""
    return [int(part) for part in folder.path.split("/") if part]


def ancestors_of(folder: Folder) -> list[Folder]:
    """The folders from the root down to the folder itself."""
    ids = ancestor_ids(folder)
    found = {each.pk: each for each in Folder.objects.in_project(folder.project_id).filter(pk__in=ids)}
    return [found[each] for each in ids if each in found]


@dataclass(slots=True)
class Counts:
    """How many current cases stand where."""

    below: Counter = field(default_factory=Counter)
    """In and below each folder, by its id."""
    own: Counter = field(default_factory=Counter)
    """In each folder itself."""
    total: int = 0
    unfiled: int = 0


def counts_of(user: User, project: Project) -> Counts:
    """How many cases stand in and below each folder, in all, and in no folder; one query over the kept counts."""
    counts = Counts()
    for path, cases in FolderCount.objects.visible_to(user).in_project(project).by_path():
        counts.total += cases
        ids = [int(part) for part in (path or "").split("/")[:-1]]
        if not ids:
            counts.unfiled = cases
            continue
        counts.own[ids[-1]] = cases
        for each in ids:
            counts.below[each] += cases
    return counts


def load_tree(
    counts: Counts,
    *,
    user: User,
    project: Project,
    here: Folder | None = None,
    opened: set[int] = frozenset(),
    shut: set[int] = frozenset(),
) -> Tree:
    """The roots, the way down to `here` and what is opened beside it, in one query; `counts` are of `counts_of`."""
    path = set(ancestor_ids(here)) if here else set()
    open_ids = set(sorted((path | set(opened)) - set(shut))[:MOST_OPEN])
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    shown = list(Folder.objects.visible_to(user).in_project(project).shown_in_tree(open_ids))
    for folder in shown:
        nodes[folder.pk] = _node(counts, folder, folder.pk in open_ids, here.pk if here else None)
    for folder in shown:
        if folder.parent_id is None:
            roots.append(nodes[folder.pk])
        elif folder.parent_id in nodes:
            nodes[folder.parent_id].children.append(nodes[folder.pk])
    return Tree(roots, counts.total, counts.unfiled)


def load_node(*, user: User, project: Project, folder: Folder, is_open: bool, here_id: int | None) -> Node:
    """One folder with its children when it is open."""
    counts = counts_of(user, project)
    visible = Folder.objects.visible_to(user).in_project(project)
    folder.has_children = visible.filter(parent=folder).exists()
    node = _node(counts, folder, is_open and folder.has_children, here_id)
    if node.is_open:
        children = visible.shown_in_tree([folder.pk]).filter(parent=folder)
        node.children = [_node(counts, each, False, here_id) for each in children]
    return node


def _node(counts: Counts, folder: Folder, is_open: bool, here_id: int | None) -> Node:
    return Node(folder, counts.below[folder.pk], is_open, folder.pk == here_id, own=counts.own[folder.pk])


def near_choices(project: Project, user: User, chosen: str) -> list[tuple[int, str]]:
    """The folders to choose from step by step: all modules, and what is open on the way to the chosen one.

    `chosen` is its id as it was asked for; anything else than the id of a folder chooses none.
    """
    folders = Folder.objects.visible_to(user).in_project(project)
    pk = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else None
    here = folders.filter(pk=pk).first() if pk else None
    opened = ancestor_ids(here) if here else []
    return _named_by_path(folders.shown_in_tree(opened).values_list("pk", "name", "path"))


def folder_choices(project: Project, user: User, *, without: Folder | None = None) -> list[tuple[int, str]]:
    """Every folder as `Module / Sub-module / Feature`, in the order of these words; not those below `without`."""
    rows = Folder.objects.visible_to(user).in_project(project).values_list("pk", "name", "path")
    return _named_by_path(rows, without)


def _named_by_path(rows: Iterable[tuple[int, str, str]], without: Folder | None = None) -> list[tuple[int, str]]:
    rows = list(rows)
    names = {pk: name for pk, name, _path in rows}
    choices = []
    for pk, _name, path in rows:
        if without is not None and path.startswith(without.path):
            continue
        ids = [int(part) for part in path.split("/") if part]
        choices.append((pk, " / ".join(names[each] for each in ids if each in names)))
    return sorted(choices, key=lambda choice: choice[1].casefold())
