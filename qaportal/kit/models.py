"""Abstract bases of the portal's models, and the few tables that are machinery."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


def new_uuid() -> uuid.UUID:
    """A UUIDv7 from the time of storing: keys that grow with time keep indexes and partitions local."""
    return uuid7()


class TimeStamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class SoftDeleted(models.Model):
    """A row that DELETE hides instead of removing."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class IdempotencyRecord(models.Model):
    """The first answer to a create with an Idempotency-Key; written in the transaction of that create."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "method", "path", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        """The key with its path."""
        return f"{self.method} {self.path} {self.key}"


class RateCounter(models.Model):
    """How often somebody did something in the window that runs now. The table is unlogged: a crash forgets it."""

    key = models.UUIDField(primary_key=True)
    ends_at = models.BigIntegerField()
    count = models.IntegerField()

    def __str__(self) -> str:
        """How often, and until when it counts."""
        return f"{self.count} until {self.ends_at}"


class JobProgress(TimeStamped):
    """How far a long work is; pages poll it, and it survives a reload."""

    class State(models.TextChoices):
        """What the work is doing."""

        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    kind = models.CharField(max_length=60)
    tenant_id = models.BigIntegerField(null=True)
    project_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    message = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project_id", "-created_at"], name="progress_of_project")]

    def __str__(self) -> str:
        """Kind and state."""
        return f"{self.kind}: {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def percent(self) -> int | None:
        """Whole percent done, or None while the total is unknown."""
        if not self.total:
            return None
        return min(100, self.done * 100 // self.total)
