"""Fill a project with as many cases and results as a measurement needs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.load import generate_load, holds_other_data

MOST = 5_000_000


class Command(BaseCommand):
    """`manage.py generate_load --cases 100000 --results 200000`."""

    help = "Adds invented test cases and results to a project of a company of its own, for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, and where."""
        parser.add_argument("--cases", type=int, default=10_000, help="How many cases to add.")
        parser.add_argument("--results", type=int, default=0, help="How many results to record for them.")
        parser.add_argument("--project", default="LOAD", metavar="KEY", help="The project's key; made when missing.")
        parser.add_argument("--seed", type=int, default=7, help="The same seed writes the same texts.")
        parser.add_argument(
            "--beside-other-data",
            action="store_true",
            help="Go on although the database holds projects of other companies.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database in use, then write."""
        if not (0 <= options["cases"] <= MOST and 0 <= options["results"] <= MOST):
            raise CommandError(f"Give numbers from 0 to {MOST:,}.")
        if holds_other_data() and not options["beside_other_data"]:
            raise CommandError(
                "This database holds projects of other companies. Add --beside-other-data to write beside them."
            )
        project = generate_load(
            key=options["project"].upper(),
            cases=options["cases"],
            results=options["results"],
            seed=options["seed"],
            told=self.stdout.write,
        )
        self.stdout.write(f"The project {project.key} is filled.")
