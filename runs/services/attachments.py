"""Taking the files of an import out of its archive, into the storage, after its results are there.

Each file is a transaction of its own, so nobody waits for a slow storage, and a repetition goes on where a dead worker
stopped. While the storage does not work the files stay pending.
"""

import logging
import zipfile
import zlib
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from files.models import FileState, StoredFile
from files.services import fill, open_stored
from qaportal.kit.errors import NotVisible, PortalError, Unavailable

from ..choices import ImportState
from ..models import Artifact, ReportImport

logger = logging.getLogger(__name__)
ALREADY_STORED = "already_stored"
"""What a second worker is told that takes the same file."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, KeyError)


def store_attachments(*, import_id: UUID) -> int:
    """Give the pending files of an import their bytes; answers how many.

    One that cannot be read goes, and the import says why. Raises Unavailable while the storage does not work.
    """
    imports = ReportImport.objects.select_related("project__tenant", "file", "created_by__role")
    report_import = imports.filter(pk=import_id, state=ImportState.DONE).first()
    if report_import is None or not report_import.waiting_files:
        return 0
    waiting = [(key, member) for key, member in report_import.waiting_files]
    lost: dict[str, str] = {}
    stored = 0
    try:
        with open_stored(report_import.file) as stream, zipfile.ZipFile(stream) as archive:
            for key, member in waiting:
                reason = _store(report_import, archive, key, member)
                stored += not reason
                if reason:
                    lost[key] = reason
    except NotVisible as gone:
        lost = {key: gone.message for key, _member in waiting}
    _finish(import_id, lost)
    return stored


def _store(report_import: ReportImport, archive: zipfile.ZipFile, key: str, member: str) -> str:
    """Store one file; answers why it cannot be, or nothing."""
    pending = StoredFile.objects.filter(pk=key, state=FileState.PENDING).select_related("project")
    stored = pending.first()
    if stored is None:
        return ""
    if report_import.created_by is None:
        return _("Who uploaded the report is not known any more.")
    try:
        with archive.open(member) as stream:
            fill(actor=report_import.created_by, stored=stored, stream=stream)
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
    members = dict(report_import.waiting_files)
    report_import.waiting_files = []
    if lost and report_import.state == ImportState.DONE:
        gone, _kinds = Artifact.objects.filter(file__in=list(lost), file__state=FileState.PENDING).delete()
        StoredFile.objects.filter(pk__in=list(lost), state=FileState.PENDING).delete()
        counts = report_import.counts
        report_import.counts = counts | {"attachments": max(counts.get("attachments", 0) - gone, 0)}
        reasons = {members[key][-255:]: reason for key, reason in lost.items() if key in members}
        report_import.parts = [
            {"name": part["name"], "state": "left_out", "reason": reasons[part["name"]]}
            if part["state"] == "attached" and part["name"] in reasons
            else part
            for part in report_import.parts
        ]
    report_import.save(update_fields=["waiting_files", "counts", "parts", "updated_at"])


def give_up(*, import_id: UUID) -> None:
    """Let go of the files that never arrived, after everything was tried."""
    report_import = ReportImport.objects.filter(pk=import_id).first()
    if report_import is None:
        return
    pending = StoredFile.objects.filter(
        pk__in=[key for key, _member in report_import.waiting_files], state=FileState.PENDING
    )
    reason = _("The file could not be stored.")
    _finish(import_id, {str(key): reason for key in pending.values_list("pk", flat=True)})
