"""What people may see of accounts, and the base for everything that belongs to a project."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from .choices import RoleCode, TenantStatus
from .permissions import decide

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
    from .models import Project

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


class RoleQuerySet(models.QuerySet):
    """Roles."""

    def for_list(self) -> Self:
        """With the company, the highest first."""
        return self.select_related("tenant").order_by("-is_built_in", "pk")

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


def name_and_address() -> models.Func:
    """What a person is searched by, accents and case folded; there is an index on it."""
    return models.Func(
        *("first_name", "last_name", "email"),
        arg_joiner=" || ' ' || ",
        function="portal_folded",
        output_field=models.TextField(),
    )


class UserQuerySet(models.QuerySet):
    """People."""

    def living(self) -> Self:
        """Those that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """The people of the user's tenant; himself alone when his role may not see them."""
        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self.living().exclude(tenant__deleted_at__isnull=False)
        if "user.view" not in user.role.granted:
            return self.living().filter(pk=user.pk)
        return self.living().filter(tenant_id=user.tenant_id)

    def deleted_visible_to(self, user: User) -> Self:
        """The deleted ones, for those who may restore them."""
        if not user.is_authenticated or not decide(user, "user.manage"):
            return self.none()
        return self.deleted().manageable_by(user)

    def deleted(self) -> Self:
        """Those that were deleted and can be restored."""
        return self.filter(deleted_at__isnull=False)

    def manageable_by(self, user: User) -> Self:
        """All people of the user's tenant, the deleted ones too; a platform administrator's are everybody."""
        if user.is_super_admin:
            return self
        return self.filter(tenant_id=user.tenant_id)

    def matching(self, words: str) -> Self:
        """Those whose name or address holds the words."""
        folded = models.Func(models.Value(words.strip()), function="portal_folded", output_field=models.TextField())
        return self.alias(folded=name_and_address()).filter(folded__contains=folded)

    def for_list(self) -> Self:
        """With role and company."""
        return self.select_related("role", "tenant")

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
        return self.living().select_related("role", "tenant").get(email__iexact=email or "")


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


class AuditQuerySet(models.QuerySet):
    """Audit entries."""

    def visible_to(self, user: User) -> Self:
        """Administrators read those of their tenant; everybody reads those of the projects he sees."""
        from .models import Project

        if not user.is_authenticated:
            return self.none()
        if user.is_super_admin:
            return self
        if decide(user, "audit.view"):
            return self.filter(tenant_id=user.tenant_id)
        return self.filter(project__in=Project.objects.visible_to(user).order_by().values("pk"))

    def in_project(self, project: Project) -> Self:
        """Those of one project."""
        return self.filter(project=project)

    def about(self, target: models.Model) -> Self:
        """Those that tell of one object."""
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))

    def for_list(self) -> Self:
        """With whom and what they name, the newest first."""
        return self.select_related("actor", "project", "tenant").order_by("-created_at", "-pk")

    def older_than(self, moment: datetime, pk: int) -> Self:
        """Those that stand below the entry of this moment and key in the list."""
        return self.filter(Q(created_at__lt=moment) | Q(pk__lt=pk), created_at__lte=moment)

    def with_record(self) -> Self:
        """With `record_id` of how they were asked for.

        It is the first record of the same company and correlation id, at or after the entry: a client that sends its
        own ids may send one twice.
        """
        first = _records_of_entries().order_by("created_at", "pk")
        return self.annotate(record_id=Subquery(first.values("pk")[:1]))

    def asked_by(self, method: str) -> Self:
        """Those whose first record is of this method."""
        before = _records().filter(
            correlation_id=OuterRef("correlation_id"),
            whose=OuterRef("whose"),
            created_at__gte=OuterRef(OuterRef("created_at")),
            created_at__lt=OuterRef("created_at"),
        )
        return self.filter(Exists(_records_of_entries().filter(~Exists(before), method=method)))


def _records() -> models.QuerySet:
    """Records with `whose`: the key of their company, or 0."""
    from .models import RequestRecord

    return RequestRecord.objects.alias(whose=Coalesce("tenant", 0))


def _records_of_entries() -> models.QuerySet:
    """For a subquery of entries: the records of the same company and correlation id, at or after the entry."""
    return _records().filter(
        correlation_id=OuterRef("correlation_id"),
        created_at__gte=OuterRef("created_at"),
        whose=Coalesce(OuterRef("tenant"), 0),
    )


class OfTenantQuerySet(models.QuerySet):
    """Base for rows that belong to a tenant and that its administrators alone see."""

    def visible_to(self, user: User) -> Self:
        """Those of the tenant that the user administers."""
        if not user.is_authenticated or not user.is_tenant_admin:
            return self.none()
        if user.is_super_admin:
            return self
        return self.filter(tenant_id=user.tenant_id)


class RequestRecordQuerySet(OfTenantQuerySet):
    """Records of requests."""


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


class IdentityProviderQuerySet(OfTenantQuerySet):
    """Identity providers."""

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

    def open(self) -> Self:
        """Those that wait and whose link still works; each holds a seat."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())

    def for_list(self) -> Self:
        """With role, company and who invited, the newest first."""
        return self.select_related("role", "tenant", "invited_by").order_by("-pk")


class ApiTokenQuerySet(models.QuerySet):
    """API tokens."""

    def visible_to(self, user: User) -> Self:
        """Everybody's own; administrators see those of their tenant; a token of one project those of its project."""
        if not user.is_authenticated:
            return self.none()
        if user.api_token is not None and user.api_token.project_id is not None:
            return self.filter(user=user, project=user.api_token.project_id)
        if user.is_super_admin:
            return self
        if decide(user, "token.manage"):
            return self.filter(user__tenant_id=user.tenant_id)
        return self.filter(user=user)

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
