from pathlib import Path

from django.core.management import BaseCommand

from operations.backup import restore_backup


class Command(BaseCommand):
    """Put a backup into an empty portal."""

    help = "Read a backup into a portal whose database and files are empty."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the file that `backup` wrote")

    def handle(self, **options):
        restore_backup(options["file"].absolute())
        self.stdout.write("The backup is restored. Start the portal with script/server.")
