"""Jobs of files."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from qaportal.kit.errors import Unavailable

from . import delivery, sweep, thumbnails
from .models import StoredFile


@app.task(queue="default", retry=RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions={Unavailable}))
def make_thumbnail(file_id: str) -> None:
    """After a picture was stored: keep a small one beside it."""
    thumbnails.make_thumbnail(file_id=UUID(file_id))


def ask_for_thumbnail(*, stored: StoredFile) -> None:
    """Let a job draw the small picture of a file, where one would help."""
    if thumbnails.wants_thumbnail(stored):
        make_thumbnail.defer(file_id=str(stored.pk))


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="deliver_waiting_files")
def deliver_waiting_files(timestamp: int) -> None:
    """Every minute: bring files to the storage that it did not take when they came."""
    delivery.deliver_waiting()


@app.periodic(cron="23 * * * *")
@app.task(queue="default", queueing_lock="remove_unclaimed_files")
def remove_unclaimed_files(timestamp: int) -> None:
    """Every hour: remove files that nothing named for a day."""
    sweep.remove_unclaimed()


@app.periodic(cron="41 2 * * *")
@app.task(queue="heavy", queueing_lock="reconcile_stored_files")
def reconcile_stored_files(timestamp: int) -> None:
    """Every night: compare the storage with the rows, in both directions."""
    sweep.reconcile()
