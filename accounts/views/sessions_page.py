"""What the page of sign-ins shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from ..models import TokenFamily, User
from ..sign_in.devices import device_in_words

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One thing somebody is signed in with, as the page shows it."""

    pk: Any
    device: str
    address: str
    began_at: datetime
    last_seen_at: datetime
    is_current: bool = False


def browser_rows(user: User, current: str | None) -> list[SignInRow]:
    """The sessions of browsers that live, this one first, then the ones used last."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = [
        SignInRow(
            each.pk,
            device_in_words(each.user_agent),
            each.ip,
            each.created_at,
            each.last_seen_at,
            each.session_key == current,
        )
        for each in UserSession.objects.filter(user=user, session_key__in=living).order_by("-last_seen_at")[:MOST_ROWS]
    ]
    return sorted(rows, key=lambda row: not row.is_current)


def api_rows(user: User) -> list[SignInRow]:
    """The sign-ins of API clients that live, the ones used last first."""
    families = TokenFamily.objects.visible_to(user).open()
    return [
        SignInRow(each.pk, device_in_words(each.user_agent), each.ip_address or "", each.created_at, each.last_used_at)
        for each in families.order_by("-last_used_at")[:MOST_ROWS]
    ]
