"""Reviews: asking people to approve cases, and what they decide."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import policies
from ..choices import CaseState, ReviewStatus
from ..models import LONGEST_NOTE, CaseReview, TestCase
from ..workflow import workflow_of
from . import states
from .cases import locked_cases
from .drafts import with_plain_lines

MOST_CASES = 1_000
MOST_REVIEWERS = 10


@transaction.atomic
def request_review(
    *, actor: User, project: Project, case_ids: Sequence[int], reviewers: Sequence[User], note: str = ""
) -> list[CaseReview]:
    """Ask each of the people to approve each of the cases as they are now; the cases go into review.

    Whoever is asked about a case already is asked about it as it is now. The number of statements does not grow with
    the cases. Raises Denied, InvalidInput naming the field, and NotVisible when one is no living case of the project.
    """
    policies.can_edit_cases(actor, project).require()
    note = _usable_text(note, "note")
    _require_askable(actor, project, case_ids, reviewers)
    states.hold_workflow(project)
    cases = locked_cases(project, case_ids)
    came_from = {case.pk: case.state for case in cases}
    workflow = workflow_of(project)
    outside = [case for case in cases if workflow.phase_of(case.state) != CaseState.IN_REVIEW]
    code = workflow.first(CaseState.IN_REVIEW).code
    states.put_into(actor=actor, project=project, cases=outside, code=code, reason=_("Asked for a review"))
    reviews = _asked(actor, project, cases, reviewers, note, came_from)
    audit.record_each("review.requested", actor=actor, changed=[(review, None) for review in reviews])
    events.publish("review.requested", project=project, reviews=reviews, actor=actor)
    return reviews


def own_review(*, actor: User, case: TestCase) -> CaseReview:
    """What the actor was asked about the case; raises Denied, and RuleViolation when nothing waits for him."""
    policies.can_review(actor, case.project).require()
    found = (
        CaseReview.objects.waiting_for(actor).filter(case=case).select_related("project__tenant", "reviewer").first()
    )
    if found is None:
        raise RuleViolation(_("No review of this case waits for you."), "not_asked")
    return found


@transaction.atomic
def approve_review(*, actor: User, review: CaseReview, comment: str = "", if_match: str | None = None) -> CaseReview:
    """Approve the case as it is now; after the last reviewer it goes from review to the first active state.

    `if_match` is the entity tag of the case that the reviewer saw. Raises Denied, VersionConflict, InvalidInput, and
    RuleViolation for a review that is decided already or a case whose last words the reviewer wrote himself.
    """
    review = _decidable(actor, review, if_match)
    case = review.case
    if states.wrote_last(actor, case) and not policies.can_edit_workflow(actor, case.project):
        raise RuleViolation(_("You wrote this case last: somebody else has to approve it."), "own_work")
    _decide(actor, review, ReviewStatus.APPROVED, _usable_text(comment, "comment"))
    if not CaseReview.objects.open().filter(case=case).exists():
        _move_on(actor, case, _first(case, CaseState.ACTIVE), _("Approved by %s") % actor.full_name)
    return review


@transaction.atomic
def return_review(*, actor: User, review: CaseReview, comment: str, if_match: str | None = None) -> CaseReview:
    """Give the case back for the reason in the comment; it goes from review to the first draft state.

    What others were asked about it is withdrawn. Raises what `approve_review` raises but for own work.
    """
    comment = _usable_text(comment, "comment")
    if not comment:
        words = _("Say what has to change.")
        raise InvalidInput(words, fields={"comment": [words]})
    review = _decidable(actor, review, if_match)
    _decide(actor, review, ReviewStatus.RETURNED, comment)
    _move_on(actor, review.case, _first(review.case, CaseState.DRAFT), _("Returned by %s") % actor.full_name)
    return review


@transaction.atomic
def withdraw_review(*, actor: User, review: CaseReview) -> CaseReview:
    """Take back what somebody was asked; with the last one the case leaves its review.

    It goes to where it came from, or to the first draft state when it may not go there without an approval. Raises
    Denied and RuleViolation for a review that is decided already.
    """
    policies.can_withdraw(actor, review).require()
    review = _locked(review)
    _decide(actor, review, ReviewStatus.WITHDRAWN, "")
    case = review.case
    if not CaseReview.objects.open().filter(case=case).exists():
        workflow = workflow_of(case.project)
        back = workflow.by_code.get(review.came_from)
        guarded = back is not None and back.needs_approval and _changed_since(review)
        code = _first(case, CaseState.DRAFT) if back is None or guarded else back.code
        _move_on(actor, case, code, _("Review withdrawn"))
    return review


# -- inside ----------------------------------------------------------------------------------------------------------
def _usable_text(given: str, field: str) -> str:
    text = with_plain_lines(str(given or "")).strip()
    if len(text) > LONGEST_NOTE:
        words = _("At most %d characters.") % LONGEST_NOTE
        raise InvalidInput(words, fields={field: [words]})
    return text


def _require_askable(actor: User, project: Project, case_ids: Sequence[int], reviewers: Sequence[User]) -> None:
    """Raise InvalidInput naming the field for too many cases, or people who cannot be asked."""
    words = ""
    if not case_ids or len(case_ids) > MOST_CASES:
        words = _("Choose 1 to %d cases.") % MOST_CASES
        raise InvalidInput(words, fields={"test_case_ids": [words]})
    if not reviewers or len(reviewers) > MOST_REVIEWERS:
        words = _("Choose 1 to %d reviewers.") % MOST_REVIEWERS
    for reviewer in reviewers:
        if reviewer.pk == actor.pk:
            words = _("Nobody reviews at his own request: choose somebody else.")
        elif reviewer.role_in(project) is None or not reviewer.may_sign_in:
            words = _("There is no such person in the project.")
        elif not (decision := policies.can_review(reviewer, project)):
            words = f"{reviewer.full_name}: {decision.reason}"
    if words:
        raise InvalidInput(words, fields={"reviewers": [words]})


def _asked(
    actor: User,
    project: Project,
    cases: Sequence[TestCase],
    reviewers: Sequence[User],
    note: str,
    came_from: dict[int, str],
) -> list[CaseReview]:
    """The open reviews of the (locked) cases by these people: new ones, and those that stood, brought up to date."""
    now, by_key = timezone.now(), {case.pk: case for case in cases}
    standing = CaseReview.objects.open().filter(case__in=by_key, reviewer__in=reviewers)
    known = {(review.case_id, review.reviewer_id): review for review in standing}
    made = []
    for case in cases:
        for reviewer in dict.fromkeys(reviewers):
            review = known.get((case.pk, reviewer.pk))
            if review is None:
                review = CaseReview(project=project, reviewer=reviewer, came_from=came_from[case.pk])
                made.append(review)
            review.case, review.reviewer, review.project = case, reviewer, project
            review.version, review.note, review.requested_by, review.updated_at = case.version, note, actor, now
    CaseReview.objects.bulk_create(made, batch_size=1_000)
    CaseReview.objects.bulk_update(known.values(), ["version", "note", "requested_by", "updated_at"], batch_size=1_000)
    return [*known.values(), *made]


def _locked(review: CaseReview) -> CaseReview:
    """The review as it is stored now with its case, both locked; raises RuleViolation when it is decided."""
    states.hold_workflow(review.project)
    case = TestCase.objects.living().select_for_update(of=("self",)).select_related("project__tenant")
    case = case.filter(pk=review.case_id).first()
    found = CaseReview.objects.select_for_update(of=("self",)).filter(pk=review.pk, case=case).first()
    if case is None or found is None:
        raise NotVisible
    if not found.is_open:
        raise RuleViolation(_("This review is over: it was decided or withdrawn meanwhile."), "review_over")
    found.case, found.project = case, case.project
    return found


def _decidable(actor: User, review: CaseReview, if_match: str | None) -> CaseReview:
    """The review, locked, when the actor may decide it and saw the case as it is."""
    policies.can_decide(actor, review).require()
    review = _locked(review)
    require_match(review.case, if_match)
    return review


def _decide(actor: User, review: CaseReview, status: ReviewStatus, comment: str) -> None:
    review.status, review.comment = status, comment
    review.decided_at, review.decided_version = timezone.now(), review.case.version
    review.save(update_fields=["status", "comment", "decided_at", "decided_version", "updated_at"])
    action = f"review.{status.value}"
    audit.record(action, actor=actor, target=review, version=review.case.version, comment=comment)
    events.publish(action, project=review.project, reviews=[review], actor=actor)


def _first(case: TestCase, phase: str) -> str:
    return workflow_of(case.project).first(phase).code


def _move_on(actor: User, case: TestCase, code: str, reason: str) -> None:
    """Put a case that stands in review into this state; one that left it by hand stays where it is."""
    if workflow_of(case.project).phase_of(case.state) == CaseState.IN_REVIEW:
        states.put_into(actor=actor, project=case.project, cases=[case], code=code, reason=reason)


def _changed_since(review: CaseReview) -> bool:
    return CaseReview.objects.with_changes().get(pk=review.pk).is_outdated
