"""What the page of second factors shows."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from ..models import User
from ..sign_in.second_factor import FACTORS


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A second factor as the page shows it."""

    pk: int
    name: str
    is_key: bool
    created_at: datetime
    last_used_at: datetime | None


def factor_rows(user: User) -> list[FactorRow]:
    """The person's factors, the oldest first."""
    factors = Authenticator.objects.filter(user=user, type__in=FACTORS).order_by("pk")
    return [
        FactorRow(
            factor.pk,
            factor.wrap().name if factor.type == Authenticator.Type.WEBAUTHN else _("Authenticator app"),
            factor.type == Authenticator.Type.WEBAUTHN,
            factor.created_at,
            factor.last_used_at,
        )
        for factor in factors
    ]


def codes_left(user: User) -> int:
    """How many recovery codes the person has not used yet."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0
