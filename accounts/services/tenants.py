"""Companies: added, changed, suspended, deleted and restored."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import audit, policies
from ..choices import TenantStatus
from ..models import Tenant, User
from ..models.tenancy import SECOND_FACTOR_SETTING
from .api_tokens import revoke_tokens_of
from .seats import locked_tenant
from .second_factors import end_sign_ins_without_second_factor
from .sign_ins import end_sign_ins_of_tenant

EDITABLE = ("name", "settings")
OF_PLATFORM = ("slug", "status", "subscription_tier", "max_users", "max_modules")
"""What the platform decides; also the slug, because a taken one tells of other companies."""
LONGEST_SETTINGS = 20_000
"""Characters of JSON: they are read with every request of the company's people."""


def _save(tenant: Tenant) -> None:
    try:
        with transaction.atomic():
            tenant.save()
    except IntegrityError as error:
        raise RuleViolation(
            _("Another company has this slug."), "slug_taken", fields={"slug": [_("This slug is taken.")]}
        ) from error


def _checked_settings(given: Any) -> dict[str, Any]:
    """The settings as a mapping; raises InvalidInput for what is none, and for a switch that is not true or false."""
    settings = {} if given is None else given
    problem = ""
    if not isinstance(settings, dict):
        problem = _("Settings are an object.")
    elif len(json.dumps(settings)) > LONGEST_SETTINGS:
        problem = _("Settings have at most %(most)d characters.") % {"most": LONGEST_SETTINGS}
    elif not isinstance(settings.get(SECOND_FACTOR_SETTING, False), bool):
        problem = _("%(name)s is true or false.") % {"name": SECOND_FACTOR_SETTING}
    if problem:
        raise InvalidInput(_("The settings cannot be used."), fields={"settings": [problem]})
    return settings


@transaction.atomic
def create_tenant(*, actor: User, name: str, slug: str, **fields: Any) -> Tenant:
    """Add a company; one that is to be `deleted` is hidden at once.

    Raises Denied, InvalidInput and RuleViolation for a taken slug.
    """
    policies.can_create_tenant(actor).require()
    settings = _checked_settings(fields.pop("settings", None)) or None
    tenant = Tenant(name=name.strip(), slug=slug, settings=settings, **fields)
    if tenant.status == TenantStatus.DELETED:
        tenant.deleted_at = timezone.now()
    _save(tenant)
    audit.record("tenant.created", actor=actor, target=tenant)
    events.publish("tenant.created", tenant=tenant, actor=actor)
    return tenant


@transaction.atomic
def update_tenant(*, actor: User, tenant: Tenant, if_match: str | None = None, **fields: Any) -> Tenant:
    """Change the company; what the platform decides only as its administrator, a status of `deleted` deletes.

    Other settings are replaced; the second factor stays required until it is named. Suspending ends every session
    and token of its people at once. Raises Denied, VersionConflict, InvalidInput and RuleViolation.
    """
    policies.can_manage_tenant(actor, tenant).require()
    tenant = locked_tenant(tenant_id=tenant.pk)
    require_match(tenant, if_match)
    if any(name in fields and fields[name] != getattr(tenant, name) for name in OF_PLATFORM):
        policies.can_change_terms(actor).require()
    if fields.get("status") == TenantStatus.DELETED:
        delete_tenant(actor=actor, tenant=tenant)
        tenant.refresh_from_db()
        return tenant
    before = audit.snapshot(tenant, EDITABLE + OF_PLATFORM)
    was_required = tenant.requires_second_factor
    for name in EDITABLE + OF_PLATFORM:
        if name in fields:
            setattr(tenant, name, _merged(tenant, fields[name]) if name == "settings" else fields[name])
    changes = audit.changes_between(before, audit.snapshot(tenant, EDITABLE + OF_PLATFORM))
    if changes:
        _save(tenant)
        audit.record("tenant.updated", actor=actor, target=tenant, changes=changes)
        _follow(actor, tenant, changes, was_required=was_required)
        events.publish("tenant.updated", tenant=tenant, actor=actor)
    return tenant


def _merged(tenant: Tenant, given: Any) -> dict[str, Any] | None:
    """The new settings; a second factor that is required stays so unless they say no."""
    kept = {SECOND_FACTOR_SETTING: True} if tenant.requires_second_factor else {}
    return {**kept, **_checked_settings(given)} or given


def _follow(actor: User, tenant: Tenant, changes: dict[str, Any], *, was_required: bool) -> None:
    """What a change brings with it: the ends of sign-ins that are not allowed any more."""
    if "status" in changes and tenant.status == TenantStatus.SUSPENDED:
        _end_access(actor, tenant, "tenant_suspended")
    if tenant.requires_second_factor != was_required:
        policies.can_manage_sign_in(actor, tenant).require()
    if tenant.requires_second_factor and not was_required:
        end_sign_ins_without_second_factor(actor=actor, tenant=tenant)


def _end_access(actor: User, tenant: Tenant, reason: str) -> None:
    end_sign_ins_of_tenant(actor=actor, tenant=tenant, reason=reason)
    revoke_tokens_of(actor=actor, users=User.objects.filter(tenant=tenant), reason=reason)


@transaction.atomic
def set_second_factor_required(*, actor: User, tenant: Tenant, required: bool) -> Tenant:
    """Ask everybody in the company who signs in by password for a second factor, or no longer.

    API sign-ins of people without one end at once. Raises Denied.
    """
    policies.can_manage_sign_in(actor, tenant).require()
    tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
    was_required = tenant.requires_second_factor
    if was_required != required:
        tenant.settings = {**(tenant.settings or {}), SECOND_FACTOR_SETTING: required}
        tenant.save(update_fields=["settings", "updated_at"])
        changes = {SECOND_FACTOR_SETTING: [was_required, required]}
        audit.record("tenant.updated", actor=actor, target=tenant, changes=changes)
        _follow(actor, tenant, changes, was_required=was_required)
        events.publish("tenant.updated", tenant=tenant, actor=actor)
    return tenant


@transaction.atomic
def delete_tenant(*, actor: User, tenant: Tenant, if_match: str | None = None) -> None:
    """Hide the company with all it holds, and end every way in; raises Denied and VersionConflict."""
    policies.can_suspend_tenant(actor).require()
    tenant = locked_tenant(tenant_id=tenant.pk)
    require_match(tenant, if_match)
    tenant.former_status, tenant.status, tenant.deleted_at = tenant.status, TenantStatus.DELETED, timezone.now()
    tenant.save(update_fields=["former_status", "status", "deleted_at", "updated_at"])
    _end_access(actor, tenant, "tenant_deleted")
    audit.record("tenant.deleted", actor=actor, target=tenant)
    events.publish("tenant.deleted", tenant=tenant, actor=actor)


@transaction.atomic
def restore_tenant(*, actor: User, tenant: Tenant) -> Tenant:
    """Bring a deleted company back, suspended if it was; its people sign in anew.

    Raises Denied and RuleViolation for a taken slug.
    """
    policies.can_suspend_tenant(actor).require()
    tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
    if tenant.deleted_at is not None:
        tenant.status, tenant.former_status, tenant.deleted_at = tenant.former_status or TenantStatus.ACTIVE, "", None
        _save(tenant)
        audit.record("tenant.restored", actor=actor, target=tenant, status=tenant.status)
        events.publish("tenant.updated", tenant=tenant, actor=actor)
    return tenant
