"""How long a project keeps results and files, and what the nightly job removed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, ProjectIndexed

from ..querysets import RetentionQuerySet

KINDS = (
    *("runs", "tests", "results", "steps", "checkpoints", "log_entries", "artifacts", "reports", "files"),
    "file_bytes",
)
LONGEST_TERM = 36_500
"""Days; what is to be kept longer is kept for ever."""


class RetentionTerms(ProjectIndexed, Authored):
    """For how many days a project keeps what it was sent; nothing means for ever."""

    results_days = models.PositiveIntegerField(_("results"), null=True, blank=True)
    artifacts_days = models.PositiveIntegerField(_("files"), null=True, blank=True)

    objects = RetentionQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "retention terms"
        constraints = [
            models.UniqueConstraint(fields=["project"], name="retention_terms_once"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, LONGEST_TERM)}),
                    name=f"retention_{name}_bounded",
                )
                for name in ("results_days", "artifacts_days")
            ),
        ]

    def __str__(self) -> str:
        """Both terms."""
        return f"{self.results_days or '-'} / {self.artifacts_days or '-'}"


class RetentionSweep(ProjectIndexed):
    """One night's work in one project; a sweep that was broken off is taken up again."""

    results_days = models.PositiveIntegerField(null=True)
    artifacts_days = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    """How much of each kind went; counted up in the transaction that deletes it."""
    error = models.TextField(blank=True)

    objects = RetentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(finished_at__isnull=True), name="retention_sweep_open_once"
            ),
        ]
        indexes = [models.Index(fields=["project", "-started_at"], name="retention_sweep_newest")]

    def __str__(self) -> str:
        """When it began."""
        return f"{self.started_at:%Y-%m-%d}"

    @property
    def removed(self) -> dict[str, int]:
        """How much of each kind went, zeros included."""
        return {name: self.counts.get(name, 0) for name in KINDS}
