"""Several uploaded files as one: an archive that keeps them together, so that they are taken in and undone as one."""

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from files.services import file_name_of
from qaportal.kit.errors import InvalidInput

from ..importers.attached import parts_of

BLOCK = 256 * 1024
EARLY = (1980, 1, 1, 0, 0, 0)
"""The same date for all, so that the same files make the same bytes."""
ZIP_HEAD = b"PK"
DEEPEST = 10
NamedFile = tuple[str, IO[bytes]]


@contextmanager
def one_file(files: Sequence[NamedFile]) -> Iterator[NamedFile]:
    """The only file as it is, or all of them in an archive. Raises InvalidInput naming `file`."""
    if not files:
        words = _("Send at least one file.")
        raise InvalidInput(words, "required", fields={"file": [words]})
    if len(files) == 1:
        yield files[0]
        return
    with tempfile.TemporaryFile() as packed:
        _pack(files, packed)
        packed.seek(0)
        yield _("%(name)s and %(number)d more") % {"name": files[0][0], "number": len(files) - 1} + ".zip", packed


def _safe_path(given: str) -> str:
    """The name of a file with the folders that its sender tells it stands in, which reports call it by."""
    folders = [file_name_of(part) for part in reversed(parts_of(given)[1:])]
    return "/".join([*folders[-DEEPEST:], file_name_of(given)])


def _pack(files: Sequence[NamedFile], packed: IO[bytes]) -> None:
    names: set[str] = set()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, (given, stream) in enumerate(files, start=1):
            name = _safe_path(given)
            name = f"{number}/{name}" if name in names else name
            names.add(name)
            stream.seek(0)
            if stream.read(len(ZIP_HEAD)) == ZIP_HEAD:
                words = _("Send an archive alone, not beside other files.")
                raise InvalidInput(words, "archive_among_files", fields={"file": [words]})
            stream.seek(0)
            info = zipfile.ZipInfo(name, EARLY)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                while block := stream.read(BLOCK):
                    member.write(block)
            if packed.tell() > settings.UPLOAD_LIMIT:
                words = _("The files are larger than %d MB.") % (settings.UPLOAD_LIMIT // 2**20)
                raise InvalidInput(words, "too_large", fields={"file": [words]})
