"""Links that lead past the portal to one file in S3, for a short time; a local folder has none."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from .content_types import SHOWN_IN_BROWSER
from .models import FileState, StoredFile


def download_link(stored: StoredFile) -> str | None:
    """Where the bytes can be had directly, with the type and the name that the portal would give them."""
    if not isinstance(default_storage, S3Storage) or stored.state != FileState.STORED:
        return None
    is_shown = stored.content_type in SHOWN_IN_BROWSER
    parameters = {
        "ResponseContentType": stored.content_type,
        "ResponseContentDisposition": content_disposition_header(not is_shown, stored.name) or "inline",
        "ResponseCacheControl": "private, no-cache",
    }
    if stored.encoding:
        parameters["ResponseContentEncoding"] = stored.encoding
    return default_storage.url(
        stored.path, parameters=parameters, expire=int(settings.FILE_LINK_LIFETIME.total_seconds())
    )


def upload_link(path: str, size: int) -> str | None:
    """Where a file of this size can be put directly, by PUT."""
    if not isinstance(default_storage, S3Storage):
        return None
    client = default_storage.connection.meta.client
    wanted = {"Bucket": default_storage.bucket_name, "Key": path, "ContentLength": size}
    expires = int(settings.UPLOAD_LINK_LIFETIME.total_seconds())
    return client.generate_presigned_url("put_object", Params=wanted, ExpiresIn=expires)
