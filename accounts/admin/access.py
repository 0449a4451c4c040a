"""Invitations, API tokens and identity providers."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin
from qaportal.kit.errors import Decision

from .. import policies
from ..models import ApiToken, IdentityProvider, Invitation, User
from ..services import api_tokens, invitations
from .forms import roles_given_by


@admin.register(Invitation)
class InvitationAdmin(PortalModelAdmin):
    """Invitations: sent, sent again and taken back."""

    view_permission = "user.manage"
    adds = True
    list_display = ("email", "role", "tenant", "invited_by", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("tenant", "created_at")
    list_select_related = ("role", "tenant", "invited_by")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("-pk",)
    actions = ("resend_chosen", "revoke_chosen")
    object_actions = actions

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        """Whom to invite, and of an invitation that exists what became of it."""
        names = ("email", "first_name", "last_name", "role")
        told = ("invited_by", "created_at", "expires_at", "accepted_at", "accepted_by", "revoked_at")
        if obj is not None:
            return (*names, "tenant", *told)
        return (*names, "tenant") if request.user.tenant_id is None else names

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Field | None:
        """Roles that the user may give."""
        if db_field.name == "role":
            kwargs["queryset"] = roles_given_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def may_add(self, user: User) -> Decision:
        """Whether the user may invite people."""
        return policies.can_add_user(user, user.tenant)

    def create(self, actor: User, fields: dict[str, Any]) -> Invitation:
        """Keep a seat and mail the link."""
        tenant = fields.pop("tenant", None) or actor.tenant
        return invitations.invite(actor=actor, tenant=tenant, **fields)

    def suits(self, action: str, row: Invitation) -> bool:
        """An invitation that was used or taken back is over."""
        return row.accepted_at is None and row.revoked_at is None

    @admin.action(description=_("Send again"), permissions=["add"])
    def resend_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Mail new links; the old ones end."""
        actor = request.user
        self.act_on_each(request, queryset, lambda each: invitations.resend_invitation(actor=actor, invitation=each))

    @admin.action(description=_("Take back"), permissions=["add"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End the links and free the seats."""
        actor = request.user
        self.act_on_each(request, queryset, lambda each: invitations.revoke_invitation(actor=actor, invitation=each))


@admin.register(ApiToken)
class ApiTokenAdmin(PortalModelAdmin):
    """API tokens: seen and revoked; people make their own."""

    noun, plural = _("API token"), _("API tokens")
    view_permission = "token.manage"
    of_platform = ("user__tenant",)
    list_display = ("name", "prefix", "user", "user__tenant", "project", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("project", "revoked_at")
    list_select_related = ("user__tenant", "project")
    search_fields = ("name", "prefix", "user__email")
    ordering = ("-pk",)
    actions = object_actions = ("revoke_chosen",)
    fields = (
        *("name", "prefix", "user", "project", "scopes", "created_at", "expires_at", "last_used_at"),
        *("revoked_at", "revoke_reason"),
    )

    def suits(self, action: str, row: ApiToken) -> bool:
        """A token ends once."""
        return row.revoked_at is None

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End the tokens at once."""
        actor = request.user
        self.act_on_each(request, queryset, lambda token: api_tokens.revoke_api_token(actor=actor, token=token))


@admin.register(IdentityProvider)
class IdentityProviderAdmin(PortalModelAdmin):
    """Identity providers; the page on signing in changes them, because it tries them out first."""

    plural = _("Identity providers")
    view_permission = "sign_in.manage"
    list_display = ("name", "issuer", "tenant", "is_enabled", "is_only_way", "updated_at")
    list_filter = ("is_enabled", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("name", "issuer")
    ordering = ("name", "pk")
    fields = (
        *("name", "tenant", "issuer", "client_id", "default_role", "creates_users", "is_enabled", "is_only_way"),
        *("created_at", "updated_at"),
    )
