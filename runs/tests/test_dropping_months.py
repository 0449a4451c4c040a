"""Months of which nothing is kept any more are taken off and dropped, all others stay."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from runs.models import Result
from runs.partitions import create_partition, drop_empty_partitions, lower_bound, month_start, partition_name
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db


def partitions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
        return {name for (name,) in cursor.fetchall()}


def test_a_month_of_which_nothing_is_kept_is_dropped_and_a_month_with_a_row_is_not(project):
    run = make_run(project)
    record(run, reported("pays"))
    months = [month_start(timezone.now(), -step) for step in (2, 4)]
    for month in months:
        for table in ("runs_result", "runs_stepresult"):
            create_partition(table, month)
    kept = move_to_month(run, months[1])
    assert drop_empty_partitions() == [
        partition_name("runs_result", months[0]),
        *(partition_name("runs_stepresult", month) for month in reversed(months)),
    ]
    assert partition_name("runs_result", months[1]) in partitions()
    assert partition_name("runs_result", month_start(timezone.now())) in partitions()
    Result.objects.filter(pk=kept).delete()
    assert drop_empty_partitions() == [partition_name("runs_result", months[1])]
    record(run, reported("works as ever"))


def move_to_month(run, month):
    """Make one result of the run as old as the month; answers its key."""
    result = Result.objects.filter(run=run, status="passed").get()
    key = lower_bound(month + timedelta(days=3))
    Result.objects.filter(pk=result.pk).update(id=key)
    return key


def test_a_partition_that_is_held_stays_until_the_next_night():
    month = month_start(timezone.now(), -3)
    create_partition("runs_result", month)
    with mock.patch("runs.partitions._drop_if_empty", side_effect=OperationalError("lock timeout")):
        assert drop_empty_partitions() == []
    assert drop_empty_partitions() == [partition_name("runs_result", month)]
