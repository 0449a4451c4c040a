"""Give failures that were stored before there were fingerprints theirs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Project
from runs.jobs import mark_stored_failures
from runs.services.fingerprinting import mark_chunk


class Command(BaseCommand):
    """Marks stored failures, by a job or at once; doing it again changes nothing."""

    help = "Give failures that were stored before there were fingerprints theirs, and count them for their causes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One project, and whether to do it at once."""
        parser.add_argument("--project", help="the key of the only project to look at")
        parser.add_argument("--now", action="store_true", help="do it here instead of leaving it to a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Leave it to a worker, or do it and tell how far it is."""
        project_id = self._project_id(options["project"])
        if not options["now"]:
            mark_stored_failures.defer(project_id=project_id)
            self.stdout.write("A worker will do it.")
            return
        last, total = mark_chunk(project_id=project_id)
        while last is not None:
            self.stdout.write(f"{total} failures marked so far")
            last, marked = mark_chunk(after=last, project_id=project_id)
            total += marked
        self.stdout.write(self.style.SUCCESS(f"{total} failures got their fingerprints."))

    def _project_id(self, key: str | None) -> int | None:
        if not key:
            return None
        found = list(Project.objects.filter(key=key.upper()).values_list("pk", flat=True)[:2])
        if len(found) != 1:
            raise CommandError(f"There is no project {key}, or there are several of this key.")
        return found[0]
