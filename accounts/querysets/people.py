"""What people may see of each other, of roles and of memberships."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..choices import RoleCode
from ..permissions import PERMISSIONS, decide
from .tenancy import RestorableQuerySet, projects_to_read

if TYPE_CHECKING:
    from ..models import Project, User


class RoleQuerySet(models.QuerySet):
    """Roles."""

    def for_list(self) -> Self:
        """With the company, the highest first."""
        return self.select_related("tenant").order_by("-is_built_in", "pk")

    def granting(self, permission: str) -> Self:
        """Those that have the permission with this code."""
        own = Q(permissions__isnull=True) | Q(permissions__contains=[permission])
        return self.filter(own, code__in=PERMISSIONS[permission].roles)

    def built_in(self, code: str) -> models.Model:
        """The built-in role with this code."""
        return self.get(is_built_in=True, code=code)

    def visible_to(self, user: User) -> Self:
        """The built-in ones and those of the user's tenant."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.exclude(tenant__deleted_at__isnull=False)
        return self.of_tenant(user.tenant_id).exclude(code=RoleCode.SUPER_ADMIN)

    def of_tenant(self, tenant_id: int | None) -> Self:
        """Those that people of the tenant can have; without a tenant, those of the platform."""
        return self.filter(Q(tenant__isnull=True) | Q(tenant_id=tenant_id))

    def with_holders(self, reader: User) -> Self:
        """With `people` and `members`: how many have the role in the company and in projects that the reader sees."""
        from ..models import Membership, User

        people = User.objects.visible_to(reader).order_by().filter(role=OuterRef("pk")).values("role")
        members = Membership.objects.visible_to(reader).order_by().filter(role=OuterRef("pk")).values("role")
        return self.annotate(
            people=Coalesce(Subquery(people.annotate(number=Count("pk")).values("number")), 0),
            members=Coalesce(Subquery(members.annotate(number=Count("pk")).values("number")), 0),
        )


def name_and_address() -> models.Func:
    """What a person is searched by, accents and case folded; there is an index on it."""
    return models.Func(
        *("first_name", "last_name", "email"),
        arg_joiner=" || ' ' || ",
        function="portal_folded",
        output_field=models.TextField(),
    )


class UserQuerySet(RestorableQuerySet):
    """People."""

    restore_permission = "user.manage"

    def visible_to(self, user: User) -> Self:
        """The people of the user's tenant; himself alone when his role may not see them."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living().exclude(tenant__deleted_at__isnull=False)
        if "user.view" not in user.role.granted:
            return self.living().filter(pk=user.pk)
        return self.living().filter(tenant_id=user.tenant_id)

    def unconfirmed(self, until: datetime) -> Self:
        """Those who registered by themselves, have not confirmed the address, and whom nobody changed since then.

        Whoever was made an administrator meanwhile is known to somebody.
        """
        waiting = self.living().filter(must_verify_email=True, updated_at__lt=until).order_by("pk")
        return waiting.exclude(role__code__in=[RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN])

    def named_in_trail_of(self, user: User) -> Self:
        """Everybody whom the trail that the user reads can name, the deleted ones too."""
        if not user.is_authenticated or not decide(user, "audit.view"):
            return self.visible_to(user)
        return self if user.is_super_admin else self.filter(tenant_id=user.tenant_id)

    def matching(self, words: str) -> Self:
        """Those whose name or address holds every one of the words, in whatever order."""
        found = self.alias(folded=name_and_address())
        for word in words.split():
            folded = models.Func(models.Value(word), function="portal_folded", output_field=models.TextField())
            found = found.filter(folded__contains=folded)
        return found

    def for_list(self) -> Self:
        """With role and company."""
        return self.select_related("role", "tenant")

    def who_reach(self, project: Project) -> Self:
        """The active people who can open the project."""
        people = self.living().filter(is_active=True, tenant_id=project.tenant_id)
        if project.members_only:
            return people.filter(Q(memberships__project=project) | Q(role__code=RoleCode.TENANT_ADMIN)).distinct()
        return people

    def who_may(self, permission: str, project: Project) -> Self:
        """Those of them whose role in the project has the permission with this code.

        A membership's role replaces the person's own, but that of an administrator of the company.
        """
        granting = self.model._meta.get_field("role").related_model.objects.granting(permission)
        members = project.memberships.order_by()
        by_membership = Q(pk__in=members.filter(role__in=granting).values("user"))
        by_own_role = Q(role__in=granting) & (Q(role__code=RoleCode.TENANT_ADMIN) | ~Q(pk__in=members.values("user")))
        return self.who_reach(project).filter(by_membership | by_own_role)

    def with_address(self, email: str | None) -> Self:
        """The living person with this address, whatever its case, with role and tenant."""
        return self.living().select_related("role", "tenant").filter(email__iexact=email or "")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, email: str) -> User:
        """The person with this address, with role and tenant."""
        return self.with_address(email).get()


class MembershipQuerySet(models.QuerySet):
    """Memberships."""

    def visible_to(self, user: User) -> Self:
        """Those of the projects that the user sees and in which he may see who works there."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(project__in=projects_to_read(user, "member.view"))

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def for_list(self) -> Self:
        """With project and role, by the project's name; those of deleted projects are left out."""
        return self.filter(project__deleted_at__isnull=True).select_related("project", "role").order_by("project__name")


class TokenFamilyQuerySet(models.QuerySet):
    """Sign-ins of API clients."""

    def visible_to(self, user: User) -> Self:
        """Everybody's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def open(self) -> Self:
        """Those that can be renewed."""
        return self.filter(ended_at__isnull=True, expires_at__gt=timezone.now())
