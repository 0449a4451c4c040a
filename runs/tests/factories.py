"""Makes runs and results for tests."""

from datetime import datetime

from django.utils import timezone

from accounts.models import Project, User
from releases.models import Release
from runs.choices import ResultSource, RunKind
from runs.models import TestRun
from runs.services.recording import Recorded, record_results
from runs.services.runs import create_run
from runs.services.staging import NewResult


def make_run(project: Project, *, name: str = "Nightly", release: Release | None = None, **fields) -> TestRun:
    fields.setdefault("kind", RunKind.AUTOMATED)
    return create_run(actor=None, project=project, name=name, release=release, **fields)


def reported(
    name: str, status: str = "passed", *, class_name: str = "checkout", executed_at: datetime | None = None, **fields
) -> NewResult:
    fields.setdefault("automation_key", f"{class_name}.{name}")
    return NewResult(
        name=name, class_name=class_name, status=status, executed_at=executed_at or timezone.now(), **fields
    )


def record(
    run: TestRun, *results: NewResult, actor: User | None = None, source: str = ResultSource.REPORT, **options
) -> Recorded:
    return record_results(run=run, results=results, actor=actor, source=source, **options)
