"""How often somebody may try what mails a link or tells that an address is taken: one count for every door."""

from django.conf import settings
from django.http import HttpRequest

from qaportal.kit.limits import rate_limit
from qaportal.kit.requests import client_network

from .models import User

REGISTER, VERIFICATION, RESET = "register", "verification", "reset"
"""What people without a sign-in try; each counts on its own."""


def count_client(request: HttpRequest, attempt: str) -> None:
    """Count one attempt of the client, for whatever address; raises TooMany."""
    rate_limit(f"{attempt}_client", client_network(request), settings.ATTEMPT_LIMITS.get("client", "off"))


def count_address(attempt: str, email: str) -> None:
    """Count one attempt for the address, by whatever client; raises TooMany."""
    rate_limit(f"{attempt}_address", email, settings.ATTEMPT_LIMITS.get("address", "off"))


def count_tried_address(actor: User | None) -> None:
    """Count an address that somebody invites, adds or gives a person; raises TooMany.

    The answer tells him whether it is taken anywhere, so that free and taken addresses count alike.
    """
    if actor is not None:
        rate_limit("address_tried", actor.pk, settings.ATTEMPT_LIMITS.get("actor", "off"))
