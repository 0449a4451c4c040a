"""Tokens of API clients: short access tokens, and refresh tokens that rotate in families."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from .. import audit
from ..models import TokenFamily, User

FAMILY_CLAIM = "family"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets at sign-in and at each refresh."""

    access: str
    refresh: str
    expires_at: datetime
    expires_in: int
    """Seconds that the access token lives."""


def _pair(family: TokenFamily, token_id: str) -> TokenPair:
    refresh = RefreshToken()
    refresh["user_id"] = str(family.user_id)
    refresh[FAMILY_CLAIM] = str(family.pk)
    refresh["jti"] = token_id
    refresh.set_exp(lifetime=family.expires_at - timezone.now())
    access = AccessToken()
    access["user_id"] = str(family.user_id)
    access[FAMILY_CLAIM] = str(family.pk)
    lifetime: timedelta = settings.ACCESS_TOKEN_LIFETIME
    return TokenPair(str(access), str(refresh), timezone.now() + lifetime, int(lifetime.total_seconds()))


@transaction.atomic
def open_family(*, user: User, ip_address: str | None = None, user_agent: str = "") -> TokenPair:
    """Sign an API client in: a new family with its first pair. Address and client are shown to the person."""
    token_id = uuid.uuid4().hex
    family = TokenFamily.objects.create(
        user=user,
        current_token=token_id,
        ip_address=ip_address,
        user_agent=user_agent.replace("\x00", "")[:200],
        expires_at=timezone.now() + settings.REFRESH_TOKEN_LIFETIME,
    )
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    audit.record("user.signed_in", actor=user, target=user, tenant=user.tenant, way="api")
    return _pair(family, token_id)


def rotate(*, refresh_token: str) -> tuple[User, TokenPair] | None:
    """A new pair for a refresh token that is the current one of its family, else None.

    An old one ends the whole family: it was stolen, or the new one was. That ending is kept although the
    caller is refused.
    """
    try:
        claims = RefreshToken(refresh_token)
        family_id = uuid.UUID(str(claims[FAMILY_CLAIM]))
    except (TokenError, KeyError, ValueError):
        return None
    with transaction.atomic():
        family = (
            TokenFamily.objects.select_for_update(of=("self",))
            .select_related("user__tenant", "user__role")
            .filter(pk=family_id, ended_at__isnull=True)
            .first()
        )
        if family is None or not family.user.may_sign_in:
            return None
        if claims["jti"] != family.current_token:
            end_family(family=family, reason="reused")
            return None
        family.current_token = uuid.uuid4().hex
        family.last_used_at = timezone.now()
        family.save(update_fields=["current_token", "last_used_at"])
        return family.user, _pair(family, family.current_token)


@transaction.atomic
def end_family(*, family: TokenFamily, reason: str) -> None:
    """End the sign-in: its access and refresh tokens are refused from now on."""
    ended = TokenFamily.objects.filter(pk=family.pk, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=reason
    )
    if ended:
        audit.record("user.signed_out", actor=family.user, target=family.user, tenant=family.user.tenant, way=reason)


@transaction.atomic
def end_all_families(*, user: User, reason: str) -> int:
    """End every sign-in of the person's API clients, as a password change does."""
    return TokenFamily.objects.filter(user=user, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=reason
    )
