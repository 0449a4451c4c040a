"""Carrying out what was planned for a stretch of rows, and keeping what became of each."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import transaction

from qaportal.kit.errors import PortalError
from qaportal.kit.inserting import insert_all

from ..choices import RowVerdict
from ..importing.planning import PlannedCase, Planner
from ..models import CaseImport, CaseImportRow, CaseOrigin
from .cases import create_cases
from .folders import ensure_folder_paths
from .rewriting import rewrite_cases, shared_again

MOST_WORDS = 20


def carry_out(*, planner: Planner, planned: Sequence[PlannedCase], reason: str) -> None:
    """Store the cases that are to be made or changed; what is refused only now is refused row by row."""
    for verdict, store in ((RowVerdict.CREATE, _create), (RowVerdict.UPDATE, _update)):
        rows = [each for each in planned if each.verdict == verdict]
        if not rows:
            continue
        try:
            with transaction.atomic():
                store(planner, rows, reason)
        except PortalError:
            for row in rows:
                _alone(planner, row, store, reason)
    _keep_origins(planner, [each for each in planned if each.case is not None])


def _alone(planner: Planner, row: PlannedCase, store: Callable[..., None], reason: str) -> None:
    try:
        with transaction.atomic():
            store(planner, [row], reason)
    except PortalError as error:
        row.proposal.take(error, "title")
        row.verdict = RowVerdict.REFUSED


def _create(planner: Planner, rows: Sequence[PlannedCase], reason: str) -> None:
    steps = shared_again(planner.project, [row.draft.steps for row in rows])
    drafts = [replace(row.draft, steps=given) for row, given in zip(rows, steps, strict=True)]
    made = create_cases(actor=planner.actor, project=planner.project, drafts=drafts)
    for row, case in zip(rows, made, strict=True):
        row.case = case


def _update(planner: Planner, rows: Sequence[PlannedCase], reason: str) -> None:
    """Save the planned cases, which the planner has locked."""
    moved = [row for row in rows if "folder" in row.changes]
    paths = {tuple(row.proposal.place) for row in moved if row.proposal.place}
    places = {}
    if paths:
        place = {"actor": planner.actor, "project": planner.project, "below": planner.root}
        places = ensure_folder_paths(paths=sorted(paths), **place)
    for row in moved:
        folder = places[tuple(row.proposal.place)] if row.proposal.place else planner.root
        row.case.folder = folder
        row.changes["folder"][1] = row.case.folder_id
    for row in rows:
        row.case.version = row.read_version
    rewrite_cases(actor=planner.actor, changed=[(row.case, row.changes) for row in rows], reason=reason)


def _keep_origins(planner: Planner, rows: Sequence[PlannedCase]) -> None:
    """Note which case stands for which id of the other tool."""
    wanted = {row.proposal.external_id: row.case for row in rows if row.proposal.external_id}
    if wanted:
        origins = [
            CaseOrigin(project=planner.project, source=planner.source, external_id=name, case=case)
            for name, case in wanted.items()
        ]
        CaseOrigin.objects.bulk_create(
            origins,
            update_conflicts=True,
            unique_fields=["project", "source", "external_id"],
            update_fields=["case"],
        )


def keep_rows(*, case_import: CaseImport, planned: Sequence[PlannedCase]) -> None:
    """Write down what becomes, or became, of each row."""
    rows = [
        CaseImportRow(
            project=case_import.project,
            case_import=case_import,
            number=each.number,
            verdict=each.verdict,
            test_id=each.case.test_id if each.case else (each.proposal.test_id or each.proposal.external_id),
            title=each.proposal.title.replace("\x00", "") or (each.case.title if each.case else ""),
            errors={name: texts[:MOST_WORDS] for name, texts in each.proposal.errors.items()},
            changed=sorted(each.changes),
            case=each.case,
            version=each.case.version if each.case else None,
        )
        for each in planned
    ]
    insert_all(rows)
