"""One file that holds the database and the stored files, and the way back into an empty portal.

The archive is a plain tar: `database.dump` in PostgreSQL's custom format, and the stored files below `files/` when they
are kept on this machine. Keys and passwords of the environment are not in it.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from qaportal.cluster import own_programs

DUMP = "database.dump"
FILES = "files"


def program(name: str) -> Path:
    """A client program of PostgreSQL: the one on the path, else the one that came with the portal."""
    own = own_programs() / name
    if os.environ.get("DATABASE_URL", "").startswith("postgres://portal@//") and own.exists():
        return own
    found = shutil.which(name)
    if found:
        return Path(found)
    if own.exists():
        return own
    raise CommandError(f"{name} was not found. Install PostgreSQL's client programs.")


def call(name: str, *options: str) -> None:
    """Run a client program against the portal's database; raises CommandError with its last line."""
    database = connection.settings_dict
    environment = os.environ | {"PGPASSWORD": database.get("PASSWORD") or ""}
    where = ["--dbname", database["NAME"]]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if database.get(key):
            where += [option, str(database[key])]
    done = subprocess.run(  # noqa: S603  our own command, no shell
        [str(program(name)), *where, *options], check=False, capture_output=True, text=True, env=environment
    )
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise CommandError(f"{name} failed: {words}")


def write_backup(target: Path) -> int:
    """Write the archive; answers its size in bytes. A file that exists is not overwritten.

    The database is read in one snapshot before the files, so every file a row names is in the archive.
    """
    if target.exists():
        raise CommandError(f"{target} exists already.")
    if not target.parent.is_dir():
        raise CommandError(f"{target.parent} is not a folder.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            dump = Path(folder) / DUMP
            call("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump))
            with tarfile.open(unfinished, "w") as archive:
                archive.add(dump, DUMP)
                if not settings.S3_BUCKET and Path(settings.MEDIA_ROOT).is_dir():
                    archive.add(settings.MEDIA_ROOT, FILES)
        unfinished.chmod(0o600)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _own_members(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """The members that a backup has; raises CommandError for links, devices and names that lead elsewhere."""
    members = archive.getmembers()
    for member in members:
        parts = Path(member.name).parts
        known = member.name == DUMP or parts[:1] == (FILES,)
        if not known or ".." in parts or not (member.isfile() or member.isdir()):
            raise CommandError(f"{member.name!r} does not belong into a backup of QA Portal.")
    return members


def restore_backup(source: Path) -> None:
    """Put an archive into a portal that holds nothing yet; raises CommandError otherwise."""
    if not source.is_file():
        raise CommandError(f"{source} is not a file.")
    if connection.introspection.table_names():
        raise CommandError("The database holds tables already. Restore into an empty one.")
    if Path(settings.MEDIA_ROOT).is_dir() and any(Path(settings.MEDIA_ROOT).iterdir()):
        raise CommandError(f"{settings.MEDIA_ROOT} holds files already. Restore into an empty folder.")
    try:
        with tarfile.open(source) as archive, tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
            archive.extractall(folder, members=_own_members(archive))  # noqa: S202  only names we write ourselves
            dump = Path(folder) / DUMP
            if not dump.is_file():
                raise CommandError(f"{source} is not a backup of QA Portal.")
            connection.close()
            call("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))
            if (Path(folder) / FILES).is_dir():
                shutil.copytree(Path(folder) / FILES, settings.MEDIA_ROOT, dirs_exist_ok=True)
    except tarfile.TarError as error:
        raise CommandError(f"{source} is not a backup of QA Portal: {error}") from error
