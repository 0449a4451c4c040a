"""Changing many cases at once, and taking that back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput
from qaportal.kit.updating import update_all

from .. import policies
from ..models import Folder, TestCase, TestCaseVersion
from ..own_fields import OwnFields, note_used
from ..workflow import workflow_of
from . import folders, states, stories, versions
from .cases import locked_cases, require_reachable, restore_cases
from .drafts import EDITABLE, assign, usable_words
from .step_text import keep_steps_text

SINGLE = frozenset({"title", "automation_key"})
"""Fields that tell one case from another: they are never the same for many."""
MOST_AT_ONCE = 5_000


@transaction.atomic
def update_cases(
    *,
    actor: User | None,
    project: Project,
    case_ids: Sequence[int],
    add_tags: Sequence[str] | str = (),
    remove_tags: Sequence[str] | str = (),
    places: Mapping[int, Folder | None] | None = None,
    story_id: str | None = None,
    reason: str = "",
    **fields: Any,
) -> dict[int, int]:
    """Give the cases the same values; answers the new version of each one that changed, by its id.

    `fields` are those of `EDITABLE` but for the ones in `SINGLE`. Tags are added and removed beside what `tags`
    replaces; `places` names a folder of its own for each case, by id; `story_id` the primary story of all.
    Raises Denied, InvalidInput naming the field, and NotVisible when one is not a living case of the project.
    """
    policies.can_edit_cases(actor, project).require()
    _require_sharable(fields, case_ids)
    if "folder" in fields:
        fields["folder"] = folders.living_folder(project, fields["folder"])
    for folder in {*(places or {}).values()} - {None}:
        folders.living_folder(project, folder)
    if "owner" in fields:
        require_reachable(project, fields["owner"])
    if "state" in fields:
        states.hold_workflow(project)
    cases, own = locked_cases(project, case_ids), OwnFields(project, actor=actor)
    changed = changes_of(cases, own, add_tags=add_tags, remove_tags=remove_tags, places=places, **fields)
    if story_id is not None:
        moved = stories.move_to_story(actor=actor, cases=cases, story_id=story_id)
        changed = _joined(changed, moved)
    states.require_enterable(actor=actor, project=project, changed=changed)
    own.keep_used()
    _store(actor, changed, versions.usable_reason(reason))
    return {case.pk: case.version for case, _changes in changed}


def changes_of(
    cases: Iterable[TestCase],
    own: OwnFields,
    *,
    add_tags: Sequence[str] | str = (),
    remove_tags: Sequence[str] | str = (),
    places: Mapping[int, Folder | None] | None = None,
    **fields: Any,
) -> list[tuple[TestCase, dict[str, list[Any]]]]:
    """Put the values on the cases without storing anything; answers those that change, each with what changes.

    `own` are the fields of their project. Raises InvalidInput naming the field.
    """
    added, removed = usable_words(add_tags, "add_tags"), set(usable_words(remove_tags, "remove_tags"))
    changed = []
    for case in cases:
        before = audit.snapshot(case, EDITABLE)
        assign(case, fields if places is None else {**fields, "folder": places[case.pk]}, own)
        if added or removed:
            case.tags = usable_words([word for word in [*case.tags, *added] if word not in removed], "tags")
        if changes := audit.changes_between(before, audit.snapshot(case, EDITABLE)):
            changed.append((case, changes))
    return changed


@transaction.atomic
def take_back_change(*, actor: User, project: Project, moment: datetime) -> int:
    """Undo what the actor did to many cases at this moment, as far as nobody touched them since.

    The time of a change of many is the same in all its rows, to the microsecond, and leaves a row with its next
    change. Changed cases are as they were before, deleted ones are back. Answers how many. Raises Denied.
    """
    policies.can_edit_cases(actor, project).require()
    touched = TestCase.objects.in_project(project).filter(updated_at=moment, updated_by=actor)
    rows = list(touched.values_list("pk", "version", "deleted_at"))
    gone = [pk for pk, _version, deleted_at in rows if deleted_at is not None]
    back = restore_cases(actor=actor, project=project, case_ids=gone) if gone else 0
    changed = {pk: version for pk, version, deleted_at in rows if deleted_at is None}
    return back + len(take_back(actor=actor, project=project, versions_by_case=changed))


@transaction.atomic
def take_back(*, actor: User | None, project: Project, versions_by_case: Mapping[int, int]) -> dict[int, int]:
    """Undo the save that made the named version of each case, as far as nothing was saved since.

    Answers the new version of each one that is as it was before, by its id; cases that somebody saved meanwhile, or
    whose version before is not known, stay. Steps and stories are left alone: no change of many touches them.
    Raises what `update_cases` raises.
    """
    policies.can_edit_cases(actor, project).require()
    states.hold_workflow(project)
    cases = {case.pk: case for case in locked_cases(project, versions_by_case)}
    latest = [case for case in cases.values() if case.version == versions_by_case[case.pk]]
    wanted = {number for case in latest for number in (case.version, case.version - 1)}
    kept = TestCaseVersion.objects.filter(case__in=latest, number__in=wanted)
    documents = {(each.case_id, each.number): each for each in kept}
    folders_now = Folder.objects.living().in_project(project).values_list("pk", flat=True)
    standing = {"folder": set(folders_now), "state": set(workflow_of(project).by_code)}
    changed = []
    for case in latest:
        made, former = (documents.get((case.pk, number)) for number in (case.version, case.version - 1))
        if made is None or former is None:
            continue
        before = audit.snapshot(case, EDITABLE)
        for name in set(made.changed) & set(EDITABLE):
            value = former.document[name]
            if value is None or value in standing.get(name, [value]):
                setattr(case, TestCase._meta.get_field(name).attname, value)
        if changes := audit.changes_between(before, audit.snapshot(case, EDITABLE)):
            changed.append((case, changes))
    _store(actor, changed, _("Taken back"))
    return {case.pk: case.version for case, _changes in changed}


def _joined(*parts: Iterable[tuple[TestCase, dict[str, list[Any]]]]) -> list[tuple[TestCase, dict[str, list[Any]]]]:
    """What changes in each case, out of several lists of it."""
    joined: dict[TestCase, dict[str, list[Any]]] = {}
    for part in parts:
        for case, changes in part:
            joined[case] = joined.get(case, {}) | changes
    return list(joined.items())


def _require_sharable(fields: Mapping[str, Any], case_ids: Sequence[int]) -> None:
    """Raise InvalidInput for a field that tells cases apart, or for too many cases; TypeError for an unknown field."""
    if unknown := set(fields) - set(EDITABLE):
        raise TypeError(f"A case has no field {sorted(unknown)[0]!r} that its writers change.")
    words = _("This tells one case from another, so many cannot share it.")
    if single := SINGLE & set(fields):
        raise InvalidInput(words, fields={name: [words] for name in sorted(single)})
    if len(case_ids) > MOST_AT_ONCE:
        words = _("At most %d cases at once.") % MOST_AT_ONCE
        raise InvalidInput(words, fields={"test_case_ids": [words]})


def store_changes(
    *, actor: User | None, changed: Sequence[tuple[TestCase, Mapping[str, list[Any]]]], reason: str
) -> None:
    """Save the (locked) cases, each with values of its own on it already; `rewriting` stores steps and stories."""
    _store(actor, changed, reason)


def _store(actor: User | None, changed: Sequence[tuple[TestCase, dict[str, list[Any]]]], reason: str) -> None:
    """Save the (locked) cases that changed, each as one more version, in a number of statements that does not grow."""
    now = timezone.now()
    for case, _changes in changed:
        case.version, case.updated_by, case.updated_at = case.version + 1, actor, now
    names = {name for _case, changes in changed for name in changes}
    saved, columns = [case for case, _changes in changed], sorted(names & set(EDITABLE))
    if columns:
        columns += ["version", "updated_by", "updated_at"]
        update_all(saved, columns)
    else:
        kept = TestCase.objects.filter(pk__in=[case.pk for case in saved])
        kept.update(version=F("version") + 1, updated_by=actor, updated_at=now)
    if "custom_values" in names:
        keep_steps_text([case.pk for case, changes in changed if "custom_values" in changes])
        note_used(changed[0][0].project, [key for case, _changes in changed for key in case.custom_values])
    for fields, ids in _by_fields(changed).items():
        versions.keep_versions(actor=actor, case_ids=ids, changed=fields, reason=reason)
    audit.record_each("case.updated", actor=actor, changed=changed, reason=reason)
    if changed:
        states.leave_review(actor=actor, project=changed[0][0].project, changed=changed)
    for case, changes in changed:
        events.publish("case.updated", case=case, changes=changes, actor=actor)


def _by_fields(changed: Iterable[tuple[TestCase, dict[str, list[Any]]]]) -> dict[tuple[str, ...], list[int]]:
    """The ids of the cases in which the same fields changed."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for case, changes in changed:
        groups[tuple(sorted(changes))].append(case.pk)
    return groups
