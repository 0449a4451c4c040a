"""The states of cases: which ones they may enter, and what happens when they do."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..choices import CaseState, ReviewStatus
from ..models import CaseReview, TestCase, TestCaseVersion
from ..workflow import forget_workflow, workflow_of
from . import versions

Changed = Sequence[tuple[TestCase, dict[str, list[Any]]]]
"""Cases with what changes in them, as the audit trail takes it."""


def hold_workflow(project: Project) -> None:
    """See to it that no state of the project is removed before the transaction is over, and ask for them anew.

    Called before cases are locked: everybody locks in that order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM accounts_project WHERE id = %s FOR KEY SHARE", [project.pk])
    forget_workflow(project)


def starting_state(project: Project, asked: str) -> str:
    """The state of a new case: the one asked for, else the first active one.

    One that needs an approval is not entered: the case starts in review instead. Raises InvalidInput naming `state`.
    """
    workflow = workflow_of(project)
    code = workflow.usable(asked) if asked else workflow.first(CaseState.ACTIVE).code
    return workflow.first(CaseState.IN_REVIEW).code if workflow.shown(code).needs_approval else code


def require_enterable(*, actor: User | None, project: Project, changed: Changed) -> None:
    """Raise InvalidInput naming `state` where a case would enter a state that needs an approval it does not have.

    Entering such a state is an approval. It takes one of these: somebody may edit the workflow; a reviewer approved
    the case and it says the same since; or the actor may review, wrote the last words of the case not himself, and
    changes nothing else now. The cases stand as they were before in their versions.
    """
    workflow = workflow_of(project)
    entering = [
        (case, changes)
        for case, changes in changed
        if "state" in changes
        and workflow.shown(changes["state"][1]).needs_approval
        and not workflow.shown(changes["state"][0]).needs_approval
    ]
    if not entering or policies.can_edit_workflow(actor, project):
        return
    unchanged = [case for case, changes in entering if not set(changes) - set(versions.PLACED)]
    good = _approved(unchanged)
    if policies.can_review(actor, project):
        good |= {case.pk for case in unchanged} - _last_written_by(actor, unchanged)
    refused = [case for case, _changes in entering if case.pk not in good]
    if refused:
        name = workflow.shown(refused[0].state).name
        words = _("“%(state)s” needs an approval by somebody else: ask for a review of %(case)s.")
        words %= {"state": name, "case": refused[0].test_id}
        raise InvalidInput(words, "approval_needed", fields={"state": [words]})


def leave_review(*, actor: User | None, project: Project, changed: Changed) -> None:
    """Withdraw what reviewers were asked about (locked) cases that leave their review."""
    workflow = workflow_of(project)
    left = []
    for case, (before, after) in ((case, changes["state"]) for case, changes in changed if "state" in changes):
        if workflow.phase_of(before) == CaseState.IN_REVIEW != workflow.phase_of(after):
            left.append(case)
    reviews = list(CaseReview.objects.open().filter(case__in=left).select_related("reviewer")) if left else []
    if not reviews:
        return
    by_key = {case.pk: case for case in left}
    for review in reviews:
        review.case = by_key[review.case_id]
        review.project = project
    CaseReview.objects.filter(pk__in=[review.pk for review in reviews]).update(
        status=ReviewStatus.WITHDRAWN, decided_at=timezone.now(), updated_at=timezone.now()
    )
    audit.record_each("review.withdrawn", actor=actor, changed=[(review, None) for review in reviews])
    events.publish("review.withdrawn", project=project, reviews=reviews, actor=actor)


def put_into(*, actor: User | None, project: Project, cases: Iterable[TestCase], code: str, reason: str = "") -> int:
    """Give the (locked) cases this state, each as one more version; answers how many did not have it.

    The number of statements does not grow with the cases. Whether they may enter it, the caller knows.
    """
    moved = [case for case in cases if case.state != code]
    changed = [(case, {"state": [case.state, code]}) for case in moved]
    now, ids = timezone.now(), [case.pk for case in moved]
    if not moved:
        return 0
    TestCase.objects.filter(pk__in=ids).update(state=code, version=F("version") + 1, updated_at=now, updated_by=actor)
    for case in moved:
        case.state, case.version, case.updated_by, case.updated_at = code, case.version + 1, actor, now
    versions.keep_versions(actor=actor, case_ids=ids, changed=["state"], reason=reason)
    audit.record_each("case.updated", actor=actor, changed=changed, reason=reason)
    leave_review(actor=actor, project=project, changed=changed)
    for case, changes in changed:
        events.publish("case.updated", case=case, changes=changes, actor=actor)
    return len(moved)


def wrote_last(actor: User, case: TestCase) -> bool:
    """Whether the actor is the one who last changed what the case says."""
    return bool(_last_written_by(actor, [case]))


# -- inside ----------------------------------------------------------------------------------------------------------
def _approved(cases: Sequence[TestCase]) -> set[int]:
    """The keys of those that a reviewer approved as they are."""
    return set(CaseReview.objects.standing().filter(case__in=cases).values_list("case_id", flat=True))


def _last_written_by(actor: User, cases: Sequence[TestCase]) -> set[int]:
    """The keys of those whose last words the actor wrote; a change of place or state is no word."""
    wrote = ~Q(changed__contained_by=list(versions.PLACED)) | Q(changed=[])
    rows = TestCaseVersion.objects.filter(wrote, case__in=cases).order_by("case", "-number").distinct("case")
    return {case for case, author in rows.values_list("case_id", "saved_by_id") if author == actor.pk}
