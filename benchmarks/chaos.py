"""`.venv/bin/python -m benchmarks.chaos`: a report of 10,000 results survives what kills a portal.

Starts a whole portal with a database of its own in a new data folder. Ten clients deliver the same report at the same
time, while web server and worker are killed (SIGKILL) at five random moments and the database is restarted. Each
client does what a build server does: it sends again until it is answered, and asks until the import is over. In the
end there must be exactly one run with exactly 10,000 results, and nobody may have helped. Takes about ten minutes,
most of them waiting until the portal takes a dead worker for dead.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = 10_000
CLIENTS = 10
KILLS = 5
PATIENCE = 1_500
"""Seconds until a client gives up."""
PROJECT_FOLDER = Path(__file__).resolve().parent.parent
ENDED = frozenset({"done", "failed", "undone"})
FAILING = (OSError, http.client.HTTPException, ValueError)


def say(words: str) -> None:
    """Tell what happens, with the seconds since the start."""
    print(f"{time.monotonic() - STARTED:7.1f} s  {words}", flush=True)


STARTED = time.monotonic()


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def command_of(pid: int) -> str:
    """What a process was started as."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


class Portal:
    """A portal that runs under its supervisor."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        environment = os.environ | {"QAPORTAL_DATA": str(data)}
        for name in ("DATABASE_URL", "QAPORTAL_SECRET_KEY"):
            environment.pop(name, None)
        self._log = (data / "portal.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qaportal.supervisor", "--port", str(port)],
            cwd=PROJECT_FOLDER,
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, Any]]:
        """One request; raises what a broken connection raises."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": "localhost", **headers})
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content.startswith(b"{") else {}

    def wait_until_it_answers(self, seconds: int = 180) -> None:
        """Until the web server says that it is ready."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            with contextlib.suppress(*FAILING):
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.2)
        raise SystemExit(f"The portal does not answer; see {self.data / 'portal.log'}")

    def kill(self) -> int:
        """End the web server and the workers without a warning; answers how many processes that were."""
        mine = [pid for pid in descendants(self._process.pid) if is_killed(command_of(pid))]
        for pid in mine:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(mine)

    def restart_database(self) -> None:
        """Let PostgreSQL end at once, as on a restart; the supervisor starts it again."""
        from qaportal import cluster

        pid = int((cluster.locate(self.data).data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)

    def end(self) -> None:
        """End it in order."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=90)
        self._log.close()


def is_killed(command: str) -> bool:
    """Whether a process is the web server or a worker; the database has a restart of its own."""
    return "gunicorn" in command or "procrastinate" in command


def prepare(data: Path) -> str:
    """Connect to the database of the portal and make a project; answers a token for it."""
    os.environ["QAPORTAL_DATA"] = str(data)
    os.environ.pop("DATABASE_URL", None)
    from qaportal.embedded import prepare_environment

    prepare_environment(start=False)
    import django

    django.setup()
    from accounts.services.api_tokens import create_api_token
    from benchmarks.ground import make_people

    _project, user = make_people()
    _token, secret = create_api_token(actor=user, name="Chaos", scopes=["read", "results:write"])
    return secret


def asked(question: Callable[[], Any]) -> Any:
    """What the database answers, however often it has to be asked."""
    from django.db import Error, connections

    limit = time.monotonic() + 120
    while True:
        try:
            return question()
        except Error:
            connections.close_all()
            if time.monotonic() > limit:
                raise
            time.sleep(0.5)


def reader() -> int | None:
    """The worker that has the report, dead or alive; nobody between two attempts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id FROM procrastinate_jobs"
            " WHERE status = 'doing' AND task_name = 'runs.jobs.run_report_import' ORDER BY id LIMIT 1"
        )
        row = cursor.fetchone()
        return row[0] if row else None


class Client(threading.Thread):
    """A build server that delivers the report until it is taken in."""

    def __init__(self, portal: Portal, secret: str, report: bytes) -> None:
        super().__init__()
        self._portal, self._report = portal, report
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/xml"}
        self.sent = 0
        self.end: dict[str, Any] = {}

    def run(self) -> None:
        """Send and ask until the import has ended well."""
        limit = time.monotonic() + PATIENCE
        while not self.end and time.monotonic() < limit:
            with contextlib.suppress(*FAILING):
                self.sent += 1
                path = "/api/v1/reports/import?projectId=BENCH&runName=Nightly"
                status, answer = self._portal.ask("POST", path, self._report, **self._headers)
                if status in {200, 201, 202}:
                    self._follow(answer["data"], limit)
                    continue
            time.sleep(1 + random.random())

    def _follow(self, told: dict[str, Any], limit: float) -> None:
        path = f"/api/v1/reports/imports/{told['id']}"
        while time.monotonic() < limit:
            with contextlib.suppress(*FAILING):
                status, answer = self._portal.ask("GET", path, **self._headers)
                if status == 200 and answer.get("status") in ENDED:
                    if answer["status"] == "done":
                        self.end = answer
                    return
            time.sleep(1 + random.random())


def break_things(portal: Portal, clients: list[Client]) -> int:
    """Kill and restart at random moments, most of them while the report is being read; answers how many kills."""
    moment = random.uniform(0, 1.5)
    time.sleep(moment)
    say(f"killed {portal.kill()} processes {moment:.2f} s after the clients began")
    kills, restarted, dead = 1, False, {None, asked(reader)}
    while kills < KILLS and any(client.is_alive() for client in clients):
        if (living := asked(reader)) in dead:
            time.sleep(0.05)
            continue
        dead.add(living)
        moment = random.uniform(0, 1.2)
        time.sleep(moment)
        if kills == 2 and not restarted:
            portal.restart_database()
            restarted = True
            say(f"restarted the database {moment:.2f} s after a worker took the report up")
            continue
        say(f"killed {portal.kill()} processes {moment:.2f} s after a worker took the report up")
        kills += 1
    return kills


def count() -> dict[str, int]:
    """What is stored in the end."""
    from runs.models import ReportImport, Result, RunCase, TestRun

    run = TestRun.objects.living().get()
    return {
        "runs": TestRun.objects.count(),
        "results": Result.objects.count(),
        "tests": RunCase.objects.count(),
        "counted by the run": run.total,
        "imports that stored something": ReportImport.objects.filter(state="done", duplicate_of=None).count(),
    }


WANTED = {
    "runs": 1,
    "results": TESTS,
    "tests": TESTS,
    "counted by the run": TESTS,
    "imports that stored something": 1,
}


def main() -> int:
    """Run it; answers 0 when everything was as it must be."""
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description="A report survives what kills a portal.")
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="of the random moments")
    options = parser.parse_args()
    random.seed(options.seed)
    say(f"seed {options.seed}")
    from benchmarks.ground import junit_report

    report = junit_report(TESTS).getvalue()
    with tempfile.TemporaryDirectory(prefix="qaportal-chaos-") as folder:
        Path(folder).chmod(0o711)
        portal = Portal(Path(folder), options.port)
        try:
            portal.wait_until_it_answers()
            is_well = deliver(portal, report)
            if not is_well:
                print((Path(folder) / "portal.log").read_text(errors="replace")[-6_000:])
            return 0 if is_well else 1
        finally:
            portal.end()


def deliver(portal: Portal, report: bytes) -> bool:
    """Let the clients deliver the report while things break; answers whether everything is as it must be."""
    secret = prepare(portal.data)
    clients = [Client(portal, secret, report) for _ in range(CLIENTS)]
    say(f"{CLIENTS} clients deliver {TESTS:,} results of {len(report) / 2**20:.1f} MB")
    for client in clients:
        client.start()
    kills = break_things(portal, clients)
    say(f"{kills} kills and a restart; waiting for the end without helping")
    for client in clients:
        client.join(PATIENCE)
    found = asked(count)
    say(f"sent {sum(client.sent for client in clients)} times; found {found}")
    unheard = sum(not client.end for client in clients)
    is_well = found == WANTED and not unheard and kills == KILLS
    say("as it must be" if is_well else f"NOT as it must be: wanted {WANTED}; {unheard} clients were not answered")
    return is_well


if __name__ == "__main__":
    sys.exit(main())
