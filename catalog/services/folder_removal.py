"""Deleting folders: what they hold is moved, archived or deleted with them, and comes back when they are restored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import FolderContent
from ..models import Folder, FolderRemoval, TestCase
from . import folders
from .bulk import MOST_AT_ONCE, update_cases
from .cases import move_cases


@transaction.atomic
def delete_folder(
    *,
    actor: User | None,
    folder: Folder,
    content: str | None = None,
    target: Folder | None = None,
    if_match: str | None = None,
) -> FolderRemoval:
    """Hide the folder; `content` says what becomes of what it holds, without it only an empty one is deleted.

    `move` puts cases and sub-folders into `target`, or out of every folder; sub-folders whose name is taken there are
    joined with the one that has it. `archive` archives all cases below and leaves them in the folder above. `delete`
    deletes everything with it. Raises Denied, VersionConflict, InvalidInput naming `target` or `content`, and
    RuleViolation for a folder that is not empty or a tree that would get too deep.
    """
    project = folder.project
    policies.can_delete_folders(actor, project).require()
    folders.lock_tree(project)
    folder = folders.stored_folder(folder)
    require_match(folder, if_match)
    ids, held = _held_by(folder)
    removal = _planned(actor, folder, content, ids, held)
    if removal.content == FolderContent.MOVE:
        removal.target = _usable_target(folder, target)
        _empty_into(actor, removal)
    elif removal.content == FolderContent.ARCHIVE:
        removal.target = folder.parent
        _archive(actor, removal, ids, held)
    else:
        _delete(actor, removal, ids, held)
    removal.save()
    audit.record("folder.deleted", actor=actor, target=folder, **removal.counts, content=removal.content)
    events.publish("folder.deleted", folder=folder, actor=actor)
    return removal


@transaction.atomic
def restore_folder(*, actor: User | None, folder: Folder) -> FolderRemoval:
    """Bring a deleted folder back, with what was deleted with it and what was moved out of it.

    Cases that somebody saved since, and sub-folders that somebody hung elsewhere, stay where they are. Raises Denied,
    NotVisible for a folder that is not deleted, and RuleViolation while the folder above is deleted or its name is
    taken.
    """
    project = folder.project
    policies.can_delete_folders(actor, project).require()
    folders.lock_tree(project)
    folder = _deleted(folder)
    if folder.parent is not None and folder.parent.deleted_at is not None:
        words = _("The folder above it, %s, is deleted too. Restore that one.") % folder.parent.name
        raise RuleViolation(words, "parent_deleted", fields={"parent": [words]})
    folders.require_free_name(project, folder.parent, folder.name)
    removal = FolderRemoval.objects.open().filter(folder=folder).first() or FolderRemoval(
        project=project, folder=folder, content=FolderContent.DELETE, deleted_at=folder.deleted_at
    )
    removal.restored_at = timezone.now()
    ids = _show(actor, removal)
    returned = _cases_back(actor, removal, ids)
    _folders_back(actor, removal)
    removal.save()
    audit.record("folder.restored", actor=actor, target=folder, cases=returned, folders=len(ids) - 1)
    events.publish("folder.restored", folder=folder, actor=actor)
    return removal


# -- inside -------------------------------------------------------------------------------------
def _held_by(folder: Folder) -> tuple[list[int], list[int]]:
    """The folder and those below it, and the living cases in them, by id and locked: nobody adds one meanwhile."""
    below = Folder.objects.living().below(folder).select_for_update().order_by("pk")
    ids = list(below.values_list("pk", flat=True))
    cases = TestCase.objects.living().in_project(folder.project).filter(folder__in=ids)
    held = cases.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    return ids, list(held)


def _planned(actor: User | None, folder: Folder, content: str | None, ids: list[int], held: list[int]) -> FolderRemoval:
    """The record of the deletion, not stored yet; raises what is wrong with `content`."""
    below = len(ids) - 1
    if content is None and (held or below):
        raise RuleViolation(folders.not_empty(len(held), below), "not_empty")
    if content is not None and content not in FolderContent.values:
        words = _("Use one of: %s.") % ", ".join(FolderContent.values)
        raise InvalidInput(words, fields={"content": [words]})
    return FolderRemoval(
        project=folder.project,
        folder=folder,
        content=content or FolderContent.DELETE,
        deleted_at=timezone.now(),
        removed_by=actor,
        counts={"cases": len(held), "folders": below},
    )


def _usable_target(folder: Folder, target: Folder | None) -> Folder | None:
    target = folders.living_folder(folder.project, target, field="target")
    if target is not None and target.path.startswith(folder.path):
        words = _("That place goes with the folder. Choose one outside it.")
        raise InvalidInput(words, fields={"target": [words]})
    return target


def _empty_into(actor: User | None, removal: FolderRemoval) -> None:
    """Put cases and sub-folders into the target; sub-folders join those of the same name."""
    project, places = removal.project, defaultdict(list)
    waiting: list[tuple[Folder, Folder | None]] = [(removal.folder, removal.target)]
    while waiting:
        emptied, target = waiting.pop()
        _hide(actor, removal, [emptied.pk])
        held = TestCase.objects.living().filter(folder=emptied).order_by("pk")
        places[target] += held.values_list("pk", flat=True)
        for child in Folder.objects.living().in_project(project).filter(parent=emptied).order_by("position", "pk"):
            child.project = project
            taken = folders.named(project, target, child.name).exclude(pk=child.pk).first()
            if taken is not None:
                taken.project = project
                waiting.append((child, taken))
                continue
            folders.hang(actor=actor, folder=child, parent=target)
            removal.moved_folders.append([child.pk, emptied.pk, target.pk if target else None])
    before = _places_of(each for ids in places.values() for each in ids)
    for target, ids in places.items():
        moved = move_cases(actor=actor, project=project, case_ids=ids, folder=target) if ids else {}
        _keep_changed(removal, before, moved)


def _archive(actor: User | None, removal: FolderRemoval, ids: list[int], held: list[int]) -> None:
    """Archive the cases, in the folder above, and hide the folders."""
    reason, before = _("The folder %s was deleted") % removal.folder.name, _places_of(held)
    for start in range(0, len(held), MOST_AT_ONCE):
        part = held[start : start + MOST_AT_ONCE]
        values: dict[str, Any] = {"is_archived": True, "folder": removal.target, "reason": reason}
        changed = update_cases(actor=actor, project=removal.project, case_ids=part, **values)
        _keep_changed(removal, before, changed)
    _hide(actor, removal, ids)


def _delete(actor: User | None, removal: FolderRemoval, ids: list[int], held: list[int]) -> None:
    """Hide everything, with one time of deletion by which it is known again."""
    if held:
        policies.can_delete_cases(actor, removal.project).require()
        at = removal.deleted_at
        TestCase.objects.filter(pk__in=held).update(deleted_at=at, updated_at=at, updated_by=actor)
        events.publish("case.deleted", project=removal.project, case_ids=held, actor=actor)
    _hide(actor, removal, ids)


def _hide(actor: User | None, removal: FolderRemoval, ids: list[int]) -> None:
    at = removal.deleted_at
    Folder.objects.filter(pk__in=ids).update(deleted_at=at, updated_at=at, updated_by=actor)


def _places_of(case_ids: Iterable[int]) -> dict[int, list[Any]]:
    """The folder of each case, and whether it is archived."""
    found = TestCase.objects.filter(pk__in=list(case_ids)).values_list("pk", "folder", "is_archived")
    return {pk: [folder, is_archived] for pk, folder, is_archived in found}


def _keep_changed(removal: FolderRemoval, before: Mapping[int, list[Any]], changed: Iterable[int]) -> None:
    """Note what was done to these cases, so that it can be undone."""
    found = TestCase.objects.filter(pk__in=list(changed)).values_list("pk", "version")
    removal.changed_cases |= {str(pk): [version, *before[pk]] for pk, version in found}


# -- bringing it back ------------------------------------------------------------------------------------------------
def _deleted(folder: Folder) -> Folder:
    """The deleted folder as it is stored, locked; raises NotVisible for one that lives."""
    found = Folder.objects.filter(pk=folder.pk, deleted_at__isnull=False).select_for_update(of=("self",))
    stored = found.select_related("project__tenant", "parent").first()
    if stored is None:
        raise NotVisible
    return stored


def _show(actor: User | None, removal: FolderRemoval) -> list[int]:
    """Let the folder and those that were deleted with it live again; answers their ids."""
    below = Folder.objects.in_project(removal.project).filter(path__startswith=removal.folder.path)
    back = dict(below.filter(deleted_at=removal.deleted_at).order_by("pk").values_list("pk", "depth"))
    folders.require_depth(max(back.values()))
    Folder.objects.filter(pk__in=back).update(deleted_at=None, updated_at=removal.restored_at, updated_by=actor)
    removal.folder.deleted_at = None
    return list(back)


def _cases_back(actor: User | None, removal: FolderRemoval, ids: list[int]) -> int:
    """Bring back the cases that were deleted with the folders, and undo what was done to the others."""
    project = removal.project
    gone = TestCase.objects.in_project(project).filter(folder__in=ids, deleted_at=removal.deleted_at)
    returned = list(gone.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if returned:
        TestCase.objects.filter(pk__in=returned).update(
            deleted_at=None, updated_at=removal.restored_at, updated_by=actor
        )
        events.publish("case.restored", project=project, case_ids=returned, actor=actor)
    return len(returned) + _changed_back(actor, removal)


def _changed_back(actor: User | None, removal: FolderRemoval) -> int:
    """Put the cases that nobody saved since where they were; answers how many."""
    project, known = removal.project, {int(pk): values for pk, values in removal.changed_cases.items()}
    former = Folder.objects.living().in_project(project).in_bulk({place for _v, place, _a in known.values() if place})
    versions = TestCase.objects.living().in_project(project).filter(pk__in=known).values_list("pk", "version")
    unchanged = [pk for pk, version in versions if version == known[pk][0] and known[pk][1] in {None, *former}]
    for was_archived in (False, True):
        group = [pk for pk in unchanged if known[pk][2] is was_archived]
        for start in range(0, len(group), MOST_AT_ONCE):
            part = group[start : start + MOST_AT_ONCE]
            places = {pk: former.get(known[pk][1]) for pk in part}
            values: dict[str, Any] = {"places": places, "is_archived": was_archived, "reason": _("Taken back")}
            update_cases(actor=actor, project=project, case_ids=part, **values)
    return len(unchanged)


def _folders_back(actor: User | None, removal: FolderRemoval) -> None:
    """Hang the sub-folders back that still hang where the deletion put them."""
    by_id = {pk: (former, now) for pk, former, now in removal.moved_folders}
    known = (
        Folder.objects.living()
        .in_project(removal.project)
        .in_bulk([*by_id, *(former for former, _now in by_id.values())])
    )
    for pk, (former, now) in by_id.items():
        child, parent = known.get(pk), known.get(former)
        if child is None or parent is None or child.parent_id != now:
            continue
        if folders.named(removal.project, parent, child.name).exists():
            continue
        child.project = parent.project = removal.project
        folders.hang(actor=actor, folder=child, parent=parent)
