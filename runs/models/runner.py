"""What the runner keeps beside results: who has a test open, and which entries it took in already."""

from django.db import models
from django.utils import timezone

from accounts.models import Project, User

from ..querysets import RunnerQuerySet
from .runs import RunCase


class RunnerPresence(models.Model):
    """Somebody who has a test open in the runner; it counts for a short while after he was seen."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="+")
    run_case = models.ForeignKey(RunCase, on_delete=models.CASCADE, db_index=False, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RunnerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run_case", "user"], name="runner_presence_once")]

    def __str__(self) -> str:
        """Who, where."""
        return f"{self.user_id} at {self.run_case_id}"


class RunnerEntry(models.Model):
    """An entry that came in: the same key once more is the repetition of a client that heard no answer."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="+")
    run_case = models.ForeignKey(RunCase, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="+")
    key = models.UUIDField()
    attempt = models.PositiveIntegerField()
    """The attempt that the entry went into."""
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = RunnerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="runner_entry_once")]

    def __str__(self) -> str:
        """Its key."""
        return str(self.key)
