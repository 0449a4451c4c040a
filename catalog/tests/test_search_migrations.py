import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalog.models import TestCase
from catalog.tests.factories import TestCaseFactory

BEFORE = [("catalog", "0004_test_case_versions")]


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_stored_cases_are_found_by_their_steps_after_the_migration_and_it_can_be_taken_back():
    case = TestCaseFactory(title="Receipt", tags=["smoke"], steps=["Push the lever"])
    try:
        migrate(BEFORE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT search @@ to_tsquery('portal', 'receipt') FROM catalog_testcase")
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT search @@ to_tsquery('portal', 'lever') FROM catalog_testcase")
            assert cursor.fetchone() == (False,)
    finally:
        migrate()
    assert list(TestCase.objects.matching("lever")) == [case]
    assert TestCase.objects.all().ranked("receitp").ids == [case.pk]
