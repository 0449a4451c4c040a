"""Taking an import back: what it made is deleted, what it changed is as before, unless somebody saved it since."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import progress
from qaportal.kit.errors import PortalError, RuleViolation

from .. import policies
from ..choices import CaseImportState, RowVerdict
from ..models import CaseImport, CaseImportRow, Folder, TestCase, TestCaseVersion
from .cases import delete_cases, locked_cases
from .drafts import EDITABLE
from .rewriting import rewrite_cases

STRETCH = 1_000
UNDONE = "taken_back"
KEPT = "kept"


def can_undo(user: User, case_import: CaseImport) -> bool:
    """Whether there is something that the user may take back."""
    if case_import.state not in (CaseImportState.DONE, CaseImportState.FAILED) or not _stored(case_import):
        return False
    project = case_import.project
    makes = case_import.counts.get(RowVerdict.CREATE, 0)
    may = policies.can_import_cases(user, project)
    return bool(may) and (not makes or bool(policies.can_delete_cases(user, project)))


def _stored(case_import: CaseImport) -> bool:
    """Whether the import stored anything: one that failed as a whole did not."""
    counts = case_import.counts
    made = counts.get(RowVerdict.CREATE, 0) + counts.get(RowVerdict.UPDATE, 0)
    return bool(made) and (case_import.state == CaseImportState.DONE or case_import.rows_done > 0)


@transaction.atomic
def begin_undo(*, actor: User, case_import: CaseImport) -> CaseImport:
    """Let the import be taken back, by a job. Raises Denied, and RuleViolation for one that stored nothing."""
    from ..jobs import undo_case_import

    project = case_import.project
    policies.can_import_cases(actor, project).require()
    case_import = CaseImport.objects.select_for_update(of=("self",)).get(pk=case_import.pk)
    if case_import.state not in (CaseImportState.DONE, CaseImportState.FAILED) or not _stored(case_import):
        raise RuleViolation(_("There is nothing of this import to take back."), "nothing_to_undo")
    if case_import.counts.get(RowVerdict.CREATE):
        policies.can_delete_cases(actor, project).require()
    work = progress.start(kind="case_import", user_id=actor.pk, tenant_id=project.tenant_id, project_id=project.pk)
    case_import.state, case_import.progress_id = CaseImportState.UNDOING, work.pk
    case_import.undone_by, case_import.error = actor, ""
    case_import.save()
    audit.record("case_import.undo_started", actor=actor, target=case_import)
    undo_case_import.defer(import_id=str(case_import.pk))
    return case_import


def run_undo(*, import_id: UUID) -> CaseImport:
    """Take the import back, whole, in one transaction: a repetition starts over or does nothing."""
    try:
        with transaction.atomic():
            return _take_back(_locked(import_id))
    except PortalError as error:
        return give_up_undo(import_id=import_id, reason=error.message)


@transaction.atomic
def give_up_undo(*, import_id: UUID, reason: str) -> CaseImport:
    """Leave the import as it was, with why it could not be taken back."""
    case_import = _locked(import_id)
    if case_import.state == CaseImportState.UNDOING:
        case_import.state, case_import.error = CaseImportState.DONE, reason
        case_import.save()
        progress.finish(case_import.progress_id, failed=True, message=reason)
    return case_import


def _take_back(case_import: CaseImport) -> CaseImport:
    if case_import.state != CaseImportState.UNDOING:
        return case_import
    actor, project = case_import.undone_by, case_import.project
    rows = CaseImportRow.objects.filter(case_import=case_import)
    made = rows.filter(verdict__in=[RowVerdict.CREATE, RowVerdict.UPDATE])
    total, done = made.count(), 0
    with progress.reporter(case_import.progress_id, total=total) as tell:
        for verdict, take in ((RowVerdict.CREATE, _delete), (RowVerdict.UPDATE, _restore)):
            for stretch in _stretches(made.filter(verdict=verdict)):
                done += take(actor, project, stretch)
                tell(done)
    case_import.counts = {**case_import.counts, UNDONE: done, KEPT: total - done}
    case_import.state, case_import.undone_at = CaseImportState.UNDONE, timezone.now()
    case_import.save()
    progress.finish(case_import.progress_id)
    audit.record("case_import.undone", actor=actor, target=case_import, taken_back=done, kept=total - done)
    return case_import


def _stretches(rows: Any) -> Iterator[list[CaseImportRow]]:
    """Rows whose cases nobody saved since, in stretches by their number."""
    last = 0
    while stretch := list(rows.as_made().filter(number__gt=last).order_by("number")[:STRETCH]):
        yield stretch
        last = stretch[-1].number


def _locked_as_made(project: Project, rows: Sequence[CaseImportRow]) -> list[TestCase]:
    """The cases, locked, that still are as their row left them."""
    versions = {row.case_id: row.version for row in rows}
    return [case for case in locked_cases(project, versions) if case.version == versions[case.pk]]


def _delete(actor: User, project: Project, rows: Sequence[CaseImportRow]) -> int:
    cases = _locked_as_made(project, rows)
    return delete_cases(actor=actor, project=project, case_ids=[case.pk for case in cases])


def _restore(actor: User, project: Project, rows: Sequence[CaseImportRow]) -> int:
    cases = _locked_as_made(project, rows)
    numbers = {number for case in cases for number in (case.version, case.version - 1)}
    kept = TestCaseVersion.objects.filter(case__in=cases, number__in=numbers)
    documents = {(each.case_id, each.number): each for each in kept}
    living = set(Folder.objects.living().in_project(project).values_list("pk", flat=True))
    changed = []
    for case in cases:
        made, former = (documents.get((case.pk, number)) for number in (case.version, case.version - 1))
        if made is None or former is None:
            continue
        before = {**audit.snapshot(case, EDITABLE), **{name: made.document.get(name) for name in ("steps", "story")}}
        after = dict(before)
        for name in made.changed:
            value = former.document.get(name)
            if name in EDITABLE and (name != "folder" or value is None or value in living):
                setattr(case, TestCase._meta.get_field(name).attname, value)
            if name in ("steps", "story"):
                after[name] = value
        after |= audit.snapshot(case, EDITABLE)
        if changes := audit.changes_between(before, after):
            changed.append((case, changes))
    rewrite_cases(actor=actor, changed=changed, reason=_("Import taken back"))
    return len(changed)


def _locked(import_id: UUID) -> CaseImport:
    rows = CaseImport.objects.select_for_update(of=("self",))
    return rows.select_related("project__tenant", "undone_by__role", "undone_by__tenant").get(pk=import_id)
