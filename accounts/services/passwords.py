"""Forgotten passwords."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import url_str_to_user_pk, user_pk_to_url_str
from axes.utils import reset
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import audit, policies
from ..models import IdentityProvider, User
from .people import check_password_strength
from .sign_ins import forget_sessions
from .tokens import end_all_families


def reset_url(user: User) -> str:
    """The address where the person chooses a new password; it works once and for a limited time.

    It starts with the configured origin, never with the Host header of a request.
    """
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uidb36, _dash, token = key.partition("-")
    return settings.ORIGIN + reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})


@transaction.atomic
def ask_for_reset(*, actor: User | None, email: str) -> None:
    """Let a job mail a link to choose a new password, if the address belongs to somebody.

    Unknown and known addresses take the same steps, so that neither words nor time tell them apart; a slow mail
    server holds no page, and no link is ever the argument of a job.
    """
    from ..jobs import send_password_reset

    person = User.objects.living().select_related("tenant").filter(email__iexact=email.strip()).first()
    send_password_reset.defer(user_id=person.pk if person else 0)
    audit.record("user.reset_asked_for", actor=actor, target=person, tenant=person.tenant if person else None)


def send_reset_mail(*, user: User) -> None:
    """Mail the person a link to choose a new password; nothing for somebody who may not sign in by one."""
    if user.may_sign_in and not _comes_by_provider(user):
        context = {"user": user, "password_reset_url": reset_url(user), "origin": settings.ORIGIN}
        get_adapter().render_mail("account/email/password_reset_key", user.email, context).send()


def _comes_by_provider(user: User) -> bool:
    """Whether a password would be of no use: the company signs in through its identity provider alone."""
    return user.tenant_id is not None and IdentityProvider.objects.closing_passwords_of(user).exists()


@transaction.atomic
def issue_reset_link(*, actor: User, user: User) -> str:
    """A reset link for an administrator to hand over where no mail can be sent.

    Raises Denied, also for somebody who could not sign in by password. The link stands in no audit entry and no log.
    """
    policies.can_copy_reset_link(actor, user).require()
    if _comes_by_provider(user):
        raise RuleViolation(_("People of this company sign in through its identity provider alone."), "no_passwords")
    audit.record("user.reset_link_issued", actor=actor, target=user, tenant=user.tenant)
    return reset_url(user)


@transaction.atomic
def reset_password(*, token: str, password: str) -> User:
    """Give the person of a reset link a new password; `token` is the part of the link that stands for him.

    Every sign-in of his ends. Raises InvalidInput naming `token` for a link that is over or not ours, and naming
    `password` for one that is too weak.
    """
    words = _("This link does not work any more. Ask for a new one.")
    refusal = InvalidInput(words, "token_invalid", fields={"token": [words]})
    uidb36, _dash, key = token.strip().partition("-")
    try:
        pk = url_str_to_user_pk(uidb36)
    except (ValueError, ValidationError) as error:
        raise refusal from error
    people = User.objects.living().select_for_update(of=("self",)).select_related("tenant", "role")
    user = people.filter(pk=pk).first()
    if user is None or not user.may_sign_in or not default_token_generator.check_token(user, key):
        raise refusal
    check_password_strength(password, user)
    get_adapter().set_password(user, password)
    return user


@transaction.atomic
def record_password_change(*, user: User) -> None:
    """End every sign-in of the person, forget failed attempts, and write the change into the audit trail.

    The session that changes the password is renewed by the page afterwards.
    """
    end_all_families(user=user, reason="password_changed")
    forget_sessions(actor=user)
    reset(username=user.email.lower())
    audit.record("user.password_changed", actor=user, target=user, tenant=user.tenant)
