"""The charts of the portal: one definition each, drawn on pages and in documents."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qaportal.kit.charts import Column, StackedColumns
from runs.models import TestRun

NOT_PASSED = ("failed", "blocked", "skipped")


def run_trend(runs: Iterable[TestRun], *, title: str) -> StackedColumns:
    """The tests that did not pass in each of the runs, the oldest first; every column leads to its run.

    A column names its day, and the month with the first one of each month; further runs of a day their time.
    """
    columns: list[Column] = []
    day_before = None
    for run in runs:
        started = timezone.localtime(run.started_at)
        day = started.date()
        if day == day_before:
            label = date_format(started, "H:i")
        elif day_before and (day.year, day.month) == (day_before.year, day_before.month):
            label = date_format(started, "j")
        else:
            label = date_format(started, "j M")
        words = _("Run %(number)d, %(day)s") % {"number": run.number, "day": date_format(started, "D j M")}
        columns.append(Column(label=label, title=words, href=run.get_absolute_url(), parts=run.counts))
        day_before = day
    return StackedColumns(title=title, unit=_("tests"), columns=columns, statuses=NOT_PASSED)
