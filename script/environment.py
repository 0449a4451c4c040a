"""Make or update the virtual environment in `.venv`. Needs nothing but Python's standard library.

Called by `script/server` (what the portal needs) and `script/test` (that and the tools of development). Packages are
installed only when the lists of requirements, or Python itself, have changed since the last time.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LISTS = {"portal": ["requirements.txt"], "tests": ["requirements.txt", "requirements-dev.txt"]}


class Impossible(Exception):
    """The environment cannot be made; the message says why and what to do."""


def runs(*arguments: str) -> bool:
    """Whether the environment's Python ends well with these arguments."""
    try:
        return subprocess.run([PYTHON, *arguments], check=False, capture_output=True).returncode == 0  # noqa: S603 - our own commands
    except OSError:
        return False


def call(problem: str, *command: object) -> None:
    """Run a command that talks to the terminal; raises Impossible when it fails."""
    if subprocess.run([str(part) for part in command], check=False, stdin=subprocess.DEVNULL).returncode != 0:  # noqa: S603
        raise Impossible(problem)


def fingerprint(lists: list[str]) -> str:
    """A digest of what is to be installed and of the Python it is for."""
    digest = hashlib.sha256(sys.version.encode())
    for name in lists:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(lists: list[str]) -> None:
    """Make the environment when there is none that works, and install the lists."""
    if not runs("-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        print("Making the virtual environment in .venv.", flush=True)
        hint = "The virtual environment cannot be made. On Debian and Ubuntu install the package python3-venv."
        call(hint, sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    if not runs("-m", "pip", "--version"):
        hint = "pip cannot be installed in .venv. On Debian and Ubuntu install the package python3-venv."
        call(hint, PYTHON, "-m", "ensurepip", "--upgrade")
    print("Installing the packages (once; this takes a minute).", flush=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    named = [part for name in lists for part in ("-r", ROOT / name)]
    call("The packages could not be installed, see above.", PYTHON, "-m", "pip", "install", *options, *named)


def main(purpose: str) -> None:
    """Bring the environment up to date for a purpose: `portal` or `tests`."""
    lists = LISTS[purpose]
    stamp = VENV / f"installed-for-{purpose}"
    with (ROOT / ".venv.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = fingerprint(lists)
        if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
            return
        install(lists)
        stamp.write_text(wanted)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (Impossible, OSError) as problem:
        sys.exit(f"QA Portal cannot start: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
