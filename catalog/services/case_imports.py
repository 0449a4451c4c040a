"""Bringing cases in: a file is taken, looked at, checked row by row, and stored by a job, whole or without bad rows."""

import hashlib
from collections.abc import Sequence
from typing import IO, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from files.services import open_stored, store
from qaportal.kit import progress
from qaportal.kit.errors import InvalidInput, RuleViolation

from .. import policies
from ..choices import CaseImportState, ExistingCases
from ..columns import columns_by_name
from ..columns.texts import SEPARATORS as FOLDER_SEPARATORS
from ..importing import Options, Source, open_source
from ..importing.bounds import SMALL_BYTES
from ..importing.source import suggested
from ..models import CaseImport, CaseImportRow, ColumnMapping, Folder, Template
from .import_running import REMEMBERED, open_import, opened, run_import

CHANGEABLE = (CaseImportState.UPLOADED, CaseImportState.CHECKED, CaseImportState.FAILED)
SAMPLE = 20
_SEVERAL = {"tags", "labels"}


@transaction.atomic
def upload_cases(
    *,
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    options: Options | None = None,
    idempotency_key: str | None = None,
) -> CaseImport:
    """Keep a file and find out how to read it; what the project chose for such a file the last time is chosen again.

    `options` are choices made already. Raises Denied, and InvalidInput naming `file`.
    """
    policies.can_import_cases(actor, project).require()
    source = open_source(stream, options or Options())
    chosen = _chosen_before(project, source, options)
    stream.seek(0)
    stored = store(actor=actor, project=project, stream=stream, name=file_name or "cases.csv", claimed=True)
    case_import = CaseImport.objects.create(
        project=project,
        file=stored,
        file_name=stored.name,
        format=source.format.code,
        options=chosen.stored(),
        idempotency_key=idempotency_key,
        created_by=actor,
        updated_by=actor,
    )
    audit.record("case_import.uploaded", actor=actor, target=case_import, size=stored.size)
    return case_import


def _chosen_before(project: Project, source: Source, given: Options | None) -> Options:
    found = suggested(project, source, source.sample(SAMPLE))
    remembered = ColumnMapping.objects.filter(project=project, signature=source.signature).first()
    known = columns_by_name(project)
    if remembered and len(remembered.options.get("columns", [])) == len(source.columns):
        for name in REMEMBERED:
            setattr(found, name, remembered.options.get(name, getattr(found, name)))
        found.columns = [name if name in known else "" for name in found.columns]
    if given is not None:
        for name in ("existing", "skips_bad", "folder_id", "template_id", "merges_tags"):
            setattr(found, name, getattr(given, name))
        found.columns = given.columns or found.columns
    return found


@transaction.atomic
def choose_options(*, actor: User, case_import: CaseImport, **choices: Any) -> CaseImport:
    """Change how the file is read and what is done with its rows; another reading finds the columns anew.

    Raises Denied, RuleViolation for an import that is under way, and InvalidInput naming the choice.
    """
    policies.can_import_cases(actor, case_import.project).require()
    case_import = locked_import(case_import)
    _require_state(case_import, CHANGEABLE)
    before, options = dict(case_import.options), Options.of(case_import.options)
    reading = ("encoding", "separator", "has_head", "sheet")
    is_reread = any(name in choices and choices[name] != getattr(options, name) for name in reading)
    for name, value in choices.items():
        setattr(options, name, value)
    if is_reread:
        with open_stored(case_import.file) as stream:
            source = open_source(stream, options)
            found = _chosen_before(case_import.project, source, None)
        options.columns, options.is_per_step = found.columns, found.is_per_step
        options.separator, options.encoding = found.separator or options.separator, found.encoding or options.encoding
        case_import.format = source.format.code
    check_options(case_import.project, options)
    case_import.options, case_import.updated_by = options.stored(), actor
    if case_import.state != CaseImportState.UPLOADED:
        case_import.state, case_import.counts, case_import.error = CaseImportState.UPLOADED, {}, ""
        CaseImportRow.objects.filter(case_import=case_import).delete()
    case_import.save()
    if changes := audit.changes_between(before, case_import.options):
        audit.record("case_import.chosen", actor=actor, target=case_import, changes=changes)
    return case_import


def check_options(project: Project, options: Options) -> None:
    """Raise InvalidInput naming the choice that cannot be used."""
    known, seen = columns_by_name(project), set()
    for name in filter(None, options.columns):
        if name not in known:
            words = _("There is no column %s.") % name[:80]
            raise InvalidInput(words, fields={"columns": [words]})
        if name in seen and name not in _SEVERAL:
            words = _("Several columns are mapped to %s. Leave all but one out.") % known[name].label
            raise InvalidInput(words, fields={"columns": [words]})
        seen.add(name)
    if options.existing not in ExistingCases.values:
        raise InvalidInput(_("Unknown choice."), fields={"existing": [_("Unknown choice.")]})
    if options.folder_separator not in ("", *FOLDER_SEPARATORS):
        raise InvalidInput(_("Unknown choice."), fields={"folder_separator": [_("Unknown choice.")]})
    if options.folder_id and not Folder.objects.living().in_project(project).filter(pk=options.folder_id).exists():
        words = _("There is no such folder in the project.")
        raise InvalidInput(words, "not_found", fields={"folder_id": [words]})
    if (
        options.template_id
        and not Template.objects.in_project(project).in_use().filter(pk=options.template_id).exists()
    ):
        words = _("There is no such template in the project.")
        raise InvalidInput(words, "not_found", fields={"template_id": [words]})


def require_mapped(options: Options) -> None:
    """Raise InvalidInput naming `columns` when no column says how cases are called, and none which they are."""
    names = set(options.columns)
    if "title" not in names and not names & {"test_id", "external_id"}:
        words = _("No column is mapped to the title, and none to an id.")
        raise InvalidInput(words, fields={"columns": [words]})


@transaction.atomic
def begin_check(*, actor: User, case_import: CaseImport, defers: bool = True) -> CaseImport:
    """Let every row have its verdict, by a job, or by the caller's `run_check`; nothing of them is stored.

    Raises what `choose_options` raises.
    """
    from ..jobs import check_case_import

    case_import = _begin(actor, case_import, CaseImportState.CHECKING, CHANGEABLE)
    if defers:
        check_case_import.defer(import_id=str(case_import.pk))
    return case_import


@transaction.atomic
def begin_import(*, actor: User, case_import: CaseImport, defers: bool = True) -> CaseImport:
    """Let the rows be stored, by a job, or by the caller's `run_import`. Raises what `choose_options` raises."""
    from ..jobs import run_case_import

    case_import = _begin(actor, case_import, CaseImportState.QUEUED, CHANGEABLE)
    audit.record("case_import.started", actor=actor, target=case_import)
    if defers:
        run_case_import.defer(import_id=str(case_import.pk))
    return case_import


@transaction.atomic
def import_at_once(
    *,
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    options: Options,
    idempotency_key: str | None = None,
) -> tuple[CaseImport, bool]:
    """Bring a file in with one call: a small one is stored when this answers, a large one by a job.

    Answers the import and whether it stood already: the same key with the same bytes answers the first import again.
    Raises Denied, InvalidInput, and RuleViolation for a key that comes back with another file.
    """
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if idempotency_key:
        with connection.cursor() as cursor:
            lock = f"{actor.pk}:{project.pk}:{idempotency_key}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [lock])
        known = CaseImport.objects.select_related("file", "project").filter(
            project=project, created_by=actor, idempotency_key=idempotency_key
        )
        if (found := known.first()) is not None:
            if found.file.sha256 != sha256:
                raise RuleViolation(_("This Idempotency-Key was used with another file."), "idempotency_key_reused")
            return found, True
    case_import = upload_cases(
        actor=actor,
        project=project,
        stream=stream,
        file_name=file_name,
        options=options,
        idempotency_key=idempotency_key,
    )
    with opened(case_import) as (source, chosen):
        if source.doubles:
            words = _("The column %s is there twice.") % source.doubles[0][:80]
            raise InvalidInput(words, fields={"file": [words]})
        check_options(project, chosen)
    is_small = case_import.file.size <= SMALL_BYTES
    begun = begin_import(actor=actor, case_import=case_import, defers=not is_small)
    return (run_import(import_id=begun.pk) if is_small else begun), False


def _begin(actor: User, case_import: CaseImport, state: str, allowed: Sequence[str]) -> CaseImport:
    policies.can_import_cases(actor, case_import.project).require()
    case_import = locked_import(case_import)
    _require_state(case_import, allowed)
    require_mapped(Options.of(case_import.options))
    project = case_import.project
    work = progress.start(kind="case_import", user_id=actor.pk, tenant_id=project.tenant_id, project_id=project.pk)
    case_import.state, case_import.progress_id, case_import.updated_by = state, work.pk, actor
    case_import.error, case_import.rows_done = "", 0
    case_import.save()
    return case_import


def locked_import(case_import: CaseImport) -> CaseImport:
    """The import as it is stored now, locked."""
    found = open_import(case_import.pk)
    found.project = case_import.project
    return found


def _require_state(case_import: CaseImport, allowed: Sequence[str]) -> None:
    if case_import.state not in allowed:
        words = _("This import is %s.") % case_import.get_state_display().lower()
        raise RuleViolation(words, "import_under_way")
