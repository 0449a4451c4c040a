"""What people may see of companies and projects, and the bases for everything that belongs to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from ..choices import TenantStatus
from ..permissions import decide

if TYPE_CHECKING:
    from ..models import Project, User


class TenantQuerySet(models.QuerySet):
    """Tenants."""

    def living(self) -> Self:
        """Those that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The platform's administrator sees all, everybody else his own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living()
        return self.living().filter(pk=user.tenant_id)

    def deleted_visible_to(self, user: User) -> Self:
        """The deleted ones, for those who may restore them."""
        if not user.is_authenticated or not decide(user, "tenant.suspend"):
            return self.none()
        return self.filter(deleted_at__isnull=False)

    def manageable_by(self, user: User) -> Self:
        """The user's own; a platform administrator's are all, the deleted ones too."""
        return self if user.is_super_admin else self.filter(pk=user.tenant_id)

    def administered_by(self, user: User) -> Self:
        """All companies, the deleted ones too, for the platform's administrator; nobody else administers any."""
        return self.order_by("name", "pk") if user.is_super_admin else self.none()


class ProjectQuerySet(models.QuerySet):
    """Projects."""

    def living(self) -> Self:
        """Those that are not deleted, in tenants that are not deleted."""
        return self.filter(deleted_at__isnull=True, tenant__deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The projects of the user's tenant; closed ones only to members and administrators.

        An API token of one project sees that one alone.
        """
        if not user.is_authenticated:
            return self.none()
        reached = self.living()
        if user.api_token is not None and user.api_token.project_id is not None:
            reached = reached.filter(pk=user.api_token.project_id)
        if user.is_super_admin:
            return reached
        own = reached.filter(tenant_id=user.tenant_id)
        if user.is_tenant_admin:
            return own
        member_of = user.memberships.values("project_id")
        return own.filter(~Q(settings__contains={"membersOnly": True}) | Q(pk__in=member_of))

    def granting(self, user: User, code: str) -> Self:
        """Those in which the user's role has the permission: a custom role may lack even one to read.

        Who has which role is asked of the database once for each request.
        """
        if user.is_tenant_admin:
            return self if code in user.role.granted else self.none()
        has_it = {key: code in role.granted for key, role in user.roles_by_project.items()}
        if code not in user.role.granted:
            return self.filter(pk__in=[key for key, granted in has_it.items() if granted])
        lacking = [key for key, granted in has_it.items() if not granted]
        return self.exclude(pk__in=lacking) if lacking else self

    def manageable_by(self, user: User) -> Self:
        """All projects that an administrator is responsible for, the deleted ones too."""
        if user.is_super_admin:
            return self
        return self.filter(tenant_id=user.tenant_id) if user.is_tenant_admin else self.visible_to(user)

    def for_list(self) -> Self:
        """What a list shows."""
        return self.select_related("created_by", "updated_by").order_by("name", "pk")


def projects_to_read(user: User, permission: str) -> models.QuerySet:
    """The keys of the projects that the user sees and in which his role has the permission, for `project__in`."""
    from ..models import Project

    visible = Project.objects.visible_to(user).order_by()
    return (visible.granting(user, permission) if permission else visible).values("pk")


class ProjectOwnedQuerySet(models.QuerySet):
    """Base for rows that belong to a project."""

    view_permission = ""
    """The permission to read such rows; empty for those that everybody in the project reads."""

    def living(self) -> Self:
        """Those that are not deleted; models without deletion answer all."""
        if any(field.name == "deleted_at" for field in self.model._meta.fields):
            return self.filter(deleted_at__isnull=True)
        return self

    def visible_to(self, user: User) -> Self:
        """The living rows of the projects that the user sees and in which he may read them."""
        if not user.is_authenticated:
            return self.none()
        return self.living().filter(project__in=projects_to_read(user, self.view_permission))

    def in_project(self, project: Project | int) -> Self:
        """The rows of one project."""
        return self.filter(project=project)


class OfTenantQuerySet(models.QuerySet):
    """Base for rows that belong to a tenant and that its administrators alone see."""

    def visible_to(self, user: User) -> Self:
        """Those of the tenant that the user administers."""
        if not user.is_authenticated or not user.is_tenant_admin:
            return self.none()
        if user.is_super_admin:
            return self
        return self.filter(tenant_id=user.tenant_id)


class TenantDomainQuerySet(OfTenantQuerySet):
    """Mail domains."""

    def verified(self) -> Self:
        """Those that are known to belong to their tenant, of tenants that may work."""
        return self.filter(
            verified_at__isnull=False, tenant__deleted_at__isnull=True, tenant__status=TenantStatus.ACTIVE
        )

    def of_address(self, email: str) -> Self:
        """Those of an e-mail address."""
        return self.filter(domain=email.rpartition("@")[2].strip().lower())
