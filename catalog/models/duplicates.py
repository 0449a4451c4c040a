"""Cases that say almost the same: what they are compared by, and the pairs that were found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models import Project, ProjectIndexed, ProjectOwned, User

from ..choices import Likeness
from ..querysets import CaseFingerprintQuerySet, DuplicateScanQuerySet, SimilarPairQuerySet
from .cases import TestCase


class CaseFingerprint(models.Model):
    """What a case was compared by last: cases that may be alike have a mark in common."""

    case = models.OneToOneField(TestCase, primary_key=True, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    content = models.BigIntegerField()
    """A hash of title, steps and automation key: another one means that the case has to be compared again."""
    is_compared = models.BooleanField(default=False)
    """Whether it was compared since it got these marks."""
    marks = ArrayField(models.BigIntegerField(), default=list)

    objects = CaseFingerprintQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["marks"], fastupdate=False, name="case_fingerprint_marks")]

    def __str__(self) -> str:
        """How many marks."""
        return f"{len(self.marks)} marks"


class SimilarPair(ProjectOwned):
    """Two cases of a project that say almost the same; the one with the smaller key comes first."""

    case_a = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="+", db_index=False)
    case_b = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    """How alike they are, in percent."""
    reasons = ArrayField(models.CharField(max_length=12, choices=Likeness.choices), default=list)
    found_at = models.DateTimeField()
    """When they were compared last."""
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    objects = SimilarPairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(case_a__lt=F("case_b")), name="similar_pair_in_order"),
            models.CheckConstraint(condition=Q(score__lte=100), name="similar_pair_percent"),
            models.UniqueConstraint(fields=["case_a", "case_b"], name="similar_pair_once"),
        ]
        indexes = [
            models.Index(
                fields=["project", "-score", "id"],
                condition=Q(dismissed_at__isnull=True),
                name="similar_pair_most_alike",
            )
        ]

    def __str__(self) -> str:
        """The two cases."""
        return f"{self.case_a_id} ~ {self.case_b_id}"

    @property
    def cases(self) -> tuple[TestCase, TestCase]:
        """Both cases."""
        return self.case_a, self.case_b

    @property
    def reason_words(self) -> list[str]:
        """Why they look like the same test, in words."""
        return [str(Likeness(each).label) for each in self.reasons]


class DuplicateScan(ProjectIndexed):
    """When the cases of a project were compared last."""

    progress_id = models.UUIDField(null=True)
    """How far the last one is."""
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    compared = models.PositiveIntegerField(default=0)
    """How many cases were compared with the others the last time."""

    objects = DuplicateScanQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project"], name="duplicate_scan_once")]

    def __str__(self) -> str:
        """When it ended."""
        return str(self.finished_at or self.started_at or "")
