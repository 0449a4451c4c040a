"""What taking a report in would do, for every test in it."""

from typing import IO, Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput
from releases.models import Release

from .. import policies
from ..choices import ResultSource, RunKind
from ..importers import ReportRejected, open_upload
from .attachments import look_through, without_lost
from .imports import check_configuration
from .reading import new_results
from .recording import record_results
from .report_evidence import ReportEvidence
from .runs import create_run
from .taking_in import Taken, counts_of, is_readable
from .waiting_files import WaitingFile

MOST_RECORDS = 1_000
_RECORDS = """
SELECT staged.name, staged.class_name, staged.automation_key, staged.status, staged.attempt, staged.attempts,
       staged.is_verdict, matched.matched_by, known.test_id
FROM staged_result AS staged
LEFT JOIN staged_match AS matched USING (test_key, occurrence)
LEFT JOIN catalog_testcase AS known ON known.id = matched.case_id
ORDER BY staged.seq LIMIT %s
"""


def preview_import(
    *,
    actor: User,
    project: Project,
    stream: IO[bytes],
    file_name: str,
    release: Release | None = None,
    creates_cases: bool = False,
    **asked: Any,
) -> dict[str, Any]:
    """What taking the upload in would do, told by really doing it in a transaction that is rolled back.

    `asked` are the `run`, `configuration` and `external_id` that `start_import` would be told.
    Answers `format`, `counts`, `repaired`, `warnings`, `parts` of an archive, and of the first thousand results
    `records` with what would become of each. Raises Denied, and InvalidInput naming `file` or
    `configuration_id`.
    """
    policies.can_import_report(actor, project).require()
    check_configuration(project, **asked)
    taken, records = Taken(), []
    try:
        with transaction.atomic():
            upload = open_upload(stream, file_name)
            evidence = ReportEvidence(project=project, actor=actor, files=upload.attached, now=timezone.now())
            run = create_run(actor=actor, project=project, name=file_name, kind=RunKind.AUTOMATED, release=release)
            for part in upload.parts:
                if not is_readable(part, taken):
                    continue
                results = new_results(part, uploaded_at=timezone.now(), evidence=evidence)
                recorded = record_results(
                    run=run, results=results, actor=actor, source=ResultSource.REPORT, creates_cases=creates_cases
                )
                records += _records(part.name, MOST_RECORDS - len(records))
                taken.take(part.name, part.opened, recorded, is_archive=upload.is_archive)
            taken.pass_over(upload, evidence)
            taken.check(upload)
            evidence.close()
            transaction.set_rollback(True)
        counts = _with_files_read(stream, evidence.waiting, taken, counts_of(taken.recorded) | evidence.counts)
    except ReportRejected as refusal:
        raise InvalidInput(refusal.reason, refusal.code, fields={"file": [refusal.reason]}) from refusal
    return {
        "format": taken.format,
        "counts": counts,
        "repaired": taken.repaired,
        "warnings": taken.warnings,
        "parts": taken.parts if upload.is_archive else [],
        "records": records,
        "records_left_out": taken.recorded.attempts - len(records),
    }


def _with_files_read(
    stream: IO[bytes], waiting: list[WaitingFile], taken: Taken, counts: dict[str, int]
) -> dict[str, int]:
    """The counts without the files that turn out to be broken when their bytes are read; these are told."""
    lost = look_through(stream=stream, waiting=waiting)
    counts, taken.parts, warnings = without_lost(waiting, lost, counts=counts, parts=taken.parts, gone=len(lost))
    taken.warnings += warnings
    return counts


def _records(part: str, room: int) -> list[dict[str, Any]]:
    """What would become of each staged result."""
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, [max(room, 0)])
        rows = cursor.fetchall()
    return [
        {
            "file": part,
            "name": name,
            "class_name": class_name,
            "automation_key": key,
            "status": status,
            "attempt": attempt,
            "attempts": attempts,
            "verdict": _verdict(matched_by, is_verdict=is_verdict),
            "matched_by": matched_by or None,
            "test_id": test_id,
        }
        for name, class_name, key, status, attempt, attempts, is_verdict, matched_by, test_id in rows
    ]


def _verdict(matched_by: str | None, *, is_verdict: bool) -> str:
    """`attempt` for an earlier attempt, else whether the test finds, makes or lacks its case."""
    if not is_verdict:
        return "attempt"
    if matched_by is None:
        return "unmatched"
    return "created" if matched_by == "created" else "matched"
