"""The tables of what attempts left behind: by month, made anew when one is missing, gone when those of runs go."""

import pytest
from django.core.management import call_command
from django.db import connection

from runs.models import Artifact, Checkpoint, LogEntry, StepResult
from runs.partitions import ensure_partitions

TABLES = [model._meta.db_table for model in (StepResult, Checkpoint, LogEntry, Artifact)]


def partitions_of(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)", [table])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_a_month_that_is_missing_is_made(table):
    name = min(partitions_of(table))
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{name}"')
    assert name in ensure_partitions()
    assert name in partitions_of(table)
    assert ensure_partitions() == []


@pytest.mark.django_db(transaction=True)
def test_the_tables_go_and_come_back():
    call_command("migrate", "runs", "zero", verbosity=0)
    assert not any(partitions_of(table) for table in TABLES)
    call_command("migrate", verbosity=0)
    assert all(len(partitions_of(table)) > 3 for table in TABLES)
