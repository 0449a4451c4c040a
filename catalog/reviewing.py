"""The reviews of a case as its page shows them, and whom one can ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit import panels
from qaportal.kit.drawing import status_html
from qaportal.kit.errors import Decision

from . import policies
from .choices import ReviewStatus
from .models import CaseReview, TestCase

MOST_SHOWN = 50
_SHOWN = {
    ReviewStatus.REQUESTED: "pending",
    ReviewStatus.APPROVED: "approved",
    ReviewStatus.RETURNED: "changes_requested",
    ReviewStatus.WITHDRAWN: "cancelled",
}


@dataclass(slots=True)
class CaseReviews:
    """The reviews of one case, the newest first."""

    rows: list[CaseReview] = field(default_factory=list)

    @property
    def count(self) -> int | None:
        """How many wait for a decision; nothing is said of none."""
        return len(self.open) or None

    @property
    def open(self) -> list[CaseReview]:
        """Those that wait for a decision."""
        return [review for review in self.rows if review.is_open]

    @property
    def over(self) -> list[CaseReview]:
        """Those that were decided or withdrawn."""
        return [review for review in self.rows if not review.is_open]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review with what the reader may do with it."""

    review: CaseReview
    may_decide: Decision
    may_withdraw: Decision


def review_status(review: CaseReview) -> SafeString:
    """How far a review is, as icon and word."""
    return status_html(_SHOWN[review.status], word=review.get_status_display())


def reviews_of(case_ids: Iterable[int]) -> Mapping[int, CaseReviews]:
    """The reviews of each case, in one query; cases without any have an empty answer."""
    ids = list(case_ids)
    found = {pk: CaseReviews() for pk in ids}
    rows = CaseReview.objects.filter(case__in=ids).select_related("reviewer", "requested_by", "project")
    for review in rows.with_changes().order_by("-pk")[: MOST_SHOWN * len(ids)]:
        found[review.case_id].rows.append(review)
    return found


def rows_for(case: TestCase, reviews: CaseReviews, reader: User) -> list[ReviewRow]:
    """The open reviews of a case with what the reader may do."""
    rows = []
    for review in reviews.open:
        review.case, review.project = case, case.project
        rows.append(ReviewRow(review, policies.can_decide(reader, review), policies.can_withdraw(reader, review)))
    return rows


def reviewers_of(project: Project, *, besides: User) -> list[User]:
    """Everybody who may review in the project, by name, but this one."""
    people = User.objects.who_may("case.review", project).exclude(pk=besides.pk).select_related("role", "tenant")
    return list(people.order_by("first_name", "last_name", "email"))


def register() -> None:
    """Add the reviews to the tabs of a case."""
    panels.register(
        panels.Panel("catalog.case.drawer", "reviews", _("Reviews"), "catalog/_case_reviews.html", reviews_of, order=10)
    )
