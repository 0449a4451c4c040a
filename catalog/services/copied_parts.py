"""What goes along with copied cases: folders, steps, files, stories and versions, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from files.services import lend
from qaportal.kit import events
from qaportal.kit.errors import RuleViolation
from qaportal.kit.markdown import files_in, with_files_of

from ..models import CopyJob, Folder, Story, TestCase, TestCaseStory, TestStep
from . import folders
from .named_files import SHOWING
from .step_text import found_text

_BATCH = 1_000
_TEXTS = ("action", "expected", "data")
_HISTORY = """
INSERT INTO catalog_testcaseversion (project_id, case_id, number, document, changed, reason, saved_by_id, created_at)
SELECT taken.project_id, taken.id, kept.number,
    kept.document || jsonb_build_object('folder', taken.folder_id, 'owner', taken.owner_id,
        'template', taken.template_id, 'custom_values', COALESCE((
            SELECT jsonb_object_agg(entry.key, entry.value) FROM jsonb_each(kept.document -> 'custom_values') entry
            WHERE %(keys)s::text[] IS NULL OR entry.key = ANY(%(keys)s)
        ), '{}'),
        'steps', CASE WHEN %(keys)s::text[] IS NULL THEN kept.document -> 'steps' ELSE COALESCE((
            SELECT jsonb_agg(jsonb_build_object('action', step.value -> 'action', 'expected', step.value -> 'expected',
                'data', step.value -> 'data') ORDER BY step.place)
            FROM jsonb_array_elements(kept.document -> 'steps') WITH ORDINALITY step(value, place)
            WHERE step.value ->> 'action' <> ''
        ), '[]') END),
    kept.changed, kept.reason, kept.saved_by_id, kept.created_at
FROM catalog_testcase taken JOIN catalog_testcaseversion kept ON kept.case_id = taken.copied_from_id
WHERE taken.id = ANY(%(ids)s)
ON CONFLICT (case_id, number) DO NOTHING
"""
"""The versions of the originals as those of the copies. In another project they name no folder, field or file of the
first one: `keys` are the fields that both have, None within a project."""


# -- folders ---------------------------------------------------------------------------------------------------------
def make_folders(*, actor: User | None, job: CopyJob) -> None:
    """Make the folders of the job in its target, level by level, and note which stands for which.

    In another project a folder joins the one of its name that is there; within the project the copy of a folder has a
    name of its own. Raises RuleViolation for a tree that would get too deep.
    """
    folders.lock_tree(job.target_project)
    job.target_folder = folders.living_folder(job.target_project, job.target_folder, field="target_folder")
    roots = list(Folder.objects.living().in_project(job.project).filter(pk__in=job.folder_ids).order_by("path"))
    roots = [each for each in roots if not any(each != root and each.path.startswith(root.path) for root in roots)]
    made: dict[int, Folder] = {}
    level = [(root, job.target_folder, _root_name(job, root)) for root in roots]
    while level:
        placed = _place(actor, job, level, made)
        below = Folder.objects.living().filter(parent__in=list(placed))
        level = [(child, placed[child.parent_id], child.name) for child in below.order_by("position", "pk")]
    job.made_folders = sorted(made)


def _root_name(job: CopyJob, root: Folder) -> str:
    """The name of a picked folder in the target: within a project a free one."""
    if not job.is_within:
        return root.name
    name, number = root.name, 1
    while folders.named(job.target_project, job.target_folder, name).exists():
        mark = _("copy") if number == 1 else _("copy %d") % number
        name = f"{root.name[: folders.LONGEST_NAME - len(mark) - 3]} ({mark})"
        number += 1
    return name


def _place(
    actor: User | None, job: CopyJob, level: Sequence[tuple[Folder, Folder | None, str]], made: dict[int, Folder]
) -> dict[Any, Folder]:
    """Find or make the folders of one level; answers them by the key of the folder that each stands for."""
    known = _known(job.target_project, [parent for _source, parent, _name in level])
    new: dict[tuple[int | None, str], Folder] = {}
    placed: dict[Any, Folder] = {}
    for source, parent, name in level:
        place = (parent.pk if parent else None, _folded(name))
        found = known.get(place) or new.get(place)
        if found is None:
            depth = parent.depth + 1 if parent else 1
            folders.require_depth(depth)
            values = {"name": name, "description": source.description, "position": source.position}
            found = Folder(project=job.target_project, parent=parent, depth=depth, created_by=actor, **values)
            found.updated_by = actor
            new[place] = found
        placed[source.pk] = found
    _store(actor, list(new.values()))
    made |= {folder.pk: folder for folder in new.values()}
    job.folder_map |= {str(source): folder.pk for source, folder in placed.items()}
    return placed


def _known(project: Project, parents: Sequence[Folder | None]) -> dict[tuple[int | None, str], Folder]:
    living = Folder.objects.living().in_project(project)
    found = list(living.filter(parent__in={each.pk for each in parents if each}))
    if None in parents:
        found += list(living.filter(parent=None))
    return {(each.parent_id, _folded(each.name)): each for each in found}


def _folded(name: str) -> str:
    return name.lower()


def _store(actor: User | None, new: list[Folder]) -> None:
    try:
        with transaction.atomic():
            Folder.objects.bulk_create(new, batch_size=_BATCH)
    except IntegrityError as error:
        words = _("Two folders there would have one name.")
        raise RuleViolation(words, "name_taken", fields={"target_folder": [words]}) from error
    for folder in new:
        folder.path = folders.path_of(folder.pk, folder.parent)
    Folder.objects.bulk_update(new, ["path"], batch_size=_BATCH)
    audit.record_each("folder.created", actor=actor, changed=[(folder, None) for folder in new])
    for folder in new:
        events.publish("folder.created", folder=folder, actor=actor)


# -- steps and files -------------------------------------------------------------------------------------------------
def copy_steps(*, actor: User | None, job: CopyJob, copies: Mapping[int, TestCase]) -> list[TestStep]:
    """The steps of the copies, by the key of their original, not stored yet; sets what the copies are found by.

    Shared steps stay shared within their project and become steps of the copy's own elsewhere. Files that steps have
    or that texts show get rows of the other project.
    """
    by_case = _steps_by_case(job, copies) if job.options["steps"] else defaultdict(list)
    lent = _files_for(actor, job, by_case, copies)
    rows = []
    for source_id, copy in copies.items():
        steps = by_case[source_id]
        for step in steps:
            step["attachments"] = [lent[str(key)] for key in step["attachments"] if str(key) in lent]
        if not job.is_within:
            _call_files(copy, steps, lent)
        copy.steps_text = found_text(steps, copy.custom_values)
        rows += [
            TestStep(case=copy, project_id=copy.project_id, position=position, **step)
            for position, step in enumerate(steps, start=1)
        ]
    return rows


def _steps_by_case(job: CopyJob, copies: Mapping[int, TestCase]) -> dict[int, list[dict[str, Any]]]:
    """The steps of each original, in their order."""
    by_case: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for step in TestStep.objects.filter(case__in=copies).order_by("case_id", "position"):
        told = {**{name: getattr(step, name) for name in _TEXTS}, "attachments": list(step.attachments)}
        if job.is_within:
            told |= {"shared_steps_id": step.shared_steps_id, "shared_place": step.shared_place}
        by_case[step.case_id].append(told)
    return by_case


def _files_for(
    actor: User | None, job: CopyJob, by_case: Mapping[int, list[dict[str, Any]]], copies: Mapping[int, TestCase]
) -> dict[str, Any]:
    """The files that the copies name, by the keys that their originals name."""
    steps = [step for each in by_case.values() for step in each]
    keys = {str(key) for step in steps for key in step["attachments"]}
    if not job.options["attachments"]:
        return {}
    if job.is_within:
        return {key: key for key in keys}
    texts = [step[name] for step in steps for name in _TEXTS]
    texts += [getattr(copy, name) for copy in copies.values() for name in SHOWING]
    keys |= {str(key) for key in files_in(*texts)}
    return lend(actor=actor, keys=keys, source=job.project, target=job.target_project) if keys else {}


def _call_files(copy: TestCase, steps: Sequence[dict[str, Any]], lent: Mapping[str, Any]) -> None:
    """Let the texts show the files by their names in the project of the copy."""
    for name in SHOWING:
        setattr(copy, name, with_files_of(getattr(copy, name), copy.project.key, lent))
    for step in steps:
        step |= {name: with_files_of(step[name], copy.project.key, lent) for name in _TEXTS}


# -- stories and versions --------------------------------------------------------------------------------------------
def copy_stories(*, actor: User | None, job: CopyJob, copies: Mapping[int, TestCase]) -> None:
    """Let the copies cover the stories of their originals; what the target does not know becomes a stub."""
    links = list(TestCaseStory.objects.of_living_stories().filter(case__in=copies).order_by("pk"))
    ids = sorted({link.story.story_id for link in links})
    stubs = [Story(project=job.target_project, story_id=each, created_by=actor, updated_by=actor) for each in ids]
    Story.objects.bulk_create(stubs, ignore_conflicts=True, batch_size=_BATCH)
    living = Story.objects.living().in_project(job.target_project)
    known = {story.story_id: story for story in living.filter(story_id__in=ids)}
    new = [
        TestCaseStory(
            project=job.target_project,
            case=copies[link.case_id],
            story=known[link.story.story_id],
            is_primary=link.is_primary,
            linked_by=actor,
        )
        for link in links
        if link.story.story_id in known
    ]
    TestCaseStory.objects.bulk_create(new, batch_size=_BATCH)


def copy_history(copies: Sequence[TestCase], shared_keys: Sequence[str] | None) -> None:
    """Give the (stored) copies the versions of their originals; None for `shared_keys` within a project."""
    values = {"keys": None if shared_keys is None else list(shared_keys), "ids": [case.pk for case in copies]}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, values)
