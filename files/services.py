"""Keeping files: the same bytes are stored once for a tenant, and a stored row always has its bytes.

Bytes are addressed by their content: `<tenant>/<first two digits>/<SHA-256>`, with `.gz` when they are kept compressed.
An advisory lock on the address makes storing, reusing and removing the same bytes take turns.
"""

import gzip
import hashlib
import io
import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit import events
from qaportal.kit.errors import InvalidInput, NoRoom, NotVisible, RuleViolation, Unavailable, is_no_room

from . import policies, spool
from .content_types import HEAD_BYTES, KEPT_COMPRESSED, content_type_of
from .models import FileState, StoredFile

logger = logging.getLogger(__name__)
CHUNK_BYTES = 256 * 1024
COMPRESSED_FROM = 4 * 1024
"""Bytes; smaller texts are kept as they are."""
MOST_REMOVED_AT_ONCE = 200
"""Bytes of more files are left to the nightly comparison, so that nobody waits for a storage."""
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Measured:
    sha256: str
    size: int
    content_type: str


def file_name_of(given: str) -> str:
    """The last part of what the uploader calls the file: never a path, nothing invisible, at most 255 characters."""
    name = _UNSHOWABLE.sub("", given.replace("\\", "/")).rsplit("/", 1)[-1].strip()
    if name.strip(".") == "":
        return "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255 and dot and len(ending) <= 20:
        return f"{stem[: 254 - len(ending)]}.{ending}"
    return name[:255]


@contextmanager
def _seekable(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """The stream itself, or a copy on disk of one that can be read only once."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        size = 0
        while block := stream.read(CHUNK_BYTES):
            size += len(block)
            _check_size(size)
            copy.write(block)  # a full disk is told by whoever answers the request
        copy.seek(0)
        yield copy


def _check_size(size: int) -> None:
    if size > settings.UPLOAD_LIMIT:
        words = _("The file is larger than %d MB.") % (settings.UPLOAD_LIMIT // (1024 * 1024))
        raise InvalidInput(words, "too_large", fields={"file": [words]})


def _check_announced(expected: int, size: int) -> None:
    """What S3 checks by its signature: half a file is none."""
    if size != expected:
        words = _("%(size)d bytes came, and %(expected)d were announced.") % {"size": size, "expected": expected}
        raise InvalidInput(words, "other_size", fields={"file": [words]})


def _measure(stream: IO[bytes]) -> _Measured:
    """Read the stream from its start: digest, size and type."""
    stream.seek(0)
    digest, size, head = hashlib.sha256(), 0, b""
    while block := stream.read(CHUNK_BYTES):
        if len(head) < HEAD_BYTES:
            head += block[: HEAD_BYTES - len(head)]
        size += len(block)
        _check_size(size)
        digest.update(block)
    return _Measured(digest.hexdigest(), size, content_type_of(head))


def thumbnail_path(path: str) -> str:
    """Where the small picture of the bytes at the path is kept."""
    return f"{path}.thumb"


def lock_path(path: str) -> None:
    """Let nobody else store or remove these bytes until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"file:{path.removesuffix('.gz')}"])


def put_bytes(path: str, stream: IO[bytes]) -> None:
    """Put the bytes of a seekable stream at the path, over whatever a write that broke off left there.

    Raises NoRoom for a full disk and Unavailable for any other failure of the storage; nothing half-written stays.
    """
    try:
        default_storage.delete(path)
        stream.seek(0)
        default_storage.save(path, File(stream))
    except Exception as error:
        logger.exception("A file could not be written to the storage")
        _forget(path)
        if is_no_room(error):
            raise NoRoom from error
        raise Unavailable(_("The file cannot be stored at the moment. Try again later.")) from error


@contextmanager
def _packed(stream: IO[bytes], *, compressed: bool) -> Iterator[IO[bytes]]:
    """The bytes as they are kept: as they are, or compressed on disk."""
    stream.seek(0)
    if not compressed:
        yield stream
        return
    with tempfile.TemporaryFile() as packed:
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=5) as packer:
            while block := stream.read(CHUNK_BYTES):
                packer.write(block)
        packed.seek(0)
        yield packed


def _forget(path: str) -> None:
    """Remove what a failed write left; what cannot be removed now is swept later."""
    try:
        default_storage.delete(path)
    except Exception:
        logger.warning("What a failed write left behind could not be removed; the sweep will do it")


def _bring(path: str, source: IO[bytes], *, compressed: bool, may_wait: bool) -> str:
    """Let the bytes be at the path; answers where they are: in the storage, or waiting for it where they may."""
    is_kept = StoredFile.objects.filter(path=path, state=FileState.STORED).exists()
    with _packed(source, compressed=compressed) as packed:
        try:
            if is_kept and _exists(path):
                return FileState.STORED
            put_bytes(path, packed)
        except NoRoom:
            raise
        except Unavailable:
            if not may_wait:
                raise
            packed.seek(0)
            spool.keep(path, packed)
            return FileState.WAITING
    there = StoredFile.objects.filter(path=path, state__in=[FileState.MISSING, FileState.WAITING])
    if there.update(state=FileState.STORED):
        transaction.on_commit(lambda: spool.forget(path))
    return FileState.STORED


def _keep(tenant_id: int, source: IO[bytes], *, may_wait: bool = False) -> dict[str, Any]:
    """Put the bytes of a seekable stream where their content belongs, unless they are there; answers what they are."""
    measured = _measure(source)
    compressed = measured.content_type in KEPT_COMPRESSED and measured.size >= COMPRESSED_FROM
    path = f"{tenant_id}/{measured.sha256[:2]}/{measured.sha256}{'.gz' if compressed else ''}"
    lock_path(path)
    try:
        state = _bring(path, source, compressed=compressed, may_wait=may_wait)
    except OSError as error:
        if is_no_room(error):
            raise NoRoom from error
        raise
    known = StoredFile.objects.filter(path=path, thumbnail_size__isnull=False)
    return {
        "path": path,
        "sha256": measured.sha256,
        "size": measured.size,
        "content_type": measured.content_type,
        "encoding": "gzip" if compressed else "",
        "state": state,
        "thumbnail_size": known.values_list("thumbnail_size", flat=True).first() if _is_image(measured) else None,
    }


def _is_image(measured: _Measured) -> bool:
    return measured.content_type.startswith("image/")


def _exists(path: str) -> bool:
    try:
        return default_storage.exists(path)
    except Exception as error:
        logger.exception("The storage cannot be asked for a file")
        raise Unavailable(_("The file cannot be stored at the moment. Try again later.")) from error


@transaction.atomic
def store(
    *, actor: User, project: Project, stream: IO[bytes], name: str, claimed: bool = False, may_wait: bool = False
) -> StoredFile:
    """Keep the bytes of a binary stream; the caller closes the stream.

    `claimed` says that an object names the file already; an unclaimed one is swept after a day. `may_wait` keeps the
    bytes on the local disk while the storage does not work, and lets a job deliver them.
    Raises Denied, InvalidInput naming `file` for one that is too large, NoRoom for a full disk, and Unavailable when
    the storage fails and the file may not wait.
    """
    policies.can_upload(actor, project).require()
    with _seekable(stream) as source:
        kept = _keep(project.tenant_id, source, may_wait=may_wait)
    stored = StoredFile.objects.create(
        tenant_id=project.tenant_id,
        project=project,
        name=file_name_of(name),
        claimed_at=timezone.now() if claimed else None,
        created_by=actor,
        updated_by=actor,
        **kept,
    )
    audit.record("file.stored", actor=actor, target=stored, project=project, size=stored.size)
    events.publish("file.stored", stored=stored)
    return stored


@transaction.atomic
def fill(*, actor: User, stored: StoredFile, stream: IO[bytes], is_announced: bool = False) -> StoredFile:
    """Give a pending file its bytes; the same bytes once more change nothing.

    Raises Denied, InvalidInput naming `file` for a size that was announced otherwise, RuleViolation for a file that has
    other bytes, and what `store` raises.
    """
    policies.can_upload(actor, stored.project).require()
    stored = StoredFile.objects.select_for_update(of=("self",)).select_related("project").get(pk=stored.pk)
    with _seekable(stream) as source:
        if stored.state != FileState.PENDING:
            if _measure(source).sha256 == stored.sha256:
                return stored
            raise RuleViolation(_("This file has arrived already."), "already_stored")
        if is_announced:
            _check_announced(stored.size, source.seek(0, io.SEEK_END))
        kept = _keep(stored.tenant_id, source)
    for name, value in kept.items():
        setattr(stored, name, value)
    stored.updated_by = actor
    stored.save()
    audit.record("file.stored", actor=actor, target=stored, project=stored.project, size=stored.size)
    events.publish("file.stored", stored=stored)
    return stored


def _opened(stored: StoredFile) -> IO[bytes]:
    """What is kept of the file; what waited a moment ago may have been delivered since."""
    if stored.state == FileState.WAITING:
        with suppress(FileNotFoundError):
            return spool.opened(stored.path)
    return default_storage.open(stored.path, "rb")


@transaction.atomic
def release(*, keys: Iterable[Any]) -> list[StoredFile]:
    """Let the sweep have files that the caller's objects name no more; shared ones stay. Answers those released."""
    kept = StoredFile.objects.select_for_update(of=("self",)).order_by("pk")
    rows = list(kept.filter(pk__in=list(keys), is_shared=False, claimed_at__isnull=False))
    StoredFile.objects.filter(pk__in=[stored.pk for stored in rows]).update(claimed_at=None)
    return rows


@contextmanager
def open_stored(stored: StoredFile) -> Iterator[IO[bytes]]:
    """The bytes as they were uploaded, as a seekable stream.

    Raises NotVisible when the bytes are gone and Unavailable when the storage cannot be read.
    """
    try:
        kept = _opened(stored)
    except FileNotFoundError as error:
        if stored.state == FileState.WAITING:
            raise Unavailable(_("This file still waits to be stored. Try again later.")) from error
        raise NotVisible(_("The bytes of this file are gone.")) from error
    except Exception as error:
        logger.exception("A file could not be read from the storage")
        raise Unavailable(_("The file cannot be read at the moment. Try again later.")) from error
    with kept:
        if stored.encoding == "gzip":
            with gzip.GzipFile(fileobj=kept, mode="rb") as unpacked:
                yield unpacked
        else:
            yield kept


@transaction.atomic
def claim(*, actor: User, files: Iterable[StoredFile]) -> int:
    """Note that an object names these files now, so that the sweep leaves them; answers how many were new.

    One that an object named before is shared from now on.
    """
    keys = [stored.pk for stored in files]
    StoredFile.objects.filter(pk__in=keys, claimed_at__isnull=False, is_shared=False).update(is_shared=True)
    rows = list(StoredFile.objects.select_for_update(of=("self",)).select_related("project").unclaimed(keys))
    for stored in rows:
        audit.record("file.claimed", actor=actor, target=stored, project=stored.project)
    return StoredFile.objects.unclaimed(keys).update(claimed_at=timezone.now())


@transaction.atomic
def lend(*, actor: User, keys: Iterable[str], source: Project, target: Project) -> dict[str, Any]:
    """Let another project of the company have these files too; answers the new keys by the old ones.

    The bytes stay where they are: each file gets one more row. Raises Denied.
    """
    policies.can_upload(actor, target).require()
    kept = ("tenant_id", "name", "path", "sha256", "size", "content_type", "encoding", "state", "external_url")
    kept = (*kept, "thumbnail_size")
    found = StoredFile.objects.filter(pk__in=list(keys), project=source, tenant_id=target.tenant_id)
    rows = {
        str(file.pk): StoredFile(
            project=target,
            claimed_at=timezone.now(),
            created_by=actor,
            updated_by=actor,
            **{name: getattr(file, name) for name in kept},
        )
        for file in found.select_for_update(of=("self",)).order_by("pk")
    }
    StoredFile.objects.bulk_create(rows.values())
    audit.record_each("file.stored", actor=actor, changed=[(file, None) for file in rows.values()])
    return {key: file.pk for key, file in rows.items()}


@transaction.atomic
def remove(*, actor: User | None, stored: StoredFile, reason: str = "") -> None:
    """Forget the file; its bytes go with the last row that names them, after the transaction is committed."""
    audit.record("file.removed", actor=actor, target=stored, project=stored.project, reason=reason)
    path = stored.path
    stored.delete()
    if path:
        transaction.on_commit(lambda: remove_bytes(path))


@transaction.atomic
def remove_many(*, actor: User | None, files: QuerySet, reason: str = "") -> int:
    """Forget these files in one go; answers how many. Their bytes go with the last row that names them."""
    rows = list(files.select_for_update(of=("self",)).select_related("project").order_by("pk"))
    audit.record_each("file.removed", actor=actor, changed=[(row, None) for row in rows], reason=reason)
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    paths = sorted({row.path for row in rows if row.path})
    transaction.on_commit(lambda: [remove_bytes(path) for path in paths[:MOST_REMOVED_AT_ONCE]])
    return len(rows)


@transaction.atomic
def remove_bytes(path: str) -> bool:
    """Delete bytes that no row names; answers whether they were deleted. Safe beside an upload of the same bytes."""
    lock_path(path)
    if StoredFile.objects.filter(path=path).exists():
        return False
    spool.forget(path)
    try:
        default_storage.delete(path)
        default_storage.delete(thumbnail_path(path))
    except Exception:
        logger.warning("Bytes that nobody names could not be removed; the next sweep tries again", exc_info=True)
        return False
    return True


def facts_of(stored: StoredFile) -> dict[str, Any]:
    """What an answer tells of a stored file."""
    return {
        "id": str(stored.pk),
        "name": stored.name,
        "size": stored.size,
        "content_type": stored.content_type,
        "sha256": stored.sha256,
    }
