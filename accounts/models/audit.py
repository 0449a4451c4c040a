"""The audit trail."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from ..querysets import AuditQuerySet, RequestRecordQuerySet
from .people import User
from .tenancy import Project, Tenant


class CurrentTransaction(models.Func):
    """The number of the transaction that writes: entries are sealed once no older transaction runs any more."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0


class AuditEntry(models.Model):
    """One change of state, written by the service in the transaction of the change; never changed afterwards.

    Its keys have no index of their own: those of `Meta` begin with them.
    """

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=40, blank=True)
    target_label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(null=True)
    facts = models.JSONField(null=True)
    correlation_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="audit_by_time"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="audit_of_tenant_by_time"),
            models.Index(fields=["project", "-created_at", "-id"], name="audit_of_project_by_time"),
            models.Index(fields=["actor", "-created_at", "-id"], name="audit_of_actor_by_time"),
            models.Index(fields=["action", "-created_at", "-id"], name="audit_of_action_by_time"),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_of_target"),
            models.Index(fields=["correlation_id"], name="audit_by_correlation"),
            models.Index(fields=["transaction_id", "id"], name="audit_by_transaction"),
            GinIndex(OpClass(Upper("target_label"), name="gin_trgm_ops"), name="audit_by_label"),
        ]

    def __str__(self) -> str:
        """What happened to what."""
        return f"{self.action} {self.target_label}"


class AuditSeal(models.Model):
    """One link of the hash chain of a tenant: its digest covers the entry and the seal before it.

    `accounts/audit/chain.py` says what exactly.
    """

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.BigIntegerField()
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    entry_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sequence"], name="audit_seal_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        """Its place in the chain."""
        return f"{self.tenant_id}:{self.sequence}"


class RequestRecord(models.Model):
    """What is known of a write or a sign-in only afterwards: how it was asked and how it was answered."""

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    correlation_id = models.CharField(max_length=100)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField()
    request_body = models.JSONField(null=True)
    response_body = models.JSONField(null=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RequestRecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["correlation_id", "created_at"], name="request_by_correlation_time"),
            models.Index(fields=["tenant", "-id"], name="request_of_tenant"),
        ]

    def __str__(self) -> str:
        """Method, path and answer."""
        return f"{self.method} {self.path} {self.status}"
