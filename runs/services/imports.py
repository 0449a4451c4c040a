"""Uploaded reports: taken in at once, read by a job, and either stored whole or refused with a reason."""

import hashlib
import logging
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from files.services import open_stored, store
from qaportal.kit import events, progress
from qaportal.kit.errors import InvalidInput, PortalError, RuleViolation
from releases.choices import OPEN_STATUSES
from releases.models import Release

from .. import policies
from ..choices import ImportState, ResultSource, RunKind, RunStatus
from ..importers import OpenedReport, ReportRejected, open_report
from ..models import ReportImport, TestRun
from .reading import new_results
from .recording import Recorded, record_results
from .runs import create_run, external_run

logger = logging.getLogger(__name__)
REPEAT_WINDOW = timedelta(minutes=10)
PROGRESS_STEP = 2_000


@dataclass(slots=True)
class ImportRequest:
    """What the uploader asked for; kept with the import so that the job, and a repetition of it, know it too."""

    run_id: str | None = None
    """An existing run; without one the report joins `external_id` or makes a new run."""
    run_name: str = ""
    release_id: int | None = None
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
    same = same.exclude(state=ImportState.FAILED)
    if request.run_id:
        return same.filter(request__run_id=request.run_id).first() or same.filter(run_id=request.run_id).first()
    if request.external_id:
        return same.filter(request__external_id=request.external_id).first()
    recent = same.filter(created_at__gte=timezone.now() - REPEAT_WINDOW, request__run_id=None)
    return recent.filter(request__run_name=request.run_name, request__release_id=request.release_id).first()


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
    **request_fields: str,
) -> tuple[ReportImport, bool]:
    """Keep the uploaded bytes and defer the job that reads them; answers the import and whether it stood already.

    `stream` is seekable. `request_fields` are `run_name, external_id, environment, build, branch`. The same bytes for
    the same run, or the same idempotency key, answer the first import again. Raises Denied, RuleViolation for a run or
    release that takes no results, InvalidInput for an empty or too large file.
    """
    policies.can_import_report(actor, project).require()
    if creates_cases:
        policies.can_create_cases(actor, project).require()
    _check_target(project, run, release or (run.release if run else None))
    sha256 = _digest(stream)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [sha256, project.pk])
    request = ImportRequest(
        run_id=str(run.pk) if run else None, release_id=release.pk if release else None, **request_fields
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

    stored = store(actor=actor, project=project, stream=stream, name=file_name or "report.xml", claimed=True)
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


def run_import(*, import_id: UUID) -> ReportImport:
    """Read the report of a queued import and store it whole, or close the import with the reason.

    Safe to run twice: results and the end of the import are one transaction, so that a repetition after a dead worker
    starts over, and one after the end does nothing.
    """
    started = ReportImport.objects.filter(pk=import_id, state__in=[ImportState.QUEUED, ImportState.RUNNING])
    started.update(state=ImportState.RUNNING, updated_at=timezone.now())
    try:
        return _take_in(import_id)
    except ReportRejected as refusal:
        return fail_import(import_id=import_id, reason=refusal.reason, code=refusal.code, line=refusal.line)
    except PortalError as refusal:
        return fail_import(import_id=import_id, reason=refusal.message, code=refusal.code)


@transaction.atomic
def _take_in(import_id: UUID) -> ReportImport:
    report_import = (
        ReportImport.objects.select_for_update(of=("self",))
        .select_related("project__tenant", "file", "created_by__role")
        .get(pk=import_id)
    )
    if report_import.state not in {ImportState.QUEUED, ImportState.RUNNING}:
        return report_import
    with open_stored(report_import.file) as stream:
        opened = open_report(stream, report_import.file_name)
        run = _run_for(report_import, opened)
        first = ReportImport.objects.filter(
            run=run, sha256=report_import.sha256, state=ImportState.DONE, duplicate_of__isnull=True
        ).first()
        if first is not None:
            return _close_as_duplicate(report_import, first)
        recorded = _record(report_import, run, opened)
    _finish_run(run)
    return _close(report_import, run, opened, recorded)


def _record(report_import: ReportImport, run: TestRun, opened: OpenedReport) -> Recorded:
    with progress.reporter(report_import.progress_id, total=opened.report.tests) as tell:

        def counted():
            results = new_results(opened.results, uploaded_at=report_import.created_at)
            for number, result in enumerate(results, start=1):
                if number % PROGRESS_STEP == 0:
                    tell(number)
                yield result

        recorded = record_results(
            run=run,
            results=counted(),
            actor=report_import.created_by,
            source=ResultSource.REPORT,
            report_import_id=report_import.pk,
            creates_cases=report_import.creates_cases,
        )
    if not recorded.tests:
        raise ReportRejected(_("The report holds no test."), "no_tests")
    return recorded


def _run_for(report_import: ReportImport, opened: OpenedReport) -> TestRun:
    """The run that was asked for: an existing one, the shared one of the external id, or a new one."""
    request = ImportRequest(**report_import.request)
    project = report_import.project
    if request.run_id:
        run = TestRun.objects.living().filter(project=project, pk=request.run_id).first()
        if run is None:
            raise RuleViolation(_("The run was deleted in the meantime."), "run_deleted")
        return run
    release = None
    if request.release_id:
        release = Release.objects.living().filter(project=project, pk=request.release_id).first()
        if release is None:
            raise RuleViolation(_("The release was deleted in the meantime."), "release_deleted")
    report = opened.report
    values = {
        "actor": report_import.created_by,
        "project": project,
        "name": request.run_name or report.name or report_import.file_name,
        "kind": RunKind.AUTOMATED,
        "release": release,
        "environment": (request.environment or report.environment)[:120],
        "build": (request.build or report.build)[:200],
        "branch": (request.branch or report.branch)[:200],
        "started_at": _start_of(report_import, opened),
        "metadata": {"framework": report.framework} if report.framework else {},
    }
    if request.external_id:
        return external_run(external_id=request.external_id, **values)
    return create_run(**values)


def _start_of(report_import: ReportImport, opened: OpenedReport) -> Any:
    """When the run started: what the report says, unless that lies in the future."""
    started_at = opened.report.started_at
    return started_at if started_at and started_at <= report_import.created_at else report_import.created_at


def _finish_run(run: TestRun) -> None:
    """A run made of reports is complete after each of them; a planned one stays open for its testers."""
    now = timezone.now()
    TestRun.objects.filter(pk=run.pk, kind=RunKind.AUTOMATED, status=RunStatus.ACTIVE).update(
        status=RunStatus.COMPLETED, finished_at=now, updated_at=now
    )
    run.refresh_from_db()


def _close_as_duplicate(report_import: ReportImport, first: ReportImport) -> ReportImport:
    report_import.duplicate_of = first
    report_import.run = first.run
    report_import.counts, report_import.format = first.counts, first.format
    report_import.repaired, report_import.warnings = first.repaired, first.warnings
    return _save_done(report_import)


def counts_of(recorded: Recorded) -> dict[str, int]:
    """The counts of an import as the API tells them."""
    found = recorded.by_status
    return {
        "tests": recorded.tests,
        "attempts": recorded.attempts,
        "passed": found.get("passed", 0),
        "failed": found.get("failed", 0),
        "errors": found.get("error", 0),
        "skipped": found.get("skipped", 0),
        "blocked": found.get("blocked", 0),
        "flaky": recorded.flaky,
        "matched": recorded.matched,
        "unmatched": recorded.unmatched,
        "created": recorded.created,
        "outside_scope": recorded.outside_scope,
    }


def _close(report_import: ReportImport, run: TestRun, opened: OpenedReport, recorded: Recorded) -> ReportImport:
    report_import.run = run
    report_import.format = opened.format
    report_import.counts = counts_of(recorded)
    report_import.repaired = opened.report.repaired
    report_import.warnings = [{"code": warning.code, "text": warning.text} for warning in opened.report.warnings]
    audit.record(
        "report_import.finished",
        actor=report_import.created_by,
        target=report_import,
        run=run.number,
        counts=report_import.counts,
    )
    events.publish("report.imported", report_import=report_import, run=run)
    return _save_done(report_import)


def _save_done(report_import: ReportImport) -> ReportImport:
    report_import.state = ImportState.DONE
    report_import.finished_at = timezone.now()
    report_import.save()
    progress.finish(report_import.progress_id)
    return report_import


@transaction.atomic
def fail_import(*, import_id: UUID, reason: str, code: str, line: int | None = None) -> ReportImport:
    """Close an import that cannot be taken in; nothing of it was stored but the bytes and the reason."""
    report_import = ReportImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if report_import.state in {ImportState.DONE, ImportState.FAILED}:
        return report_import
    where = _(" (line %d)") % line if line and f"line {line}" not in reason else ""
    report_import.state = ImportState.FAILED
    report_import.error = f"{reason}{where}"
    report_import.warnings = [{"code": code, "text": report_import.error}]
    report_import.finished_at = timezone.now()
    report_import.save()
    progress.finish(report_import.progress_id, failed=True, message=report_import.error)
    audit.record("report_import.failed", actor=report_import.created_by, target=report_import, reason=code)
    return report_import


def preview_import(
    *,
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    release: Release | None = None,
    creates_cases: bool = False,
) -> dict[str, Any]:
    """What taking the report in would do, told by really doing it in a transaction that is rolled back.

    Answers `format`, `counts`, `repaired`, `warnings`. Raises Denied and InvalidInput naming `file`.
    """
    policies.can_import_report(actor, project).require()
    try:
        with transaction.atomic():
            opened = open_report(stream, file_name)
            run = create_run(actor=actor, project=project, name=file_name, kind=RunKind.AUTOMATED, release=release)
            results = new_results(opened.results, uploaded_at=timezone.now())
            recorded = record_results(
                run=run, results=results, actor=actor, source=ResultSource.REPORT, creates_cases=creates_cases
            )
            if not recorded.tests:
                raise ReportRejected(_("The report holds no test."), "no_tests")
            warnings = [{"code": warning.code, "text": warning.text} for warning in opened.report.warnings]
            transaction.set_rollback(True)
    except ReportRejected as refusal:
        raise InvalidInput(refusal.reason, refusal.code, fields={"file": [refusal.reason]}) from refusal
    return {
        "format": opened.format,
        "counts": counts_of(recorded),
        "repaired": opened.report.repaired,
        "warnings": warnings,
    }
