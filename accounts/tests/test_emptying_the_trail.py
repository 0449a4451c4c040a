"""The tables of the trail are not emptied in one go either."""

import pytest
from django.db import IntegrityError, connection, transaction

TABLES = ("accounts_auditentry", "accounts_auditseal", "accounts_requestrecord")


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_empty_it(db, table):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER never_emptied")  # tests that commit go without it
        with pytest.raises(IntegrityError, match="append-only: TRUNCATE is refused"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_every_table_that_refuses_changes_refuses_that_too(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, array_agg(tgrelid::regclass::text ORDER BY 1) FROM pg_trigger"
            " WHERE tgname IN ('append_only', 'never_emptied') GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    assert sorted(found["never_emptied"]) == sorted(found["append_only"]) == sorted(TABLES)
