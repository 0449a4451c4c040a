"""Reporting how far a long work is."""

from uuid import UUID

from django.utils import timezone

from .models import JobProgress


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
