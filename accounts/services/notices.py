"""Mails that tell a person what changed in the way he signs in, so that nobody changes it unnoticed."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import AuditEntry, User

SENTENCES = {
    "password_changed": _("Your password was changed."),
    "email_changed": _("An administrator gave your account this address. You sign in with it from now on."),
    "second_factor_added": _("A second factor was set up for your account."),
    "second_factor_removed": _("A second factor was removed from your account."),
    "recovery_codes_created": _("New recovery codes were made for your account; the ones before no longer work."),
    "recovery_code_used": _("A recovery code was used to sign in to your account."),
}


def send_security_notice(*, user: User, notice: str) -> None:
    """Mail the sentence of the notice; nothing for somebody who may not sign in, or a notice that nobody knows."""
    if notice not in SENTENCES or not user.may_sign_in:
        return
    context = {
        "user": user,
        "sentence": SENTENCES[notice],
        "account_url": settings.ORIGIN + reverse("accounts:account"),
        "reset_url": settings.ORIGIN + reverse("account_reset_password"),
    }
    get_adapter().render_mail("account/email/security_notice", user.email, context).send()


def send_former_address_notice(*, entry: AuditEntry) -> None:
    """Mail the address that somebody had before the change that the entry tells of; the new one is not told there."""
    person, (former, _present) = User.objects.get(pk=entry.target_id), entry.changes["email"]
    context = {"user": person, "address": former, "origin": settings.ORIGIN}
    get_adapter().render_mail("account/email/former_address", former, context).send()
