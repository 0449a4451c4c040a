"""Jobs of the catalog."""

import logging
from uuid import UUID

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts.models import Project
from qaportal.kit import progress
from qaportal.kit.requests import set_request_id

from .models import DuplicateScan
from .services import duplicates

logger = logging.getLogger(__name__)
SCAN_TASK = "catalog.jobs.scan_for_duplicates"


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


def close_abandoned(*, task_name: str, arguments: dict) -> None:
    """A search whose workers died again and again is closed, so that nobody is left waiting."""
    if task_name == SCAN_TASK:
        reason = _("This was tried several times and did not get through.")
        progress.finish(UUID(arguments["progress_id"]), failed=True, message=reason)
