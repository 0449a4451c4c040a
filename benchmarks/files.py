"""Importing and exporting cases: `.venv/bin/python -m benchmarks.files` measures these alone.

What a work adds to the memory of the process is told beside its time: it must not grow with the number of cases.
"""

import csv
import gc
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 10_000
HEAD = (
    "Title", "Folder", "Priority", "Tags", "Owner", "Jira Story Id", "Preconditions", "Step Action", "Step Expected",
    "Expected Result",
)  # fmt: skip


def _table(owner: str, *, word: str = "paid", ids: list[str] | None = None) -> bytes:
    """A table of that many cases with three steps each; `ids` are those of cases that are there already."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Test Id", *HEAD])
    for number in range(ROWS):
        steps = "\n".join(f"{step}. Do what step {step} of case {number} says" for step in (1, 2, 3))
        expected = "\n".join(f"{step}. It is {word}" for step in (1, 2, 3))
        place = f"Imported/Area {number % 20}/Part {number % 7}"
        row = [f"Imported case {number}", place, "high", "smoke, imported", owner, f"PAY-{number % 300}"]
        writer.writerow([ids[number] if ids else "", *row, "A basket with two things", steps, expected, "All is well"])
    return text.getvalue().encode()


def _megabytes(name: str) -> float:
    """What the process holds now (`VmRSS`), or held at most since the mark was set back (`VmHWM`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _timed(work: Callable[[], Any]) -> tuple[float, float, float, Any]:
    """Seconds, those of the processors for web process and database, megabytes more, and the result."""
    from benchmarks.catalog import _backend_seconds

    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # sets the mark back
    memory, cost, start = _megabytes("VmRSS"), time.process_time() + _backend_seconds(), time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    return seconds, time.process_time() + _backend_seconds() - cost, _megabytes("VmHWM") - memory, result


def measure_files(show: Callable[[str, str, str], None], project: Any, user: Any) -> None:
    """A table brought in, again, changed and taken back; then every format of an export."""
    from catalog.exporting import FORMATS, Export
    from catalog.models import TestCase
    from catalog.services import case_imports, import_running, import_undo

    def bring_in(content: bytes):
        stream = io.BytesIO(content)
        made = case_imports.upload_cases(actor=user, project=project, stream=stream, file_name="cases.csv")
        begun = case_imports.begin_import(actor=user, case_import=made, defers=False)
        return import_running.run_import(import_id=begun.pk)

    def told(name: str, work: Callable[[], Any], goal: str) -> Any:
        seconds, spent, grown, result = _timed(work)
        show(name, f"{seconds:.1f} s, {spent:.1f} s", f"{goal} (+{grown:.0f} MB)".strip())
        return result

    show("files of cases: seconds, processor time of both sides", "", "")
    done = told(f"import of {ROWS:,} CSV rows, all new", lambda: bring_in(_table(user.email)), "15 s")
    assert done.counts == {"create": ROWS}, (done.counts, done.error)
    ids = list(done.rows.order_by("number").values_list("test_id", flat=True))
    same = told(f"import of {ROWS:,} CSV rows, none changed", lambda: bring_in(_table(user.email, ids=ids)), "")
    assert same.counts == {"unchanged": ROWS}, same.counts
    content = _table(user.email, word="refused", ids=ids)
    done = told(f"import of {ROWS:,} CSV rows, all changed", lambda: bring_in(content), "15 s")
    assert done.counts == {"update": ROWS}, done.counts
    import_undo.begin_undo(actor=user, case_import=done)
    told(f"taking back {ROWS:,} changed cases", lambda: import_undo.run_undo(import_id=done.pk), "")
    cases = TestCase.objects.living().in_project(project)
    number = cases.count()
    for kind in FORMATS.values():
        export = Export(project, cases.all())
        told(f"export of {number:,} cases, {kind.label}", lambda: sum(map(len, kind.write(export))), "constant memory")  # noqa: B023


def main() -> None:
    """Measure in a scratch database."""
    from benchmarks.measure import ready, show

    with ready():
        from accounts.models import User
        from reporting.load import generate_load

        size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
        project = generate_load(key="FILES", cases=size, results=0)
        user = User.objects.get(tenant=project.tenant, role__code="tenant_admin")
        measure_files(show, project, user)


if __name__ == "__main__":
    sys.exit(main())
