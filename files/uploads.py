"""Files that are announced first and sent afterwards: to the portal by a signed address, or to S3 directly.

An announced file is a pending row with a place of its own in the storage. It gets its bytes when they come to the
portal, or when an object names it and they are found at that place. One that never comes is swept after a day.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, PortalError, Unavailable

from . import policies
from .links import upload_link
from .models import FileState, StoredFile
from .services import file_name_of, fill, remove_bytes

logger = logging.getLogger(__name__)
SALT = "files.upload"


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that may be sent now."""

    stored: StoredFile
    link: str | None
    """Where S3 takes it; nothing where the portal takes it itself."""
    token: str
    """What the portal's own address for it holds."""
    expires: datetime

    @property
    def key(self) -> str:
        """How objects name the file."""
        return f"attachments/{self.stored.pk}/{self.stored.name}"


@transaction.atomic
def announce(*, actor: User, project: Project, name: str, size: int) -> Announced:
    """Make a place for a file. Raises Denied, and InvalidInput naming `file_size` for one that is too large."""
    policies.can_upload(actor, project).require()
    if size > settings.UPLOAD_LIMIT:
        words = _("The file is larger than %d MB.") % (settings.UPLOAD_LIMIT // (1024 * 1024))
        raise InvalidInput(words, "too_large", fields={"file_size": [words]})
    stored = StoredFile(
        tenant_id=project.tenant_id,
        project=project,
        name=file_name_of(name),
        size=size,
        state=FileState.PENDING,
        created_by=actor,
        updated_by=actor,
    )
    stored.path = f"uploads/{project.tenant_id}/{stored.pk}"
    stored.save(force_insert=True)
    audit.record("file.announced", actor=actor, target=stored, project=project, size=size)
    return Announced(
        stored=stored,
        link=upload_link(stored.path, size),
        token=signing.dumps(str(stored.pk), salt=SALT),
        expires=timezone.now() + settings.UPLOAD_LINK_LIFETIME,
    )


def announced_by(token: str) -> StoredFile | None:
    """The file that an address of the portal takes, or nothing when its time is over or it was never given out."""
    try:
        key = signing.loads(token, salt=SALT, max_age=settings.UPLOAD_LINK_LIFETIME)
    except signing.BadSignature:
        return None
    return StoredFile.objects.select_related("project__tenant", "created_by__role").filter(pk=key).first()


@transaction.atomic
def named_by_key(*, actor: User, project: Project, key: str, field: str) -> StoredFile:
    """The file of the project that an object names by its key, with its bytes.

    Bytes that were sent to S3 directly are taken to where their content belongs. Raises InvalidInput naming the field
    for a file that is not there, or not there yet.
    """
    stored = StoredFile.objects.visible_to(actor).in_project(project).filter(pk=_id_in(key)).first()
    if stored is None:
        words = _("There is no such file.")
        raise InvalidInput(words, "not_found", fields={field: [words]})
    return stored if stored.is_readable else _settled(actor, stored, field)


def _id_in(key: str) -> UUID | None:
    parts = key.split("/")
    try:
        return UUID(parts[1] if len(parts) > 1 else parts[0])
    except ValueError:
        return None


def _settled(actor: User, stored: StoredFile, field: str) -> StoredFile:
    """The file with the bytes that were sent to its place in the storage."""
    place = stored.path
    try:
        with default_storage.open(place, "rb") as sent:
            stored = fill(actor=actor, stored=stored, stream=sent, is_announced=True)
    except FileNotFoundError as error:
        words = _("The file has not arrived yet.")
        raise InvalidInput(words, "not_arrived", fields={field: [words]}) from error
    except PortalError:
        raise
    except Exception as error:
        logger.exception("A file that was sent directly could not be read")
        raise Unavailable(_("The file cannot be read at the moment. Try again later.")) from error
    transaction.on_commit(lambda: remove_bytes(place))
    return stored
