"""Take test reports in from the command line, without a running portal."""

import json
import shutil
import sys
import tempfile
import zipfile
from argparse import ArgumentParser
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from qaportal.kit.text import storable
from runs.importers import ReportRejected, ResultCounts, open_upload

STANDARD_INPUT = "-"
COLUMNS = ("tests", "passed", "failed", "errors", "skipped", "flaky")
FACTS = ("run_name", "external_id", "environment", "build", "branch")


@contextmanager
def opened(name: str) -> Any:
    """The bytes of a file, of standard input, or of a zip of a folder; raises OSError for what cannot be read."""
    if name == STANDARD_INPUT:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            copy.seek(0)
            yield copy
        return
    if Path(name).is_dir():
        with tempfile.TemporaryFile() as packed:
            pack_folder(Path(name), packed)
            packed.seek(0)
            yield packed
        return
    with Path(name).open("rb") as stream:
        yield stream


def pack_folder(folder: Path, packed: IO[bytes]) -> None:
    """Write a zip of what lies in the folder, the same bytes for the same files; links are left out."""
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # of 1980, whenever it was written
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as stream, archive.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(stream, member)


def name_of(given: str) -> str:
    """What the upload is called."""
    if given == STANDARD_INPUT:
        return "report.xml"
    path = Path(given).resolve()
    return f"{path.name}.zip" if path.is_dir() else path.name


def words_of(error: OSError) -> str:
    """Why the file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "There is no such file."
    if isinstance(error, PermissionError):
        return "The file may not be read."
    return f"The file cannot be read: {error.strerror or error}."


def looked_at(name: str, stream: IO[bytes]) -> dict[str, Any]:
    """What is in the report, or in all reports of a zip; raises ReportRejected when there is none."""
    counts, formats, refused, repaired, warnings = ResultCounts(), set(), [], False, []
    upload, refusal = open_upload(stream, name), None
    for part in upload.parts:
        if part.refusal is not None:
            refusal = refusal or part.refusal
            refused.append(f"{part.name}: {part.refusal.reason}")
            continue
        for result in part.opened.results:
            counts.add(result)
        formats.add(part.opened.format)
        repaired = repaired or part.opened.report.repaired
        place = f"{part.name}: " if upload.is_archive else ""
        warnings += [f"{place}{warning.text}" for warning in part.opened.report.warnings]
    if not counts.tests:
        raise refusal or ReportRejected("The upload holds no test report.", "no_tests")
    found = {column: getattr(counts, column) for column in COLUMNS}
    kind = formats.pop() if len(formats) == 1 else "several"
    return {"file": name, "format": kind, **found, "repaired": repaired, "refused": refused, "warnings": warnings}


class Command(BaseCommand):
    """Read test reports and store their results."""

    help = (
        "Reads test reports of any known format, or folders and zips of them, and stores their results in a project; "
        "works without a running portal. "
        "With --dry-run it only tells what is in them, and needs no database."
    )
    requires_system_checks: list = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a report, a folder or a zip of some, or - for standard input"
        )
        parser.add_argument("--project", metavar="KEY", help="the project; not needed with --dry-run")
        parser.add_argument("--tenant", metavar="SLUG", help="the tenant, when its key alone does not name the project")
        parser.add_argument("--release", metavar="VERSION", help="the release that the results belong to")
        parser.add_argument("--configuration", metavar="NAME", help="what the tests ran in: a configuration, or its id")
        parser.add_argument("--run-name", default="", metavar="NAME", help="the name of the new run")
        parser.add_argument("--external-id", default="", metavar="ID", help="reports with the same id share one run")
        parser.add_argument("--environment", default="", help="where the tests ran")
        parser.add_argument("--build", default="", help="the build that was tested")
        parser.add_argument("--branch", default="", help="the branch that was tested")
        parser.add_argument("--create-cases", action="store_true", help="make a case for every test that has none")
        parser.add_argument("--user", metavar="EMAIL", help="who acts; by default the first administrator")
        parser.add_argument("--dry-run", action="store_true", help="tell what is in the reports and store nothing")
        parser.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        is_dry = options["dry_run"]
        is_aimed = options["project"] and (options["release"] or options["configuration"])
        try:
            store = self.storing(options) if is_aimed or not is_dry else None  # refuses names that are not there
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from error
        take = looked_at if is_dry else store
        answers = [self.answer(name, take) | {"file": storable(name)[0]} for name in options["files"]]
        if options["json"]:
            self.stdout.write(json.dumps(answers, indent=2))
        else:
            self.tell(answers, stored=not options["dry_run"])
        if any("error" in answer for answer in answers):
            sys.exit(1)

    def answer(self, name: str, take: Any) -> dict[str, Any]:
        """What became of one file; a file that cannot be taken in does not stop the others."""
        from qaportal.kit.errors import PortalError

        try:
            with opened(name) as stream:
                return take(name, stream)
        except OSError as error:
            return {"file": name, "error": words_of(error)}
        except ReportRejected as refusal:
            return {"file": name, "error": refusal.reason}
        except PortalError as refusal:
            texts = [
                text if field == "file" else f"{field}: {text}"
                for field, texts in refusal.fields.items()
                for text in texts
            ]
            return {"file": name, "error": " ".join(texts) or refusal.message}

    def storing(self, options: dict[str, Any]) -> Any:
        """The function that takes one report into the project; raises CommandError for options that do not fit."""
        if not options["project"]:
            raise CommandError("Name the project with --project, or look only with --dry-run.")
        project = self.project(options["project"], options["tenant"])
        named = options["configuration"]
        target = {
            "project": project,
            "actor": self.actor(project, options["user"]),
            "release": self.release(project, options["release"]) if options["release"] else None,
            "configuration": self.configuration(project, named) if named else None,
            "creates_cases": options["create_cases"],
            **{fact: options[fact] for fact in FACTS},
        }

        def take(name: str, stream: IO[bytes]) -> dict[str, Any]:
            from runs.services.imports import start_import
            from runs.services.taking_in import run_import

            report_import, is_known = start_import(**target, stream=stream, file_name=name_of(name))
            return self.stored(name, run_import(import_id=report_import.pk), is_known=is_known)

        return take

    def stored(self, name: str, report_import: Any, *, is_known: bool) -> dict[str, Any]:
        """What an import that has ended says."""
        if report_import.error:
            return {"file": name, "error": report_import.error}
        counts = report_import.counts
        return {
            "file": name,
            "format": report_import.format,
            **{column: counts[column] for column in COLUMNS},
            "repaired": report_import.repaired,
            "run": report_import.run.number,
            "matched": counts["matched"],
            "unmatched": counts["unmatched"],
            "created": counts["created"],
            "refused": [
                f"{part['name']}: {part['reason']}" for part in report_import.parts if part["state"] == "refused"
            ],
            "warnings": [warning["text"] for warning in report_import.warnings],
            "duplicate": is_known or report_import.duplicate_of_id is not None,
        }

    def project(self, key: str, tenant: str | None) -> Any:
        """The living project with this key; raises CommandError when there is none, or one in several tenants."""
        from accounts.models import Project

        found = Project.objects.living().select_related("tenant").filter(key=key.upper())
        if tenant:
            found = found.filter(tenant__slug=tenant)
        projects = list(found.order_by("tenant__slug"))
        if not projects:
            raise CommandError(f"There is no project {key}{f' in the tenant {tenant}' if tenant else ''}.")
        if len(projects) > 1:
            slugs = ", ".join(project.tenant.slug for project in projects)
            raise CommandError(f"Several tenants have a project {key}. Choose one with --tenant: {slugs}.")
        return projects[0]

    def actor(self, project: Any, email: str | None) -> Any:
        """The person named, else the first administrator of the project's tenant, else one of the platform."""
        from accounts.choices import RoleCode
        from accounts.models import User

        people = User.objects.living().select_related("role", "tenant").filter(is_active=True)
        if email:
            person = people.filter(email__iexact=email).first()
            if person is None:
                raise CommandError(f"Nobody active has the address {email}.")
            return person
        own = people.filter(tenant_id=project.tenant_id, role__code=RoleCode.TENANT_ADMIN).order_by("pk").first()
        person = own or people.filter(role__code=RoleCode.SUPER_ADMIN).order_by("pk").first()
        if person is None:
            raise CommandError("The project's tenant has no administrator. Name who acts with --user.")
        return person

    def release(self, project: Any, version: str) -> Any:
        """The release of this version; raises CommandError when there is none."""
        from releases.models import Release

        release = Release.objects.living().in_project(project).filter(version=version).first()
        if release is None:
            raise CommandError(f"The project has no release {version}.")
        return release

    def configuration(self, project: Any, named: str) -> Any:
        """The configuration with this id or name; raises CommandError when there is none."""
        from runs.models import Configuration

        configuration = Configuration.objects.living().in_project(project).named(named).first()
        if configuration is None:
            raise CommandError(f"The project has no configuration {named}.")
        return configuration

    def tell(self, answers: list[dict[str, Any]], *, stored: bool) -> None:
        """The answers as a table; below it what was refused, left out or repaired, with its reason."""
        taken = [answer for answer in answers if "error" not in answer]
        if taken:
            width = max(4, *(len(answer["file"]) for answer in taken))
            extra = ("run", "matched", "unmatched") if stored else ()
            heads = [*COLUMNS, *extra]
            self.stdout.write(f"{'file':<{width}}  " + "  ".join(f"{head:>9}" for head in heads))
            for answer in taken:
                numbers = "  ".join(f"{answer[head]:>9,}" if head != "run" else f"{answer[head]:>9}" for head in heads)
                remarks = [word for word in ("repaired", "duplicate") if answer.get(word)]
                note = f"  ({', '.join(remarks)})" if remarks else ""
                self.stdout.write(f"{answer['file']:<{width}}  {numbers}{note}")
        for answer in answers:
            for reason in [answer["error"]] if "error" in answer else [*answer["refused"], *answer["warnings"]]:
                self.stderr.write(f"{answer['file']}: {reason}")
