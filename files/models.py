"""Stored files."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Authored, Project, Tenant
from qaportal.kit.models import TimeStamped, new_uuid

from .querysets import StoredFileQuerySet


class FileState(models.TextChoices):
    """Whether the bytes are there."""

    PENDING = "pending", _("Pending")
    STORED = "stored", _("Stored")
    WAITING = "waiting", _("Waiting for the storage")
    MISSING = "missing", _("Missing")


READABLE = (FileState.STORED, FileState.WAITING)
"""What has its bytes: in the storage, or in the spool until the storage takes them."""


class StoredFile(TimeStamped, Authored):
    """Bytes kept once for their tenant, or a link to somewhere else that is never fetched."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=300, blank=True, db_index=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    encoding = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.PENDING)
    thumbnail_size = models.PositiveIntegerField(null=True, editable=False)
    """The bytes of the small picture that is kept beside the file; nothing without one."""
    external_url = models.URLField(max_length=2000, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    is_shared = models.BooleanField(default=False, db_default=False)
    """Whether a further object named it after it had been claimed; such a file outlives what it came with."""

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=0), name="stored_file_size_positive"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="stored_file_state_known"),
        ]
        indexes = [
            models.Index(fields=["project", "sha256"], name="stored_file_by_content"),
            models.Index(fields=["created_at"], condition=Q(claimed_at__isnull=True), name="stored_file_unclaimed"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def is_readable(self) -> bool:
        """Whether its bytes can be had from the portal."""
        return self.state in READABLE and not self.external_url
