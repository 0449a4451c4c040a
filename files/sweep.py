"""Bringing rows and bytes together again after crashes: unclaimed files, bytes without rows, rows without bytes."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import audit

from . import spool
from .models import FileState, StoredFile
from .services import lock_path, remove, remove_bytes, thumbnail_path

logger = logging.getLogger(__name__)
UNCLAIMED_FOR = timedelta(days=1)
SETTLED_AFTER = timedelta(hours=1)
"""Younger bytes may belong to a transaction that is still running, younger rows to bytes still on their way."""


@dataclass(slots=True)
class Swept:
    """What a sweep did."""

    unclaimed: int = 0
    orphans: int = 0
    missing: int = 0
    found_again: int = 0


def remove_unclaimed(*, now: datetime | None = None) -> int:
    """Remove files that nothing named for a day, and uploads that never arrived; answers how many."""
    before = (now or timezone.now()) - UNCLAIMED_FOR
    count = 0
    keys = list(StoredFile.objects.unclaimed().filter(created_at__lt=before).values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            rows = StoredFile.objects.select_for_update(of=("self",)).select_related("project").unclaimed([key])
            if stored := rows.first():
                remove(actor=None, stored=stored, reason="unclaimed")
                count += 1
    return count


def _folders() -> Iterator[tuple[str, set[str]]]:
    """Every folder of content addresses that the storage or a row knows, with the paths the storage holds there."""
    known = {
        path.rsplit("/", 1)[0]
        for path in StoredFile.objects.exclude(path="").values_list("path", flat=True).distinct().iterator()
    }
    for tenant in _listed("")[0]:
        known.update(f"{tenant}/{prefix}" for prefix in _listed(tenant)[0])
    for folder in sorted(known):
        yield folder, {f"{folder}/{name}" for name in _listed(folder)[1]}


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return [each for each in folders if each], [each for each in names if each]


def reconcile(*, now: datetime | None = None) -> Swept:
    """Delete bytes that no row names, and mark rows whose bytes are gone (or back again)."""
    settled = (now or timezone.now()) - SETTLED_AFTER
    swept = Swept()
    for folder, paths in _folders():
        rows = StoredFile.objects.filter(path__startswith=f"{folder}/", created_at__lt=settled)
        named = set(StoredFile.objects.filter(path__startswith=f"{folder}/").values_list("path", flat=True))
        kept = {thumbnail_path(path) for path in named}
        for path in sorted(paths - named - kept):
            if default_storage.get_modified_time(path) < settled and remove_bytes(path):
                logger.warning("Bytes that no row names were removed: %s", path)
                swept.orphans += 1
        for stored in rows.filter(state=FileState.STORED).exclude(path__in=paths):
            swept.missing += _mark(stored, FileState.MISSING)
        for stored in rows.filter(state=FileState.MISSING, path__in=paths):
            swept.found_again += _mark(stored, FileState.STORED)
    _reconcile_spool(settled, swept)
    return swept


def _reconcile_spool(settled: datetime, swept: Swept) -> None:
    """The same for bytes that wait on the local disk."""
    waiting = StoredFile.objects.filter(state=FileState.WAITING)
    named = set(waiting.values_list("path", flat=True))
    for path, changed in list(spool.waiting()):
        if path not in named and changed < settled.timestamp():
            spool.forget(path)
            swept.orphans += 1
    for stored in waiting.filter(created_at__lt=settled):
        if not spool.holds(stored.path):
            swept.missing += _mark(stored, FileState.MISSING)


@transaction.atomic
def _mark(stored: StoredFile, state: str) -> int:
    """Tell what the storage really holds, looked at again under the lock; answers 1 when the row was changed."""
    lock_path(stored.path)
    is_there = default_storage.exists(stored.path)
    if is_there != (state == FileState.STORED):
        return 0
    rows = StoredFile.objects.filter(pk=stored.pk).exclude(state=state)
    changed = rows.update(state=state, updated_at=timezone.now())
    if changed:
        logger.warning("The bytes of the file %s are %s", stored.pk, "back" if is_there else "gone")
        audit.record(f"file.{'found' if is_there else 'lost'}", actor=None, target=stored, project=stored.project)
    return changed
