"""The tree of folders as pages show it: only what is open, each folder with the cases below it counted."""

from collections import Counter
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


def counts_of(user: User, project: Project) -> tuple[Counter, int, int]:
    """How many cases stand in and below each folder, in all, and in no folder; one query over the kept counts."""
    below: Counter = Counter()
    total = unfiled = 0
    for path, cases in FolderCount.objects.visible_to(user).in_project(project).by_path():
        total += cases
        if path is None:
            unfiled = cases
        for part in (path or "").split("/")[:-1]:
            below[int(part)] += cases
    return below, total, unfiled


def load_tree(
    counts: tuple[Counter, int, int],
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
    below, total, unfiled = counts
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    shown = list(Folder.objects.visible_to(user).in_project(project).shown_in_tree(open_ids))
    for folder in shown:
        nodes[folder.pk] = Node(
            folder, below[folder.pk], folder.pk in open_ids, here is not None and folder.pk == here.pk
        )
    for folder in shown:
        if folder.parent_id is None:
            roots.append(nodes[folder.pk])
        elif folder.parent_id in nodes:
            nodes[folder.parent_id].children.append(nodes[folder.pk])
    return Tree(roots, total, unfiled)


def load_node(*, user: User, project: Project, folder: Folder, is_open: bool, here_id: int | None) -> Node:
    """One folder with its children when it is open."""
    below, _total, _unfiled = counts_of(user, project)
    visible = Folder.objects.visible_to(user).in_project(project)
    folder.has_children = visible.filter(parent=folder).exists()
    node = Node(folder, below[folder.pk], is_open and folder.has_children, folder.pk == here_id)
    if node.is_open:
        children = visible.shown_in_tree([folder.pk]).filter(parent=folder)
        node.children = [Node(each, below[each.pk], False, each.pk == here_id) for each in children]
    return node


def folder_choices(project: Project, user: User, *, without: Folder | None = None) -> list[tuple[int, str]]:
    """Every folder as `Module / Sub-module / Feature`, in the order of these words; not those below `without`."""
    rows = list(Folder.objects.visible_to(user).in_project(project).values_list("pk", "name", "path"))
    names = {pk: name for pk, name, _path in rows}
    choices = []
    for pk, _name, path in rows:
        if without is not None and path.startswith(without.path):
            continue
        ids = [int(part) for part in path.split("/") if part]
        choices.append((pk, " / ".join(names[each] for each in ids if each in names)))
    return sorted(choices, key=lambda choice: choice[1].casefold())
