"""Who was asked to look at a case, and what he said."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ProjectIndexed, User

from ..choices import ReviewStatus
from ..querysets import CaseReviewQuerySet
from .cases import LONGEST_STATE, TestCase

LONGEST_NOTE = 2_000


class CaseReview(ProjectIndexed):
    """One person is asked to approve a case as it was in one version."""

    case = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    """The version of the case that the reviewer was asked about."""
    came_from = models.CharField(max_length=LONGEST_STATE)
    """The state in which the case stood before it was put into review."""
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    status = models.CharField(_("status"), max_length=10, choices=ReviewStatus.choices, default=ReviewStatus.REQUESTED)
    note = models.TextField(_("note"), blank=True)
    comment = models.TextField(_("comment"), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_version = models.PositiveIntegerField(null=True, blank=True, editable=False)
    """The version of the case that the reviewer had before him when he decided."""

    objects = CaseReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reviewer"], condition=Q(status=ReviewStatus.REQUESTED), name="case_review_open_once"
            ),
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="case_review_status_known"),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.REQUESTED, decided_at__isnull=True)
                | (~Q(status=ReviewStatus.REQUESTED) & Q(decided_at__isnull=False)),
                name="case_review_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-id"], name="case_review_of_case"),
            models.Index(
                fields=["reviewer", "project"], condition=Q(status=ReviewStatus.REQUESTED), name="case_review_waiting"
            ),
            models.Index(fields=["project", "-id"], name="case_review_of_project"),
        ]

    def __str__(self) -> str:
        """Case and reviewer."""
        return f"{self.case.test_id}: {self.reviewer}"

    def get_absolute_url(self) -> str:
        """The reviews of the case."""
        return f"{self.case.get_absolute_url()}?tab=reviews"

    @property
    def is_open(self) -> bool:
        """Whether the reviewer has not decided yet."""
        return self.status == ReviewStatus.REQUESTED
