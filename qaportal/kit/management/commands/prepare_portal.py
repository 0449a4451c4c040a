"""Everything that has to stand before the portal is served. Quick when there is nothing to do."""

import fcntl
import hashlib
import os
from contextlib import contextmanager

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from qaportal.kit import preparation

LOCK_NUMBER = 5_072_001  # of the advisory lock that lets one preparation at a time work on a database


class Command(BaseCommand):
    """Migrate, make the cache table, collect the static files and run the apps' own steps."""

    help = "Prepare the database and the files of the portal. Safe to run at each start."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="also fill in the demo project")

    def handle(self, **options):
        try:
            self.collect_static()
            with one_at_a_time():
                self.migrate()
                lines = preparation.run(demo=options["demo"])
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}") from error
        for line in lines:
            self.stdout.write(line)

    def migrate(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Updating the tables of the database.")
            call_command("migrate", interactive=False, verbosity=0)
        cache = settings.CACHES["default"]
        if (
            cache["BACKEND"].endswith("DatabaseCache")
            and cache["LOCATION"] not in connection.introspection.table_names()
        ):
            call_command("createcachetable", verbosity=0)

    def collect_static(self):
        """Collect when the sources have changed since the last time; the first time takes a while."""
        if settings.STORAGES["staticfiles"]["BACKEND"].endswith(".StaticFilesStorage"):
            return  # served from where they are
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        state = fingerprint_of_sources()
        with (settings.STATIC_ROOT.parent / "static.state").open("a+") as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)
            kept.seek(0)
            if kept.read() == state and any(settings.STATIC_ROOT.iterdir()):
                return
            self.stdout.write("Collecting the files of the pages.")
            kept.truncate(0)
            call_command("collectstatic", interactive=False, verbosity=0)
            kept.write(state)


def fingerprint_of_sources() -> str:
    """A digest of the names, sizes and times of all static files and of how they are stored."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def one_at_a_time():
    """Let other preparations of the same database wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
