"""Carrying an import of cases out: every row gets its verdict, and is stored where that is asked for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from files.services import open_stored
from qaportal.kit import events, progress
from qaportal.kit.errors import InvalidInput, PortalError

from .. import policies
from ..choices import CaseImportState, RowVerdict
from ..importing import Options, Source, open_source
from ..importing.planning import PlannedCase, Planner
from ..models import CaseImport, CaseImportRow, ColumnMapping
from .import_rows import carry_out, keep_rows

REMEMBERED = ("columns", "folder_separator", "is_per_step")
"""What is chosen again for the next file with the same head."""


class NotWhole(Exception):
    """Some rows are refused, and all or nothing was asked for."""


@contextmanager
def opened(case_import: CaseImport) -> Iterator[tuple[Source, Options]]:
    """The file of an import with how it is read; raises InvalidInput naming `file`."""
    options = Options.of(case_import.options)
    with open_stored(case_import.file) as stream:
        yield open_source(stream, options), options


def run_check(*, import_id: UUID) -> CaseImport:
    """Give every row its verdict. Safe to run twice: it starts over."""
    with transaction.atomic():
        case_import = open_import(import_id)
        if case_import.state != CaseImportState.CHECKING:
            return case_import
        try:
            with transaction.atomic():
                _check(case_import)
        except PortalError as error:
            return _fail(case_import, error.message)
        return _close(case_import, CaseImportState.CHECKED)


def _check(case_import: CaseImport) -> None:
    CaseImportRow.objects.filter(case_import=case_import).delete()
    with opened(case_import) as (source, options), progress.reporter(case_import.progress_id) as tell:
        planner = _planner(case_import, options, source)
        for stretch in planner.plan(source):
            keep_rows(case_import=case_import, planned=stretch)
            tell(stretch[-1].number)
    case_import.counts = CaseImportRow.objects.filter(case_import=case_import).counted()
    if not case_import.counts:
        raise InvalidInput(_("The file holds no test case."), fields={"file": [_("The file holds no test case.")]})


def run_import(*, import_id: UUID) -> CaseImport:
    """Store the rows of a queued import. Safe to run twice.

    All or nothing is one transaction, so a repetition after a dead worker starts over. Where bad rows are left out,
    each stretch is one, and a repetition goes on after the last stretch that is stored.
    """
    begun = CaseImport.objects.filter(pk=import_id, state=CaseImportState.QUEUED)
    if begun.update(state=CaseImportState.RUNNING, updated_at=timezone.now()):
        CaseImportRow.objects.filter(case_import_id=import_id).delete()
    case_import = CaseImport.objects.select_related("project__tenant", "file", "updated_by__role").get(pk=import_id)
    if case_import.state != CaseImportState.RUNNING:
        return case_import
    try:
        if Options.of(case_import.options).skips_bad:
            return _store_stretches(import_id)
        return _store_whole(import_id)
    except NotWhole:
        return _refuse_whole(import_id)
    except PortalError as error:
        return fail_import(import_id=import_id, reason=error.message)


@transaction.atomic
def _store_whole(import_id: UUID) -> CaseImport:
    case_import = open_import(import_id)
    if case_import.state != CaseImportState.RUNNING:
        return case_import
    for planned in _stored_stretches(case_import):
        if any(each.verdict == RowVerdict.REFUSED for each in planned):
            raise NotWhole
    return _finish(case_import)


def _store_stretches(import_id: UUID) -> CaseImport:
    case_import = CaseImport.objects.select_related("project__tenant", "file", "updated_by__role").get(pk=import_id)
    for planned in _stored_stretches(case_import):
        del planned
    with transaction.atomic():
        return _finish(open_import(import_id))


def _stored_stretches(case_import: CaseImport) -> Iterator[list[PlannedCase]]:
    """Each stretch of the file, stored in a transaction (of its own where none is open), with what became of it."""
    actor, project = case_import.updated_by, case_import.project
    policies.can_import_cases(actor, project).require()
    with opened(case_import) as (source, options), progress.reporter(case_import.progress_id) as tell:
        planner = _planner(case_import, options, source, locks=True)
        stretches = planner.plan(source, after=case_import.rows_done)
        while True:
            with transaction.atomic():
                planned = next(stretches, None)
                if planned is None:
                    return
                reason = _("Imported from %s") % case_import.file_name[:400]
                carry_out(planner=planner, planned=planned, reason=reason)
                keep_rows(case_import=case_import, planned=planned)
                case_import.rows_done = planned[-1].number
                CaseImport.objects.filter(pk=case_import.pk).update(rows_done=case_import.rows_done)
            yield planned
            tell(case_import.rows_done)


def _refuse_whole(import_id: UUID) -> CaseImport:
    """Nothing is stored; the rows are kept with their verdicts, so that everybody sees which are to be mended."""
    with transaction.atomic():
        case_import = open_import(import_id)
        _check(case_import)
        refused = case_import.counts.get(RowVerdict.REFUSED, 0)
        words = _("Nothing was stored: %d rows are refused, and all or nothing was asked for.") % refused
        return _fail(case_import, words)


def _planner(case_import: CaseImport, options: Options, source: Source, *, locks: bool = False) -> Planner:
    tool = source.format.source
    return Planner(case_import.updated_by, case_import.project, options, source=tool, locks=locks)


def _finish(case_import: CaseImport) -> CaseImport:
    case_import.counts = CaseImportRow.objects.filter(case_import=case_import).counted()
    if not case_import.counts:
        raise InvalidInput(_("The file holds no test case."), fields={"file": [_("The file holds no test case.")]})
    audit.record("case_import.finished", actor=case_import.updated_by, target=case_import, counts=case_import.counts)
    events.publish("case.imported", case_import=case_import, actor=case_import.updated_by)
    _remember(case_import)
    return _close(case_import, CaseImportState.DONE)


def _remember(case_import: CaseImport) -> None:
    """Keep how the columns were mapped, for the next file with the same head."""
    with opened(case_import) as (source, options):
        ColumnMapping.objects.update_or_create(
            project=case_import.project,
            signature=source.signature,
            defaults={"options": {name: getattr(options, name) for name in REMEMBERED}},
        )


def _close(case_import: CaseImport, state: str) -> CaseImport:
    case_import.state = state
    case_import.finished_at = timezone.now() if state == CaseImportState.DONE else None
    case_import.save()
    progress.finish(case_import.progress_id)
    return case_import


def _fail(case_import: CaseImport, reason: str) -> CaseImport:
    case_import.state, case_import.error = CaseImportState.FAILED, reason
    case_import.finished_at = timezone.now()
    case_import.save()
    progress.finish(case_import.progress_id, failed=True, message=reason)
    audit.record("case_import.failed", actor=case_import.updated_by, target=case_import, reason=reason[:300])
    return case_import


@transaction.atomic
def fail_import(*, import_id: UUID, reason: str) -> CaseImport:
    """Close an import that cannot go on; the rows that were stored before, where that was chosen, stay."""
    case_import = open_import(import_id)
    if case_import.state in {CaseImportState.DONE, CaseImportState.FAILED, CaseImportState.UNDONE}:
        return case_import
    case_import.counts = CaseImportRow.objects.filter(case_import=case_import).counted()
    return _fail(case_import, reason)


def open_import(import_id: UUID) -> CaseImport:
    """The import as it is stored now, locked, with whom and what its work needs."""
    rows = CaseImport.objects.select_for_update(of=("self",))
    return rows.select_related("project__tenant", "file", "updated_by__role", "updated_by__tenant").get(pk=import_id)


def summary_of(case_import: CaseImport) -> Mapping[str, int]:
    """How many cases were made, changed, left, and refused."""
    counts = case_import.counts
    return {
        "created": counts.get(RowVerdict.CREATE, 0),
        "updated": counts.get(RowVerdict.UPDATE, 0),
        "unchanged": counts.get(RowVerdict.UNCHANGED, 0),
        "skipped": counts.get(RowVerdict.SKIPPED, 0),
        "failed": counts.get(RowVerdict.REFUSED, 0),
    }
