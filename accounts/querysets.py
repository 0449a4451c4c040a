"""What people may see of accounts, and the base for everything that belongs to a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Q

from .choices import RoleCode

if TYPE_CHECKING:
    from .models import Project, User


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


class ProjectQuerySet(models.QuerySet):
    """Projects."""

    def living(self) -> Self:
        """Those that are not deleted, in tenants that are not deleted."""
        return self.filter(deleted_at__isnull=True, tenant__deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The projects of the user's tenant; closed ones only to members and administrators."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living()
        own = self.living().filter(tenant_id=user.tenant_id)
        if user.is_tenant_admin:
            return own
        member_of = user.memberships.values("project_id")
        return own.filter(~Q(settings__contains={"membersOnly": True}) | Q(pk__in=member_of))

    def for_list(self) -> Self:
        """What a list shows."""
        return self.select_related("created_by", "updated_by").order_by("name", "pk")


class ProjectOwnedQuerySet(models.QuerySet):
    """Base for rows that belong to a project."""

    def living(self) -> Self:
        """Those that are not deleted; models without deletion answer all."""
        if any(field.name == "deleted_at" for field in self.model._meta.fields):
            return self.filter(deleted_at__isnull=True)
        return self

    def visible_to(self, user: User) -> Self:
        """The living rows of the projects that the user sees."""
        from .models import Project

        if not user.is_authenticated:
            return self.none()
        return self.living().filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project | int) -> Self:
        """The rows of one project."""
        return self.filter(project=project)


class RoleQuerySet(models.QuerySet):
    """Roles."""

    def built_in(self, code: str) -> models.Model:
        """The built-in role with this code."""
        return self.get(tenant__isnull=True, code=code)

    def visible_to(self, user: User) -> Self:
        """The built-in ones and those of the user's tenant."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self
        return self.filter(Q(tenant__isnull=True) | Q(tenant_id=user.tenant_id)).exclude(code=RoleCode.SUPER_ADMIN)


class UserQuerySet(models.QuerySet):
    """People."""

    def living(self) -> Self:
        """Those that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The people of the user's tenant."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living()
        return self.living().filter(tenant_id=user.tenant_id)

    def who_reach(self, project: Project) -> Self:
        """The active people who can open the project."""
        people = self.living().filter(is_active=True, tenant_id=project.tenant_id)
        if project.members_only:
            return people.filter(Q(memberships__project=project) | Q(role__code=RoleCode.TENANT_ADMIN)).distinct()
        return people


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, email: str) -> User:
        """The person with this address, with role and tenant."""
        return self.select_related("role", "tenant").get(email__iexact=email or "")


class MembershipQuerySet(models.QuerySet):
    """Memberships."""

    def visible_to(self, user: User) -> Self:
        """Those of the projects that the user sees."""
        from .models import Project

        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def for_list(self) -> Self:
        """With project and role, by the project's name; those of deleted projects are left out."""
        return self.filter(project__deleted_at__isnull=True).select_related("project", "role").order_by("project__name")


class AuditQuerySet(models.QuerySet):
    """Audit entries."""

    def visible_to(self, user: User) -> Self:
        """Administrators read those of their tenant; everybody reads those of the projects he sees."""
        from .models import Project

        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self
        if user.is_tenant_admin:
            return self.filter(tenant_id=user.tenant_id)
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def about(self, target: models.Model) -> Self:
        """Those that tell of one object."""
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))
