"""Cases: creating, changing, moving and deleting them, one or thousands at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible
from qaportal.kit.inserting import insert_all

from .. import policies
from ..choices import CaseState
from ..models import Folder, TestCase, TestStep
from . import folders, named_files, stories, test_ids, versions
from .drafts import EDITABLE, CaseDraft, assign, default_tag, steps_of, usable_steps
from .step_text import found_text, keep_steps_text

__all__ = [
    "CaseDraft",
    "create_case",
    "create_cases",
    "delete_cases",
    "document_of",
    "locked_cases",
    "move_cases",
    "require_reachable",
    "restore_cases",
    "update_case",
]

_WORTH_ANALYZING = 1_000  # new cases
_DRAFT_FIELDS = tuple(each.name for each in fields_of(CaseDraft) if each.name in EDITABLE and each.name != "folder")


def create_case(
    *,
    actor: User | None,
    project: Project,
    title: str,
    folder: Folder | None = None,
    steps: Sequence[Mapping[str, str]] = (),
    test_id: str = "",
    **fields: Any,
) -> TestCase:
    """Write a new case; its id is handed out by its tag, or is the given one when that is free.

    `fields` are those of `CaseDraft`. Raises Denied, InvalidInput and RuleViolation.
    """
    draft = CaseDraft(title=title, folder=folder, steps=steps, test_id=test_id, **fields)
    return create_cases(actor=actor, project=project, drafts=[draft])[0]


@transaction.atomic
def create_cases(*, actor: User | None, project: Project, drafts: Sequence[CaseDraft]) -> list[TestCase]:
    """Write new cases in a fixed number of statements; answers them in the order of their drafts.

    Raises Denied, InvalidInput naming the field, and RuleViolation for an id that is taken.
    """
    policies.can_edit_cases(actor, project).require()
    places = _places(actor, project, drafts)
    cases, steps_by_case, stories_by_case = [], [], []
    for draft, folder in zip(drafts, places, strict=True):
        cases.append(_built(actor, project, draft, folder))
        steps_by_case.append(usable_steps(draft.steps))
        cases[-1].steps_text = found_text(steps_by_case[-1])
        stories_by_case.append(stories.usable_story_id(draft.story_id))
    _give_ids(project, cases)
    insert_all(cases)
    steps = [step for case, given in zip(cases, steps_by_case, strict=True) for step in steps_of(case, given)]
    insert_all(steps)
    stories.cover_stories(actor=actor, stories=dict(zip(cases, stories_by_case, strict=True)))
    texts = [getattr(case, name) for case in cases for name in named_files.SHOWING]
    texts += [text for given in steps_by_case for step in given for text in step.values()]
    named_files.claim_shown(actor=actor, project=project, texts=texts)
    versions.keep_versions(actor=actor, case_ids=[case.pk for case in cases])
    audit.record_each("case.created", actor=actor, changed=[(case, None) for case in cases])
    if cases:
        events.publish("case.created", project=project, cases=cases, actor=actor)
    _tell_planner(len(cases))
    return cases


def _tell_planner(created: int) -> None:
    """Let the planner know at once of many new rows: until autovacuum does, a folder's page may take seconds.

    What is a small part of all cases does not mislead it.
    """
    if created < _WORTH_ANALYZING:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'catalog_testcase'::regclass")
        if created > cursor.fetchone()[0] / 10:
            cursor.execute("ANALYZE catalog_testcase, catalog_folder")


@transaction.atomic
def update_case(
    *,
    actor: User | None,
    case: TestCase,
    if_match: str | None = None,
    steps: Sequence[Mapping[str, str]] | None = None,
    story_id: str | None = None,
    reason: str = "",
    **fields: Any,
) -> TestCase:
    """Change the given fields; `steps` replaces the whole list, an empty `story_id` removes the primary story.

    `reason` is kept with the version that the save makes. Saving what is stored already changes nothing. Raises
    Denied, VersionConflict and InvalidInput.
    """
    policies.can_edit_cases(actor, case.project).require()
    if "folder" in fields:
        fields["folder"] = folders.living_folder(case.project, fields["folder"])
    reason = versions.usable_reason(reason)
    case = _locked(case)
    require_match(case, if_match)
    if "owner" in fields:
        require_reachable(case.project, fields["owner"])
    before = document_of(case)
    assign(case, fields)
    after = {**before, **audit.snapshot(case, EDITABLE)}
    if steps is not None:
        after["steps"] = usable_steps(steps)
    if story_id is not None:
        after["story"] = stories.usable_story_id(story_id)
    changes = audit.changes_between(before, after)
    if not changes:
        return case
    if "steps" in changes:
        _replace_steps(case, after["steps"])
    if "story" in changes:
        stories.set_primary_story(actor=actor, case=case, story_id=after["story"])
    case.version += 1
    case.updated_by = actor
    case.save(update_fields=[*(set(changes) & set(EDITABLE)), "version", "updated_by", "updated_at"])
    texts = [after[name] for name in named_files.SHOWING] + [text for step in after["steps"] for text in step.values()]
    named_files.claim_shown(actor=actor, project=case.project, texts=texts)
    versions.keep_versions(actor=actor, case_ids=[case.pk], changed=sorted(changes), reason=reason)
    audit.record("case.updated", actor=actor, target=case, changes=changes, reason=reason)
    events.publish("case.updated", case=case, changes=changes, actor=actor)
    return case


@transaction.atomic
def move_cases(
    *, actor: User | None, project: Project, case_ids: Sequence[int], folder: Folder | None
) -> dict[int, int | None]:
    """Put the cases into the folder, or out of every folder; answers where those that moved were before, by id.

    Raises Denied, and NotVisible when one of them is not a living case of the project.
    """
    policies.can_edit_cases(actor, project).require()
    target = folders.living_folder(project, folder)
    moved = [case for case in locked_cases(project, case_ids) if case.folder_id != (target.pk if target else None)]
    before = {case.pk: case.folder_id for case in moved}
    if moved:
        _update_all(actor, moved, "folder", folder=target)
        changed = [(case, {"folder": [before[case.pk], target.pk if target else None]}) for case in moved]
        audit.record_each("case.moved", actor=actor, changed=changed)
        events.publish("case.moved", project=project, case_ids=list(before), folder=target, actor=actor)
    return before


@transaction.atomic
def delete_cases(*, actor: User | None, project: Project, case_ids: Sequence[int], if_match: str | None = None) -> int:
    """Hide the cases; their ids stay taken and their history stays. Answers how many.

    `if_match` is checked against each. Raises Denied, VersionConflict, and NotVisible as `move_cases` does.
    """
    policies.can_delete_cases(actor, project).require()
    cases = locked_cases(project, case_ids)
    for case in cases:
        require_match(case, if_match)
    now = timezone.now()
    TestCase.objects.filter(pk__in=[case.pk for case in cases]).update(deleted_at=now, updated_at=now, updated_by=actor)
    audit.record_each("case.deleted", actor=actor, changed=[(case, None) for case in cases])
    if cases:
        events.publish("case.deleted", project=project, case_ids=[case.pk for case in cases], actor=actor)
    return len(cases)


@transaction.atomic
def restore_cases(*, actor: User | None, project: Project, case_ids: Sequence[int]) -> int:
    """Bring deleted cases back as they were; one whose folder is gone comes back in no folder. Answers how many.

    Raises Denied, and NotVisible when one of them is not a deleted case of the project, or was merged into another.
    """
    policies.can_delete_cases(actor, project).require()
    wanted = set(case_ids)
    found = TestCase.objects.in_project(project).filter(pk__in=wanted, deleted_at__isnull=False, merged_into=None)
    found = found.select_for_update(of=("self",)).select_related("folder")
    cases = list(found.defer("search", "folded", "steps_text").order_by("pk"))
    if len(cases) != len(wanted):
        raise NotVisible
    now = timezone.now()
    TestCase.objects.filter(pk__in=wanted).update(deleted_at=None, updated_at=now, updated_by=actor)
    homeless = [case for case in cases if case.folder and case.folder.deleted_at is not None]
    if homeless:
        _update_all(actor, homeless, "folder", folder=None)
    for case in cases:
        case.project = project
    audit.record_each("case.restored", actor=actor, changed=[(case, None) for case in cases])
    if cases:
        events.publish("case.restored", project=project, case_ids=[case.pk for case in cases], actor=actor)
    return len(cases)


def document_of(case: TestCase) -> dict[str, Any]:
    """Everything that a writer of the case changes, as the audit trail compares it and a version keeps it."""
    return {
        **audit.snapshot(case, EDITABLE),
        "steps": list(case.steps.order_by("position").values("action", "expected", "data")),
        "story": stories.primary_story_id(case),
    }


def require_reachable(project: Project, owner: User | None) -> None:
    """Raise InvalidInput naming `owner` for somebody who does not reach the project."""
    if owner is not None and owner.role_in(project) is None:
        raise InvalidInput(
            _("Not found."), "not_found", fields={"owner": [_("There is no such person in the project.")]}
        )


def locked_cases(project: Project, case_ids: Sequence[int] | Mapping[int, Any]) -> list[TestCase]:
    """The named living cases of the project, locked in one order; raises NotVisible when one is missing."""
    wanted = set(case_ids)
    found = TestCase.objects.living().in_project(project).filter(pk__in=wanted).select_for_update(of=("self",))
    cases = list(found.defer("search", "folded", "steps_text").order_by("pk"))
    if len(cases) != len(wanted):
        raise NotVisible
    for case in cases:
        case.project = project
    return cases


# -- inside ----------------------------------------------------------------------------------------------------------
def _places(actor: User | None, project: Project, drafts: Sequence[CaseDraft]) -> list[Folder | None]:
    """The folder of each draft, found or made; each place is looked up once, and paths level by level."""
    wanted = [(draft.folder, tuple(name for name in draft.folder_path if name.strip())) for draft in drafts]
    known: dict[tuple[Folder | None, tuple[str, ...]], Folder | None] = {}
    for below in dict.fromkeys(folder for folder, _names in wanted):
        paths = {names for folder, names in wanted if folder == below}
        if () in paths:
            known[below, ()] = folders.living_folder(project, below)
        if named := sorted(paths - {()}):
            found = folders.ensure_folder_paths(actor=actor, project=project, paths=named, below=below)
            known |= {(below, names): folder for names, folder in found.items()}
    return [known[place] for place in wanted]


def _built(actor: User | None, project: Project, draft: CaseDraft, folder: Folder | None) -> TestCase:
    """The case of a draft, checked, not stored yet."""
    case = TestCase(project=project, created_by=actor, updated_by=actor)
    fields = {name: getattr(draft, name) for name in _DRAFT_FIELDS}
    if draft.test_id:
        case.test_id, tag_of_id = test_ids.parse_test_id(draft.test_id)
        fields["tag"] = draft.tag or tag_of_id
    fields["tag"] = fields["tag"] or default_tag(project)
    if project.settings.get("requireApproval") and fields["state"] != CaseState.DRAFT:
        fields["state"] = CaseState.IN_REVIEW
    require_reachable(project, draft.owner)
    assign(case, {**fields, "folder": folder})
    return case


def _replace_steps(case: TestCase, steps: Sequence[Mapping[str, str]]) -> None:
    """Store these steps instead of those that stand, and the text that the case is found by."""
    case.steps.all().delete()
    TestStep.objects.bulk_create(steps_of(case, steps))
    keep_steps_text([case.pk])


def _give_ids(project: Project, cases: Sequence[TestCase]) -> None:
    """Check the ids that the callers chose and hand out the others.

    The counters are locked in one order by everybody, so that two creators wait instead of blocking each other.
    """
    chosen = [case.test_id for case in cases if case.test_id]
    waiting: dict[str, list[TestCase]] = defaultdict(list)
    for case in cases:
        if not case.test_id:
            waiting[case.tag].append(case)
    for tag in sorted({*waiting, *(test_ids.parse_test_id(each)[1] for each in chosen)}):
        test_ids.lock_counter(project, tag)
    test_ids.claim(project, chosen)
    for tag, group in waiting.items():
        handed = test_ids.hand_out(project, tag, len(group), besides=chosen)
        for case, test_id in zip(group, handed, strict=True):
            case.test_id = test_id


def _locked(case: TestCase) -> TestCase:
    """The case as it is stored now, locked; raises NotVisible when it was deleted meanwhile."""
    found = (
        TestCase.objects.living()
        .select_for_update(of=("self",))
        .select_related("project__tenant", "folder")
        .filter(pk=case.pk)
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def _update_all(actor: User | None, cases: Sequence[TestCase], *changed: str, **values: Any) -> None:
    """Change the (locked) rows in one statement; each counts as saved once more, with the named fields changed."""
    ids = [case.pk for case in cases]
    TestCase.objects.filter(pk__in=ids).update(
        version=F("version") + 1, updated_at=timezone.now(), updated_by=actor, **values
    )
    versions.keep_versions(actor=actor, case_ids=ids, changed=changed)
