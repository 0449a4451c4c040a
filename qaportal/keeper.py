"""The process that runs one embedded PostgreSQL, and ends it when nobody holds a handle any more.

A handle is a shared kernel lock on the file `handles.lock`, so it ends with its process however that ends. This process
waits for the exclusive lock: it is granted when the last handle is gone. It is started by its path, outside the
virtual environment's packages, so that it stays small; see `qaportal/embedded.py`.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child calls before it becomes its program: Linux then sends it the signal when its parent ends.

    The kernel watches the thread that starts the child, so start it from the main thread. None on other systems.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def in_child() -> None:
        prctl(SET_PARENT_DEATH_SIGNAL, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return in_child


def disown_foreign_process(lock_file: Path, *, data: str) -> None:
    """Take another program's number out of a lock file that a crash left behind.

    PostgreSQL would refuse to start as long as that program runs. Our own number in its place tells PostgreSQL that
    the file is stale, and keeps its check for shared memory that is still in use. A server of this data folder is left
    alone.
    """
    try:
        number, rest = lock_file.read_text().split("\n", 1)
    except (OSError, ValueError):
        return
    if number.strip().isdigit() and data not in command_of(int(number)):
        with lock_file.open("r+") as file:  # in place: the file keeps its owner
            file.write(f"{os.getpid()}\n{rest}")
            file.truncate()


def command_of(process: int) -> list[str]:
    """The program and arguments of a process, empty when there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return []
    # Without /proc there is only one line of text: its folder after -D is all that is asked for.
    listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(process)], capture_output=True, check=False)  # noqa: S603, S607
    return listed.stdout.decode(errors="replace").split(" -D ")[-1].split(" -k ")[:1]


def keep(plan: dict) -> int:
    """Run the server until it ends by itself or the last handle is gone; answers its return code."""
    alive = os.open(plan["keeper_lock"], os.O_RDONLY | os.O_CREAT, 0o644)
    fcntl.flock(alive, fcntl.LOCK_EX)
    for lock_file in plan["lock_files"]:
        disown_foreign_process(Path(lock_file), data=plan["data"])
    server = subprocess.Popen(  # noqa: S603 - the plan is ours
        plan["command"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - this process has one thread until here
        **plan["process_options"],
    )

    def stop_when_unused() -> None:
        handles = os.open(plan["handles_lock"], os.O_RDONLY | os.O_CREAT, 0o644)
        fcntl.flock(handles, fcntl.LOCK_EX)
        server.send_signal(signal.SIGINT)  # "fast": clients are cut off, the data is written out

    threading.Thread(target=stop_when_unused, daemon=True).start()
    code = server.wait()
    if plan["short_run_folder"]:
        with contextlib.suppress(OSError):  # PostgreSQL left its socket there; the next start uses the folder again
            Path(plan["short_run_folder"]).rmdir()
    return code


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, lambda *_: None)  # the handles alone decide
    sys.exit(keep(json.loads(sys.argv[1])))
