"""Let somebody in again who lost his second factor, when nobody is left who could do it on a page."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.second_factors import reset_second_factors
from qaportal.kit.errors import PortalError
from qaportal.kit.requests import set_request_id


class Command(BaseCommand):
    """What administrators do on the page of a person, for the last of them; the trail says that the console did it."""

    help = (
        "Take the second factors of somebody who lost them away and end what he is signed in with. He signs in by "
        "password alone until he sets one up again, and is told by mail. Make sure first that it is he who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that he signs in with")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        set_request_id("reset_second_factor")
        try:
            person = User.objects.get_by_natural_key(email.strip())
            reset_second_factors(actor=None, user=person)
        except User.DoesNotExist as error:
            raise CommandError("Nobody has this address.") from error
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{person.full_name} ({person.email}) signs in by password alone now.")
