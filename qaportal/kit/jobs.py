"""Jobs of the shared code: the sweep that starts again what a dead worker left behind, and housekeeping."""

import json
import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from . import events, limits

logger = logging.getLogger(__name__)

_STALLED = """
SELECT job.id, job.task_name, job.args::text, job.attempts
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
  AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
ORDER BY job.id
FOR UPDATE OF job SKIP LOCKED
"""


def restart_stalled_jobs() -> tuple[int, int]:
    """Put jobs whose worker is gone back into their queue; those that had enough attempts fail visibly.

    Answers how many were started again and how many failed. A failed one is announced as `job.abandoned`
    with its task name and arguments, so that its owner can close what the job was doing.
    """
    restarted = failed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STALLED, [settings.WORKER_HEARTBEAT_LIMIT])
        columns = [column.name for column in cursor.description]
        stalled = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        for job in stalled:
            if job["attempts"] + 1 >= settings.JOB_ATTEMPT_LIMIT:
                logger.error("Job %(id)s (%(task_name)s) failed: its worker died %(attempts)s times before", job)
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job["id"]])
                _tell_owner(job)
                failed += 1
            else:
                logger.warning("Job %(id)s (%(task_name)s) is started again: its worker is gone", job)
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job["id"]])
                restarted += 1
    return restarted, failed


def _tell_owner(job: dict[str, Any]) -> None:
    """Announce a job that failed; an owner that stumbles over it must not keep the other jobs from going on."""
    try:
        with transaction.atomic():
            events.publish("job.abandoned", task_name=job["task_name"], arguments=json.loads(job["args"]))
    except Exception:
        logger.exception("The owner of the abandoned job %(id)s (%(task_name)s) could not close it", job)


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="sweep_stalled_jobs")
def sweep_stalled_jobs(timestamp: int) -> None:
    """Every minute: start again what a dead worker left behind."""
    restart_stalled_jobs()


@app.periodic(cron="17 3 * * *")
@app.task(queue="default", queueing_lock="remove_outdated_machinery")
def remove_outdated_machinery(timestamp: int) -> None:
    """Every night: forget idempotency keys after 2 days, progress records after 30, ended jobs after 14, counters."""
    from .models import IdempotencyRecord, JobProgress

    now = timezone.now()
    limits.forget_ended_windows()
    IdempotencyRecord.objects.filter(created_at__lt=now - timedelta(days=2)).delete()
    JobProgress.objects.filter(created_at__lt=now - timedelta(days=30)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs AS job WHERE status IN ('succeeded', 'cancelled', 'aborted')"
            " AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS event"
            " WHERE event.job_id = job.id AND event.at > now() - interval '14 days')"
        )


@app.periodic(cron="41 * * * *")
@app.task(queue="default", queueing_lock="forget_ended_windows")
def forget_ended_windows(timestamp: int) -> None:
    """Every hour: forget who called how often in windows that are over."""
    limits.forget_ended_windows()
