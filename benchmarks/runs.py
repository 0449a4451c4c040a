"""Runs at their promised sizes: `.venv/bin/python -m benchmarks.runs` measures them alone, in a scratch database.

`--scale 0.01` makes everything a hundredth, to see that it works. `--only page,verdict` measures some of the parts:
`page` (the run page and its filter by cause), `verdict` (the runner), `compare` (two runs), `overview` (a project with
many results, what the page reads of them, and the preview of its retention), `during` (other pages while a report is
imported), `withdraw` (undoing an import and deleting a run).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

from benchmarks.measure import measure_page, ready, show, timed

SIZES = {"small": 1_000, "large": 100_000, "compared": 10_000, "project": 1_000_000, "imported": 100_000}
RUN_SIZE = 10_000
VERDICTS = 15
LONGEST_WAIT = 900


def browser(user: Any) -> Any:
    """Somebody who is signed in."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    return client


def settle() -> None:
    """What autovacuum does within a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def results(number: int, *, cases: int = 0, salt: int = 0) -> Iterator[Any]:
    """One in fifty fails for one of seven causes, one in forty is skipped."""
    from django.utils import timezone

    from runs.services.staging import NewResult

    now = timezone.now()
    for place in range(number):
        fails = (place + salt) % 50 == 0
        key = f"payments.case{place % cases}" if cases else f"payments.test{place}"
        yield NewResult(
            name=f"test_{place}",
            class_name=f"payments.module{place % 97}",
            automation_key=key,
            occurrence=1 + place // cases if cases else 1,
            status="failed" if fails else "skipped" if place % 40 == 1 else "passed",
            executed_at=now,
            duration_ms=100 + place % 900,
            error_message=f"AssertionError: cause {'abcdefg'[place // 50 % 7]} of the outage" if fails else "",
        )


def automated_run(project: Any, size: int, name: str, **options: Any) -> Any:
    """A run that a report of this size filled."""
    from runs.choices import ResultSource, RunKind, RunStatus
    from runs.models import TestRun
    from runs.services.recording import record_results
    from runs.services.runs import create_run

    run = create_run(actor=None, project=project, name=name, kind=RunKind.AUTOMATED)
    record_results(run=run, results=results(size, **options), actor=None, source=ResultSource.REPORT)
    TestRun.objects.filter(pk=run.pk).update(status=RunStatus.COMPLETED)
    run.refresh_from_db()
    return run


def measure_run_page(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """A small and a large run, and the failures of one cause in the large one."""
    from runs.models import RunCluster

    small, large = (automated_run(project, sizes[name], f"Run of {name}") for name in ("small", "large"))
    settle()
    client = browser(user)
    for run, goal in ((small, 80), (large, 150)):
        page = run.get_absolute_url()
        measure_page(client, f"run page, {run.total:,} results, failures", page, f"under {goal} ms")
        measure_page(client, f"run page, {run.total:,} results, all of them", f"{page}?tab=all", f"under {goal} ms")
    cluster = RunCluster.objects.filter(run=large).order_by("-tests").first()
    page = f"{large.get_absolute_url()}?tab=failures&cluster={cluster.cluster_id}"
    words = f"  filtered by a cause of {cluster.tests:,} tests"
    clicked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#panes"}
    measure_page(client, f"{words}, by a click on the page", page, "under 60 ms", **clicked)
    measure_page(client, f"{words}, opened by its address", page, "")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the work inside sends."""
    from django.db import connection

    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield sent


def measure_verdicts(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """One verdict by the service, and by the request that the runner's page sends, in a run of a thousand cases."""
    from django.urls import reverse

    from benchmarks.ground import make_cases
    from runs.services.manual_runs import Chosen, create_manual_run
    from runs.services.runner import record_verdict

    size = max(2 * VERDICTS + 4, sizes["small"])
    cases = make_cases(project, user, size)
    chosen = Chosen(case_ids=[case.pk for case in cases])
    run = create_manual_run(actor=user, project=project, name="By hand", chosen=chosen)
    settle()
    tests = list(run.tests.select_related("run__project", "case").order_by("position")[: 2 * VERDICTS + 4])
    client = browser(user)

    def by_request(test: Any) -> None:
        address = reverse("runs:set_test", args=[project.key, run.number, test.pk])
        entry = {"status": "passed", "seen": 0, "seen_status": "not_started", "key": str(uuid.uuid4())}
        answer = client.post(address, entry, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        assert answer.status_code < 400, answer.content[:500]

    def by_service(test: Any) -> None:
        record_verdict(actor=user, test=test, status="passed", duration_ms=30_000)

    for name, work in (("the service alone", by_service), ("the request of the page", by_request)):
        work(tests.pop())
        with counted() as sent:
            work(tests.pop())
        seconds = median(timed(lambda work=work: work(tests.pop()))[0] for _ in range(VERDICTS))
        words = f"one verdict in a run of {size:,}, {name}"
        show(words, f"{seconds * 1000:.0f} ms, {len(sent)} q", "under 25 ms, 10 q")


def measure_comparison(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """The page that puts two runs of the same tests side by side."""
    before = automated_run(project, sizes["compared"], "Compared")
    now = automated_run(project, sizes["compared"], "Compared", salt=25)
    settle()
    page = f"{now.get_absolute_url()}compare/?with={before.number}"
    measure_page(browser(user), f"comparison of two runs of {now.total:,}", page, "under 300 ms")


def rows_read(statements: list[tuple[str, Any]]) -> dict[str, int]:
    """How many rows of results and of tests in runs these statements look at, by table."""
    from django.db import connection

    found: dict[str, int] = {}

    def walk(node: dict[str, Any]) -> None:
        table = node.get("Relation Name", "")
        if table.startswith(("runs_result", "runs_runcase", "runs_stepresult")):
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            found[table] = found.get(table, 0) + round(rows * node["Actual Loops"])
        for child in node.get("Plans", ()):
            walk(child)

    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
            plan = cursor.fetchone()[0]
            walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def filled(project: Any, user: Any, total: int) -> int:
    """Give the project so many results of at most ten thousand cases; answers how many there are."""
    from benchmarks.ground import make_cases
    from runs.models import Result

    size = min(RUN_SIZE, total)
    make_cases(project, user, size)

    def fill() -> None:
        for number in range(total // size):
            automated_run(project, size, "Nightly", cases=size, salt=number)

    seconds, _done = timed(fill)
    settle()
    stored = Result.objects.filter(project=project).count()
    show(f"storing {stored:,} results of {size:,} cases", f"{seconds:.0f} s", "")
    return stored


def read_by(client: Any, address: str) -> int:
    """How many rows of results and of tests in runs the page looks at."""
    from django.db import connection

    sent = []

    def keep(execute: Callable[..., Any], sql: str, values: Any, *rest: Any) -> Any:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append((sql, values))
        return execute(sql, values, *rest)

    with connection.execute_wrapper(keep):
        client.get(address)
    return sum(rows_read(sent).values())


def measure_overview(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """The overview of a project with so many results, what it reads of them, and what retention would remove."""
    total = filled(project, user, sizes["project"])
    client, page = browser(user), f"/p/{project.key}/"
    measure_page(client, f"project overview, {total:,} results", page, "under 100 ms")
    show("  rows of results and of tests in runs that it reads", f"{read_by(client, page):,}", "a handful")
    for path, words in (("runs/", "runs"), ("failures/", "causes of failures"), ("failures/flaky/", "flaky tests")):
        measure_page(client, f"  {words} of the same project", f"{page}{path}", "under 100 ms")
    measure_retention(project, total)


def measure_retention(project: Any, total: int) -> None:
    """What the page of retention says, with everything past its term."""
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from runs.retention import Limits
    from runs.retention_figures import disk_use_of, preview_of

    seconds, _uses = timed(lambda: disk_use_of(project))
    show("  disk use by kind", f"{seconds * 1000:.0f} ms", "")
    with transaction.atomic():
        limits = Limits.of(1, 1, now=timezone.now() + timedelta(days=2))
        seconds, preview = timed(lambda: preview_of(project, limits))
    assert preview.results == total, (preview.results, total)
    show(f"  what retention would remove: {preview.results:,} results", f"{seconds:.2f} s", "")


def worst(client: Any, addresses: list[str], until: Callable[[int], bool]) -> tuple[float, int]:
    """The 95th of a hundred loads, in seconds, going round the pages until told to stop; and how many they were."""
    taken: list[float] = []
    while not until(len(taken)):
        for address in addresses:
            start = time.perf_counter()
            answer = client.get(address)
            taken.append(time.perf_counter() - start)
            assert answer.status_code == 200, (address, answer.status_code)
    return quantiles(taken, n=20)[-1], len(taken)


def measure_during_import(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """Other pages while another process imports a report, as a worker does."""
    from django.db import connection

    from benchmarks.ground import junit_report, make_cases

    cases = make_cases(project, user, sizes["small"])
    run = automated_run(project, sizes["small"], "Earlier")
    settle()
    key = project.key
    pages = (f"/p/{key}/", f"/p/{key}/cases/", cases[0].get_absolute_url(), f"/p/{key}/runs/", run.get_absolute_url())
    client = browser(user)
    worst(client, pages, lambda done: done >= len(pages))
    before, rounds = worst(client, pages, lambda done: done >= min(100, sizes["small"]))
    show(f"pages without an import, 95th of a hundred, {rounds} loads", f"{before * 1000:.0f} ms", "")
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(junit_report(sizes["imported"]).getvalue())
        file.flush()
        command = [sys.executable, "-m", "benchmarks.worker", connection.settings_dict["NAME"]]
        command += [str(project.pk), str(user.pk), file.name]
        start = time.perf_counter()
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            during, rounds = worst(
                client,
                pages,
                lambda done: (bool(done) and worker.poll() is not None) or time.perf_counter() - start > LONGEST_WAIT,
            )
            told = json.loads(worker.communicate(timeout=LONGEST_WAIT)[0])
        finally:
            worker.kill()
            worker.wait()
    words = f"  while {told['tests']:,} results are imported, {rounds} loads"
    show(words, f"{during * 1000:.0f} ms, {during / before:.2f} x", "under 1.5 x")
    show("  that import, from its start to the complete run", f"{told['seconds']:.1f} s", "")
    show("  the most memory of its process", f"{told['peak_mb']:.0f} MB", "under 200 MB")


def measure_withdrawal(project: Any, user: Any, sizes: dict[str, int]) -> None:
    """What the request waits for, and what the job takes after it, when an import is undone and a run is deleted."""
    from benchmarks.ground import junit_report
    from runs.services.imports import start_import
    from runs.services.runs import delete_run
    from runs.services.taking_in import run_import
    from runs.services.undoing import undo_import
    from runs.services.withdrawing import withdraw_all

    size = sizes["imported"]
    stored, _known = start_import(actor=user, project=project, stream=junit_report(size), file_name="report.xml")
    report_import = run_import(import_id=stored.pk)
    run = automated_run(project, size, "Deleted")
    settle()
    for words, mark, run_id in (
        ("undoing an import", lambda: undo_import(actor=user, report_import=report_import), report_import.run_id),
        ("deleting a run", lambda: delete_run(actor=user, run=run), run.pk),
    ):
        seconds, _done = timed(mark)
        show(f"{words} of {size:,} results, the request", f"{seconds * 1000:.0f} ms", "")
        seconds, _done = timed(lambda run_id=run_id: withdraw_all(run_id=run_id))
        show("  its job", f"{seconds:.1f} s", "")


PARTS = {
    "page": measure_run_page,
    "verdict": measure_verdicts,
    "compare": measure_comparison,
    "overview": measure_overview,
    "during": measure_during_import,
    "withdraw": measure_withdrawal,
}


def main() -> None:
    """Measure what is asked for in a scratch database, with the room on the stack that the server gives requests."""
    parser = argparse.ArgumentParser(description="Measure runs at their promised sizes.")
    parser.add_argument("--scale", type=float, default=1.0, help="make everything so many times as large")
    parser.add_argument("--only", default=",".join(PARTS), help="the parts to measure, with commas")
    asked = parser.parse_args()
    sizes = {name: max(50, round(size * asked.scale)) for name, size in SIZES.items()}
    with ready():
        from accounts.models import Project
        from benchmarks.ground import make_people
        from qaportal.kit.stack_room import with_room

        project, user = make_people()
        for name in asked.only.split(","):
            own = Project.objects.create(tenant=project.tenant, key=name[:6].upper(), name=name)
            with_room(PARTS[name], project=own, user=user, sizes=sizes)


if __name__ == "__main__":
    main()
