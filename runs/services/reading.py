"""Turning an uploaded report into results that can be recorded."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..importers import UploadedPart
from ..importers.normal_form import ReportedResult, ReportedStatus
from .report_evidence import ReportEvidence
from .staging import NewResult

KEPT_OUTPUT = 32 * 1024  # characters kept of what a test that did not pass wrote


def _output(result: ReportedResult) -> str:
    """What the test wrote; passing tests keep theirs in the raw report alone."""
    if result.status in {ReportedStatus.PASSED, ReportedStatus.SKIPPED}:
        return ""
    parts = [part for part in (result.stdout, result.stderr) if part]
    text = "\n".join(parts)
    if len(text) <= KEPT_OUTPUT:
        return text
    half = KEPT_OUTPUT // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"


def _metadata(result: ReportedResult, missing: list[str]) -> dict | None:
    """What the report says of the test beside its verdict, and the files that it names and that are not kept."""
    facts: dict[str, Any] = {}
    if result.properties:
        facts["properties"] = result.properties
    if missing:
        facts["attachments"] = missing
    return facts or None


def new_results(part: UploadedPart, *, uploaded_at: datetime, evidence: ReportEvidence) -> Iterator[NewResult]:
    """The reported results as rows to record; what they left behind goes to the evidence.

    A test was executed at its own or its suite's time; without one, or with one in the future, at the upload's.
    """
    for result in part.opened.results:
        key, missing = evidence.take(result, part.name)
        started_at = result.started_at
        if started_at is not None and started_at > uploaded_at:
            part.opened.report.warn("times_ahead", "Times in the future count as the time of the upload.")
        executed_at = started_at if started_at is not None and started_at <= uploaded_at else uploaded_at
        yield NewResult(
            status=result.status.value,
            executed_at=executed_at,
            name=result.name,
            class_name=result.class_name,
            suite_path=result.suite_path,
            folder_path=result.folder_path,
            automation_key=result.automation_key,
            occurrence=result.occurrence,
            attempt=result.attempt,
            attempts=result.attempts,
            is_flaky=result.is_flaky,
            explicit_ids=result.explicit_ids,
            named_ids=result.named_ids,
            duration_ms=result.duration_ms,
            error_message=result.message,
            stack_trace=result.trace,
            output=_output(result),
            started_at=started_at,
            metadata=_metadata(result, missing),
            result_id=key,
        )
