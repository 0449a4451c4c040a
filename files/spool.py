"""Bytes that wait on the local disk until the storage takes them, under the paths that they will have there.

The folder lies in the data directory: the worker that delivers them has to see the same one as the web processes.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from qaportal.kit.errors import NoRoom, is_no_room

CHUNK_BYTES = 256 * 1024


def _root() -> Path:
    return Path(settings.DATA) / "spool"


def keep(path: str, stream: IO[bytes]) -> None:
    """Put the bytes into the spool, whole or not at all. Raises NoRoom."""
    target = _root() / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as part:
            try:
                while block := stream.read(CHUNK_BYTES):
                    part.write(block)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        if is_no_room(error):
            raise NoRoom from error
        raise


def holds(path: str) -> bool:
    """Whether the bytes wait here."""
    return (_root() / path).is_file()


def opened(path: str) -> IO[bytes]:
    """The bytes. Raises FileNotFoundError when they do not wait here."""
    return (_root() / path).open("rb")


def forget(path: str) -> None:
    """Let the bytes go; nothing happens when they do not wait here."""
    with suppress(FileNotFoundError):
        (_root() / path).unlink()


def waiting() -> Iterator[tuple[str, float]]:
    """Everything in the spool with the time of its last change, parts that a killed process left too."""
    for folder, _folders, names in os.walk(_root()):
        for name in names:
            file = Path(folder) / name
            with suppress(FileNotFoundError):
                yield str(file.relative_to(_root())), file.stat().st_mtime
