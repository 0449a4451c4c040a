"""Reporting how far a long work is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connections
from django.utils import timezone

from .models import JobProgress

SECONDS_BETWEEN_UPDATES = 0.5


def start(*, kind: str, user_id: int | None, tenant_id: int | None, project_id: int | None) -> JobProgress:
    """Make the record of a work that is queued now."""
    return JobProgress.objects.create(kind=kind, user_id=user_id, tenant_id=tenant_id, project_id=project_id)


def advance(progress_id: UUID | None, *, done: int, total: int | None = None, message: str = "") -> None:
    """Tell how many units are done. Write it outside the work's own transaction, or nobody sees it move."""
    if progress_id is None:
        return
    changes: dict[str, object] = {
        "state": JobProgress.State.RUNNING,
        "done": done,
        "message": message[:500],
        "updated_at": timezone.now(),
    }
    if total is not None:
        changes["total"] = total
    JobProgress.objects.filter(pk=progress_id).update(**changes)


def finish(progress_id: UUID | None, *, failed: bool = False, message: str = "") -> None:
    """Close the record: done, or failed with the reason."""
    if progress_id is None:
        return
    state = JobProgress.State.FAILED if failed else JobProgress.State.DONE
    now = timezone.now()
    JobProgress.objects.filter(pk=progress_id).update(
        state=state, message=message[:500], finished_at=now, updated_at=now
    )


@contextmanager
def reporter(progress_id: UUID | None, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Tell how far a work is from inside its transaction: over a connection of its own, at most twice a second.

    Nobody would see an update of the work's own transaction before its end.
    """
    if progress_id is None:
        yield lambda done: None
        return
    side = connections["default"].copy()
    last_told = 0.0

    def tell(done: int) -> None:
        nonlocal last_told
        if time.monotonic() - last_told < SECONDS_BETWEEN_UPDATES:
            return
        last_told = time.monotonic()
        with side.cursor() as cursor:
            cursor.execute(
                "UPDATE kit_jobprogress SET state = 'running', done = %s, total = coalesce(%s, total),"
                " started_at = coalesce(started_at, now()), updated_at = now() WHERE id = %s",
                [done, total, progress_id],
            )

    try:
        yield tell
    finally:
        side.close()
