"""The reports that people of the demo uploaded: a real one, and one that was no report at all."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import Project, User
from runs.models import ReportImport, TestRun
from runs.services.attachments import store_attachments
from runs.services.imports import start_import
from runs.services.taking_in import run_import

from .allure import allure_results

_TIMESTAMP = re.compile(rb'timestamp="[^"]*"')


def _upload(actor: User, project: Project, report: bytes, file_name: str, moment: datetime, **fields: Any) -> Any:
    """Take a report in as the upload page does, read it at once, and let it all have happened at the moment."""
    started, _stood_already = start_import(
        actor=actor, project=project, stream=BytesIO(report), file_name=file_name, **fields
    )
    ReportImport.objects.filter(pk=started.pk).update(created_at=moment)
    finished = run_import(import_id=started.pk)
    ReportImport.objects.filter(pk=started.pk).update(finished_at=moment, updated_at=moment)
    return finished


def upload_example(actor: User, project: Project, plan: dict[str, Any], moment: datetime) -> None:
    """The report that the example suite in pytest wrote, as if it had run at the moment."""
    path = Path(settings.BASE_DIR) / plan["file"]
    report = _TIMESTAMP.sub(f'timestamp="{moment.isoformat()}"'.encode(), path.read_bytes())
    finished = _upload(actor, project, report, path.name, moment, run_name=plan["run_name"])
    run = TestRun.objects.filter(pk=finished.run_id)
    run.update(finished_at=moment, created_at=moment, updated_at=moment)


def upload_pictured(actor: User, project: Project, plan: dict[str, Any], moment: datetime) -> None:
    """A browser suite's report with its steps and pictures, as a zip."""
    report = allure_results(plan["test"], moment - timedelta(minutes=2))
    finished = _upload(actor, project, report, "allure-results.zip", moment, run_name=plan["run_name"])
    store_attachments(import_id=finished.pk)
    TestRun.objects.filter(pk=finished.run_id).update(finished_at=moment, created_at=moment, updated_at=moment)


def upload_rejected(actor: User, project: Project, plan: dict[str, Any], moment: datetime) -> None:
    """A page that was saved instead of the report: refused with its reason."""
    _upload(actor, project, plan["text"].encode(), plan["file_name"], moment)
