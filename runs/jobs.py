"""Jobs of runs."""

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from qaportal.kit.errors import Unavailable
from qaportal.kit.requests import set_request_id

from .models import ReportImport, RetentionTerms
from .partitions import drop_empty_partitions, ensure_partitions
from .services import (
    attachments,
    expiring,
    fingerprinting,
    imports,
    merged_cases,
    presence,
    rule_application,
    silence,
    taking_in,
    withdrawing,
)

logger = logging.getLogger(__name__)
TASK_NAME = "runs.jobs.run_report_import"
MOST_ATTEMPTS = 8
FAULTS = (OperationalError, InterfaceError, Unavailable)
"""What passes: the database or the storage is away for a while."""
FILES_TASK_NAME = "runs.jobs.store_report_attachments"
WITHDRAWAL_TASK_NAME = "runs.jobs.withdraw_results"


@app.task(
    name=TASK_NAME,
    queue="ingest",
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=2, retry_exceptions=set(FAULTS)),
)
def run_report_import(import_id: str) -> None:
    """Read one uploaded report; a fault of the portal closes the import visibly instead of leaving it open."""
    set_request_id(f"import:{import_id}")
    try:
        taking_in.run_import(import_id=UUID(import_id))
    except FAULTS:
        raise
    except Exception:
        logger.exception("Import %s failed", import_id)
        reason = _("Something went wrong in the portal while it read the report. It has been logged.")
        imports.fail_import(import_id=UUID(import_id), reason=reason, code="internal_error")


def close_abandoned(*, task_name: str, arguments: dict) -> None:
    """An import whose workers died again and again is closed, so that its uploader is not left waiting."""
    if task_name == TASK_NAME and ReportImport.objects.filter(pk=arguments["import_id"]).exists():
        reason = _("The import was tried several times and did not get through.")
        imports.fail_import(import_id=UUID(arguments["import_id"]), reason=reason, code="abandoned")
    if task_name == FILES_TASK_NAME:
        attachments.give_up(import_id=UUID(arguments["import_id"]))


@app.task(
    name=FILES_TASK_NAME,
    queue="ingest",
    retry=RetryStrategy(max_attempts=60, wait=4, linear_wait=60, retry_exceptions=set(FAULTS)),
)
def store_report_attachments(import_id: str) -> None:
    """Take the files of an import out of its archive; while the storage does not work, tried again for a day."""
    set_request_id(f"import:{import_id}")
    attachments.store_attachments(import_id=UUID(import_id))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="close_forgotten_imports")
def close_forgotten_imports(timestamp: int) -> None:
    """Every five minutes: close imports whose job tried often enough, so that nobody waits for them."""
    for import_id in imports.forgotten_imports(TASK_NAME):
        close_abandoned(task_name=TASK_NAME, arguments={"import_id": str(import_id)})


@app.task(
    name=WITHDRAWAL_TASK_NAME,
    queue="heavy",
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=2, retry_exceptions=set(FAULTS)),
)
def withdraw_results(run_id: str) -> None:
    """Go on with undoing imports of a large run and with its deletion, until nothing is left to do."""
    set_request_id(f"withdrawal:{run_id}")
    withdrawing.withdraw_all(run_id=UUID(run_id))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="go_on_withdrawing")
def go_on_withdrawing(timestamp: int) -> None:
    """Every five minutes: take up again what a job gave up, so that no import stays half undone."""
    for run_id in withdrawing.forgotten_runs(WITHDRAWAL_TASK_NAME):
        withdraw_results.defer(run_id=str(run_id))


@app.periodic(cron="23 2 * * *")
@app.task(queue="default", queueing_lock="make_partitions")
def make_partitions(timestamp: int) -> None:
    """Every night: make the partitions of the months to come."""
    ensure_partitions()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="close_silent_runs")
def close_silent_runs(timestamp: int) -> None:
    """Every five minutes: close automated runs of which nothing was heard for too long."""
    silence.close_silent_runs()


@app.periodic(cron="37 3 * * *")
@app.task(queue="default", queueing_lock="forget_runner_traces")
def forget_runner_traces(timestamp: int) -> None:
    """Every night: forget who had which test open, and entries that no browser sends again."""
    presence.forget_old_traces()


@app.periodic(cron="11 1 * * *")
@app.task(queue="heavy", queueing_lock="apply_retention")
def apply_retention(timestamp: int) -> None:
    """Every night: delete what is past its project's term, then drop the months of which nothing is left.

    What keeps one project from being done keeps no other one; it is told on its page and tried again the next night.
    """
    for terms in RetentionTerms.objects.with_terms():
        try:
            expiring.apply_terms(project=terms.project)
        except Exception:
            logger.exception("What is past its term in project %s could not be deleted", terms.project_id)
            words = _("Something went wrong. It has been logged, and the next night goes on from there.")
            expiring.note_failure(project=terms.project, words=words)
    drop_empty_partitions()


@app.task(queue="default")
def move_late_tests(case_id: int) -> None:
    """Some time after a merge: move what an import stored for the case that lost while the merge was under way."""
    merged_cases.move_late_tests(case_id=case_id)


@app.task(queue="heavy")
def apply_rules(project_id: int) -> None:
    """After a rule was changed: class the failures of the project's newest runs anew."""
    rule_application.apply_rules(project_id=project_id)


@app.task(queue="heavy", retry=RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions=set(FAULTS)))
def mark_stored_failures(after: str | None = None, project_id: int | None = None) -> None:
    """Give failures that were stored before there were fingerprints theirs, some runs at a time."""
    last, marked = fingerprinting.mark_chunk(after=UUID(after) if after else None, project_id=project_id)
    logger.info("%d stored failures got their fingerprints", marked)
    if last is not None:
        mark_stored_failures.defer(after=str(last), project_id=project_id)
