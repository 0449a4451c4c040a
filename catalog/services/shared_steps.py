"""Steps that many cases share: whoever changes them changes every case that uses them, and each keeps a version."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import etag, require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..models import SharedSteps, SharedStepsVersion, TestCase, TestStep
from ..models.versions import LONGEST_REASON
from . import named_files, versions
from .cases import update_case
from .step_text import keep_steps_text
from .steps import MOST_STEPS, TEXTS, Step, refused, require_files, steps_document, usable_steps

LONGEST_TITLE = 300
MOST_SHARED = 100
_REPLACE = """
WITH gone AS (
    DELETE FROM catalog_teststep WHERE shared_steps_id = %(shared)s AND case_id = ANY(%(cases)s)
    RETURNING case_id, project_id, position, shared_place
), fresh AS (
    SELECT NULL::bigint AS id, gone.case_id, gone.project_id, gone.position, told.place, told.step
    FROM gone CROSS JOIN jsonb_array_elements(%(steps)s::jsonb) WITH ORDINALITY AS told (step, place)
    WHERE gone.shared_place = 1
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY position, place) AS number FROM (
        SELECT id, case_id, project_id, position, 0::bigint AS place, NULL::jsonb AS step FROM catalog_teststep
        WHERE case_id = ANY(%(cases)s) AND shared_steps_id IS DISTINCT FROM %(shared)s
        UNION ALL SELECT * FROM fresh
    ) AS standing
), moved AS (
    UPDATE catalog_teststep step SET position = numbered.number
    FROM numbered WHERE step.id = numbered.id AND step.position <> numbered.number
)
INSERT INTO catalog_teststep
    (project_id, case_id, position, action, expected, data, attachments, shared_steps_id, shared_place,
    created_at, updated_at)
SELECT project_id, case_id, number, step ->> 'action', step ->> 'expected', step ->> 'data',
    ARRAY(SELECT jsonb_array_elements_text(coalesce(step -> 'attachments', '[]'))::uuid), %(shared)s, place,
    now(), now()
FROM numbered WHERE id IS NULL
"""
"""The steps of shared ones written anew wherever a use of them begins; what follows moves along."""


@transaction.atomic
def create_shared_steps(
    *, actor: User | None, project: Project, title: str, steps: Sequence[Mapping[str, Any]]
) -> SharedSteps:
    """Write steps that cases can share. Raises Denied and InvalidInput naming the field."""
    policies.can_edit_shared_steps(actor, project).require()
    shared = SharedSteps(project=project, title=_usable_title(title), created_by=actor, updated_by=actor)
    shared.steps = _usable_steps(project, steps)
    shared.save()
    named_files.claim_named(actor=actor, project=project, steps=shared.steps)
    _keep_version(actor, shared)
    audit.record("shared_steps.created", actor=actor, target=shared)
    return shared


@transaction.atomic
def update_shared_steps(
    *,
    actor: User | None,
    shared: SharedSteps,
    title: str | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    reason: str = "",
    if_match: str | None = None,
) -> SharedSteps:
    """Change what is given; every case that uses them says the new steps and keeps a version that names why.

    Saving what is stored already changes nothing. Raises Denied, VersionConflict and InvalidInput naming the field.
    """
    policies.can_edit_shared_steps(actor, shared.project).require()
    reason = versions.usable_reason(reason)
    shared = _locked(shared)
    require_match(shared, if_match)
    before = {"title": shared.title, "steps": shared.steps}
    shared.title = shared.title if title is None else _usable_title(title)
    shared.steps = shared.steps if steps is None else _usable_steps(shared.project, steps)
    changes = audit.changes_between(before, {"title": shared.title, "steps": shared.steps})
    if not changes:
        return shared
    _save(actor, shared)
    named_files.claim_named(actor=actor, project=shared.project, steps=shared.steps)
    _keep_version(actor, shared, changed=sorted(changes), reason=reason)
    if "steps" in changes:
        _rewrite_users(actor, shared)
    audit.record("shared_steps.updated", actor=actor, target=shared, changes=changes, reason=reason)
    return shared


@transaction.atomic
def restore_shared_steps(
    *, actor: User | None, shared: SharedSteps, version: SharedStepsVersion, if_match: str | None = None
) -> SharedSteps:
    """Make the shared steps say again what they said in one of their versions. Raises what a change raises."""
    reason = _("Version %d again") % version.number
    return update_shared_steps(
        actor=actor,
        shared=shared,
        title=version.document["title"],
        steps=version.document["steps"],
        reason=reason,
        if_match=if_match,
    )


@transaction.atomic
def delete_shared_steps(
    *, actor: User | None, shared: SharedSteps, put_in_place: bool = False, if_match: str | None = None
) -> int:
    """Hide the shared steps; with `put_in_place` the cases that use them keep the texts as steps of their own.

    Deleted cases always keep the texts. Answers how many others do. Raises Denied, VersionConflict, and RuleViolation
    while a case that is not deleted uses them.
    """
    policies.can_delete_shared_steps(actor, shared.project).require()
    shared = _locked(shared)
    require_match(shared, if_match)
    users = _locked_users(shared)
    living = sum(case.deleted_at is None for case in users)
    if living and not put_in_place:
        words = _("Cases use these steps (%d). Put the texts in their place, or let the cases go first.") % living
        raise RuleViolation(words, "still_used")
    TestStep.objects.filter(shared_steps=shared).update(shared_steps=None, shared_place=None)
    _count_save(actor, users, _("Shared steps %s put in place") % shared.title)
    shared.deleted_at = timezone.now()
    _save(actor, shared, "deleted_at")
    audit.record("shared_steps.deleted", actor=actor, target=shared, cases=len(users))
    return living


@transaction.atomic
def share_steps(
    *, actor: User | None, case: TestCase, positions: Collection[int], title: str, if_match: str | None = None
) -> SharedSteps:
    """Make shared steps out of steps of the case that follow one another; the case uses them from now on.

    Raises Denied, VersionConflict and InvalidInput naming the field.
    """
    policies.can_edit_shared_steps(actor, case.project).require()
    steps = steps_document(case)
    wanted = sorted(set(positions))
    if not wanted or wanted != list(range(wanted[0], wanted[-1] + 1)) or not 1 <= wanted[0] <= wanted[-1] <= len(steps):
        raise refused(_("Choose steps that follow one another."))
    taken = steps[wanted[0] - 1 : wanted[-1]]
    if any("shared" in step for step in taken):
        raise refused(_("Some of these steps are shared already."))
    shared = create_shared_steps(actor=actor, project=case.project, title=title, steps=taken)
    left = [*steps[: wanted[0] - 1], {"shared_steps_id": shared.pk}, *steps[wanted[-1] :]]
    reason = _("Steps shared as %s") % shared.title
    seen = if_match or etag(case)
    update_case(actor=actor, case=case, steps=left, reason=reason[:LONGEST_REASON], if_match=seen)
    return shared


@transaction.atomic
def put_steps_in_place(
    *, actor: User | None, case: TestCase, shared: SharedSteps, if_match: str | None = None
) -> TestCase:
    """Let the case keep the texts of the shared steps as steps of its own. Raises Denied and VersionConflict."""
    own = (*TEXTS, "attachments")
    steps = [
        {name: step[name] for name in own if name in step} if step.get("shared") == shared.pk else step
        for step in steps_document(case)
    ]
    reason = (_("Shared steps %s put in place") % shared.title)[:LONGEST_REASON]
    return update_case(actor=actor, case=case, steps=steps, reason=reason, if_match=if_match or etag(case))


# -- inside ----------------------------------------------------------------------------------------------------------
def _usable_title(given: str) -> str:
    title = " ".join(str(given or "").split())
    if not title or len(title) > LONGEST_TITLE:
        words = _("A title has 1 to %d characters.") % LONGEST_TITLE
        raise InvalidInput(words, fields={"title": [words]})
    return title


def _usable_steps(project: Project, given: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps in their stored form: at least one, none of them shared itself."""
    named = [{name: each.get(name) for name in (*TEXTS, "attachments")} for each in given]
    steps = usable_steps(named)
    if not steps:
        raise refused(_("Write at least one step."))
    if len(steps) > MOST_SHARED:
        raise refused(_("At most %d steps can be shared at once.") % MOST_SHARED)
    require_files(project, steps)
    return steps


def _locked(shared: SharedSteps) -> SharedSteps:
    """The shared steps as they are stored now, locked; raises NotVisible when they were deleted meanwhile."""
    found = SharedSteps.objects.living().select_for_update(of=("self",)).select_related("project__tenant")
    stored = found.filter(pk=shared.pk).first()
    if stored is None:
        raise NotVisible
    return stored


def _save(actor: User | None, shared: SharedSteps, *names: str) -> None:
    shared.version += 1
    shared.updated_by = actor
    shared.save(update_fields=["title", "steps", "version", "updated_by", "updated_at", *names])


def _keep_version(actor: User | None, shared: SharedSteps, *, changed: Sequence[str] = (), reason: str = "") -> None:
    SharedStepsVersion.objects.create(
        project=shared.project,
        shared_steps=shared,
        number=shared.version,
        document={"title": shared.title, "steps": shared.steps},
        changed=list(changed),
        reason=reason,
        saved_by=actor,
    )


def _locked_users(shared: SharedSteps) -> list[TestCase]:
    """The cases that use the shared steps, locked in one order, deleted ones with them: they may come back."""
    using = TestStep.objects.filter(shared_steps=shared).values("case")
    found = TestCase.objects.filter(pk__in=using).select_for_update(of=("self",)).select_related("project__tenant")
    return list(found.defer("search", "folded", "steps_text").order_by("pk"))


def _rewrite_users(actor: User | None, shared: SharedSteps) -> None:
    """Write the steps anew in every case that uses them, in a number of statements that does not grow."""
    users = _locked_users(shared)
    if not users:
        return
    ids = [case.pk for case in users]
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, {"shared": shared.pk, "cases": ids, "steps": json.dumps(shared.steps)})
    fullest = TestStep.objects.filter(case__in=ids).order_by("-position").values_list("position", flat=True).first()
    if fullest and fullest > MOST_STEPS:
        raise refused(_("A case that uses these steps would have more than %d of them.") % MOST_STEPS)
    keep_steps_text(ids)
    _count_save(actor, users, _("Shared steps %s changed") % shared.title)


def _count_save(actor: User | None, users: Sequence[TestCase], reason: str) -> None:
    """Count the change of their steps as a save of the (locked) cases."""
    ids = [case.pk for case in users]
    reason = reason[:LONGEST_REASON]
    TestCase.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=timezone.now(), updated_by=actor)
    versions.keep_versions(actor=actor, case_ids=ids, changed=["steps"], reason=reason)
    audit.record_each("case.updated", actor=actor, changed=[(case, None) for case in users], reason=reason)
    for case in users:
        case.version += 1
        events.publish("case.updated", case=case, changes={"steps": []}, actor=actor)
