"""Second factors: authenticator apps, security keys, and the recovery codes that stand in for a lost one."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation
from qaportal.kit.secrets import Kept

from .. import audit, policies
from ..models import Tenant, TokenFamily, User
from ..sign_in.second_factor import FACTORS, has_second_factor, second_factor_required
from .sign_ins import end_all_sign_ins
from .tokens import end_all_families

PERIOD = 30
"""Seconds that a code of an app lives."""
LONGEST_NAME = 100


def _matching_step(secret: str, code: str, *, after: int) -> int | None:
    """The step of time whose code this is; steps up to `after` are used up."""
    now = int(time.time()) // PERIOD
    for step in range(now - settings.MFA_TOTP_TOLERANCE, now + settings.MFA_TOTP_TOLERANCE + 1):
        if step > after and constant_time_compare(format_hotp_value(hotp_value(secret, step)), code):
            return step
    return None


def _plain(code: str) -> str:
    """The code without the blanks and dashes that people type."""
    return "".join(letter for letter in code if letter.isascii() and letter.isalnum())


def _lock_person(actor: User) -> None:
    """Hold the person, so that two requests do not set up or use the same thing twice."""
    User.objects.select_for_update().only("pk").get(pk=actor.pk)


@transaction.atomic
def add_app(*, actor: User, secret: str, code: str) -> Authenticator:
    """Set an authenticator app up with the secret it was given and the code it shows now.

    Raises InvalidInput naming `code` when it is not the app's, RuleViolation when there is an app already.
    """
    _lock_person(actor)
    if Authenticator.objects.filter(user=actor, type=Authenticator.Type.TOTP).exists():
        raise RuleViolation(_("You have an authenticator app already. Remove it first."), "app_exists")
    step = _matching_step(secret, _plain(code), after=0)
    if step is None:
        raise wrong_code()
    factor = TOTP.activate(actor, secret).instance
    factor.data["used_step"] = step
    factor.save(update_fields=["data"])
    _record_added(actor, factor)
    return factor


@transaction.atomic
def add_key(*, actor: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """Set a security key up; the caller has checked the answer of the browser."""
    _lock_person(actor)
    factor = WebAuthn.add(actor, name.strip()[:LONGEST_NAME] or _("Security key"), credential).instance
    _record_added(actor, factor)
    return factor


def _record_added(actor: User, factor: Authenticator) -> None:
    from ..jobs import send_security_notice

    RecoveryCodes.activate(actor)
    audit.record("second_factor.added", actor=actor, target=actor, tenant=actor.tenant, kind=factor.type)
    send_security_notice.defer(user_id=actor.pk, notice="second_factor_added")


@transaction.atomic
def rename_key(*, actor: User, factor: Authenticator, name: str) -> None:
    """Call one of the actor's own keys something else; raises NotVisible for anything else."""
    if factor.user_id != actor.pk or factor.type != Authenticator.Type.WEBAUTHN:
        raise NotVisible
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(_("The name cannot be used."), fields={"name": [_("Give it 1 to 100 characters.")]})
    before = factor.wrap().name
    factor.data["name"] = name
    factor.save(update_fields=["data"])
    changes = {"name": [before, name]}
    audit.record("second_factor.updated", actor=actor, target=actor, tenant=actor.tenant, changes=changes)


@transaction.atomic
def remove_factor(*, actor: User, factor: Authenticator) -> None:
    """Take one of the actor's own factors away, with the recovery codes when it was the last.

    Where the company asks for one, the API sign-ins end with the last, and the next page leads to setting one up.
    Raises NotVisible for anybody else's factor.
    """
    from ..jobs import send_security_notice

    _lock_person(actor)
    if factor.user_id != actor.pk or factor.type not in FACTORS:
        raise NotVisible
    kind = factor.type
    factor.delete()
    if not has_second_factor(actor):
        Authenticator.objects.filter(user=actor).delete()
        if second_factor_required(actor):
            end_all_families(user=actor, reason="second_factor_missing")
    audit.record("second_factor.removed", actor=actor, target=actor, tenant=actor.tenant, kind=kind)
    send_security_notice.defer(user_id=actor.pk, notice="second_factor_removed")


@transaction.atomic
def reset_second_factors(*, actor: User | None, user: User) -> None:
    """Take all factors of somebody who lost them away, and end what he is signed in with.

    Without an actor the operator does it, at the console of the machine. Raises Denied, and RuleViolation for
    somebody who has none.
    """
    from ..jobs import send_security_notice

    if actor is not None:
        policies.can_end_user(actor, user).require()
    _lock_person(user)
    if not has_second_factor(user):
        raise RuleViolation(_("This person has no second factor."), "no_second_factor")
    Authenticator.objects.filter(user=user).delete()
    end_all_sign_ins(actor=actor, user=user, reason="second_factor_reset")
    way = "page" if actor is not None else "console"
    audit.record("second_factor.reset", actor=actor, target=user, tenant=user.tenant, way=way)
    send_security_notice.defer(user_id=user.pk, notice="second_factor_removed")


@transaction.atomic
def make_recovery_codes(*, actor: User) -> None:
    """Replace the recovery codes by new ones, which are shown once; raises RuleViolation without a second factor."""
    from ..jobs import send_security_notice

    _lock_person(actor)
    if not has_second_factor(actor):
        raise RuleViolation(_("Recovery codes stand in for a second factor. Set one up first."), "no_second_factor")
    Authenticator.objects.filter(user=actor, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(actor)
    audit.record("recovery_codes.created", actor=actor, target=actor, tenant=actor.tenant)
    send_security_notice.defer(user_id=actor.pk, notice="recovery_codes_created")


@transaction.atomic
def show_recovery_codes(*, actor: User) -> list[str]:
    """The recovery codes, the first time they are asked for; after that nobody sees them again."""
    kept = _lock_codes(actor)
    if kept is None or kept.wrap().did_view:
        return []
    codes = kept.wrap()
    codes.mark_as_viewed()
    return codes.get_unused_codes()


def _lock_codes(actor: User) -> Authenticator | None:
    factors = Authenticator.objects.select_for_update().filter(user=actor)
    return factors.filter(type=Authenticator.Type.RECOVERY_CODES).first()


@transaction.atomic
def use_code(*, actor: User, code: str) -> Authenticator | None:
    """The factor that a code of an app or a recovery code proves, or None. Every code works once."""
    from ..jobs import send_security_notice

    code = _plain(code)
    factors = Authenticator.objects.select_for_update().filter(user=actor).exclude(type=Authenticator.Type.WEBAUTHN)
    for factor in factors.order_by("-type"):
        if factor.type == Authenticator.Type.TOTP:
            step = _matching_step(decrypt(factor.data["secret"]), code, after=factor.data.get("used_step", 0))
            if step is None:
                continue
            factor.data["used_step"] = step
        elif factor.wrap().validate_code(code):
            factor.refresh_from_db()
            audit.record("recovery_code.used", actor=actor, target=actor, tenant=actor.tenant)
            send_security_notice.defer(user_id=actor.pk, notice="recovery_code_used")
        else:
            continue
        factor.last_used_at = timezone.now()
        factor.save(update_fields=["data", "last_used_at"])
        factor.user = actor
        return factor
    return None


def wrong_code() -> InvalidInput:
    """The refusal of a code, the same whatever is wrong with it."""
    words = _("The code is not right. Codes change every 30 seconds and work once.")
    return InvalidInput(words, "second_factor_wrong", fields={"code": [words]})


@transaction.atomic
def end_sign_ins_without_second_factor(*, actor: User | None, tenant: Tenant) -> int:
    """End the API sign-ins of everybody in the company who has no second factor, as it is required from now on.

    Sessions of browsers live on: the next page leads them to setting one up. Answers how many were ended.
    """
    without = User.objects.filter(tenant=tenant).exclude(
        pk__in=Authenticator.objects.filter(type__in=FACTORS).values("user_id")
    )
    ended = TokenFamily.objects.filter(user__in=without, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason="second_factor_missing"
    )
    audit.record("tenant.signed_out_without_second_factor", actor=actor, target=tenant, count=ended)
    return ended


def kept_secrets() -> Iterator[Kept]:
    """The encrypted secrets of all factors, for changing the key of the installation."""
    for name in ("secret", "seed"):
        for factor in Authenticator.objects.filter(data__has_key=name).order_by("pk").iterator():
            yield Kept("mfa.Authenticator.data", factor.pk, factor.data[name], _replacing(factor.pk, name))


def _replacing(pk: int, name: str) -> Callable[[str], object]:
    def replace(text: str) -> None:
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().get(pk=pk)
            factor.data[name] = text
            factor.save(update_fields=["data"])

    return replace
