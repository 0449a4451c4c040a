"""The reviews of the demo: cases that wait for somebody, one that came back and one that was approved."""

from collections.abc import Sequence
from datetime import datetime

from accounts import audit
from accounts.models import Project, User
from catalog.choices import CaseState
from catalog.models import CaseReview, TestCase, TestCaseVersion
from catalog.services.reviews import approve_review, request_review, return_review

from .days import Days

_WAITING = (
    ("tester2", "quality", 3, ""),
    ("tester", "quality", 2, "Does the limit of the day count here too?"),
    ("quality", "tester", 1, "Read it as somebody who has never seen this page."),
)
_RETURNED = ("tester", "quality", 9, "The last step says what to do, but not what to expect.")
_APPROVED = ("tester2", "tester", 12, "Tried it on staging, all there.")


def make_reviews(project: Project, people: dict[str, User], cases: Sequence[TestCase], days: Days) -> None:
    """Ask for the reviews and decide two of them, each at its moment."""
    by_hand = [case for case in cases if case.test_type == "manual" and case.state == CaseState.ACTIVE]
    for case, (asker, reviewer, ago, comment) in zip(by_hand, (_APPROVED, _RETURNED), strict=False):
        review = _ask(project, case, people[asker], people[reviewer], days.at(ago, "11:05"), "")
        decide = return_review if comment == _RETURNED[-1] else approve_review
        moment = days.at(ago - 1, "09:40")
        with audit.dated(moment):
            decide(actor=people[reviewer], review=review, comment=comment)
        CaseReview.objects.filter(pk=review.pk).update(decided_at=moment, updated_at=moment)
        _date(case, moment)
    drafts = [case for case in cases if case.state == CaseState.DRAFT]
    for case, (asker, reviewer, ago, note) in zip(drafts, _WAITING, strict=False):
        _ask(project, case, people[asker], people[reviewer], days.at(ago, "15:20"), note)


def _ask(project: Project, case: TestCase, asker: User, reviewer: User, moment: datetime, note: str) -> CaseReview:
    with audit.dated(moment):
        (review,) = request_review(actor=asker, project=project, case_ids=[case.pk], reviewers=[reviewer], note=note)
    CaseReview.objects.filter(pk=review.pk).update(created_at=moment, updated_at=moment)
    _date(case, moment)
    return review


def _date(case: TestCase, moment: datetime) -> None:
    """Let the case and its last version say that it was put there at this moment."""
    TestCase.objects.filter(pk=case.pk).update(updated_at=moment)
    newest = TestCaseVersion.objects.filter(case=case).order_by("-number").first()
    TestCaseVersion.objects.filter(pk=newest.pk).update(created_at=moment)
