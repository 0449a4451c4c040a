"""Add the first administrator of the platform, who adds companies and belongs to none of them."""

import os
import sys
from getpass import getpass

from django.core.management import BaseCommand, CommandError

from accounts.services.bootstrap import create_platform_administrator
from qaportal.kit.errors import PortalError
from qaportal.kit.requests import set_request_id

VARIABLE = "QAPORTAL_PLATFORM_PASSWORD"


class Command(BaseCommand):
    """The password comes from the environment or the prompt; without either a link to choose one is printed."""

    help = (
        "Add an administrator of the platform: somebody who adds and suspends companies and belongs to none. "
        f"The password is read from {VARIABLE} or asked for; left empty, a link to choose one is printed instead."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", help="the address to sign in with")
        parser.add_argument("--first-name", default="", help="as people read it")
        parser.add_argument("--last-name", default="", help="as people read it")

    def handle(self, **options):
        set_request_id("create_platform_administrator")
        password = os.environ.get(VARIABLE) or self._asked()
        try:
            administrator, link = create_platform_administrator(
                email=options["email"],
                password=password,
                first_name=options["first_name"],
                last_name=options["last_name"],
            )
        except PortalError as refusal:
            words = [text for texts in refusal.fields.values() for text in texts] or [refusal.message]
            raise CommandError(" ".join(words)) from refusal
        self.stdout.write(f"{administrator.email} administers the platform now.")
        if link:
            self.stdout.write("Open this link to choose a password. It works once and is shown this once:")
            self.stdout.write(link)

    def _asked(self):
        """The password typed twice alike, or None: nobody is there to type, or he left it empty."""
        if not sys.stdin.isatty():
            return None
        first = getpass("Password (empty: print a link to choose one): ")
        if first and getpass("Once more: ") != first:
            raise CommandError("These were two different passwords. Nobody was added.")
        return first or None
