"""Inviting several people at once: each by himself, so that one wrong address holds up nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied, InvalidInput, PortalError

from .. import policies
from ..models import Invitation, Role, Tenant, User
from .invitations import invite

LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to be invited."""

    email: str
    first_name: str = ""
    last_name: str = ""
    written: str = ""
    """As it was typed, to be typed again when it was refused."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one address."""

    person: Invited
    invitation: Invitation | None = None
    reason: str = ""
    """Why there is no invitation."""


def invite_each(*, actor: User, tenant: Tenant, role: Role, people: Sequence[Invited]) -> list[Outcome]:
    """Invite everybody who can be invited and say of each what became of it.

    Raises Denied when the actor may invite nobody, or may not give the role.
    """
    policies.can_add_user(actor, tenant).require()
    policies.can_grant(actor, role).require()
    return [_invited(actor, tenant, role, person) for person in people]


def _invited(actor: User, tenant: Tenant, role: Role, person: Invited) -> Outcome:
    try:
        _require_address(person.email)
        invitation = invite(
            actor=actor,
            tenant=tenant,
            email=person.email,
            role=role,
            first_name=person.first_name,
            last_name=person.last_name,
        )
    except Denied:
        raise
    except PortalError as error:
        words = [text for texts in error.fields.values() for text in texts]
        return Outcome(person, reason=" ".join(words) or error.message)
    return Outcome(person, invitation)


def _require_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(_("This is no e-mail address.")) from error
    if len(email) > LONGEST_ADDRESS:
        raise InvalidInput(_("The address is too long."))
