"""`.venv/bin/python -m benchmarks.measure`: measures imports and pages and prints a table.

The baseline of an import is the sum of parsing the report and of copying the same result rows into an empty, unlogged
copy of the result table with its primary key and indexes, in the same process on the same machine.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from qaportal.embedded import prepare_environment

SIZES = (10_000, 100_000)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and the result of the work."""
    gc.collect()
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def show(name: str, measured: str, goal: str) -> None:
    """One line of the table."""
    print(f"{name:<58} {measured:>16}   {goal}")


def baseline(stream) -> tuple[float, float]:
    """Seconds of parsing the report, and of copying its rows into a bare table."""
    from django.db import connection

    from runs.importers import open_report

    stream.seek(0)
    parsing, _results = timed(lambda: sum(1 for _ in open_report(stream, "report.xml").results))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM runs_result LIMIT 0")
        columns = ", ".join(column.name for column in cursor.description)
        cursor.execute("DROP TABLE IF EXISTS bare_result, bare_rows")
        cursor.execute("CREATE TEMP TABLE bare_rows AS SELECT * FROM runs_result")
        cursor.execute("CREATE UNLOGGED TABLE bare_result (LIKE runs_result INCLUDING DEFAULTS)")
        cursor.execute("ALTER TABLE bare_result ADD PRIMARY KEY (id)")
        cursor.execute("CREATE INDEX ON bare_result (run_case_id, attempt)")
        cursor.execute("CREATE INDEX ON bare_result (case_id, id DESC) WHERE case_id IS NOT NULL")
        cursor.execute(f"SELECT {columns} FROM bare_rows")
        rows = cursor.fetchall()
        kinds = [column.type_code for column in cursor.description]

    def copy() -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY bare_result ({columns}) FROM STDIN") as target:
            target.set_types(kinds)
            for row in rows:
                target.write_row(row)

    copying, _done = timed(copy)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_result, bare_rows")
    return parsing, copying


def measure_imports(project, user) -> None:
    """Reports of growing size, from the upload to the end of the import."""
    from benchmarks.ground import junit_report
    from runs.models import Result, TestRun
    from runs.services.imports import start_import
    from runs.services.taking_in import run_import

    for size in SIZES:
        stream = junit_report(size)
        Result.objects.all().delete()

        def upload(stream=stream, size=size):
            stream.seek(0)
            report_import, _known = start_import(
                actor=user, project=project, stream=stream, file_name="report.xml", run_name=f"Nightly {size}"
            )
            return run_import(import_id=report_import.pk)

        seconds, done = timed(upload)
        assert done.counts["tests"] == size, done.error
        parsing, copying = baseline(stream)
        ratio = seconds / (parsing + copying)
        goal = "under 5 s" if size == SIZES[0] else "under 3.0 x"
        show(f"import of {size:,} tests, none known", f"{seconds:.2f} s", goal)
        show("  parse + copy of the same rows, and the factor", f"{parsing:.2f} + {copying:.2f} s", f"{ratio:.2f} x")
        TestRun.objects.all().delete()


def measure_page(client, name: str, url: str, goal: str, **headers: str) -> None:
    """The median of seven loads and the number of queries; `headers` are those that the page's script sends."""
    from django.db import connection

    queries = []

    def count(execute, sql, *rest):
        queries.append(sql)
        return execute(sql, *rest)

    def load():
        return client.get(url, headers=headers)

    load()
    with connection.execute_wrapper(count):
        response = load()
    assert response.status_code == 200, (url, response.status_code)
    seconds = median(timed(load)[0] for _ in range(7))
    show(name, f"{seconds * 1000:.0f} ms, {len(queries)} q", goal)


def measure_pages(project, user) -> None:
    """The pages that must stay fast, with as much in them as promised."""
    from django.db import connection
    from django.test import Client

    from benchmarks.ground import make_cases
    from releases.services.releases import create_release
    from releases.services.scope import add_cases

    seconds, cases = timed(lambda: make_cases(project, user, 20_000))
    show("creating 20,000 cases with steps", f"{seconds:.1f} s", "")
    release = create_release(actor=user, project=project, version="1.0")
    add_cases(actor=user, release=release, case_ids=[case.pk for case in cases[:2_000]])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what autovacuum does within a minute
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    goal = "under 100 ms"
    measure_page(client, "cases page, 20,000 cases", f"/p/{project.key}/cases/", goal)
    measure_page(client, "cases page, searched", f"/p/{project.key}/cases/?q=refund", goal)
    measure_page(client, "cases page, one folder", cases[0].folder.get_absolute_url(), goal)
    measure_page(client, "release page, 2,000 cases", release.get_absolute_url(), goal)
    measure_page(client, "overview", project.get_absolute_url(), goal)
    measure_page(client, "API, 500 of 20,000 cases", "/api/test-cases?page=1&page_size=500", "")


@contextmanager
def ready() -> Iterator[None]:
    """The portal, set up for measuring, with a scratch database."""
    prepare_environment()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from benchmarks.ground import scratch_database

    settings.API_RATE_LIMITS = {}  # nobody is held back for asking often
    call_command("collectstatic", interactive=False, verbosity=0)
    with scratch_database():
        yield


def main() -> None:
    """Run everything in a scratch database."""
    with ready():
        from benchmarks.access import measure_access
        from benchmarks.audit import measure_audit
        from benchmarks.catalog import measure_catalog
        from benchmarks.ground import make_people
        from benchmarks.sync import measure_sync

        project, user = make_people()
        measure_imports(project, user)
        measure_pages(project, user)
        measure_audit(project, user)
        measure_access(project, user, measure_page, show)
        measure_catalog(show)
        measure_sync(show, project, user)


if __name__ == "__main__":
    sys.exit(main())
