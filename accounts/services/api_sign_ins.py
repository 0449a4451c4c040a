"""Signing API clients in by password."""

from django.db import transaction
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied

from ..models import User
from ..sign_in.second_factor import has_second_factor, missing, second_factor_required
from . import identity_providers, tokens
from .seats import hold_tenant


@transaction.atomic
def sign_in_by_api(*, user: User, ip_address: str | None = None, user_agent: str = "") -> tokens.TokenPair:
    """Open a token family for somebody who proved who he is, as he was loaded before he did.

    Proving takes its time. Raises Denied when meanwhile his password changed, he was signed out everywhere or
    suspended, or his company closed this way or asks for a second factor that he lacks.
    """
    hold_tenant(tenant_id=user.tenant_id)
    people = User.objects.select_for_update(of=("self",), no_key=True).select_related("tenant", "role")
    stored = people.get(pk=user.pk)
    proved = (user.password, user.sign_in_epoch)
    if not stored.may_sign_in or (stored.password, stored.sign_in_epoch) != proved:
        raise Denied(_("Your ways to sign in have just changed. Sign in again."), "sign_in_changed")
    identity_providers.require_password_allowed(user=stored)
    if second_factor_required(stored) and not has_second_factor(stored):
        raise missing(stored)
    return tokens.open_family(user=stored, ip_address=ip_address, user_agent=user_agent)
