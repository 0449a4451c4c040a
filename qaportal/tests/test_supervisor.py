"""The supervisor: what it starts runs until it ends, and ends with it, however that happens."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from qaportal import embedded, processes, supervisor
from qaportal.cluster import CannotStart

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
PARENT = """
import signal, sys
from qaportal.processes import Watched
child = Watched("child", [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"])
child.start()
signal.pause()
"""


def python(code: str) -> processes.Watched:
    return processes.Watched("thing", [sys.executable, "-c", code])


@pytest.mark.parametrize("code", [0, 3])
def test_what_ended_is_started_again_whatever_its_return_code(code):
    said = []
    watched = python(f"raise SystemExit({code})")
    watched.look(said.append)
    first = watched.process
    first.wait()
    watched.look(said.append)
    assert watched.process is None
    watched.due_at = 0
    watched.look(said.append)
    assert watched.process.pid != first.pid
    watched.process.wait()
    assert said == [f"The thing ended (return code {code}); starting it again in 0.5 s."]


def test_what_keeps_ending_is_started_again_less_and_less_often():
    said = []
    watched = python("")
    for _ in range(8):
        watched.due_at = 0
        watched.look(said.append)
        watched.process.wait()
        watched.look(said.append)
    assert [line.rpartition("in ")[2] for line in said] == [
        *["0.5 s.", "1 s.", "2 s.", "4 s.", "8 s.", "16 s.", "30 s.", "30 s."]
    ]


def test_an_end_after_a_long_steady_run_is_forgiven():
    said = []
    watched = python("")
    watched.quick_ends = 5
    watched.start()
    watched.process.wait()
    watched.started_at -= processes.STEADY
    watched.look(said.append)
    assert said[0].endswith("starting it again in 0.5 s.")


def test_what_does_not_end_when_asked_is_killed():
    reader, writer = os.pipe()
    watched = python(f"import os; os.dup2({writer}, 1); {STUBBORN}")
    watched.kept_files = [writer]
    watched.start()
    os.close(writer)
    process = watched.process
    with open(reader, "rb") as output:
        assert output.readline() == b"up\n"
        processes.end([watched], seconds=60, hurry=lambda: True, wait=lambda seconds: None)
        assert process.returncode == -signal.SIGKILL
        assert output.read() == b""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent ended")
def test_children_end_when_the_supervisor_is_killed():
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=embedded.PROJECT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"up\n"
        parent.kill()
        assert parent.stdout.read() == b""  # the pipe closes when the child has ended too


def test_a_taken_port_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(supervisor, "PORT_PATIENCE", 0)
    with supervisor.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"127.0.0.1 port {port} cannot be used: Address already in use"):
            supervisor.listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("no such host", 0), ("192.0.2.1", 0)])
def test_an_address_that_is_not_ours_is_one_clear_line(host, port):
    with pytest.raises(CannotStart, match="cannot be used"):
        supervisor.listen(host, port)


def test_a_port_that_does_not_exist_is_refused_by_its_number():
    with pytest.raises(CannotStart, match="There is no port 70000"):
        supervisor.listen("127.0.0.1", 70_000)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_processes_is_one_clear_line(text, monkeypatch):
    monkeypatch.setenv("QAPORTAL_WEB_WORKERS", text)
    with pytest.raises(CannotStart, match="QAPORTAL_WEB_WORKERS must be a whole number"):
        supervisor.number_from_environment("QAPORTAL_WEB_WORKERS", 2)


def test_the_welcome_names_the_address_the_mails_and_the_hosts_to_allow():
    with supervisor.listen("0.0.0.0", 0) as listener:
        words = "\n".join(supervisor.welcome(listener, Path("/data")))
    assert f"Open http://127.0.0.1:{listener_port(words)}/" in words
    assert "written to /data/mail" in words
    assert "Other machines are refused" in words


def listener_port(words: str) -> int:
    return int(re.search(r"http://[\d.]+:(\d+)/", words)[1])


@pytest.fixture
def portal():
    """The real portal on a fresh data folder and a free port, as `(process, port, data)`."""
    data = Path(tempfile.mkdtemp(prefix="qaportal-supervised-"))
    data.chmod(0o711)
    mine = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PGOPTIONS"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "qaportal.supervisor", "--port", "0"],
        cwd=embedded.PROJECT,
        env={**mine, "QAPORTAL_DATA": str(data), "QAPORTAL_WEB_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        port = listener_port(read_until(process, "QA Portal is ready."))
        yield process, port, data
    finally:
        process.terminate()
        process.stdout.read()
        process.wait()
        process.stdout.close()
        shutil.rmtree(data)


def read_until(process: subprocess.Popen, words: str) -> str:
    read = []
    for line in process.stdout:
        read.append(line)
        if words in line:
            return line
    pytest.fail("The portal ended early:\n" + "".join(read))


def answer(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/livez")
    status = connection.getresponse().status
    connection.close()
    return status


def still_runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE  # ended; the system has not collected it yet
    except psutil.NoSuchProcess:
        return False


def test_the_whole_portal_starts_heals_and_ends_without_a_trace(portal):
    process, port, data = portal
    assert answer(port) == 200
    read_until(process, "Launching a worker")
    children = psutil.Process(process.pid).children(recursive=True)

    web = next(child for child in children if "gunicorn" in child.cmdline() and child.ppid() == process.pid)
    web.kill()
    read_until(process, "The web server ended (SIGKILL)")
    assert answer(port) == 200

    database = next(child for child in children if "keeper.py" in " ".join(child.cmdline()))
    database.kill()
    read_until(process, "The database ended; starting it again.")

    everything = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    read_until(process, "QA Portal has ended.")
    assert process.wait() == 0
    assert [child for child in {*children, *everything} if still_runs(child)] == []
    assert not embedded.is_running(data)
    supervisor.listen("127.0.0.1", port).close()  # the port is free
