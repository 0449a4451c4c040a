"""Child processes that are watched: started, started again when they end, and ended with us."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from qaportal.keeper import die_with_parent

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds before a process is started again; doubled with each quick end
STEADY = 60.0  # seconds a process runs until its earlier ends are forgotten


@dataclass
class Watched:
    """One program that is to run as long as we do, whatever its return code says."""

    name: str
    command: Sequence[str]
    kept_files: Sequence[int] = ()
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    quick_ends: int = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches us alone and we end it in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            stdin=subprocess.DEVNULL,
            pass_fds=self.kept_files,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - the supervisor has one thread
        )

    def look(self, say: Callable[[str], None]) -> None:
        """Start it when it is due; when it has ended, say so and make it due a little later."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.signal(signal.SIGTERM)  # what it left of its own children
        self.quick_ends = self.quick_ends + 1 if now - self.started_at < STEADY else 1
        delay = min(FIRST_DELAY * 2 ** (self.quick_ends - 1), LONGEST_DELAY)
        self.process, self.due_at = None, now + delay
        say(f"The {self.name} ended ({_reason(code)}); starting it again in {delay:g} s.")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def has_ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.process is None or self.process.poll() is not None


def end(
    watched: Sequence[Watched], *, seconds: float, hurry: Callable[[], bool], wait: Callable[[float], None]
) -> None:
    """Ask all to end; those that still run after some seconds, or once `hurry()` says so, are killed."""
    limit = time.monotonic() + seconds
    for one in watched:
        if one.process is not None:
            with contextlib.suppress(ProcessLookupError):
                one.process.terminate()  # it alone: it ends its own children in its own order
    while not all(one.has_ended() for one in watched) and time.monotonic() < limit and not hurry():
        wait(0.1)
    for one in watched:
        one.signal(signal.SIGKILL)
        if one.process is not None:
            one.process.wait()
            one.process = None


class Signals:
    """Counts the requests to stop and wakes a sleeping main thread for them and for ended children."""

    STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.requests = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in self.STOPPING:
            signal.signal(number, self._count)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.requests += 1

    def wait(self, seconds: float) -> None:
        """Sleep until a signal arrives, at most some seconds."""
        if select.select([self._reader], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self._reader, 4096)


def _reason(code: int) -> str:
    return f"return code {code}" if code >= 0 else signal.Signals(-code).name
