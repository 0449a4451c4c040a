"""Whether the portal can do its work: database, migrations, job workers."""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)
_known: dict[str, bool] = {}

_WORKERS = """
SELECT count(*) FILTER (WHERE is_alive), count(*) FILTER (WHERE NOT is_alive), max(silent) FILTER (WHERE NOT is_alive)
FROM (
    SELECT last_heartbeat >= now() - make_interval(secs => %s) AS is_alive,
           extract(epoch FROM now() - last_heartbeat)::bigint AS silent
    FROM procrastinate_workers
) AS worker
"""
_WAITING = """
SELECT queue_name, count(*), coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, added.at)))::bigint, 0)
FROM procrastinate_jobs AS job
LEFT JOIN LATERAL (
    SELECT min(at) AS at FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.type = 'deferred'
) AS added ON true
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
GROUP BY queue_name ORDER BY queue_name
"""


@dataclass(slots=True)
class Readiness:
    """What a load balancer and an administrator want to know."""

    is_ready: bool = True
    """False takes the process out of service; a dead worker alone does not."""
    database: str = "ok"
    migrations: str = "applied"
    workers: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The body of `/readyz`."""
        return {
            "status": "ready" if self.is_ready else "not ready",
            "database": self.database,
            "migrations": self.migrations,
            "workers": self.workers,
            "waiting": self.waiting,
            "problems": self.problems,
        }


def _migrations_are_applied() -> bool:
    """Looked up until it is true once: code and migrations of a running process do not change."""
    if not _known.get("applied"):
        executor = MigrationExecutor(connection)
        _known["applied"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _known["applied"]


def _look_at_jobs(readiness: Readiness) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WORKERS, [settings.WORKER_HEARTBEAT_LIMIT])
        alive, dead, silent = cursor.fetchone()
        cursor.execute(_WAITING)
        waiting = cursor.fetchall()
    readiness.workers = {"alive": alive, "dead": dead}
    readiness.waiting = {queue: {"jobs": count, "oldest_seconds": seconds} for queue, count, seconds in waiting}
    if dead:
        readiness.problems.append(f"{dead} of {alive + dead} workers gave no sign of life, one for {silent} seconds.")
    if not alive:
        readiness.problems.append("No worker is running: jobs wait until one is started.")


def readiness() -> Readiness:
    """Look at everything the portal needs, in three short queries."""
    found = Readiness()
    try:
        if not _migrations_are_applied():
            found.is_ready, found.migrations = False, "pending"
            found.problems.append("Migrations are not applied: run manage.py migrate.")
            return found
        _look_at_jobs(found)
    except DatabaseError:
        logger.warning("The database does not answer", exc_info=True)
        found.is_ready, found.database, found.migrations = False, "unreachable", "unknown"
        found.problems.append("The database does not answer.")
    return found
