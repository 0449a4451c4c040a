"""People, their roles and what keeps them signed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from qaportal.kit.models import SoftDeleted, TimeStamped, new_uuid

from ..choices import ROLE_RANK, ROLE_WORDS, RoleCode, RoleScope, UserStatus
from ..permissions import PERMISSIONS, decide, permissions_of
from ..querysets import MembershipQuerySet, RoleQuerySet, TokenFamilyQuerySet, UserManager, name_and_address
from .tenancy import Project, Tenant

if TYPE_CHECKING:
    from .access import ApiToken


class Role(TimeStamped):
    """What a person may do.

    The code is the base: it decides the rank, and the table of permissions says what roles of this base may do at
    most. `permissions` names which of that; None means all of it, as for every built-in role. A role without a
    tenant is offered to all of them.
    """

    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=40, choices=RoleCode.choices)
    scope = models.CharField(max_length=10, choices=RoleScope.choices)
    description = models.TextField(blank=True)
    is_built_in = models.BooleanField(default=False, editable=False)
    permissions = ArrayField(models.CharField(max_length=60), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(is_built_in=True), name="role_built_in_once"),
            models.UniqueConstraint(Lower("name"), "tenant", name="role_name_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(is_built_in=False) | Q(tenant__isnull=True, permissions__isnull=True),
                name="role_built_in_for_all",
            ),
            models.CheckConstraint(condition=Q(code__in=RoleCode.values), name="role_code_known"),
            models.CheckConstraint(condition=Q(scope__in=RoleScope.values), name="role_scope_known"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(RoleCode(self.code).label) if self.is_built_in else self.name

    @property
    def purpose(self) -> str:
        """What it is for, in the reader's language."""
        return str(ROLE_WORDS[self.code]) if self.is_built_in else self.description

    @property
    def rank(self) -> int:
        """How much it may do; nobody grants a higher one than his own."""
        return ROLE_RANK[self.code]

    @cached_property
    def granted(self) -> frozenset[str]:
        """The codes of the permissions that it has."""
        base = permissions_of(self.code)
        return base if self.permissions is None else base & frozenset(self.permissions)


class User(AbstractBaseUser, TimeStamped, SoftDeleted):
    """A person; signs in by e-mail, belongs to one tenant, has one role there."""

    email = models.EmailField(_("work e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    tenant = models.ForeignKey(
        Tenant, null=True, blank=True, on_delete=models.PROTECT, related_name="users", db_index=False
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="users")
    status = models.CharField(max_length=10, choices=UserStatus.choices, default=UserStatus.ACTIVE)
    former_status = models.CharField(max_length=10, blank=True, default="", editable=False)
    """What the status of somebody who is deleted was before: he comes back with it."""
    auth_provider = models.CharField(max_length=40, default="local")
    is_email_verified = models.BooleanField(default=False)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    must_verify_email = models.BooleanField(default=False, editable=False)
    sign_in_epoch = models.PositiveIntegerField(default=0, editable=False)
    default_project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_active = models.GeneratedField(
        expression=Q(status=UserStatus.ACTIVE, deleted_at__isnull=True),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()
    api_token: ApiToken | None = None
    """The API token that a request came with, set by the authentication: it narrows what the person may do."""

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=Q(deleted_at__isnull=True), name="user_email_once"),
            models.CheckConstraint(condition=Q(status__in=UserStatus.values), name="user_status_known"),
        ]
        indexes = [
            models.Index(fields=["tenant", "status"], name="user_of_tenant"),
            models.Index(fields=["tenant", "email"], name="user_of_tenant_by_email"),
            models.Index(
                fields=["tenant", "first_name", "last_name", "id"],
                condition=Q(deleted_at__isnull=True),
                name="user_of_tenant_by_name",
            ),
            GinIndex(OpClass(name_and_address(), name="gin_trgm_ops"), name="user_by_words"),
        ]

    def __str__(self) -> str:
        """The name people know."""
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name, else the part of the address before the @."""
        return f"{self.first_name} {self.last_name}".strip() or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.full_name.replace(".", " ").replace("-", " ").split()
        letters = [word[0] for word in words[:1] + words[1:][-1:]]
        return "".join(letters).upper()

    @property
    def is_super_admin(self) -> bool:
        """Whether this is the platform's administrator, who belongs to no tenant."""
        return self.role.code == RoleCode.SUPER_ADMIN

    @property
    def is_tenant_admin(self) -> bool:
        """Whether this person administers a tenant."""
        return self.role.code in {RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN}

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this person in; it follows from the role and is never stored."""
        return self.may_sign_in and self.is_tenant_admin

    def has_perm(self, code: str, obj: object | None = None) -> bool:
        """Whether the role has a permission of the portal's table; Django's own permissions are nobody's."""
        return code in PERMISSIONS and bool(decide(self, code))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether Django's admin shows tables of the app at all; each table asks for itself."""
        return self.is_staff

    def get_session_auth_hash(self) -> str:
        """What a session is bound to: the password, and the epoch that ends all sessions when it moves on."""
        return salted_hmac("accounts.session", f"{self.password}:{self.sign_in_epoch}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the secret keys that were replaced."""
        for key in settings.SECRET_KEY_FALLBACKS:
            bound = f"{self.password}:{self.sign_in_epoch}"
            yield salted_hmac("accounts.session", bound, secret=key, algorithm="sha256").hexdigest()

    @property
    def may_sign_in(self) -> bool:
        """Active himself, in a tenant that is active too."""
        if self.status != UserStatus.ACTIVE or self.deleted_at is not None:
            return False
        return self.tenant is None or (self.tenant.status == "active" and self.tenant.deleted_at is None)

    @cached_property
    def roles_by_project(self) -> dict[int, Role]:
        """The roles that memberships give, by project."""
        memberships = self.memberships.select_related("role")
        return {membership.project_id: membership.role for membership in memberships}

    def role_in(self, project: Project) -> Role | None:
        """The role in the project: a membership replaces the tenant's role; administrators keep theirs."""
        if self.is_super_admin:
            return self.role
        if project.tenant_id != self.tenant_id:
            return None
        if self.is_tenant_admin:
            return self.role
        role = self.roles_by_project.get(project.pk)
        if role is None and project.members_only:
            return None
        return role or self.role

    def projects_for_switcher(self) -> models.QuerySet[Project]:
        """The projects this person reaches, by name."""
        return Project.objects.visible_to(self).to_choose_from()[:200]


class Membership(TimeStamped):
    """A role in one project that replaces the one in the tenant."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="membership_once")]

    def __str__(self) -> str:
        """Who is what where."""
        return f"{self.user_id} in {self.project_id}"


class TokenFamily(models.Model):
    """One sign-in of an API client: its refresh tokens rotate, and reusing an old one ends the family."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    current_token = models.CharField(max_length=64)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)

    objects = TokenFamilyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user"], condition=Q(ended_at__isnull=True), name="token_family_open")]

    def __str__(self) -> str:
        """The id."""
        return str(self.pk)
