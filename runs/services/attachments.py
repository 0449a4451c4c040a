"""Taking the files of an import out of its archive or its reports, into the storage, after its results are there.

Each file is a transaction of its own, so nobody waits for a slow storage, and a repetition goes on where a dead worker
stopped. While the storage does not work the files stay pending. The files that stand in a report are cut out of it in
the order of their places, so that it is read once, whatever their number.
"""

import logging
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import groupby
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from files.models import FileState, StoredFile
from files.services import fill, open_stored
from qaportal.kit.errors import NotVisible, PortalError, Unavailable

from ..choices import ImportState
from ..importers import ReportRejected, is_archive
from ..importers.embedded import cut_out
from ..importers.source import ReportSource
from ..models import Artifact, ReportImport
from .waiting_files import WaitingFile, remembered

logger = logging.getLogger(__name__)
BLOCK = 256 * 1024
UNREADABLE_INSIDE = _lazy("It stands there in a form that cannot be read.")
ALREADY_STORED = "already_stored"
"""What a second worker is told that takes the same file."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, KeyError)


def store_attachments(*, import_id: UUID) -> int:
    """Give the pending files of an import their bytes; answers how many got them now.

    One that cannot be read goes, and the import says why. Raises Unavailable while the storage does not work.
    """
    imports = ReportImport.objects.select_related("project__tenant", "file", "created_by__role")
    report_import = imports.filter(pk=import_id, state=ImportState.DONE).first()
    if report_import is None or not report_import.waiting_files:
        return 0
    waiting = remembered(report_import.waiting_files)
    lost: dict[str, str] = {}
    stored = 0
    try:
        with open_stored(report_import.file) as stream:
            for file, content in _contents(stream, _still_pending(waiting)):
                reason = _store(report_import, file.key, content)
                stored += not reason
                if reason:
                    lost[file.key] = reason
    except NotVisible as gone:
        lost = {file.key: gone.message for file in waiting}
    _finish(import_id, lost)
    return stored


def look_through(*, stream: IO[bytes], waiting: list[WaitingFile]) -> dict[str, str]:
    """The files that would be lost, by their keys, with the reason; told without storing any."""
    lost: dict[str, str] = {}
    for file, content in _contents(stream, waiting):
        try:
            reason = "" if hasattr(content, "read") else str(content)
            while not reason and content.read(BLOCK):
                pass
        except UNREADABLE:
            reason = _("The archive is damaged.")
        if reason:
            lost[file.key] = reason
    return lost


def _still_pending(waiting: list[WaitingFile]) -> list[WaitingFile]:
    """Those that an earlier try did not get to."""
    pending = StoredFile.objects.filter(pk__in=[file.key for file in waiting], state=FileState.PENDING)
    keys = {str(key) for key in pending.values_list("pk", flat=True)}
    return [file for file in waiting if file.key in keys]


def _contents(stream: IO[bytes], waiting: list[WaitingFile]) -> Iterator[tuple[WaitingFile, IO[bytes] | str]]:
    """Each file with its bytes, good until the next one, or with the reason why there are none."""
    archive = zipfile.ZipFile(stream) if is_archive(stream) else None
    for file in waiting:
        if file.body is None:
            try:
                with archive.open(file.member) as member:
                    yield file, member
            except UNREADABLE:
                yield file, _("The archive is damaged.")
    inside = sorted(filter(lambda file: file.body is not None, waiting), key=_place)
    for (member, _of_repaired), files in groupby(inside, key=lambda file: _place(file)[:2]):
        yield from _cut_out(partial(archive.open, member) if archive else partial(nullcontext, stream), list(files))


def _place(file: WaitingFile) -> tuple[str, bool, int]:
    return file.member, file.body.of_repaired, file.body.start


def _cut_out(
    opened: Callable[[], AbstractContextManager[IO[bytes]]], files: list[WaitingFile]
) -> Iterator[tuple[WaitingFile, IO[bytes] | str]]:
    """Each file that stands in one report, as far as that can be read."""
    left = iter(files)
    try:
        with opened() as report:
            source = ReportSource(report)
            source.repairing = files[0].body.of_repaired
            for content in cut_out(source, [file.body for file in files]):
                yield next(left), content or UNREADABLE_INSIDE
    except (ReportRejected, UnicodeDecodeError, *UNREADABLE):
        logger.warning("Files in a report cannot be read", exc_info=True)
    yield from ((file, UNREADABLE_INSIDE) for file in left)


def _store(report_import: ReportImport, key: str, content: IO[bytes] | str) -> str:
    """Store one file; answers why it cannot be, or nothing."""
    if not hasattr(content, "read"):
        return str(content)
    pending = StoredFile.objects.filter(pk=key, state=FileState.PENDING).select_related("project")
    stored = pending.first()
    if stored is None:
        return ""
    if report_import.created_by is None:
        return _("Who uploaded the report is not known any more.")
    try:
        fill(actor=report_import.created_by, stored=stored, stream=content)
    except StoredFile.DoesNotExist:
        return ""  # the import was undone in the meantime
    except Unavailable:
        raise
    except PortalError as refusal:
        return "" if refusal.code == ALREADY_STORED else refusal.message
    except UNREADABLE:
        logger.warning("A file of the import %s cannot be read", report_import.pk, exc_info=True)
        return _("The archive is damaged.")
    return ""


@transaction.atomic
def _finish(import_id: UUID, lost: dict[str, str]) -> None:
    """Note that no file waits any more, and let go of those that could not be read."""
    report_import = ReportImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    waiting = remembered(report_import.waiting_files)
    report_import.waiting_files = []
    if lost and report_import.state == ImportState.DONE:
        gone, _kinds = Artifact.objects.filter(file__in=list(lost), file__state=FileState.PENDING).delete()
        StoredFile.objects.filter(pk__in=list(lost), state=FileState.PENDING).delete()
        told = without_lost(waiting, lost, counts=report_import.counts, parts=report_import.parts, gone=gone)
        report_import.counts, report_import.parts, warnings = told
        report_import.warnings += warnings
    report_import.save(update_fields=["waiting_files", "counts", "parts", "warnings", "updated_at"])


def without_lost(
    waiting: list[WaitingFile],
    lost: dict[str, str],
    *,
    counts: dict[str, int],
    parts: list[dict[str, Any]],
    gone: int,
) -> tuple[dict[str, int], list[dict[str, Any]], list[dict[str, str]]]:
    """Counts and parts of an import without the files that are lost, and the warnings that say so."""
    inside = [file.key for file in waiting if file.body and file.key in lost]
    counts = counts | {
        "attachments": max(counts.get("attachments", 0) - gone, 0),
        "embedded": max(counts.get("embedded", 0) - len(inside), 0),
    }
    reasons = {file.member[-255:]: lost[file.key] for file in waiting if not file.body and file.key in lost}
    parts = [
        {"name": part["name"], "state": "left_out", "reason": reasons[part["name"]]}
        if part["state"] == "attached" and part["name"] in reasons
        else part
        for part in parts
    ]
    words = Counter(lost[key] for key in inside).items()
    return counts, parts, [{"code": "attachment_lost", "text": _lost_words(reason, number)} for reason, number in words]


def _lost_words(reason: str, number: int) -> str:
    words = ngettext(
        "%(number)d file in the report could not be kept. %(reason)s",
        "%(number)d files in the report could not be kept. %(reason)s",
        number,
    )
    return words % {"number": number, "reason": reason}


def give_up(*, import_id: UUID) -> None:
    """Let go of the files that never arrived, after everything was tried."""
    report_import = ReportImport.objects.filter(pk=import_id).first()
    if report_import is None:
        return
    pending = StoredFile.objects.filter(
        pk__in=[file.key for file in remembered(report_import.waiting_files)], state=FileState.PENDING
    )
    reason = _("The file could not be stored.")
    _finish(import_id, {str(key): reason for key in pending.values_list("pk", flat=True)})
