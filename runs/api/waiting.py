"""Letting a client wait for an import without letting waiters take all threads of the web server."""

import os
import threading
import time
from uuid import UUID

from qaportal.kit.errors import InvalidInput

from ..choices import ImportState
from ..models import ReportImport

LONGEST_WAIT = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
OPEN_STATES = (ImportState.QUEUED, ImportState.RUNNING)


def _places() -> int:
    threads = os.environ.get("QAPORTAL_WEB_THREADS", "")
    return max(1, (int(threads) if threads.isdigit() else 4) // 2)


_waiting = threading.BoundedSemaphore(_places())


def seconds_wanted(given: str | None) -> float:
    """How long the client wants to wait, cut to 30 s; raises InvalidInput naming `wait`."""
    if not given:
        return 0.0
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        words = "A number of seconds is needed."
        raise InvalidInput(words, fields={"wait": [words]})
    return min(seconds, LONGEST_WAIT)


def wait_for_end(import_id: UUID, seconds: float) -> None:
    """Return when the import has ended or the time is over; at once when half of the web threads wait already.

    Each look is a query of its own, so that no transaction is held meanwhile.
    """
    if seconds <= 0 or not _waiting.acquire(blocking=False):
        return
    try:
        ends_at = time.monotonic() + seconds
        pause = FIRST_PAUSE
        while ReportImport.objects.filter(pk=import_id, state__in=OPEN_STATES).exists():
            left = ends_at - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)
    finally:
        _waiting.release()
