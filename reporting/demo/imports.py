"""The export of another tool that a person of the demo looked through and has not brought in yet."""

from pathlib import Path

from accounts.models import Project, User
from catalog.importing import Options
from catalog.models import CaseImport
from catalog.services.case_imports import begin_check, upload_cases
from catalog.services.import_running import run_check

from .days import Days

_FILE = Path(__file__).with_name("testrail-gift-cards.csv")


def look_through_import(project: Project, people: dict[str, User], days: Days) -> None:
    """Upload the export and check its rows: one has no title. Nothing of it is stored."""
    actor = people["quality"]
    options = Options(skips_bad=True)
    with _FILE.open("rb") as stream:
        kept = upload_cases(actor=actor, project=project, stream=stream, file_name=_FILE.name, options=options)
    begin_check(actor=actor, case_import=kept, defers=False)
    run_check(import_id=kept.pk)
    moment = days.at(1, "16:40")
    CaseImport.objects.filter(pk=kept.pk).update(created_at=moment, updated_at=moment)
