"""Invitations: a seat, a role and a link with which somebody chooses a password."""

import secrets
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.errors import Denied, NotVisible, RuleViolation

from .. import audit, policies
from ..attempt_limits import count_tried_address
from ..models import IdentityProvider, Invitation, Role, Tenant, User
from .people import PasswordHash, create_user, hashed, require_role_of
from .seats import locked_tenant, require_seat

LIFETIME = timedelta(days=7)
SALT = "accounts.invitation"


def invitation_url(invitation: Invitation) -> str:
    """The address where the invited person chooses a password; it starts with the configured origin."""
    link = signing.dumps([invitation.pk, invitation.nonce], salt=SALT)
    return settings.ORIGIN + reverse("accounts:invitation_accept", args=[link])


def find_by_link(link: str) -> Invitation:
    """The open invitation of a link; raises NotVisible for any other, whatever is wrong with it."""
    try:
        pk, nonce = signing.loads(link, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotVisible from error
    invitation = Invitation.objects.open().select_related("tenant", "role").filter(pk=pk, nonce=nonce).first()
    if invitation is None or invitation.tenant.deleted_at or invitation.tenant.status != "active":
        raise NotVisible
    return invitation


@transaction.atomic
def invite(
    *, actor: User, tenant: Tenant, email: str, role: Role, first_name: str = "", last_name: str = ""
) -> Invitation:
    """Keep a seat for somebody and let a job mail the link.

    Raises Denied, RuleViolation for an address that is taken or invited already, and without a free seat, TooMany
    for an actor who tried too many addresses.
    """
    policies.can_add_user(actor, tenant).require()
    policies.can_grant(actor, role).require()
    require_role_of(tenant=tenant, role=role)
    count_tried_address(actor)
    tenant = locked_tenant(tenant_id=tenant.pk)
    email = email.strip()
    _require_free(actor, tenant, email)
    require_seat(tenant=tenant)
    invitation = Invitation.objects.create(
        tenant=tenant,
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        role=role,
        invited_by=actor,
        nonce=secrets.token_hex(16),
        expires_at=timezone.now() + LIFETIME,
    )
    audit.record("invitation.created", actor=actor, target=invitation, role=role.name)
    _send(invitation)
    return invitation


def _require_free(actor: User, tenant: Tenant, email: str) -> None:
    """Raise RuleViolation for an address that somebody has or that is invited; expired invitations make room."""
    if User.objects.living().filter(email__iexact=email).exists():
        words = _("This address cannot be used.")
        raise RuleViolation(words, "email_unusable", fields={"email": [words]})
    waiting = tenant.invitations.filter(email__iexact=email, accepted_at__isnull=True, revoked_at__isnull=True)
    for expired in waiting.filter(expires_at__lte=timezone.now()).select_for_update():
        expired.revoked_at = timezone.now()
        expired.save(update_fields=["revoked_at", "updated_at"])
        audit.record("invitation.revoked", actor=actor, target=expired, reason="expired")
    if waiting.exists():
        words = _("This person is invited already. Send the invitation again instead.")
        raise RuleViolation(words, "already_invited", fields={"email": [words]})


def _send(invitation: Invitation) -> None:
    from ..jobs import send_invitation

    send_invitation.defer(invitation_id=invitation.pk)


def send_invitation_mail(*, invitation: Invitation) -> None:
    """Mail the link; nothing for an invitation that is not open any more."""
    if not invitation.is_open:
        return
    context = {"invitation": invitation, "url": invitation_url(invitation)}
    get_adapter().render_mail("account/email/invitation", invitation.email, context).send()


@transaction.atomic
def resend_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    """Mail a new link, which works for the whole time again; the old one ends. Raises Denied and RuleViolation."""
    policies.can_handle_invitation(actor, invitation).require()
    tenant = locked_tenant(tenant_id=invitation.tenant_id)
    invitation = _locked(invitation)
    if not invitation.is_open:  # its seat was given back
        require_seat(tenant=tenant)
    invitation.nonce, invitation.expires_at = secrets.token_hex(16), timezone.now() + LIFETIME
    invitation.save(update_fields=["nonce", "expires_at", "updated_at"])
    audit.record("invitation.resent", actor=actor, target=invitation)
    _send(invitation)
    return invitation


def _locked(invitation: Invitation) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        raise RuleViolation(_("This invitation was used or taken back."), "invitation_over")
    return invitation


@transaction.atomic
def revoke_invitation(*, actor: User, invitation: Invitation) -> None:
    """Take the invitation back: its link ends and its seat is free. Raises Denied and RuleViolation."""
    policies.can_handle_invitation(actor, invitation).require()
    invitation = _locked(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at", "updated_at"])
    audit.record("invitation.revoked", actor=actor, target=invitation)


@transaction.atomic
def issue_invitation_link(*, actor: User, invitation: Invitation) -> str:
    """The link for an administrator to hand over where no mail can be sent; raises Denied and RuleViolation.

    It stands in no audit entry and no log.
    """
    policies.can_handle_invitation(actor, invitation).require()
    invitation = _locked(invitation)
    if not invitation.is_open:
        raise RuleViolation(_("This invitation has expired. Send it again first."), "invitation_expired")
    audit.record("invitation.link_issued", actor=actor, target=invitation)
    return invitation_url(invitation)


def _require_passwords(tenant: Tenant) -> None:
    """Raise Denied where people sign in through the identity provider alone: a password would be no way in."""
    provider = IdentityProvider.objects.usable().filter(tenant=tenant, is_only_way=True).first()
    if provider is not None:
        words = _("Your company signs in with %(name)s alone. Choose “Continue with your company” on the sign-in page.")
        raise Denied(words % {"name": provider.name}, "identity_provider_only")


def accept_invitation(*, link: str, password: str, first_name: str, last_name: str) -> User:
    """Make the invited person, with the role of the invitation; the link ends.

    Raises NotVisible for a link that is over, InvalidInput for an unusable password, RuleViolation for an address
    that somebody took in the meantime.
    """
    invitation = find_by_link(link)
    _require_passwords(invitation.tenant)
    return _join(invitation, hashed(password), first_name=first_name.strip(), last_name=last_name.strip())


@transaction.atomic
def _join(invitation: Invitation, password: PasswordHash, *, first_name: str, last_name: str) -> User:
    """Let the person in whose password is hashed already; the invitation is looked at once more under its lock."""
    locked_tenant(tenant_id=invitation.tenant_id)
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).select_related("tenant", "role").get(pk=invitation.pk)
    )
    if not invitation.is_open:
        raise NotVisible
    _require_passwords(invitation.tenant)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at", "updated_at"])  # first, so that its seat counts once
    try:
        user = create_user(
            actor=None,
            email=invitation.email,
            password=password,
            tenant=invitation.tenant,
            role=invitation.role,
            first_name=first_name or invitation.first_name,
            last_name=last_name or invitation.last_name,
            is_email_verified=True,
        )
    except RuleViolation as error:
        if error.code != "seats_taken":
            raise
        words = _("The company has no free seat. Ask one of its administrators.")  # he can free none himself
        raise RuleViolation(words, error.code) from error
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_by"])
    audit.record("invitation.accepted", actor=user, target=invitation)
    events.publish("invitation.accepted", invitation=invitation, user=user)
    return user
