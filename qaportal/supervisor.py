"""Runs the whole portal on one machine: database, preparation, web server and job workers, until it is told to stop.

Started by `script/server`. It imports no Django, so that it is small and cannot fail with the portal's code. The web
server inherits the listening socket: the port stays ours while the web server is started again.
"""

import argparse
import contextlib
import errno
import http.client
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from qaportal import embedded
from qaportal.cluster import CannotStart
from qaportal.processes import Signals, Watched, end

CONFIGURATION_ERROR = 78  # EX_CONFIG of <sysexits.h>
PATIENCE = 25  # seconds that requests and jobs get to finish when the portal ends
PORT_PATIENCE = 3.0  # seconds for a portal that was just killed to let go of its port
WEB_FIRST = 15.0  # seconds after which the workers start although the web server does not answer yet
WORKERS = {"job worker": "ingest,default,outbound", "worker for heavy jobs": "heavy"}
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


def say(line: str) -> None:
    """Tell the person at the terminal, who may have closed it."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of `script/server`."""
    parser = argparse.ArgumentParser(prog="script/server", description="Run QA Portal on this machine.")
    parser.add_argument("--demo", action="store_true", help="fill in the demo project with one sign-in per role")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="the port to listen on (default: 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    return parser.parse_args(arguments)


def number_from_environment(name: str, default: int) -> int:
    """A whole number of at least 1 from the environment. Raises CannotStart for anything else."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise CannotStart(f"{name} must be a whole number of at least 1, not {text!r}.")
    return int(text)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotStart when the address is wrong or the port is taken."""
    if not 0 <= port <= 65_535:  # the system would quietly take another one
        raise CannotStart(f"There is no port {port}. Choose one below 65536 with --port.")
    limit = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = socket.socket(family, kind, protocol)
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
                listener.listen(2048)
            except OSError:
                listener.close()
                raise
            return listener
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < limit:
                time.sleep(0.1)
                continue
            raise CannotStart(f"{host} port {port} cannot be used: {error.strerror}. Try another --port.") from error


class Supervisor:
    """Holds what runs, in the order in which it is started."""

    def __init__(self, *, data: Path, listener: socket.socket, embedded_database: bool, signals: Signals) -> None:
        self.data = data
        self.listener = listener
        self.embedded_database = embedded_database
        self.signals = signals
        self.web = Watched("web server", web_command(listener), kept_files=[listener.fileno()])
        self.workers = [Watched(name, worker_command(name, queues)) for name, queues in WORKERS.items()]
        self.is_ready = False

    def prepare(self, *, demo: bool) -> int:
        """Run the preparation to its end; answers its return code, or 0 when we were told to stop meanwhile."""
        command = [sys.executable, "manage.py", "prepare_portal", *(["--demo"] if demo else [])]
        preparation = Watched("preparation", command)
        preparation.start()
        while not preparation.has_ended() and not self.signals.requests:
            self.signals.wait(1)
        if self.signals.requests:
            end([preparation], seconds=5, hurry=lambda: self.signals.requests > 1, wait=self.signals.wait)
            return 0
        return preparation.process.returncode

    def run(self) -> None:
        """Keep everything running until we are told to stop."""
        started_at = time.monotonic()
        while not self.signals.requests:
            self.keep_database()
            self.web.look(say)
            if not self.is_ready and answers(self.listener):
                self.is_ready = True
                for line in welcome(self.listener, self.data):
                    say(line)
            if self.is_ready or time.monotonic() - started_at > WEB_FIRST:
                for worker in self.workers:
                    worker.look(say)
            self.signals.wait(1.0 if self.is_ready else 0.05)

    def keep_database(self) -> None:
        """Start the portal's own database again when it has ended."""
        if self.embedded_database and embedded.has_ended(self.data):
            say("The database ended; starting it again.")
            try:
                embedded.ensure(self.data)
            except CannotStart as refusal:
                say(f"The database could not be started again: {refusal}")

    def end(self) -> None:
        """End everything in order: first the processes that use the database, then the database."""
        say("Stopping (press Ctrl-C again to stop at once).")
        everything = [self.web, *self.workers]
        end(everything, seconds=PATIENCE + 5, hurry=lambda: self.signals.requests > 1, wait=self.signals.wait)
        self.listener.close()
        embedded.release(self.data)
        say("QA Portal has ended.")


def web_command(listener: socket.socket) -> list[str]:
    """Gunicorn with threads on the socket that we hold; its messages go to our terminal."""
    return [
        *[sys.executable, "-m", "gunicorn", "qaportal.wsgi:application"],
        *["--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"],
        *["--workers", str(number_from_environment("QAPORTAL_WEB_WORKERS", 2))],
        *["--threads", str(number_from_environment("QAPORTAL_WEB_THREADS", 4))],
        *["--graceful-timeout", str(PATIENCE), "--log-level", "warning", "--no-control-socket"],
    ]


def worker_command(name: str, queues: str) -> list[str]:
    """A process that runs the jobs of some queues; heavy ones one at a time."""
    concurrency = 1 if queues == "heavy" else number_from_environment("QAPORTAL_JOB_CONCURRENCY", 2)
    return [
        *[sys.executable, "manage.py", "procrastinate", "worker", "--name", name, "--queues", queues],
        *["--concurrency", str(concurrency), "--shutdown-graceful-timeout", str(PATIENCE)],
    ]


def answers(listener: socket.socket) -> bool:
    """Whether the web server answers at all."""
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=0.5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/livez", headers={"Host": "localhost"})
        return connection.getresponse().status > 0
    return False


def local_address(listener: socket.socket) -> str:
    """Where a browser on this machine finds the portal."""
    host, port = listener.getsockname()[:2]
    host = EVERYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def welcome(listener: socket.socket, data: Path) -> list[str]:
    """What to do now, in plain words."""
    origin = os.environ.get("QAPORTAL_ORIGIN")
    here = local_address(listener)
    lines = ["", f"QA Portal is ready. Open {f'{origin} (on this machine: {here})' if origin else here}"]
    if not os.environ.get("EMAIL_URL"):
        lines.append(f"  Mails are not sent but written to {data / 'mail'}, because EMAIL_URL is not set.")
    open_to_all = listener.getsockname()[0] in EVERYWHERE
    if open_to_all and not origin and not os.environ.get("QAPORTAL_ALLOWED_HOSTS"):
        lines.append("  Other machines are refused until QAPORTAL_ORIGIN or QAPORTAL_ALLOWED_HOSTS names this one.")
    return [*lines, "  Stop it with Ctrl-C.", ""]


def serve(arguments: argparse.Namespace) -> int:
    """Run the portal; answers the return code of the command."""
    signals = Signals()
    listener = listen(arguments.host, arguments.port)
    os.environ["QAPORTAL_LOCAL_ORIGIN"] = local_address(listener).rstrip("/")  # for links in mails
    embedded_database = not os.environ.get("DATABASE_URL")
    say(f"QA Portal keeps its data in {embedded.data_folder()}.")
    say("Starting its own PostgreSQL." if embedded_database else "Using the database that DATABASE_URL names.")
    embedded.prepare_environment()
    data = embedded.data_folder()
    supervisor = Supervisor(data=data, listener=listener, embedded_database=embedded_database, signals=signals)
    say("Preparing the database and the pages.")
    code = supervisor.prepare(demo=arguments.demo)
    if code == 0 and not signals.requests:
        supervisor.run()
    if code not in {0, CONFIGURATION_ERROR}:  # that one has said it in its own line
        say("QA Portal cannot start: the preparation failed, see above.")
    supervisor.end()
    return code


def main() -> None:
    """The entry point of `script/server`."""
    os.chdir(embedded.PROJECT)
    os.environ["PYTHONUNBUFFERED"] = "1"
    try:
        sys.exit(serve(read_arguments(sys.argv[1:])))
    except CannotStart as refusal:
        sys.stderr.write(f"QA Portal cannot start: {refusal}\n")
        sys.exit(CONFIGURATION_ERROR)


if __name__ == "__main__":
    main()
