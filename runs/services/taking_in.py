"""Reading the report of a queued import and storing it whole."""

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from files.services import open_stored
from qaportal.kit import events, progress
from qaportal.kit.errors import PortalError, RuleViolation, Unavailable
from releases.models import Release

from ..choices import ImportState, ResultSource, RunKind, RunStatus
from ..importers import DEFAULT_LIMITS, OpenedReport, ReportRejected, Upload, UploadedPart, open_upload
from ..models import Configuration, ReportImport, TestRun
from .imports import ImportRequest, fail_import, require_configuration
from .reading import new_results
from .recording import Recorded, record_results
from .report_evidence import ReportEvidence
from .runs import create_run, external_run

PROGRESS_STEP = 2_000
MOST_PARTS_TOLD = 500
MOST_REASONS = 5
LIMITS = DEFAULT_LIMITS


class NothingTaken(ReportRejected):
    """Nothing of an upload could be taken in. `parts` tells of each of its files why."""

    def __init__(self, reason: str, code: str, line: int | None, parts: list[dict[str, Any]]) -> None:
        """Keep the words and the files."""
        super().__init__(reason, code, line)
        self.parts = parts


@dataclass(slots=True)
class Taken:
    """What the parts of one upload did together."""

    recorded: Recorded = field(default_factory=Recorded)
    formats: list[str] = field(default_factory=list)
    repaired: bool = False
    warnings: list[dict[str, str]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """What the reports call themselves."""
    refusal: ReportRejected | None = None

    def refuse(self, name: str, refusal: ReportRejected) -> None:
        """Note a file that could not be taken in."""
        self.refusal = self.refusal or refusal
        line = {"line": refusal.line} if refusal.line else {}
        if len(self.parts) < MOST_PARTS_TOLD:
            self.parts.append(
                {"name": name[:255], "state": "refused", "reason": refusal.reason, "code": refusal.code} | line
            )

    def take(self, name: str, opened: OpenedReport, recorded: Recorded, *, is_archive: bool) -> None:
        """Add what one report did."""
        self.recorded.add(recorded)
        self.names.append(opened.report.name.strip())
        if opened.format not in self.formats:
            self.formats.append(opened.format)
        self.repaired = self.repaired or opened.report.repaired
        for warning in opened.report.warnings:
            text = f"{name}: {warning.text}" if is_archive else warning.text
            if len(self.warnings) < MOST_PARTS_TOLD:
                self.warnings.append({"code": warning.code, "text": text})
        if len(self.parts) < MOST_PARTS_TOLD:
            counts = counts_of(recorded)
            part = {"name": name[:255], "state": "stored", "format": opened.format, "counts": counts}
            self.parts.append(part | ({"repaired": True} if opened.report.repaired else {}))

    def pass_over(self, upload: Upload, evidence: ReportEvidence) -> None:
        """Note the files of an archive that were no reports: those that belong to a test, and those that nothing
        names, which are kept in the upload alone."""
        attached = sorted(evidence.attached)
        self.parts = [
            part for part in self.parts if part["state"] != "refused" or part["name"] not in evidence.attached
        ]
        others = [name for name in upload.others if name not in evidence.attached]
        told = [{"name": name[-255:], "state": "attached"} for name in attached[:MOST_PARTS_TOLD]]
        self.parts += told[: max(MOST_PARTS_TOLD - len(self.parts), 0)]
        if others:
            words = ngettext(
                "%(number)d file is no report, and no test names it: %(names)s",
                "%(number)d files are no reports, and no test names them: %(names)s",
                len(others),
            )
            text = words % {"number": len(others), "names": ", ".join(name[-100:] for name in others[:5])}
            self.warnings.append({"code": "other_files", "text": text})
            room = max(MOST_PARTS_TOLD - len(self.parts), 0)
            self.parts += [{"name": name[-255:], "state": "no_report"} for name in others[:room]]
        self.warnings += evidence.warnings()

    def check(self, upload: Upload) -> None:
        """Raise NothingTaken when nothing at all was; of several files it tells the reason of each."""
        if self.recorded.tests:
            return
        first = self.refusal or ReportRejected(_("The upload holds no test report."), "no_tests")
        if not upload.is_archive or self.refusal is None:
            raise NothingTaken(first.reason, first.code, first.line, self.parts if upload.is_archive else [])
        refused = [part for part in self.parts if part["state"] == "refused"]
        reasons = " ".join(f"{part['name'][-100:]}: {part['reason']}" for part in refused[:MOST_REASONS])
        more = len(refused) - MOST_REASONS
        words = ngettext("And %(number)d file more.", "And %(number)d files more.", more) % {"number": more}
        raise NothingTaken(f"{reasons} {words}" if more > 0 else reasons, first.code, None, self.parts)

    @property
    def format(self) -> str:
        """The format, or that there were several."""
        return self.formats[0] if len(self.formats) == 1 else "several"


def run_import(*, import_id: UUID) -> ReportImport:
    """Read the report of a queued import and store it whole, or close the import with the reason.

    Of an archive every report that can be read is stored, and each of the others told with its reason. Safe to run
    twice: results and the end of the import are one transaction, so that a repetition after a dead worker starts over,
    and one after the end does nothing.
    """
    started = ReportImport.objects.filter(pk=import_id, state__in=[ImportState.QUEUED, ImportState.RUNNING])
    started.update(state=ImportState.RUNNING, updated_at=timezone.now())
    try:
        return _take_in(import_id)
    except ReportRejected as refusal:
        parts = getattr(refusal, "parts", [])
        return fail_import(
            import_id=import_id, reason=refusal.reason, code=refusal.code, line=refusal.line, parts=parts
        )
    except Unavailable:
        raise  # the storage will be back: the job tries again
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
    taken, run = Taken(), None
    with open_stored(report_import.file) as stream:
        upload = open_upload(stream, report_import.file_name)
        with closing(_evidence_of(report_import, upload)) as evidence:
            for part in upload.parts:
                if not is_readable(part, taken):
                    continue
                if run is None:
                    run = _run_for(report_import, part.opened, upload)
                    if first := _same_in(run, report_import):
                        return _close_as_duplicate(report_import, first)
                recorded = _record(report_import, run, part, evidence)
                taken.take(part.name, part.opened, recorded, is_archive=upload.is_archive)
            taken.pass_over(upload, evidence)
            taken.check(upload)
            evidence.store()
    _name_after_report(run, report_import, taken)
    _finish_run(run)
    return _close(report_import, run, taken, upload, evidence)


def _evidence_of(report_import: ReportImport, upload: Upload) -> ReportEvidence:
    return ReportEvidence(
        project=report_import.project,
        actor=report_import.created_by,
        files=upload.attached,
        now=timezone.now(),
        limits=LIMITS,
    )


def is_readable(part: UploadedPart, taken: Taken) -> bool:
    """Whether the part holds tests; otherwise the reason is noted."""
    if part.refusal is not None:
        taken.refuse(part.name, part.refusal)
    elif not part.opened.report.tests:
        taken.refuse(part.name, ReportRejected(_("The report holds no test."), "no_tests"))
    else:
        return True
    return False


def _same_in(run: TestRun, report_import: ReportImport) -> ReportImport | None:
    """The import of the same bytes that the run has already."""
    done = ReportImport.objects.filter(run=run, sha256=report_import.sha256, state=ImportState.DONE)
    return done.filter(duplicate_of__isnull=True).first()


def _record(report_import: ReportImport, run: TestRun, part: UploadedPart, evidence: ReportEvidence) -> Recorded:
    with progress.reporter(report_import.progress_id, total=part.opened.report.tests) as tell:

        def counted():
            uploaded_at = report_import.created_at
            results = new_results(part, uploaded_at=uploaded_at, evidence=evidence)
            for number, result in enumerate(results, start=1):
                if number % PROGRESS_STEP == 0:
                    tell(number)
                yield result

        return record_results(
            run=run,
            results=counted(),
            actor=report_import.created_by,
            source=ResultSource.REPORT,
            report_import_id=report_import.pk,
            creates_cases=report_import.creates_cases,
        )


def _run_for(report_import: ReportImport, opened: OpenedReport, upload: Upload) -> TestRun:
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
    configuration = Configuration.objects.in_project(project).filter(pk=request.configuration_id).first()
    report = opened.report
    named = "" if upload.is_archive else report.name
    values = {
        "actor": report_import.created_by,
        "project": project,
        "name": request.run_name or named or _name_of(report_import),
        "kind": RunKind.AUTOMATED,
        "release": release,
        "configuration": configuration,
        "environment": (request.environment or report.environment)[:120],
        "build": (request.build or report.build)[:200],
        "branch": (request.branch or report.branch)[:200],
        "started_at": _start_of(report_import, opened),
        "metadata": {"framework": report.framework} if report.framework else {},
    }
    if request.external_id:
        run, _is_new = external_run(external_id=request.external_id, **values)
        require_configuration(run, configuration)
        return run
    return create_run(**values)


def _name_of(report_import: ReportImport) -> str:
    return report_import.file_name.removesuffix(".zip")


def _name_after_report(run: TestRun, report_import: ReportImport, taken: Taken) -> None:
    """Call a run that is called after its upload after the report, where that held but one and it has a name."""
    if len(taken.names) == 1 and taken.names[0] and run.name == _name_of(report_import):
        TestRun.objects.filter(pk=run.pk).update(name=taken.names[0][:300])


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
    report_import.parts = first.parts
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


def _close(
    report_import: ReportImport, run: TestRun, taken: Taken, upload: Upload, evidence: ReportEvidence
) -> ReportImport:
    from ..jobs import store_report_attachments

    report_import.run = run
    report_import.format = taken.format
    report_import.counts = counts_of(taken.recorded) | evidence.counts
    report_import.waiting_files = [file.told() for file in evidence.waiting]
    if evidence.waiting:
        store_report_attachments.defer(import_id=str(report_import.pk))
    report_import.repaired, report_import.warnings = taken.repaired, taken.warnings
    report_import.parts = taken.parts if upload.is_archive else []
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
