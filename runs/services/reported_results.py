"""Single results that a client reports: recorded like every other, and completed while their run is open."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from qaportal.kit import events
from qaportal.kit.concurrency import require_match
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.models import new_uuid

from .. import policies
from ..choices import FINAL_STATUSES, ResultSource, ResultStatus, RunStatus
from ..importers.normal_form import automation_key
from ..importers.references import ids_in_name
from ..models import Result, RunCase, TestRun
from . import activity, failures, matching, merged_cases, staging
from .recording import NewResult, Recorded, record_results, refresh_counters
from .silence import open_again

COMPLETED_BY_CLIENT = ("status", "duration_ms", "error_message", "stack_trace", "started_at", "metadata")


@dataclass(slots=True)
class ReportedTest:
    """What a client tells of one attempt of one test."""

    name: str
    status: str
    class_name: str = ""
    test_id: str = ""
    """The id of its case, if the client knows one."""
    iteration: int = 1
    duration_ms: int | None = None
    error_message: str = ""
    stack_trace: str = ""
    started_at: datetime | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def _new_result(test: ReportedTest) -> NewResult:
    """The row to record. It was executed when it started; without that, or with a start to come, now."""
    now = timezone.now()
    told = test.metadata | ({"test_id": test.test_id} if test.test_id else {})
    return NewResult(
        result_id=new_uuid(),
        status=test.status,
        executed_at=min(test.started_at or now, now),
        name=test.name,
        class_name=test.class_name,
        folder_path=(test.class_name.rsplit(".", 1)[-1],) if test.class_name else (),
        automation_key=automation_key(test.class_name, test.name),
        occurrence=test.iteration,
        explicit_ids=(test.test_id,) if test.test_id else (),
        named_ids=ids_in_name(test.name),
        duration_ms=test.duration_ms,
        error_message=test.error_message,
        stack_trace=test.stack_trace,
        started_at=test.started_at,
        metadata=told or None,
    )


@transaction.atomic
def report_result(*, actor: User, run: TestRun, test: ReportedTest) -> Result:
    """Record one attempt of a test; the same test once more in the same run is its next attempt.

    Raises Denied, and RuleViolation when the run takes no more results.
    """
    policies.can_import_report(actor, run.project).require()
    new = _new_result(test)
    record_results(run=run, results=[new], actor=actor, source=ResultSource.REPORT)
    result = Result.objects.for_detail().get(pk=new.result_id)
    changes = {"status": [None, result.status]}
    audit.record("run_case.reported", actor=actor, target=result.run_case, project=run.project, changes=changes)
    return result


@transaction.atomic
def complete_result(*, actor: User, result: Result, if_match: str | None = None, **changes: Any) -> Result:
    """Write the end of an attempt into its own row; only while its run is open. An interrupted one is open again.

    `changes` are those of `COMPLETED_BY_CLIENT`; `metadata` is added to what is known. Raises Denied, RuleViolation
    (`run_finished`), InvalidInput for an attempt that ended and shall run again, and VersionConflict.
    """
    run = TestRun.objects.select_for_update(of=("self",)).select_related("project", "release").get(pk=result.run_id)
    policies.can_import_report(actor, run.project).require()
    open_again(actor=actor, run=run)
    if run.status != RunStatus.ACTIVE:
        words = _("The run is over, and its results stay as they are. Record another attempt instead.")
        raise RuleViolation(words, "run_finished")
    test = RunCase.objects.select_for_update(of=("self",)).get(pk=result.run_case_id)
    result = Result.objects.for_detail().get(pk=result.pk)
    require_match(result, if_match)
    before = audit.snapshot(result, ("status", "duration_ms"))
    was_final = result.status in FINAL_STATUSES
    _change(result, changes, was_final=was_final)
    if test.last_result_id == result.pk:
        _move_test(test, result)
        _carry_on(run, test, result, actor, was_final=was_final)
        failures.follow_completed(run=run, test=test, result=result)
        refresh_counters(run=run)
        told = Recorded(tests=1, by_status={result.status: 1}, matched=int(test.case_id is not None))
        events.publish("results.recorded", run=run, actor=actor, source=result.source, recorded=told)
    changed = audit.changes_between(before, audit.snapshot(result, ("status", "duration_ms")))
    audit.record("run_case.completed", actor=actor, target=test, project=run.project, changes=changed)
    return Result.objects.for_detail().get(pk=result.pk)


def _change(result: Result, changes: dict[str, Any], *, was_final: bool) -> None:
    """Put what is told into the row."""
    status = changes.get("status", result.status)
    if was_final and status not in FINAL_STATUSES:
        words = _("This attempt has ended. Record another one.")
        raise InvalidInput(words, fields={"status": [words]})
    for name in COMPLETED_BY_CLIENT:
        if name in changes:
            setattr(result, name, changes[name])
    if "metadata" in changes:
        stored = Result.objects.values_list("metadata", flat=True).get(pk=result.pk)
        result.metadata = {**(stored or {}), **(changes["metadata"] or {})} or None
    if changes.get("started_at"):
        result.executed_at = min(changes["started_at"], timezone.now())
    result.save(update_fields=[*COMPLETED_BY_CLIENT, "executed_at", "updated_at"])


def _move_test(test: RunCase, result: Result) -> None:
    """Let the test of the run say what its last attempt says."""
    failed_before = Result.objects.filter(
        run_case=test, attempt__lt=result.attempt, status__in=[ResultStatus.FAILED, ResultStatus.ERROR]
    )
    test.status = result.status
    test.is_flaky = (
        result.status == ResultStatus.PASSED and result.source != ResultSource.MANUAL and failed_before.exists()
    )
    test.error_summary = staging.first_line(result.error_message)
    test.executed_at, test.duration_ms = result.executed_at, result.duration_ms
    test.save(update_fields=["status", "is_flaky", "error_summary", "executed_at", "duration_ms", "updated_at"])


def _carry_on(run: TestRun, test: RunCase, result: Result, actor: User, *, was_final: bool) -> None:
    """Move what depends on the test's verdict outside the run, as a new result would."""
    if test.case_id is None:
        return
    row = NewResult(
        result_id=result.pk,
        status=result.status,
        executed_at=result.executed_at,
        case_id=test.case_id,
        automation_key=test.automation_key,
        occurrence=test.occurrence,
        is_flaky=test.is_flaky,
        duration_ms=result.duration_ms,
        error_message=result.error_message,
    )
    staging.fill([row])
    matching.match_given()
    if run.release_id:
        activity.move_release_cases(run=run, actor=actor, source=result.source)
    if was_final:
        merged_cases.tell_activity_anew(case_id=test.case_id, project_id=run.project_id)
    else:
        activity.move_case_activities(run=run)
