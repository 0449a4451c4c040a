"""Tenants and their projects."""

from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qaportal.kit.models import SoftDeleted, TimeStamped

from ..choices import TenantStatus
from ..querysets import ProjectQuerySet, TenantDomainQuerySet, TenantQuerySet

SECOND_FACTOR_SETTING = "requireSecondFactor"
"""The key of a tenant's settings that asks everybody for a second factor."""


class Tenant(TimeStamped, SoftDeleted):
    """A company: its people and projects are nobody else's business."""

    name = models.CharField(_("name"), max_length=100, validators=[MinLengthValidator(3)])
    slug = models.CharField(
        _("slug"),
        max_length=100,
        validators=[
            MinLengthValidator(3),
            RegexValidator(r"^[a-z0-9-]+$", _("Only lower-case letters, digits and hyphens.")),
        ],
    )
    status = models.CharField(max_length=10, choices=TenantStatus.choices, default=TenantStatus.ACTIVE)
    former_status = models.CharField(max_length=10, blank=True, default="", editable=False)
    """What the status of a deleted company was before: it comes back with it."""
    settings = models.JSONField(null=True, blank=True)
    subscription_tier = models.CharField(max_length=50, null=True, blank=True)
    max_users = models.PositiveIntegerField(null=True, blank=True)
    max_modules = models.PositiveIntegerField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(deleted_at__isnull=True), name="tenant_slug_once"),
            models.CheckConstraint(condition=Q(status__in=TenantStatus.values), name="tenant_status_known"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def requires_second_factor(self) -> bool:
        """Whether everybody here who signs in by password needs a second factor."""
        return bool((self.settings or {}).get(SECOND_FACTOR_SETTING))


class TenantDomain(TimeStamped):
    """A mail domain of the company. Only a verified one lets people register or arrive through its identity provider.

    Several companies may claim a domain, so that a claim tells nothing about others; only one can be verified.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains", db_index=False)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        validators=[RegexValidator(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")],
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantDomainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "domain"], name="tenant_domain_once"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(verified_at__isnull=False), name="tenant_domain_verified_once"
            ),
        ]

    def __str__(self) -> str:
        """The domain."""
        return self.domain


class Project(TimeStamped, SoftDeleted):
    """Everything about testing belongs to one project."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="projects")
    key = models.CharField(
        _("key"),
        max_length=12,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,11}$", _("2 to 12 capital letters and digits, a letter first."))],
        help_text=_("Short and in capitals: it stands in every address, such as PAY."),
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    settings = models.JSONField(default=dict, blank=True)
    icon = models.CharField(max_length=200, blank=True)
    color = models.CharField(max_length=32, blank=True)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    updated_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"], condition=Q(deleted_at__isnull=True), name="project_key_once"
            ),
            models.CheckConstraint(condition=Q(key__regex=r"^[A-Z][A-Z0-9]{1,11}$"), name="project_key_form"),
        ]

    def __str__(self) -> str:
        """Key and name."""
        return f"{self.key} {self.name}"

    def get_absolute_url(self) -> str:
        """The overview."""
        return reverse("reporting:overview", args=[self.key])

    @property
    def members_only(self) -> bool:
        """Whether only members and administrators of the tenant reach it."""
        return bool(self.settings.get("membersOnly"))
