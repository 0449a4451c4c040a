"""Custom roles of a company."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import audit, policies
from ..choices import RoleCode, scopes_of
from ..models import IdentityProvider, Invitation, Membership, Role, Tenant, User
from ..permissions import permissions_of
from .seats import locked_tenant, require_administrator

EDITABLE = ("name", "code", "scope", "description", "permissions")


def _checked(permissions: Sequence[str] | None, code: str) -> list[str] | None:
    """The codes in order; all that the base has is kept as None, so that it follows the table.

    Raises InvalidInput for codes that roles of this base cannot have.
    """
    if permissions is None:
        return None
    base = permissions_of(code)
    if beyond := sorted(set(permissions) - base):
        words = _("Roles of this base cannot have %(codes)s.") % {"codes": ", ".join(beyond)[:200]}
        raise InvalidInput(_("The permissions cannot be used."), fields={"permissions": [words]})
    return None if set(permissions) == base else sorted(set(permissions))


def _save(role: Role) -> None:
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RuleViolation(
            _("Another role has this name."), "name_taken", fields={"name": [_("This name is taken.")]}
        ) from error


def _require_base(role: Role, *, is_of_platform: bool) -> None:
    """Raise InvalidInput where a company would get a base of the platform, or the platform another one."""
    if (role.code == RoleCode.SUPER_ADMIN) != is_of_platform:
        words = _("Only people who belong to no company have roles of this base.")
        raise InvalidInput(_("The base cannot be used."), fields={"code": [words]})


def _require_scope(role: Role) -> None:
    """Raise InvalidInput for a scope in which a role of this base could be given to nobody."""
    possible = scopes_of(role.code)
    if role.scope not in possible:
        words = _("Roles of this base have the scope %(scopes)s.") % {"scopes": _(" or ").join(possible)}
        raise InvalidInput(_("The scope cannot be used."), fields={"scope": [words]})


@transaction.atomic
def create_role(*, actor: User, tenant: Tenant | None, permissions: Sequence[str] | None = None, **fields: Any) -> Role:
    """Add a role: `code` names its base, `permissions` what of it the role has (None for all).

    Raises Denied, InvalidInput for permissions or a scope beyond the base, RuleViolation for a taken name.
    """
    policies.can_create_role(actor, tenant).require()
    role = Role(tenant=tenant, permissions=_checked(permissions, fields["code"]), **fields)
    policies.can_grant(actor, role).require()
    _require_base(role, is_of_platform=tenant is None and role.code == RoleCode.SUPER_ADMIN)
    _require_scope(role)
    _save(role)
    audit.record("role.created", actor=actor, target=role, tenant=tenant, code=role.code)
    events.publish("role.created", role=role, actor=actor)
    return role


@transaction.atomic
def update_role(*, actor: User, role: Role, if_match: str | None = None, **fields: Any) -> Role:
    """Change name, base, scope, description or permissions; it counts for everybody who has the role at once.

    Raises Denied, VersionConflict, InvalidInput and RuleViolation.
    """
    policies.can_manage_role(actor, role).require()
    tenant = locked_tenant(tenant_id=role.tenant_id) if role.tenant_id else None
    role = Role.objects.select_for_update().get(pk=role.pk)
    require_match(role, if_match)
    policies.can_grant(actor, role).require()
    before, is_of_platform = audit.snapshot(role, EDITABLE), role.code == RoleCode.SUPER_ADMIN
    for name in EDITABLE:
        if name in fields:
            setattr(role, name, fields[name])
    role.permissions = _checked(_kept(role, fields), role.code)
    role.__dict__.pop("granted", None)
    policies.can_grant(actor, role).require()
    _require_base(role, is_of_platform=is_of_platform)
    if role.code == RoleCode.TENANT_ADMIN and Membership.objects.filter(role=role).exists():
        words = _("Somebody has this role in a project, where nobody can be an administrator.")
        raise RuleViolation(words, "role_not_for_project", fields={"code": [words]})
    changes = audit.changes_between(before, audit.snapshot(role, EDITABLE))
    if changes.keys() & {"code", "scope"}:
        _require_scope(role)
    if changes:
        _save(role)
        if tenant is not None:
            require_administrator(tenant=tenant, actor=actor)
        audit.record("role.updated", actor=actor, target=role, tenant=tenant, changes=changes)
        events.publish("role.updated", role=role, actor=actor)
    return role


def _kept(role: Role, fields: dict[str, Any]) -> Sequence[str] | None:
    """The permissions asked for; when only the base changes, those of the old choice that the new base has."""
    if "permissions" in fields or role.permissions is None:
        return role.permissions
    return sorted(set(role.permissions) & permissions_of(role.code))


def _take_from_invitations(actor: User, role: Role) -> None:
    """Let the invitations that are over name the base of the role: they give none any more."""
    over = Q(accepted_at__isnull=False) | Q(revoked_at__isnull=False)
    ended, base = list(Invitation.objects.filter(over, role=role)), Role.objects.built_in(role.code)
    Invitation.objects.filter(pk__in=[each.pk for each in ended]).update(role=base)
    changed = [(each, {"role": [role.pk, base.pk]}) for each in ended]
    audit.record_each("invitation.updated", actor=actor, changed=changed, reason="role_deleted")


@transaction.atomic
def delete_role(*, actor: User, role: Role, if_match: str | None = None) -> None:
    """Take the role away; raises Denied, VersionConflict, and RuleViolation while somebody has it."""
    policies.can_manage_role(actor, role).require()
    role = Role.objects.select_for_update().get(pk=role.pk)
    require_match(role, if_match)
    _take_from_invitations(actor, role)
    holders = (
        User.objects.filter(role=role),
        Membership.objects.filter(role=role),
        Invitation.objects.filter(role=role),
        IdentityProvider.objects.filter(default_role=role),
    )
    if any(each.exists() for each in holders):
        raise RuleViolation(_("Somebody has this role. Give them another one first."), "role_in_use")
    audit.record("role.deleted", actor=actor, target=role, tenant=role.tenant)
    events.publish("role.deleted", role=role, actor=actor)
    role.delete()
