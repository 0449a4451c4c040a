"""Small pictures of screenshots, kept beside them in the same storage.

What is uploaded is hostile: a picture is told by its header what it is and how large before any of it is decoded, and
one that would need too much memory gets no thumbnail. Without one the picture itself is shown.
"""

import io
import logging
import warnings
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from PIL import Image

from qaportal.kit.errors import NotVisible, Unavailable

from .models import FileState, StoredFile
from .ranges import answer_file
from .services import lock_path, open_stored, put_bytes, thumbnail_path

logger = logging.getLogger(__name__)
SIDES = (960, 720)
LEAST_BYTES = 24 * 1024
"""Smaller pictures are their own thumbnails."""
MOST_BYTES = 64 * 1024 * 1024
MOST_PIXELS = 24_000_000
"""Of a picture that is decoded: about 100 MB in memory."""
READ = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
TYPE, FORMAT = "image/webp", "WEBP"


def wants_thumbnail(stored: StoredFile) -> bool:
    """Whether a small picture of the file would help."""
    is_kept = stored.state == FileState.STORED and stored.thumbnail_size is None
    return is_kept and stored.content_type in READ and LEAST_BYTES <= stored.size <= MOST_BYTES


def make_thumbnail(*, file_id: UUID) -> bool:
    """Draw and keep the small picture of a file; answers whether there is one now. Raises Unavailable."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None or not wants_thumbnail(stored):
        return False
    try:
        small = _drawn(stored)
    except NotVisible:
        return False
    if small is None or len(small) >= stored.size:
        return False
    with transaction.atomic():
        lock_path(stored.path)
        rows = StoredFile.objects.filter(path=stored.path)
        if not rows.exists():
            return False
        put_bytes(thumbnail_path(stored.path), io.BytesIO(small))
        rows.update(thumbnail_size=len(small))
    return True


def _drawn(stored: StoredFile) -> bytes | None:
    """The small picture, or nothing for one that cannot or shall not be decoded."""
    with open_stored(stored) as stream:
        try:
            return _small(stream, READ[stored.content_type])
        except Unavailable:
            raise
        except Exception as error:  # a picture can be broken in any way
            logger.info("The file %s gets no thumbnail: %s", stored.pk, type(error).__name__)
            return None


def _small(stream: io.IOBase, kind: str) -> bytes | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a header that says too much is refused below
        with Image.open(stream, formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", SIDES)
            drawn = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
    drawn.thumbnail(SIDES)
    held = io.BytesIO()
    drawn.save(held, FORMAT, quality=82, method=4)
    return held.getvalue()


def answer_thumbnail(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    """The small picture, or the file itself while there is none. Raises NotVisible when both are gone."""
    if stored.thumbnail_size is None:
        return answer_file(request, stored)
    small = StoredFile(
        pk=stored.pk,
        name=f"{stored.name}.webp",
        path=thumbnail_path(stored.path),
        sha256=f"{stored.sha256}-small",
        size=stored.thumbnail_size,
        content_type=TYPE,
        state=FileState.STORED,
    )
    try:
        return answer_file(request, small)
    except NotVisible:
        return answer_file(request, stored)
