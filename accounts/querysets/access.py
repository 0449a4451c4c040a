"""What people may see of the ways in: identity providers, invitations and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..choices import TenantStatus
from ..permissions import decide
from .tenancy import OfTenantQuerySet

if TYPE_CHECKING:
    from ..models import Project, User


class IdentityProviderQuerySet(OfTenantQuerySet):
    """Identity providers."""

    view_permission = "sign_in.manage"

    def usable(self) -> Self:
        """Those through which people can sign in now."""
        return self.filter(is_enabled=True, tenant__deleted_at__isnull=True, tenant__status=TenantStatus.ACTIVE)

    def for_address(self, email: str) -> Self:
        """The one of the company to which the mail domain of the address is known to belong."""
        domain = email.rpartition("@")[2].strip().lower()
        return self.filter(tenant__domains__domain=domain, tenant__domains__verified_at__isnull=False)

    def closing_passwords_of(self, user: User) -> Self:
        """The one through which alone this person can sign in, if there is such."""
        return self.filter(tenant_id=user.tenant_id, is_enabled=True, is_only_way=True)


class InvitationQuerySet(OfTenantQuerySet):
    """Invitations."""

    view_permission = "user.manage"

    def open(self) -> Self:
        """Those that wait and whose link still works; each holds a seat."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())

    def for_list(self) -> Self:
        """With role, company and who invited, the newest first."""
        return self.select_related("role", "tenant", "invited_by").order_by("-pk")


class ApiTokenQuerySet(models.QuerySet):
    """API tokens."""

    def visible_to(self, user: User) -> Self:
        """Everybody's own; administrators see those of their tenant, the platform's all.

        The limits of a token that the request came with come first, whoever's it is: one of a project sees its
        owner's tokens of that project, one without the scope to manage tokens its owner's.
        """
        if not user.is_authenticated:
            return self.none()
        if user.api_token is not None and user.api_token.project_id is not None:
            return self.filter(user=user, project=user.api_token.project_id)
        if not decide(user, "token.manage"):
            return self.filter(user=user)
        return self if user.is_super_admin else self.filter(user__tenant_id=user.tenant_id)

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def unrevoked(self) -> Self:
        """Those that nobody revoked; they may have expired."""
        return self.filter(revoked_at__isnull=True)

    def usable(self) -> Self:
        """Neither revoked nor expired."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True)

    def for_list(self) -> Self:
        """With owner and project, the newest first."""
        return self.select_related("user__role", "user__tenant", "project").order_by("-pk")
