"""Put every stored secret under the newest key, after QAPORTAL_ENCRYPTION_KEYS got a new first one."""

from django.core.management import BaseCommand, CommandError

from qaportal.kit import secrets


class Command(BaseCommand):
    """Encrypt anew what older keys encrypted; a key that is not needed any more can be removed afterwards."""

    help = "Encrypt every stored secret under the first key of QAPORTAL_ENCRYPTION_KEYS. Safe to run again."

    def handle(self, **options):
        done = secrets.rotate()
        self.stdout.write(f"{done.renewed} encrypted anew, {done.current} were under the newest key already.")
        if done.unreadable:
            for name in done.unreadable:
                self.stderr.write(f"No key reads {name}")
            raise CommandError(f"{len(done.unreadable)} cannot be read. Enter them again, or add the key they need.")
