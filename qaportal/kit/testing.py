"""Fixtures that every app's tests use."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections
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


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit leave no job behind: the tables of jobs are not Django's own, so nothing else empties them."""
    marker = request.node.get_closest_marker("django_db")
    commits = "live_server" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


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


@pytest.fixture
def run_worker() -> Callable[..., None]:
    """`run_worker(queues=None)`: a real worker does what is queued and ends. For `transaction=True` tests.

    It runs in a thread of its own: after a browser test the main thread has an event loop already.
    """

    def work(queues: list[str] | None) -> None:
        from procrastinate.contrib.django import app

        try:
            with app.replace_connector(app.connector.get_worker_connector()) as worker:
                worker.run_worker(queues=queues, wait=False, install_signal_handlers=False, listen_notify=False)
        finally:
            connections.close_all()

    def run(queues: list[str] | None = None) -> None:
        thread = threading.Thread(target=work, args=[queues])
        thread.start()
        thread.join()

    return run
