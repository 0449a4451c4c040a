"""Uploaded reports: taken in at once, read by a job, and either stored whole or refused with a reason."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from files.services import store
from qaportal.kit import progress
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.text import problem_in, storable
from releases.choices import OPEN_STATUSES
from releases.models import Release

from .. import policies
from ..choices import ENDED_IMPORTS, ImportState
from ..models import Configuration, ReportImport, TestRun

LONGEST = {"run_name": 300, "external_id": 200, "environment": 120, "build": 200, "branch": 200}
FACTS = tuple(LONGEST)
"""What an upload says of a new run, in words."""
REPEAT_WINDOW = timedelta(minutes=10)
FORGOTTEN_AFTER = timedelta(minutes=10)


@dataclass(slots=True)
class ImportRequest:
    """What the uploader asked for; kept with the import so that the job, and a repetition of it, know it too."""

    run_id: str | None = None
    """An existing run; without one the report joins `external_id` or makes a new run."""
    run_name: str = ""
    release_id: int | None = None
    configuration_id: int | None = None
    """What a new run is executed in."""
    external_id: str = ""
    environment: str = ""
    build: str = ""
    branch: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def _same_upload(project: Project, sha256: str, request: ImportRequest) -> ReportImport | None:
    """The import that these bytes already made in the run that is asked for.

    Bytes sent again for a new run count as the same upload for ten minutes: a client that heard no answer repeats
    itself, while a suite without timestamps writes the same bytes every night.
    """
    same = ReportImport.objects.filter(project=project, sha256=sha256, duplicate_of__isnull=True)
    same = same.exclude(state__in=[ImportState.FAILED, ImportState.UNDOING, ImportState.UNDONE])
    if request.run_id:
        return same.filter(request__run_id=request.run_id).first() or same.filter(run_id=request.run_id).first()
    asked = Q(request__configuration_id=request.configuration_id)  # a suite may write the same in each
    if request.configuration_id is None:
        asked |= ~Q(request__has_key="configuration_id")  # what was taken in before uploads could name one
    same = same.filter(asked)
    if request.external_id:
        return same.filter(request__external_id=request.external_id).first()
    recent = same.filter(created_at__gte=timezone.now() - REPEAT_WINDOW, request__run_id=None)
    return recent.filter(request__run_name=request.run_name, request__release_id=request.release_id).first()


def require_configuration(run: TestRun, configuration: Configuration | None) -> None:
    """Raise InvalidInput naming `configuration_id` for a run that is executed in another one."""
    if configuration is not None and run.configuration_id != configuration.pk:
        words = _("Run %(number)d is executed in another configuration, or says none. Edit the run, or choose another.")
        words = words % {"number": run.number}
        raise InvalidInput(words, "other_configuration", fields={"configuration_id": [words]})


def check_configuration(
    project: Project,
    *,
    configuration: Configuration | None = None,
    run: TestRun | None = None,
    external_id: str = "",
) -> None:
    """Raise InvalidInput naming `configuration_id` for one that is foreign, or not that of the run which is meant."""
    if configuration is None:
        return
    if configuration.project_id != project.pk:
        words = _("There is no such configuration in the project.")
        raise InvalidInput(words, "not_found", fields={"configuration_id": [words]})
    if run is None and external_id:
        run = TestRun.objects.living().filter(project=project, external_id=external_id).first()
    if run is not None:
        require_configuration(run, configuration)


def _check_facts(facts: Mapping[str, str]) -> None:
    """Raise InvalidInput naming the field for words that cannot be stored."""
    for name, text in facts.items():
        words, code = problem_in(text), "invalid"
        if len(text) > LONGEST[name]:
            words, code = _("At most %d characters.") % LONGEST[name], "max_length"
        if words:
            raise InvalidInput(words, code, fields={name: [words]})


def _check_target(project: Project, run: TestRun | None, release: Release | None) -> None:
    if run is not None:
        refusal = policies.takes_results(run)
        if not refusal:
            raise RuleViolation(refusal.reason, refusal.code)
    if release is not None and release.overall_status not in OPEN_STATUSES:
        raise RuleViolation(_("This release is closed and takes no more results."), "release_closed")


@transaction.atomic
def start_import(
    *,
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    run: TestRun | None = None,
    release: Release | None = None,
    creates_cases: bool = False,
    idempotency_key: str | None = None,
    **request_fields: Any,
) -> tuple[ReportImport, bool]:
    """Keep the uploaded bytes and defer the job that reads them; answers the import and whether it stood already.

    `stream` is seekable. `request_fields` are the texts of `FACTS` and a `configuration`. The same bytes for the same
    run, or the same idempotency key, answer the first import again. Raises Denied, RuleViolation for a run or release
    that takes no results, InvalidInput naming the field for an empty or too large file, for texts that are too long,
    and for a configuration that the project does not have or in which the run is not executed.
    """
    policies.can_import_report(actor, project).require()
    if creates_cases:
        policies.can_create_cases(actor, project).require()
    configuration = request_fields.pop("configuration", None)
    _check_facts(request_fields)
    _check_target(project, run, release or (run.release if run else None))
    file_name = storable(file_name)[0]
    external_id = request_fields.get("external_id", "")
    check_configuration(project, configuration=configuration, run=run, external_id=external_id)
    sha256 = _digest(stream)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [sha256, project.pk])
    request = ImportRequest(
        run_id=str(run.pk) if run else None,
        release_id=release.pk if release else None,
        configuration_id=configuration.pk if configuration else None,
        **request_fields,
    )
    if idempotency_key:
        known = ReportImport.objects.filter(project=project, idempotency_key=idempotency_key).first()
        if known is not None:
            if known.sha256 != sha256:
                raise RuleViolation(_("This Idempotency-Key was used with another file."), "idempotency_key_reused")
            return known, True
    known = _same_upload(project, sha256, request)
    if known is not None:
        return known, True
    return _queue(actor, project, stream, file_name, sha256, request, creates_cases, idempotency_key), False


def _queue(
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    sha256: str,
    request: ImportRequest,
    creates_cases: bool,
    idempotency_key: str | None,
) -> ReportImport:
    from ..jobs import run_report_import

    stored = store(
        actor=actor, project=project, stream=stream, name=file_name or "report.xml", claimed=True, may_wait=True
    )
    if not stored.size:
        raise InvalidInput(_("The file is empty."), "empty", fields={"file": [_("The file is empty.")]})
    reported = progress.start(
        kind="report_import", user_id=actor.pk, tenant_id=project.tenant_id, project_id=project.pk
    )
    report_import = ReportImport.objects.create(
        project=project,
        file=stored,
        file_name=file_name[:255],
        sha256=sha256,
        idempotency_key=idempotency_key,
        creates_cases=creates_cases,
        request=asdict(request),
        progress_id=reported.pk,
        created_by=actor,
        updated_by=actor,
    )
    audit.record("report_import.started", actor=actor, target=report_import, project=project)
    run_report_import.defer(import_id=str(report_import.pk))
    return report_import


@transaction.atomic
def fail_import(
    *, import_id: UUID, reason: str, code: str, line: int | None = None, parts: Sequence[dict[str, Any]] = ()
) -> ReportImport:
    """Close an import that cannot be taken in; nothing of it was stored but the bytes, the reason, and of several
    files what was wrong with each."""
    report_import = ReportImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if report_import.state in ENDED_IMPORTS:
        return report_import
    where = _(" (line %d)") % line if line and f"line {line}" not in reason else ""
    report_import.state = ImportState.FAILED
    report_import.error = f"{reason}{where}"
    report_import.parts = list(parts)
    report_import.warnings = [{"code": code, "text": report_import.error}]
    report_import.finished_at = timezone.now()
    report_import.save()
    progress.finish(report_import.progress_id, failed=True, message=report_import.error)
    audit.record("report_import.failed", actor=report_import.created_by, target=report_import, reason=code)
    return report_import


_FORGOTTEN = """
SELECT report.id FROM runs_reportimport AS report
WHERE report.state IN ('queued', 'running') AND report.updated_at < %(before)s
  AND NOT EXISTS (
    SELECT FROM procrastinate_jobs AS job
    WHERE job.status IN ('todo', 'doing') AND job.task_name = %(task)s AND job.args ->> 'import_id' = report.id::text)
"""


def forgotten_imports(task_name: str) -> list[UUID]:
    """Open imports that no job of this name will end any more."""
    values = {"before": timezone.now() - FORGOTTEN_AFTER, "task": task_name}
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, values)
        return [import_id for (import_id,) in cursor.fetchall()]
