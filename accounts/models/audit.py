"""The audit trail."""

from django.db import models

from ..querysets import AuditQuerySet
from .people import User
from .tenancy import Project, Tenant


class AuditEntry(models.Model):
    """One change of state, written by the service in the transaction of the change; never changed afterwards."""

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    target_label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(null=True)
    facts = models.JSONField(null=True)
    correlation_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_of_tenant"),
            models.Index(fields=["project", "-id"], name="audit_of_project"),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_of_target"),
            models.Index(fields=["correlation_id"], name="audit_by_correlation"),
        ]

    def __str__(self) -> str:
        """What happened to what."""
        return f"{self.action} {self.target_label}"
