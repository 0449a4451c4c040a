"""What administrators change about people: name, address, role, status; leaving and coming back."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import NotVisible, PortalError, RuleViolation

from .. import audit, policies
from ..attempt_limits import count_tried_address
from ..choices import UserStatus
from ..models import AuditEntry, Role, User
from .api_tokens import revoke_tokens_of
from .people import create_user, require_role_of, save_with_address
from .seats import locked_tenant, require_administrator, require_seat
from .sign_ins import end_all_sign_ins

EDITABLE = ("email", "first_name", "last_name", "role", "status")


def _locked(user: User, *, is_living: bool = True) -> User:
    """The person, the company locked before him; raises NotVisible where he has to be living and was just deleted."""
    if user.tenant_id is not None:
        locked_tenant(tenant_id=user.tenant_id)
    user = User.objects.select_for_update(of=("self",)).select_related("tenant", "role").get(pk=user.pk)
    if is_living and user.deleted_at is not None:
        raise NotVisible
    return user


@transaction.atomic
def add_user(*, actor: User, status: str = UserStatus.ACTIVE, **fields: Any) -> User:
    """Add a person as `create_user` does, in this status; one that is to be `deleted` is hidden at once."""
    is_hidden = status == UserStatus.DELETED
    user = create_user(actor=actor, status=UserStatus.ACTIVE if is_hidden else status, **fields)
    if is_hidden:
        delete_user(actor=actor, user=user)
        user.refresh_from_db()
    return user


@transaction.atomic
def update_user(*, actor: User, user: User, if_match: str | None = None, **fields: Any) -> User:
    """Change address, names, role or status; a status of `deleted` deletes.

    Suspending ends every session and every token at once. Raises Denied, also for ending oneself, VersionConflict,
    InvalidInput for a role that does not fit, TooMany for an actor who tried too many addresses, RuleViolation for a
    taken address, for the last administrator, and for another `tenant` or `auth_provider`, which may be named and
    never change.
    """
    policies.can_manage_user(actor, user).require()
    if fields.get("status", user.status) not in {UserStatus.ACTIVE, user.status}:
        policies.can_end_user(actor, user).require()
    if fields.get("email", user.email).strip() != user.email:
        count_tried_address(actor)
    user = _locked(user)
    require_match(user, if_match)
    if fields.get("status") == UserStatus.DELETED:
        delete_user(actor=actor, user=user)
        user.refresh_from_db()
        return user
    _require_fixed(user, fields)
    before = audit.snapshot(user, EDITABLE)
    _apply(actor, user, fields)
    changes = audit.changes_between(before, audit.snapshot(user, EDITABLE))
    if not changes:
        return user
    if "email" in changes:
        save_with_address(user=user)
    else:
        user.save()
    if user.tenant is not None and changes.keys() & {"role", "status"}:
        require_administrator(tenant=user.tenant, actor=actor)
    entry = audit.record("user.updated", actor=actor, target=user, tenant=user.tenant, changes=changes)
    if "email" in changes:
        _tell_of_new_address(user, entry)
    if "status" in changes and user.status == UserStatus.SUSPENDED:
        _end_access(actor, user, "suspended")
    events.publish("user.updated", user=user, actor=actor)
    return user


def _tell_of_new_address(user: User, entry: AuditEntry) -> None:
    """Let jobs tell the person at both addresses, so that nobody takes an account over unnoticed."""
    from ..jobs import send_former_address_notice, send_security_notice

    former, present = entry.changes["email"]
    if former.lower() != present.lower():
        send_former_address_notice.defer(entry_id=entry.pk)
        send_security_notice.defer(user_id=user.pk, notice="email_changed")


def _require_fixed(user: User, fields: dict[str, Any]) -> None:
    """Raise RuleViolation where the company or the way to sign in would be another."""
    if "tenant" in fields and fields["tenant"] != user.tenant:
        words = _("A person stays in the company. Delete him here and add him there.")
        raise RuleViolation(words, "tenant_fixed", fields={"tenant_id": [words]})
    if fields.get("auth_provider", user.auth_provider) != user.auth_provider:
        words = _("How a person signs in follows from where he signed in first.")
        raise RuleViolation(words, "auth_provider_fixed", fields={"auth_provider": [words]})


def _apply(actor: User, user: User, fields: dict[str, Any]) -> None:
    """Put the new values into the person."""
    role: Role = fields.get("role") or user.role
    if role.pk != user.role_id:
        policies.can_grant(actor, role).require()
        require_role_of(tenant=user.tenant, role=role)
        user.role = role
    for name in ("first_name", "last_name", "status"):
        if name in fields:
            setattr(user, name, fields[name].strip())
    email = fields.get("email", user.email).strip()
    if email != user.email:
        user.is_email_verified = user.is_email_verified and email.lower() == user.email.lower()
        user.email_verified_at = user.email_verified_at if user.is_email_verified else None
        user.email = email


def _end_access(actor: User, user: User, reason: str) -> None:
    end_all_sign_ins(actor=actor, user=user, reason=reason)
    revoke_tokens_of(actor=actor, users=User.objects.filter(pk=user.pk), reason=reason)


@transaction.atomic
def set_status_of_people(*, actor: User, users: Iterable[User], status: str) -> int:
    """Suspend or reactivate several people, all of them or none; answers how many changed.

    The refusal names the person that it is about: RuleViolation with the words and the code of what was refused.
    """
    changed = 0
    for user in users:
        before = user.status
        try:
            changed += update_user(actor=actor, user=user, status=status).status != before
        except PortalError as error:
            words = _("Nobody was changed. %(name)s: %(reason)s") % {"name": user.full_name, "reason": error.message}
            raise RuleViolation(words, error.code) from error
    return changed


@transaction.atomic
def delete_user(*, actor: User, user: User, if_match: str | None = None) -> None:
    """Hide the person, free the seat and the address, and end every way in; what he did keeps his name.

    Raises Denied, VersionConflict and RuleViolation for the last administrator.
    """
    policies.can_end_user(actor, user).require()
    user = _locked(user)
    require_match(user, if_match)
    user.former_status, user.status, user.deleted_at = user.status, UserStatus.DELETED, timezone.now()
    user.save(update_fields=["former_status", "status", "deleted_at", "updated_at"])
    if user.tenant is not None:
        require_administrator(tenant=user.tenant, actor=actor)
    EmailAddress.objects.filter(user=user).delete()
    _end_access(actor, user, "deleted")
    audit.record("user.deleted", actor=actor, target=user, tenant=user.tenant)
    events.publish("user.deleted", user=user, actor=actor)


@transaction.atomic
def restore_user(*, actor: User, user: User) -> User:
    """Bring a deleted person back, with the role he had, suspended if he was.

    Raises Denied, and RuleViolation without a seat or address.
    """
    policies.can_manage_user(actor, user).require()
    user = _locked(user, is_living=False)
    if user.deleted_at is None:
        return user
    if user.tenant is not None:
        require_seat(tenant=user.tenant)
    user.status, user.former_status, user.deleted_at = user.former_status or UserStatus.ACTIVE, "", None
    save_with_address(user=user)
    audit.record("user.restored", actor=actor, target=user, tenant=user.tenant, status=user.status)
    events.publish("user.updated", user=user, actor=actor)
    return user


@transaction.atomic
def sign_out_everywhere(*, actor: User, user: User) -> None:
    """End every session and API sign-in of somebody, as when a device was lost; raises Denied."""
    if actor.pk != user.pk:
        policies.can_manage_user(actor, user).require()
    end_all_sign_ins(actor=actor, user=user, reason="signed_out_everywhere")
