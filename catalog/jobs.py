"""Jobs of the catalog."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts.models import Project, User
from qaportal.kit import progress
from qaportal.kit.requests import set_request_id

from .models import CaseImport, CopyJob, DuplicateScan
from .services import copies, duplicates, import_running, import_undo

logger = logging.getLogger(__name__)
COPY_TASK = "catalog.jobs.run_copy_job"
SCAN_TASK = "catalog.jobs.scan_for_duplicates"
_FAULTS = (OperationalError, InterfaceError)
_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=set(_FAULTS))


@app.task(name="catalog.jobs.check_case_import", queue="default", retry=_AGAIN)
def check_case_import(import_id: str) -> None:
    """Give every row of a file of cases its verdict."""
    _closed_on_fault(import_running.run_check, import_running.fail_import, import_id)


@app.task(name="catalog.jobs.run_case_import", queue="default", retry=_AGAIN)
def run_case_import(import_id: str) -> None:
    """Store the rows of a file of cases."""
    _closed_on_fault(import_running.run_import, import_running.fail_import, import_id)


@app.task(name="catalog.jobs.undo_case_import", queue="default", retry=_AGAIN)
def undo_case_import(import_id: str) -> None:
    """Take an import of cases back."""
    _closed_on_fault(import_undo.run_undo, import_undo.give_up_undo, import_id)


@app.task(name=COPY_TASK, queue="heavy", retry=_AGAIN)
def run_copy_job(job_id: str) -> None:
    """Copy what was picked; a fault of the portal closes the copy visibly instead of leaving it open."""
    set_request_id(f"copy:{job_id}")
    try:
        copies.run_copy(job_id=UUID(job_id))
    except _FAULTS:
        raise
    except Exception:
        logger.exception("Copy %s failed", job_id)
        reason = _("Something went wrong in the portal while it copied. It has been logged.")
        copies.fail_copy(job_id=UUID(job_id), reason=reason)


@app.task(name="catalog.jobs.undo_copy_job", queue="heavy", retry=_AGAIN)
def undo_copy_job(job_id: str, actor_id: int) -> None:
    """Take a large copy back."""
    set_request_id(f"copy:{job_id}")
    actor = User.objects.select_related("role", "tenant").get(pk=actor_id)
    copies.run_undo(job_id=UUID(job_id), actor=actor)


def _closed_on_fault(work: Callable[..., Any], close: Callable[..., Any], import_id: str) -> None:
    """A fault of the portal closes the import visibly instead of leaving it open."""
    set_request_id(f"case-import:{import_id}")
    try:
        work(import_id=UUID(import_id))
    except _FAULTS:
        raise
    except Exception:
        logger.exception("Import of cases %s failed", import_id)
        close(import_id=UUID(import_id), reason=_("Something went wrong in the portal. It has been logged."))


def close_abandoned(*, task_name: str, arguments: dict) -> None:
    """Work whose workers died again and again is closed, so that nobody is left waiting; a copy can be gone on with."""
    closing = {
        "catalog.jobs.check_case_import": import_running.fail_import,
        "catalog.jobs.run_case_import": import_running.fail_import,
        "catalog.jobs.undo_case_import": import_undo.give_up_undo,
    }
    reason = _("The work was tried several times and did not get through.")
    if task_name in closing and CaseImport.objects.filter(pk=arguments["import_id"]).exists():
        closing[task_name](import_id=UUID(arguments["import_id"]), reason=reason)
    if task_name == COPY_TASK and CopyJob.objects.filter(pk=arguments["job_id"]).exists():
        copies.fail_copy(job_id=UUID(arguments["job_id"]), reason=reason)


@app.task(name=SCAN_TASK, queue="heavy")
def scan_for_duplicates(project_id: int, progress_id: str) -> None:
    """Compare the cases of a project that changed since the last time with all others."""
    set_request_id(f"duplicates:{project_id}")
    try:
        duplicates.scan_project(project_id=project_id, progress_id=UUID(progress_id))
    except Exception:
        logger.exception("Looking for duplicates in project %s failed", project_id)
        progress.finish(UUID(progress_id), failed=True, message=_("Something went wrong; it has been logged."))
        raise
    progress.finish(UUID(progress_id))


@app.periodic(cron="37 1 * * *")
@app.task(queue="default", queueing_lock="look_for_duplicates")
def look_for_duplicates(timestamp: int) -> None:
    """Every night: look again in each project in which somebody looked before."""
    watched = Project.objects.living().filter(pk__in=DuplicateScan.objects.values("project"))
    for project in watched.select_related("tenant").order_by("pk"):
        duplicates.request_scan(actor=None, project=project)


def close_abandoned_scan(*, task_name: str, arguments: dict) -> None:
    """A search whose workers died again and again is closed, so that nobody is left waiting."""
    if task_name == SCAN_TASK:
        reason = _("This was tried several times and did not get through.")
        progress.finish(UUID(arguments["progress_id"]), failed=True, message=reason)
