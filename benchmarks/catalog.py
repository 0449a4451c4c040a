"""Finding, reading and writing cases with 10,000 of them and with 100,000 in one project.

`.venv/bin/python -m benchmarks.catalog` measures these alone.
"""

import gc
import gzip
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

SIZES = (10_000, 100_000)
ROUNDS = 15
MOST_GROWTH = 1.5
TYPED = "Customer confirms a refund in another currency"
FOUR_FILTERS = "priority=high&priority=critical&test_type=automated&state=active&tags=smoke"
LIST_ALONE = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#rows"}


@dataclass(slots=True)
class Figures:
    """The figures of each size, by name, in the order they were measured."""

    by_name: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    goals: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str, milliseconds: tuple[float, float], goal: str, note: str = "") -> None:
        """One figure of the present size: the median of the rounds, and the mean of what they cost the processors."""
        self.by_name.setdefault(name, []).append(milliseconds)
        self.goals[name], self.notes[name] = goal, note

    def show(self, show: Callable[[str, str, str], None]) -> None:
        """A line for each figure: both sizes, and by how much it grew."""
        for name, (small, large) in self.by_name.items():
            growth = f"x {large[1] / small[1]:.2f}" if small[1] else ""
            figures = f"{small[0]:.0f} / {large[0]:.0f} ms, {small[1]:.0f} / {large[1]:.0f} {growth}"
            show(name, figures, f"{self.goals[name]} {self.notes[name]}".strip())


def _measured(work: Callable[[], Any]) -> tuple[float, float]:
    """The median of the rounds, and the mean of the processor time of web process and database; milliseconds.

    The work has the room on the stack that the server gives to each request.
    """
    from qaportal.kit.stack_room import with_room

    work()
    taken, spent = [], 0.0
    for _round in range(ROUNDS):
        gc.collect()
        cost, start = time.process_time() + _backend_seconds(), time.perf_counter()
        with_room(work)
        taken.append(time.perf_counter() - start)
        spent += time.process_time() + _backend_seconds() - cost
    return median(taken) * 1000, spent / ROUNDS * 1000


def _backend_seconds() -> float:
    """The processor time of the database's side of this connection; nothing where it runs elsewhere."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not status.is_file():
        return 0
    used = status.read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _page(figures: Figures, client: Any, name: str, url: str, goal: str) -> None:
    """A page, or the list alone as it comes while somebody types and filters: time, queries and compressed size."""
    from benchmarks.access import _counted_queries

    headers = LIST_ALONE if name.startswith("list alone") else {}

    def load():
        return client.get(url, headers=headers)

    load()
    with _counted_queries() as queries:
        response = load()
    assert response.status_code == 200, (url, response.status_code, response.content[:500])
    size = len(gzip.compress(response.content, 6)) / 1000
    figures.keep(name, _measured(load), goal, f"({len(queries)} q, {size:.0f} kB)")


def _pages(key: str, case: Any) -> list[tuple[str, str, str]]:
    """Name, address and goal of what is measured."""
    from catalog.models import Folder
    from reporting.load.texts import RARE

    start = f"/p/{key}/cases/"
    module = Folder.objects.filter(project=case.project, parent=None).order_by("pk").first()
    return [
        ("cases page", start, "60 ms, 12 q, 30 kB"),
        ("cases page, four filters", f"{start}?{FOUR_FILTERS}", "60 ms"),
        ("cases page, a rare word", f"{start}?search={RARE}", "30 ms"),
        ("cases page, a common word", f"{start}?search=refund", "80 ms"),
        ("cases page, a misspelt word", f"{start}?search=paymnet", "80 ms"),
        ("cases page, operators", f"{start}?search=tag:smoke+refund+-phone", "80 ms"),
        ("list alone, four filters", f"{start}?{FOUR_FILTERS}", "60 ms"),
        ("list alone, a rare word", f"{start}?search={RARE}", "30 ms"),
        ("list alone, a common word", f"{start}?search=refund", "80 ms"),
        ("tree node", f"/p/{key}/folders/{module.pk}/children/", "30 ms"),
        ("case page", case.get_absolute_url() + "?full=1", "50 ms"),
        ("similar cases while typing", f"{start}similar/?{urlencode({'title': TYPED})}", "30 ms"),
        ("duplicates page", f"{start}duplicates/", "100 ms"),
        ("search page, a common word", f"/p/{key}/search/?q=refund", "100 ms"),
        ("palette, a common word", f"/palette/?project={key}&q=refund", "100 ms"),
        ("API, 50 cases with a common word", f"/api/test-cases?project_id={key}&search=refund&page=1", ""),
    ]


def _measure_pages(figures: Figures, project: Any, user: Any) -> None:
    from django.db import connection
    from django.test import Client

    from catalog.models import TestCase

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what autovacuum does within a minute
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    case = TestCase.objects.filter(project=project).select_related("project").order_by("pk")[500]
    for name, url, goal in _pages(project.key, case):
        _page(figures, client, name, url, goal)


def _measure_searches(figures: Figures, project: Any, user: Any) -> None:
    """The search itself with the rows of its first page, without the page around."""
    from catalog.models import TestCase
    from reporting.load.texts import RARE

    def find(words: str):
        cases = TestCase.objects.visible_to(user).in_project(project).current()
        return TestCase.objects.rows_of(cases.ranked(words, user).ids[:50], words)

    for name, words, goal in (
        ("a rare word", RARE, "30 ms"),
        ("a common word", "refund", "80 ms"),
        ("a misspelt word", "paymnet", ""),
    ):
        assert find(words)
        figures.keep(f"search alone, {name}", _measured(lambda words=words: find(words)), goal)


def _measure_writes(figures: Figures, project: Any, user: Any) -> None:
    """Each write is taken back, so that all of them find the same."""
    from django.db import transaction

    from catalog.models import TestCase
    from catalog.services.bulk import update_cases
    from catalog.services.cases import create_case, update_case

    case = TestCase.objects.filter(project=project).select_related("project", "folder").order_by("pk")[500]
    steps = [{"action": "Open the payment", "expected": "It is shown"}] * 5

    def create():
        with transaction.atomic():
            create_case(actor=user, project=project, title="A measured case", folder=case.folder, steps=steps)
            transaction.set_rollback(True)

    def retitle():
        with transaction.atomic():
            update_case(actor=user, case=case, title="Another title")
            transaction.set_rollback(True)

    many = list(TestCase.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)[:1_000])

    def change_many():
        with transaction.atomic():
            update_cases(actor=user, project=project, case_ids=many, priority="low", add_tags=["measured"])
            transaction.set_rollback(True)

    figures.keep("create a case", _measured(create), "30 ms")
    figures.keep("change a title", _measured(retitle), "25 ms")
    figures.keep("change 1,000 at once", _measured(change_many), "500 ms")


def measure_catalog(show: Callable[[str, str, str], None]) -> None:
    """Both sizes in one project that grows."""
    from accounts.models import User
    from benchmarks.files import measure_files
    from benchmarks.measure import timed
    from catalog.services.duplicates import scan_project
    from reporting.load import generate_load

    figures, present = Figures(), 0
    for size in SIZES:
        added = size - present
        seconds, project = timed(lambda added=added: generate_load(key="LOAD", cases=added, results=added))
        show(f"writing {added:,} cases and as many results", f"{seconds:.0f} s", "")
        user = User.objects.get(tenant=project.tenant, role__code="tenant_admin")
        for words in ("all that are new", "nothing new"):
            seconds, compared = timed(partial(scan_project, project_id=project.pk))
            show(f"looking for duplicates, {words}: {compared:,} cases", f"{seconds:.1f} s", "")
        _measure_pages(figures, project, user)
        _measure_searches(figures, project, user)
        _measure_writes(figures, project, user)
        present = size
    show("10,000 / 100,000 cases: median, processor time", "", f"goal at 100,000; growth at most {MOST_GROWTH} x")
    figures.show(show)
    measure_files(show, project, user)


def main() -> None:
    """Measure in a scratch database."""
    from benchmarks.measure import ready, show

    with ready():
        measure_catalog(show)


if __name__ == "__main__":
    sys.exit(main())
