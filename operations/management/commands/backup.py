from pathlib import Path

from django.core.management import BaseCommand

from operations.backup import write_backup


class Command(BaseCommand):
    """Write everything the portal keeps into one file."""

    help = "Write the database and the stored files into one tar file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the file to write; it must not exist")

    def handle(self, **options):
        size = write_backup(options["file"].absolute())
        self.stdout.write(f"{options['file']} holds the backup, {size / 1_000_000:.1f} MB.")
