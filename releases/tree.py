"""The folders of a release's scope with the verdicts below each: what the tree of the execution page shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _

from catalog.models import Folder

from .choices import EXECUTED
from .models import Release, ReleaseCase
from .querysets import ReleaseCaseQuerySet

NO_FOLDER = 0
"""Stands for the cases that lie in no folder."""
Counts = dict[str, int]


@dataclass(slots=True)
class Node:
    """A folder with what its cases and those below it say."""

    pk: int
    name: str
    path: str
    counts: Counts = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    own_total: int = 0
    own_executed: int = 0
    is_open: bool = False
    is_here: bool = False

    @property
    def total(self) -> int:
        """How many cases lie here and below."""
        return sum(self.counts.values())

    def add(self, counts: Counts) -> None:
        """Count more verdicts in."""
        for status, number in counts.items():
            self.counts[status] = self.counts.get(status, 0) + number


@dataclass(slots=True)
class ScopeTree:
    """The whole scope of a release by folder."""

    roots: list[Node]
    nodes: dict[int, Node]
    counts: Counts

    @property
    def total(self) -> int:
        """How many cases the release covers."""
        return sum(self.counts.values())

    def order(self) -> list[int]:
        """The ids of all folders, each before what lies below it, as the tree shows them."""
        ordered: list[int] = []
        waiting = list(reversed(self.roots))
        while waiting:
            node = waiting.pop()
            if node.pk != NO_FOLDER:
                ordered.append(node.pk)
            waiting.extend(reversed(node.children))
        return ordered

    def unfold(self, *, here: int | None, opened: Iterable[int]) -> None:
        """Open the way to the chosen folder and what the reader opened; several opened ones stay open."""
        chosen = self.nodes.get(here) if here is not None else None
        way = {int(each) for each in chosen.path.split("/") if each} if chosen else set()
        wanted = set(opened) | way
        for node in self.nodes.values():
            node.is_here = node is chosen
            node.is_open = bool(node.children) and node.pk in wanted


def counts_by_folder(scope: ReleaseCaseQuerySet) -> dict[int, Counts]:
    """The verdicts of the cases by the folder they lie in, in one query."""
    rows = scope.order_by().values_list("case__folder_id", "execution_status").annotate(number=Count("pk"))
    found: dict[int, Counts] = {}
    for folder_id, status, number in rows:
        found.setdefault(folder_id or NO_FOLDER, {})[status] = number
    return found


def _nodes(project_id: int, folder_ids: Iterable[int]) -> dict[int, Node]:
    """The folders with everything above them, in the order of their places."""
    rows = {
        pk: (name, path)
        for pk, name, path in Folder.objects.filter(project_id=project_id)
        .order_by("depth", "position", "name", "pk")
        .values_list("pk", "name", "path")
    }
    used: set[int] = set()
    for folder_id in folder_ids:
        if folder_id in rows:
            used.update(int(each) for each in rows[folder_id][1].split("/") if each)
    return {pk: Node(pk, name, path) for pk, (name, path) in rows.items() if pk in used}


def folder_tree(project_id: int, own: dict[int, Counts]) -> ScopeTree:
    """The folders that hold something, with what they hold counted upwards, in one query."""
    nodes = _nodes(project_id, own)
    roots: list[Node] = []
    for node in nodes.values():
        above = [int(each) for each in node.path.split("/") if each][:-1]
        parent = nodes.get(above[-1]) if above else None
        (parent.children if parent else roots).append(node)
    everything: Counts = {}
    loose = Node(NO_FOLDER, _("Without a folder"), "")
    for folder_id, counts in own.items():
        place = nodes.get(folder_id, loose)
        place.own_total += sum(counts.values())
        place.own_executed += sum(counts.get(status, 0) for status in EXECUTED)
        for each in (int(part) for part in place.path.split("/") if part):
            nodes[each].add(counts)
        if place is loose:
            loose.add(counts)
        for status, number in counts.items():
            everything[status] = everything.get(status, 0) + number
    if loose.own_total:
        nodes[NO_FOLDER] = loose
        roots.append(loose)
    return ScopeTree(roots, nodes, everything)


def scope_tree(release: Release) -> ScopeTree:
    """The scope of a release by folder with all verdicts, in two queries."""
    own = counts_by_folder(ReleaseCase.objects.living().filter(release=release))
    return folder_tree(release.project_id, own)
