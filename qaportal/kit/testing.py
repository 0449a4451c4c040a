"""Fixtures that every app's tests use."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def same_queries() -> Callable[..., int]:
    """`same_queries(read, grow)`: the number of queries of `read()` does not change after `grow()` added rows."""

    def check(read: Callable[[], object], grow: Callable[[], object]) -> int:
        read()
        with CaptureQueriesContext(connection) as before:
            read()
        grow()
        with CaptureQueriesContext(connection) as after:
            read()
        growth = len(after) - len(before)
        if growth > 0:
            statements = "\n".join(query["sql"][:300] for query in after.captured_queries)
            pytest.fail(f"{growth} more queries after adding rows ({len(before)} -> {len(after)}):\n{statements}")
        return len(after)

    return check


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """`run_jobs()`: run what is in the queues now, inside the test's transaction; answers how many jobs ran."""

    def drain() -> int:
        from procrastinate.contrib.django import app

        count = 0
        with connection.cursor() as cursor:
            while True:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ("
                    " SELECT id FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1)"
                    " RETURNING task_name, args::text"
                )
                row = cursor.fetchone()
                if row is None:
                    return count
                import json

                app.tasks[row[0]].func(**json.loads(row[1]))
                count += 1

    return drain
