"""Bringing what waits in the spool to the storage once it works again."""

import logging

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts import audit
from qaportal.kit import events
from qaportal.kit.errors import Unavailable

from . import spool
from .models import FileState, StoredFile
from .services import lock_path, put_bytes

logger = logging.getLogger(__name__)
AT_ONCE = 500


def deliver_waiting() -> int:
    """Deliver what waits longest first; answers how much. Ends at the first that the storage does not take.

    Bytes that wait on another machine are left to it.
    """
    waiting = StoredFile.objects.filter(state=FileState.WAITING).values("path").annotate(since=Min("created_at"))
    count = 0
    for path in list(waiting.order_by("since").values_list("path", flat=True)[:AT_ONCE]):
        try:
            count += _deliver(path)
        except Unavailable:
            logger.warning("The storage still takes no files; %d were delivered", count)
            break
    return count


@transaction.atomic
def _deliver(path: str) -> int:
    """Bring one to the storage; answers 1 when that was done."""
    lock_path(path)
    rows = list(StoredFile.objects.filter(path=path, state=FileState.WAITING).select_related("project"))
    if not rows:
        transaction.on_commit(lambda: spool.forget(path))
        return 0
    try:
        stream = spool.opened(path)
    except FileNotFoundError:
        if not default_storage.exists(path):
            return 0
    else:
        with stream:
            put_bytes(path, stream)
    now = timezone.now()
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).update(state=FileState.STORED, updated_at=now)
    audit.record_each("file.delivered", actor=None, changed=[(row, None) for row in rows])
    transaction.on_commit(lambda: spool.forget(path))
    for row in rows:
        row.state = FileState.STORED
        events.publish("file.stored", stored=row)
    return 1
