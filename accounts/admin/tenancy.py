"""Companies, their mail domains and their projects."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import DeletedFilter, PortalModelAdmin
from qaportal.kit.errors import Decision

from .. import policies
from ..models import Project, Tenant, TenantDomain, User
from ..models.tenancy import SECOND_FACTOR_SETTING
from ..services import domains, projects, tenants
from .forms import ProjectForm, TenantForm
from .lists import StatusFilter, WaitingFilter


@admin.register(Tenant)
class TenantAdmin(PortalModelAdmin):
    """Companies. The platform's administrator makes and ends them, their own change name and rules."""

    noun, plural = _("company"), _("Companies")
    form = TenantForm
    view_permission, reach = "tenant.manage", "manageable_by"
    adds = changes = deletes = restores = True
    list_display = ("name", "slug", "status", "subscription_tier", "max_users", "created_at")
    list_filter = (StatusFilter,)
    search_fields = ("name", "slug")
    ordering = ("name", "pk")
    asked = ("name", "slug", "status", "requires_second_factor", "subscription_tier", "max_users", "max_modules")
    times = ("created_at", "updated_at", "deleted_at")

    def get_fields(self, request: HttpRequest, obj: Tenant | None = None) -> tuple[str, ...]:
        """A new company has no history."""
        return (*self.asked, *self.times) if obj else self.asked

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> tuple[str, ...]:
        """What the platform decides is not for the company itself."""
        return self.times if policies.can_suspend_tenant(request.user) else (*tenants.OF_PLATFORM, *self.times)

    def may_add(self, user: User) -> Decision:
        """Whether the user may add companies."""
        return policies.can_create_tenant(user)

    def may_change(self, user: User, row: Tenant) -> Decision:
        """Whether the user may change the company."""
        return policies.can_manage_tenant(user, row)

    def may_delete(self, user: User, row: Tenant) -> Decision:
        """Whether the user may delete the company."""
        return policies.can_suspend_tenant(user)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        """Whether the user may bring companies back."""
        return bool(policies.can_suspend_tenant(request.user))

    def create(self, actor: User, fields: dict[str, Any]) -> Tenant:
        """Add the company."""
        required = fields.pop("requires_second_factor")
        return tenants.create_tenant(actor=actor, settings={SECOND_FACTOR_SETTING: True} if required else {}, **fields)

    def update(self, actor: User, row: Tenant, fields: dict[str, Any], if_match: str) -> Tenant:
        """Change the company; its other settings stay as they are."""
        required = fields.pop("requires_second_factor")
        if required != row.requires_second_factor:
            fields["settings"] = {**(row.settings or {}), SECOND_FACTOR_SETTING: required}
        return tenants.update_tenant(actor=actor, tenant=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Tenant, if_match: str | None) -> None:
        """Hide the company with all it holds."""
        tenants.delete_tenant(actor=actor, tenant=row, if_match=if_match)

    def restore(self, actor: User, row: Tenant) -> None:
        """Bring the company back."""
        tenants.restore_tenant(actor=actor, tenant=row)


@admin.register(TenantDomain)
class TenantDomainAdmin(PortalModelAdmin):
    """Mail domains; the page on signing in changes them, the platform's administrator confirms them here too."""

    noun, plural = _("mail domain"), _("Mail domains")
    view_permission = "sign_in.manage"
    list_display = ("domain", "tenant", "verified_at", "created_at")
    list_filter = (WaitingFilter, "tenant")
    actions = object_actions = ("confirm_chosen",)
    list_select_related = ("tenant",)
    search_fields = ("domain",)
    ordering = ("domain", "pk")
    fields = ("domain", "tenant", "verified_at", "created_at")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Whether the user may confirm to whom domains belong."""
        return bool(policies.can_verify_domain(request.user))

    def suits(self, action: str, row: TenantDomain) -> bool:
        """A domain is confirmed once."""
        return row.verified_at is None

    @admin.action(description=_("Confirm"), permissions=["confirm"])
    def confirm_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Confirm that the domains belong to their companies: people of them can register and come by a provider."""
        actor = request.user
        self.act_on_each(request, queryset, lambda each: domains.verify_domain(actor=actor, domain=each))


@admin.register(Project)
class ProjectAdmin(PortalModelAdmin):
    """Projects. A new one starts in the company of whoever adds it."""

    form = ProjectForm
    reach = "manageable_by"
    adds = changes = deletes = restores = True
    list_display = ("key", "name", "tenant", "created_at", "created_by")
    list_filter = (DeletedFilter, "tenant")
    list_select_related = ("tenant", "created_by")
    search_fields = ("key", "name")
    ordering = ("name", "pk")
    fields = ("key", "name", "description", "members_only", "tenant", "created_by", "created_at", "deleted_at")

    def get_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        """A new project is told apart by its key alone."""
        return self.fields if obj else ("key", "name", "description", "members_only")

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        """The key stands in addresses and stays."""
        return ("key", "tenant", "created_by", "created_at", "deleted_at") if obj else ()

    def may_add(self, user: User) -> Decision:
        """Whether the user may start projects."""
        return policies.can_create_project(user)

    def may_change(self, user: User, row: Project) -> Decision:
        """Whether the user may change the project."""
        return policies.can_edit_project(user, row)

    def may_delete(self, user: User, row: Project) -> Decision:
        """Whether the user may delete the project."""
        return policies.can_delete_project(user, row)

    def create(self, actor: User, fields: dict[str, Any]) -> Project:
        """Start the project."""
        settings = {"membersOnly": True} if fields.pop("members_only") else {}
        return projects.create_project(actor=actor, settings=settings, **fields)

    def update(self, actor: User, row: Project, fields: dict[str, Any], if_match: str) -> Project:
        """Change the project; its other settings stay as they are."""
        closed = fields.pop("members_only")
        if closed != row.members_only:
            fields["settings"] = {"membersOnly": closed}
        return projects.update_project(actor=actor, project=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Project, if_match: str | None) -> None:
        """Hide the project, unless it still holds something."""
        projects.delete_project(actor=actor, project=row, if_match=if_match)

    def restore(self, actor: User, row: Project) -> None:
        """Bring the project back with all it held."""
        projects.restore_project(actor=actor, project=row)
