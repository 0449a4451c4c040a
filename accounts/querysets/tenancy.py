"""What people may see of companies and projects, and the bases for everything that belongs to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ..choices import TenantStatus
from ..permissions import decide

if TYPE_CHECKING:
    from ..models import Project, User


def counted_by_status(queryset: models.QuerySet, statuses: type[models.TextChoices]) -> dict[str, int]:
    """How many rows there are in each status, in one query; under `all` those that are not deleted."""
    every = ~Q(status=statuses.DELETED)
    return queryset.order_by().aggregate(
        **{status: Count("pk", filter=Q(status=status)) for status in statuses.values}, all=Count("pk", filter=every)
    )


class RestorableQuerySet(models.QuerySet):
    """Base for rows that deletion hides until somebody restores them; subclasses add `visible_to` for the rest."""

    restore_permission: str
    """What it takes to bring one back."""
    company_lookup = "tenant_id"

    def living(self) -> Self:
        """Those that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def deleted(self) -> Self:
        """Those that were deleted and can be restored."""
        return self.filter(deleted_at__isnull=False)

    def deleted_visible_to(self, user: User) -> Self:
        """The deleted ones, for those who may restore them."""
        return self.deleted().manageable_by(user)

    def manageable_by(self, user: User) -> Self:
        """What the user sees and, where he may restore them, the deleted ones too."""
        if not user.is_authenticated or not decide(user, self.restore_permission):
            return self.visible_to(user)
        return self if user.is_super_admin else self.filter(**{self.company_lookup: user.tenant_id})


class TenantQuerySet(RestorableQuerySet):
    """Tenants."""

    restore_permission, company_lookup = "tenant.suspend", "pk"

    def visible_to(self, user: User) -> Self:
        """The platform's administrator sees all, everybody else his own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living()
        return self.living().filter(pk=user.tenant_id)

    def for_list(self) -> Self:
        """By name."""
        return self.order_by("name", "pk")

    def with_people(self) -> Self:
        """With `people`: how many living ones each has."""
        from ..models import User

        people = User.objects.living().filter(tenant=OuterRef("pk")).order_by().values("tenant")
        return self.annotate(people=Coalesce(Subquery(people.annotate(number=Count("pk")).values("number")), 0))


class ProjectQuerySet(RestorableQuerySet):
    """Projects."""

    restore_permission = "project.delete"

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

    def to_choose_from(self) -> Self:
        """With the company, by name."""
        return self.select_related("tenant").order_by("name", "pk")

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
    restore_permission = ""
    """The permission to bring deleted rows back; empty where nobody can."""

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

    def manageable_by(self, user: User) -> Self:
        """What the user sees and, in projects where he may restore them, the deleted rows too."""
        if not user.is_authenticated or not self.restore_permission:
            return self.visible_to(user)
        restorable = Q(project__in=projects_to_read(user, self.restore_permission)) | Q(deleted_at__isnull=True)
        return self.filter(restorable, project__in=projects_to_read(user, self.view_permission))

    def in_project(self, project: Project | int) -> Self:
        """The rows of one project."""
        return self.filter(project=project)


class OfTenantQuerySet(models.QuerySet):
    """Base for rows that belong to a tenant and that those of its people see who may do what the rows are for."""

    view_permission: str
    """What it takes to see them."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's tenant, or all for the platform's administrator, where his role has the permission."""
        if not user.is_authenticated or not decide(user, self.view_permission):
            return self.none()
        return self if user.is_super_admin else self.filter(tenant_id=user.tenant_id)


class TenantDomainQuerySet(OfTenantQuerySet):
    """Mail domains."""

    view_permission = "sign_in.manage"

    def verified(self) -> Self:
        """Those that are known to belong to their tenant, of tenants that may work."""
        return self.filter(
            verified_at__isnull=False, tenant__deleted_at__isnull=True, tenant__status=TenantStatus.ACTIVE
        )

    def of_address(self, email: str) -> Self:
        """Those of an e-mail address."""
        return self.filter(domain=email.rpartition("@")[2].strip().lower())

    def for_list(self) -> Self:
        """With the company, by name."""
        return self.select_related("tenant").order_by("domain")
