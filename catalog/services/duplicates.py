"""Pairs of cases that say almost the same: finding them, and saying that two are no duplicates."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import progress
from qaportal.kit.models import JobProgress

from .. import likeness, policies
from ..models import DuplicateScan, SimilarPair

KIND = "duplicate_scan"
_BATCH = 1_000


@transaction.atomic
def request_scan(*, actor: User | None, project: Project) -> DuplicateScan:
    """Let a job compare the cases that changed since the last time; one that is under way already is enough.

    Raises Denied.
    """
    from ..jobs import scan_for_duplicates

    policies.can_edit_cases(actor, project).require()
    DuplicateScan.objects.bulk_create([DuplicateScan(project=project)], ignore_conflicts=True)
    scan = DuplicateScan.objects.select_for_update(of=("self",)).get(project=project)
    if is_under_way(scan):
        return scan
    user_id = actor.pk if actor else None
    work = progress.start(kind=KIND, user_id=user_id, tenant_id=project.tenant_id, project_id=project.pk)
    scan.progress_id, scan.started_at = work.pk, timezone.now()
    scan.save(update_fields=["progress_id", "started_at", "updated_at"])
    if actor is not None:
        audit.record("case.comparison_requested", actor=actor, target=project)
    scan_for_duplicates.defer(project_id=project.pk, progress_id=str(work.pk))
    return scan


def is_under_way(scan: DuplicateScan | None) -> bool:
    """Whether a job compares the cases now, or is about to."""
    if scan is None or scan.progress_id is None:
        return False
    return JobProgress.objects.filter(pk=scan.progress_id).exclude(state__in=["done", "failed"]).exists()


def scan_project(*, project_id: int, progress_id: UUID | None = None) -> int:
    """Compare the cases that changed since the last time with all others; answers how many those were.

    Each stretch is stored for itself, so that what a dead worker leaves behind is gone on with.
    """
    now = timezone.now()
    likeness.forget_gone_cases(project_id)
    changed = likeness.changed_cases(project_id)
    total, done = 2 * len(changed), 0
    for batch in _batches(changed):
        likeness.mark_cases(batch)
        done += len(batch)
        progress.advance(progress_id, done=done, total=total)
    for batch in _batches(changed):
        likeness.compare_cases(project_id, batch, now=now)
        done += len(batch)
        progress.advance(progress_id, done=done, total=total)
    found = DuplicateScan.objects.filter(project=project_id)
    found.update(finished_at=timezone.now(), compared=len(changed), updated_at=timezone.now())
    return len(changed)


@transaction.atomic
def dismiss_pair(*, actor: User | None, pair: SimilarPair) -> SimilarPair:
    """Say that the two are no duplicates: they are not shown any more, also when they are found again.

    Raises Denied. A pair that is dismissed already stays as it is.
    """
    return _decide(actor, pair, is_dismissed=True)


@transaction.atomic
def bring_back_pair(*, actor: User | None, pair: SimilarPair) -> SimilarPair:
    """Let the pair wait for a decision again. Raises Denied."""
    return _decide(actor, pair, is_dismissed=False)


def _decide(actor: User | None, pair: SimilarPair, *, is_dismissed: bool) -> SimilarPair:
    policies.can_edit_cases(actor, pair.project).require()
    stored = SimilarPair.objects.select_for_update(of=("self",)).select_related("case_a__project", "case_b")
    pair = stored.get(pk=pair.pk)
    if (pair.dismissed_at is not None) == is_dismissed:
        return pair
    pair.dismissed_at = timezone.now() if is_dismissed else None
    pair.dismissed_by = actor if is_dismissed else None
    pair.save(update_fields=["dismissed_at", "dismissed_by", "updated_at"])
    action = "case.told_apart" if is_dismissed else "case.doubted_again"
    audit.record(action, actor=actor, target=pair.case_a, other=pair.case_b.test_id)
    return pair


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
