"""Understanding failures: what fingerprints cost an import, the filter by cause, and the comparison of two runs.

`.venv/bin/python -m benchmarks.understanding` measures these alone.
"""

from unittest import mock

from benchmarks.measure import measure_page, ready, show, timed

RESULTS, COMPARED = 100_000, 10_000


def _imported(project, user, size: int, name: str):
    from benchmarks.ground import junit_report
    from runs.models import TestRun
    from runs.services.imports import start_import
    from runs.services.taking_in import run_import

    stream = junit_report(size)

    def upload():
        report_import, _known = start_import(
            actor=user, project=project, stream=stream, file_name="report.xml", run_name=name
        )
        return run_import(import_id=report_import.pk)

    seconds, done = timed(upload)
    return seconds, TestRun.objects.get(pk=done.run_id)


def measure(project, user) -> None:
    """A line for each figure."""
    from django.db import connection
    from django.test import Client

    from runs.comparison import counts_of, rows_of
    from runs.models import RunCluster
    from runs.services import staging

    _imported(project, user, COMPARED, "warm up")
    with (
        mock.patch.object(staging, "mark_of", return_value=None),
        mock.patch("runs.services.stability.move_stability", return_value=None),
    ):
        without, _run = _imported(project, user, RESULTS, "without fingerprints")
    seconds, run = _imported(project, user, RESULTS, "with fingerprints")
    show("import of 100,000 without and with fingerprints", f"{without:.2f} / {seconds:.2f} s", "at most 10 % more")
    before, now = (_imported(project, user, COMPARED, "compared")[1] for _each in range(2))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.sign_in.backends.ActiveUserBackend")
    cluster = RunCluster.objects.of_run(run).first()
    page = run.get_absolute_url()
    measure_page(client, "run page of 100,000 results, failures grouped", page, "under 150 ms")
    measure_page(client, "  filtered by a cause", f"{page}?tab=failures&cluster={cluster.cluster_id}", "under 60 ms")
    taken, _counts = timed(
        lambda: (
            counts_of(run=now, before=before),
            rows_of(run=now, before=before, change="still_failing", limit=100),
        )
    )
    show("comparison of two runs of 10,000, the statements", f"{taken * 1000:.0f} ms", "")
    measure_page(client, "  its page", f"{now.get_absolute_url()}compare/?with={before.number}", "under 300 ms")


def main() -> None:
    """Measure in a scratch database."""
    with ready():
        from benchmarks.ground import make_people

        measure(*make_people())


if __name__ == "__main__":
    main()
