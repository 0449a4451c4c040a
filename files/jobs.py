"""Jobs of files."""

from procrastinate.contrib.django import app

from . import sweep


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
