"""Registering by oneself, into the company to which the mail domain is known to belong."""

from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit import events
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation

from .. import audit
from ..choices import RoleCode, UserStatus
from ..models import IdentityProvider, TenantDomain, User
from .people import create_user

LIFETIME = timedelta(days=3)
SALT = "accounts.verify-email"
CHUNK = 200
UNCONFIRMED = "unconfirmed_email"
"""Where a session keeps the address that somebody who proved his password has yet to confirm."""


@transaction.atomic
def register(*, email: str, password: str, first_name: str = "", last_name: str = "") -> User:
    """Add a person as tester of the company with the domain of his address; a job mails a link to confirm it.

    He signs in once the address is confirmed. Raises Denied in words that name no company, also without a free seat,
    InvalidInput for an unusable password, RuleViolation for a taken address.
    """
    closed = Denied(_("With this address you cannot register yourself. Ask for an invitation."), "not_open")
    domain = TenantDomain.objects.verified().of_address(email).select_related("tenant").first()
    if domain is None or IdentityProvider.objects.usable().filter(tenant=domain.tenant, is_only_way=True).exists():
        raise closed
    try:
        user = create_user(
            actor=None,
            email=email,
            password=password,
            tenant=domain.tenant,
            role=RoleCode.TESTER,
            first_name=first_name.strip(),
            last_name=last_name.strip(),
            must_verify_email=True,
        )
    except RuleViolation as error:
        if error.code == "seats_taken":  # how many people a company has is nobody else's business
            raise closed from error
        raise
    audit.record("user.registered", actor=user, target=user, tenant=user.tenant)
    _send(user)
    return user


def require_confirmed_address(*, user: User) -> None:
    """Raise Denied for somebody who registered by himself, until he has confirmed that the address is his."""
    if user.must_verify_email:
        raise Denied(_("Confirm your address first, with the link that was mailed to you."), "email_unverified")


def _send(user: User | None) -> None:
    from ..jobs import send_email_verification

    send_email_verification.defer(user_id=user.pk if user else 0)


def verification_url(user: User) -> str:
    """The address that confirms the person's mail address; it starts with the configured origin."""
    return settings.ORIGIN + reverse("accounts:verify_email", args=[verification_token(user)])


def verification_token(user: User) -> str:
    """A signed word that whoever reads the person's mail can give back; it ends when the address changes."""
    return signing.dumps([user.pk, user.email.lower()], salt=SALT)


def send_verification_mail(*, user: User) -> None:
    """Mail the link; nothing for somebody whose address is confirmed."""
    if user.is_email_verified or not user.may_sign_in:
        return
    context = {"user": user, "url": verification_url(user), "token": verification_token(user)}
    get_adapter().render_mail("account/email/verify_email", user.email, context).send()


def find_by_token(*, token: str) -> User:
    """The person of a link that confirms an address; raises InvalidInput naming `token` for one that is over."""
    return _person_of(token, User.objects.living())


def _person_of(token: str, people: QuerySet[User]) -> User:
    refusal = InvalidInput(
        _("This link does not work any more. Ask for a new one."),
        "token_invalid",
        fields={"token": [_("This link does not work any more. Ask for a new one.")]},
    )
    try:
        pk, email = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise refusal from error
    user = people.select_related("tenant", "role").filter(pk=pk).first()
    if user is None or user.email.lower() != email:
        raise refusal
    return user


@transaction.atomic
def verify_email(*, token: str) -> User:
    """Confirm the address of a link; raises InvalidInput naming `token` for one that is over or not ours."""
    user = _person_of(token, User.objects.living().select_for_update(of=("self",)))
    if not user.is_email_verified:
        user.is_email_verified, user.email_verified_at, user.must_verify_email = True, timezone.now(), False
        user.save(update_fields=["is_email_verified", "email_verified_at", "must_verify_email", "updated_at"])
        user.emailaddress_set.filter(email__iexact=user.email).update(verified=True)
        audit.record("user.email_verified", actor=user, target=user, tenant=user.tenant)
    return user


@transaction.atomic
def resend_verification(*, email: str) -> None:
    """Let a job mail the link again, if the address belongs to somebody who has not confirmed it.

    Known and unknown addresses take the same steps.
    """
    person = User.objects.living().select_related("tenant").filter(email__iexact=email.strip()).first()
    _send(person)
    audit.record("user.verification_asked_for", actor=None, target=person, tenant=person.tenant if person else None)


def remove_unconfirmed(*, now: datetime | None = None) -> int:
    """Remove the registrations that nobody confirmed in time, so that seat and address are free; answers how many.

    One after the other, each in a transaction of its own: what was done stays done when the job is stopped.
    """
    until, last, removed = (now or timezone.now()) - settings.REGISTRATION_LIFETIME, 0, 0
    while keys := list(User.objects.unconfirmed(until).filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        removed += sum(_removed(key, until) for key in keys)
        last = keys[-1]
    return removed


@transaction.atomic
def _removed(key: int, until: datetime) -> bool:
    """Hide the person, unless somebody confirmed or changed him meanwhile, or another job was quicker."""
    waiting = User.objects.unconfirmed(until).select_for_update(of=("self",), skip_locked=True)
    user = waiting.select_related("tenant", "role").filter(pk=key).first()
    if user is None:
        return False
    user.status, user.deleted_at = UserStatus.DELETED, timezone.now()
    user.save(update_fields=["status", "deleted_at", "updated_at"])
    EmailAddress.objects.filter(user=user).delete()
    audit.record("user.registration_expired", actor=None, target=user, tenant=user.tenant)
    events.publish("user.deleted", user=user, actor=None)
    return True
