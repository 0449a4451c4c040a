"""The tree: making, renaming and moving folders; `folder_removal` deletes them.

A folder's `path` holds the ids from the root to itself, each as ten digits and a slash, so that everything below a
folder is one range of an index. Whoever changes the tree locks the project's row first: the tree changes in one
transaction at a time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower, Substr
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import Folder

EDITABLE = ("name", "description", "position")
DEEPEST = 50
LONGEST_NAME = 200


def lock_tree(project: Project) -> None:
    """Let nobody else change the project's tree until the transaction ends; reading goes on."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def path_of(folder_id: int, parent: Folder | None) -> str:
    """Where the folder stands: the path of its parent and its own id."""
    return f"{parent.path if parent else ''}{folder_id:010d}/"


def living_folder(project: Project, folder: Folder | None, *, field: str = "folder") -> Folder | None:
    """The folder as it is stored now, locked against its deletion: something is about to be put into it.

    Raises InvalidInput naming the field when it is gone or of another project.
    """
    if folder is None:
        return None
    living = Folder.objects.living().in_project(project).select_for_update(no_key=True)
    found = living.filter(pk=folder.pk).first()
    if found is None:
        raise InvalidInput(_("Not found."), "not_found", fields={field: [_("There is no such folder.")]})
    found.project = project
    return found


@transaction.atomic
def create_folder(
    *, actor: User | None, project: Project, name: str, parent: Folder | None = None, **fields: Any
) -> Folder:
    """Make a folder below the parent, or a root one (a module).

    Raises Denied, InvalidInput for an unusable name, RuleViolation when a sibling has the name.
    """
    policies.can_edit_folders(actor, project).require()
    lock_tree(project)
    parent = living_folder(project, parent, field="parent")
    name = _usable_name(name)
    require_free_name(project, parent, name)
    return _make(actor, project, name, parent, **{key: fields[key] for key in EDITABLE if key in fields})


@transaction.atomic
def update_folder(*, actor: User | None, folder: Folder, if_match: str | None = None, **fields: Any) -> Folder:
    """Change name, description or position.

    Raises Denied, VersionConflict, InvalidInput, and RuleViolation when a sibling has the name.
    """
    project = folder.project
    policies.can_edit_folders(actor, project).require()
    lock_tree(project)
    folder = stored_folder(folder)
    require_match(folder, if_match)
    before = audit.snapshot(folder, EDITABLE)
    if "name" in fields:
        fields["name"] = _usable_name(fields["name"])
        if fields["name"].lower() != folder.name.lower():
            require_free_name(project, folder.parent, fields["name"], except_for=folder)
    for name in EDITABLE:
        if name in fields:
            setattr(folder, name, fields[name])
    changes = audit.changes_between(before, audit.snapshot(folder, EDITABLE))
    if changes:
        folder.updated_by = actor
        folder.save(update_fields=[*changes, "updated_by", "updated_at"])
        audit.record("folder.updated", actor=actor, target=folder, changes=changes)
        events.publish("folder.updated", folder=folder, actor=actor)
    return folder


@transaction.atomic
def move_folder(*, actor: User | None, folder: Folder, parent: Folder | None, if_match: str | None = None) -> Folder:
    """Hang the folder with all below it under another parent, or make it a root.

    Raises Denied, VersionConflict, and RuleViolation for a place below itself, a name that a sibling has there, or
    a tree that would get too deep.
    """
    project = folder.project
    policies.can_edit_folders(actor, project).require()
    lock_tree(project)
    folder = stored_folder(folder)
    require_match(folder, if_match)
    parent = living_folder(project, parent, field="parent")
    if (parent.pk if parent else None) == folder.parent_id:
        return folder
    if parent and parent.path.startswith(folder.path):
        words = _("A folder cannot be moved into itself or below itself.")
        raise RuleViolation(words, "below_itself", fields={"parent": [words]})
    require_free_name(project, parent, folder.name, except_for=folder)
    return hang(actor=actor, folder=folder, parent=parent)


@transaction.atomic
def ensure_folder_path(
    *, actor: User | None, project: Project, names: Sequence[str], below: Folder | None = None
) -> Folder:
    """The folder at the end of these names, found whatever their case, or made, below the given one or as roots.

    Raises Denied when a folder has to be made and the actor may not, InvalidInput for unusable or missing names.
    """
    return ensure_folder_paths(actor=actor, project=project, paths=[names], below=below)[tuple(names)]


@transaction.atomic
def ensure_folder_paths(
    *, actor: User | None, project: Project, paths: Iterable[Sequence[str]], below: Folder | None = None
) -> dict[tuple[str, ...], Folder]:
    """The folder at the end of each of the paths, as `ensure_folder_path` finds or makes one.

    One query finds all folders of a level, however many paths there are.
    """
    lock_tree(project)
    wanted = {tuple(path): tuple(_usable_name(name) for name in path) for path in paths}
    if () in wanted:
        raise InvalidInput(_("A folder needs a name."), fields={"folder": [_("Name at least one folder.")]})
    found: dict[tuple[str, ...], Folder | None] = {(): living_folder(project, below)}
    for level in range(1, max(map(len, wanted.values()), default=0) + 1):
        wanted_here = {_folded(names[:level]): names[level - 1] for names in wanted.values() if len(names) >= level}
        stored = _children([found[place[:-1]] for place in wanted_here], project, wanted_here.values())
        for place, name in wanted_here.items():
            parent = found[place[:-1]]
            found[place] = stored.get((parent.pk if parent else None, place[-1])) or _ensured(
                actor, project, parent, name
            )
    return {path: found[_folded(names)] for path, names in wanted.items()}


# -- parts of services, with the tree locked -------------------------------------------------------------------------
def hang(*, actor: User | None, folder: Folder, parent: Folder | None) -> Folder:
    """Give the folder another parent, where its name is known to be free; raises RuleViolation for too deep a tree."""
    before = folder.parent_id
    _rehang(folder, parent)
    folder.updated_by = actor
    folder.save(update_fields=["parent", "path", "depth", "updated_by", "updated_at"])
    audit.record("folder.moved", actor=actor, target=folder, changes={"parent": [before, folder.parent_id]})
    events.publish("folder.moved", folder=folder, actor=actor)
    return folder


def stored_folder(folder: Folder) -> Folder:
    """The folder locked as it is stored; raises NotVisible when it was deleted meanwhile."""
    found = (
        Folder.objects.living()
        .select_for_update(of=("self",))
        .select_related("project__tenant", "parent")
        .filter(pk=folder.pk)
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def named(project: Project, parent: Folder | None, name: str) -> Any:
    """The living folders of this name below the parent: one or none."""
    siblings = Folder.objects.living().in_project(project).filter(parent=parent)
    return siblings.annotate(folded_name=Lower("name")).filter(folded_name=Lower(Value(name)))


def require_free_name(project: Project, parent: Folder | None, name: str, except_for: Folder | None = None) -> None:
    """Raise RuleViolation naming `name` when another living folder below the parent has it."""
    found = named(project, parent, name)
    if except_for is not None:
        found = found.exclude(pk=except_for.pk)
    if found.exists():
        place = _("in %s") % parent.name if parent else _("at the top")
        words = _("There is a folder %(name)s %(place)s already.") % {"name": name, "place": place}
        raise RuleViolation(words, "name_taken", fields={"name": [words]})


def require_depth(depth: int) -> None:
    """Raise RuleViolation naming `parent` for a level below the deepest one."""
    if depth > DEEPEST:
        words = _("The tree has at most %d levels.") % DEEPEST
        raise RuleViolation(words, "too_deep", fields={"parent": [words]})


def not_empty(cases: int, folders: int) -> str:
    """What the folder still holds, in words."""
    held = []
    if folders:
        held.append(ngettext("%d folder", "%d folders", folders) % folders)
    if cases:
        held.append(ngettext("%d test case", "%d test cases", cases) % cases)
    return _("The folder still holds %s.") % _(" and ").join(held)


# -- inside ----------------------------------------------------------------------------------------------------------
def _usable_name(given: str) -> str:
    name = " ".join(str(given).split())
    if not name:
        raise InvalidInput(_("A folder needs a name."), fields={"name": [_("Give the folder a name.")]})
    if len(name) > LONGEST_NAME:
        words = _("A name has at most %d characters.") % LONGEST_NAME
        raise InvalidInput(words, fields={"name": [words]})
    return name


def _folded(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _children(
    parents: Iterable[Folder | None], project: Project, names: Iterable[str]
) -> dict[tuple[int | None, str], Folder]:
    """The living folders of these names below the parents, by the key of the parent and the name in lower case."""
    keys = {parent.pk if parent else None for parent in parents}
    below = Q(parent__in=keys - {None}) | Q(parent__isnull=True) if None in keys else Q(parent__in=keys)
    living = Folder.objects.living().in_project(project).filter(below).annotate(folded_name=Lower("name"))
    found = living.filter(folded_name__in=[Lower(Value(name)) for name in sorted(set(names))])
    for folder in found:
        folder.project = project
    return {(folder.parent_id, folder.name.lower()): folder for folder in found}


def _ensured(actor: User | None, project: Project, parent: Folder | None, name: str) -> Folder:
    """The folder that only the database takes for one of this name, or a new one."""
    found = named(project, parent, name).first()
    if found is None:
        policies.can_edit_folders(actor, project).require()
        found = _make(actor, project, name, parent)
    found.project = project
    return found


def _make(actor: User | None, project: Project, name: str, parent: Folder | None, **fields: Any) -> Folder:
    depth = parent.depth + 1 if parent else 1
    require_depth(depth)
    folder = Folder.objects.create(
        project=project, name=name, parent=parent, depth=depth, created_by=actor, updated_by=actor, **fields
    )
    folder.path = path_of(folder.pk, parent)
    Folder.objects.filter(pk=folder.pk).update(path=folder.path)
    audit.record("folder.created", actor=actor, target=folder)
    events.publish("folder.created", folder=folder, actor=actor)
    return folder


def _rehang(folder: Folder, parent: Folder | None) -> None:
    """Give the folder its new place and everything below it, deleted or not, the paths that follow, in one UPDATE."""
    old_path, shift = folder.path, (parent.depth + 1 if parent else 1) - folder.depth
    below = Folder.objects.in_project(folder.project).filter(path__startswith=old_path).exclude(pk=folder.pk)
    deepest = below.living().order_by("-depth").values_list("depth", flat=True).first() or folder.depth
    require_depth(deepest + shift)
    folder.parent, folder.path, folder.depth = parent, path_of(folder.pk, parent), folder.depth + shift
    below.update(path=Concat(Value(folder.path), Substr("path", len(old_path) + 1)), depth=F("depth") + shift)
