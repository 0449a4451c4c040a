"""People, what they may do, and what they may do in one project."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin
from qaportal.kit.errors import Decision

from .. import policies
from ..choices import RoleCode, UserStatus
from ..models import Membership, Role, User
from ..permissions import decide
from ..services import passwords, people, roles, users
from .forms import RoleForm, UserForm, roles_given_by
from .lists import StatusFilter


@admin.register(User)
class UserAdmin(PortalModelAdmin):
    """People."""

    noun, plural = _("person"), _("People")
    form = UserForm
    view_permission, reach = "user.view", "manageable_by"
    adds = changes = deletes = restores = True
    list_display = ("email", "first_name", "last_name", "role", "tenant", "status", "last_login")
    list_filter = (StatusFilter, "tenant")
    list_select_related = ("role", "tenant")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email", "pk")
    actions = (*PortalModelAdmin.actions, "suspend_chosen", "reactivate_chosen", "sign_chosen_out")
    object_actions = ("restore_chosen", "sign_chosen_out")
    told = (
        *("tenant", "auth_provider", "is_email_verified", "email_verified_at", "last_login", "created_at"),
        *("updated_at", "deleted_at"),
    )

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """A new person needs a password, one that exists a status."""
        names = ("email", "first_name", "last_name", "role")
        if obj is not None:
            return (*names, "status", *self.told)
        return (*names, "tenant", "first_password") if request.user.tenant_id is None else (*names, "first_password")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody moves to another company; the rest is only told."""
        return ("first_password", *self.told) if obj else ("status",)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Field | None:
        """Roles that the user may give."""
        if db_field.name == "role":
            kwargs["queryset"] = roles_given_by(request.user)
        if db_field.name == "tenant":
            kwargs["help_text"] = _("Empty for an administrator of the platform.")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def choice_label(self, row: User) -> str:
        """Name and address."""
        return f"{row.full_name} ({row.email})"

    def may_add(self, user: User) -> Decision:
        """Whether the user may add people."""
        return policies.can_add_user(user, user.tenant)

    def may_change(self, user: User, row: User) -> Decision:
        """Whether the user may change this person."""
        return policies.can_manage_user(user, row)

    def may_delete(self, user: User, row: User) -> Decision:
        """Whether the user may delete this person."""
        return policies.can_manage_user(user, row)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the user may suspend people at all."""
        return request.user.has_perm("user.manage")

    def create(self, actor: User, fields: dict[str, Any]) -> User:
        """Add the person; without a password a link to choose one is mailed."""
        password = fields.pop("first_password") or None
        tenant = fields.pop("tenant", None) if actor.tenant_id is None else actor.tenant
        user = people.create_user(actor=actor, tenant=tenant, password=password, **fields)
        if password is None:
            passwords.ask_for_reset(actor=actor, email=user.email)
        return user

    def update(self, actor: User, row: User, fields: dict[str, Any], if_match: str) -> User:
        """Change address, names, role or status."""
        return users.update_user(actor=actor, user=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: User, if_match: str | None) -> None:
        """Hide the person and end every way in."""
        users.delete_user(actor=actor, user=row, if_match=if_match)

    def restore(self, actor: User, row: User) -> None:
        """Bring the person back."""
        users.restore_user(actor=actor, user=row)

    @admin.action(description=_("Suspend"), permissions=["manage"])
    def suspend_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Sign the people out at once and let them in no more."""
        self._give_status(request, queryset, UserStatus.SUSPENDED)

    @admin.action(description=_("Let in again"), permissions=["manage"])
    def reactivate_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Let suspended people in again."""
        self._give_status(request, queryset, UserStatus.ACTIVE)

    @admin.action(description=_("Sign out everywhere"), permissions=["manage"])
    def sign_chosen_out(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End every session of the people, as when a device was lost."""
        actor = request.user
        self.act_on_each(request, queryset, lambda person: users.sign_out_everywhere(actor=actor, user=person))

    def _give_status(self, request: HttpRequest, queryset: QuerySet, status: str) -> None:
        def give(person: User) -> None:
            self._change(request.user, person).require()
            users.update_user(actor=request.user, user=person, status=status)

        self.act_on_each(request, queryset, give)


@admin.register(Role)
class RoleAdmin(PortalModelAdmin):
    """Roles: those that come with the portal are read, a company's own are changed."""

    form = RoleForm
    view_permission = "role.view"
    adds = changes = deletes = True
    list_display = ("name", "code", "scope", "is_built_in", "tenant")
    list_filter = ("code", "is_built_in", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("name",)
    ordering = ("-is_built_in", "pk")

    def get_fields(self, request: HttpRequest, obj: Role | None = None) -> tuple[str, ...]:
        """The platform's administrator chooses the company of a new role."""
        names = ("name", "code", "scope", "description", "everything", "permissions")
        return ("tenant", *names) if obj or request.user.tenant_id is None else names

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> tuple[str, ...]:
        """A role stays in its company."""
        return ("tenant",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Role | None = None, change: bool = False, **kwargs: Any) -> type:
        """The base says what a role may be at most, so its words explain it."""
        kwargs["help_texts"] = {"code": _("The base: it decides the rank, and what the role may have at most.")}
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=_("Everything that the base may do"), boolean=True)
    def everything(self, role: Role) -> bool:
        """Whether the role follows the table of its base."""
        return role.permissions is None

    def may_add(self, user: User) -> Decision:
        """Whether the user may add roles."""
        return policies.can_create_role(user, user.tenant)

    def may_change(self, user: User, row: Role) -> Decision:
        """Whether the user may change the role."""
        return policies.can_manage_role(user, row)

    def may_delete(self, user: User, row: Role) -> Decision:
        """Whether the user may delete the role."""
        return policies.can_manage_role(user, row)

    def create(self, actor: User, fields: dict[str, Any]) -> Role:
        """Add the role."""
        tenant = fields.pop("tenant", None) if actor.tenant_id is None else actor.tenant
        return roles.create_role(actor=actor, tenant=tenant, **self._asked_for(fields))

    def update(self, actor: User, row: Role, fields: dict[str, Any], if_match: str) -> Role:
        """Change the role."""
        return roles.update_role(actor=actor, role=row, if_match=if_match, **self._asked_for(fields))

    def delete(self, actor: User, row: Role, if_match: str | None) -> None:
        """Take the role away, unless somebody has it."""
        roles.delete_role(actor=actor, role=row, if_match=if_match)

    def _asked_for(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields as the service takes them: no list of permissions means all of the base."""
        if fields.pop("everything"):
            fields["permissions"] = None
        return fields


@admin.register(Membership)
class MembershipAdmin(PortalModelAdmin):
    """Roles in one project that replace those of the company."""

    noun, plural = _("role in a project"), _("Roles in projects")
    view_permission = "member.view"
    adds = changes = deletes = True
    has_trail = False
    list_display = ("user", "project", "role", "updated_at")
    list_filter = ("role", "project")
    list_select_related = ("user", "project", "role")
    search_fields = ("user__email", "user__first_name", "user__last_name", "project__key")
    autocomplete_fields = ("user", "project")
    ordering = ("project__name", "pk")

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Who, where and what."""
        return ("user", "project", "role", "updated_at") if obj else ("user", "project", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Only the role changes."""
        return ("user", "project", "updated_at") if obj else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Field | None:
        """Roles that a project can give."""
        if db_field.name == "role":
            of_company = (RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN)
            kwargs["queryset"] = roles_given_by(request.user).exclude(code__in=of_company)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def may_add(self, user: User) -> Decision:
        """Whether the user may give roles in projects."""
        return decide(user, "member.manage")

    def may_change(self, user: User, row: Membership) -> Decision:
        """Whether the user may change this person's role in the project."""
        return policies.can_change_member(user, row.user, row.project)

    def may_delete(self, user: User, row: Membership) -> Decision:
        """Whether the user may take this person's role in the project away."""
        return policies.can_change_member(user, row.user, row.project)

    def create(self, actor: User, fields: dict[str, Any]) -> Membership:
        """Give the person a role in the project."""
        return people.set_project_role(actor=actor, **fields)

    def update(self, actor: User, row: Membership, fields: dict[str, Any], if_match: str) -> Membership:
        """Change the role in the project."""
        return people.set_project_role(
            actor=actor, project=row.project, user=row.user, role=fields["role"], if_match=if_match
        )

    def delete(self, actor: User, row: Membership, if_match: str | None) -> None:
        """Let the role in the company count again."""
        people.remove_project_role(actor=actor, membership=row, if_match=if_match)
