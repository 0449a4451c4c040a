"""Answering with the bytes of a stored file: whole, one range, or not changed (RFC 9110, sections 13 and 14)."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Self

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from .content_types import SHOWN_IN_BROWSER
from .models import StoredFile
from .services import CHUNK_BYTES, open_stored

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Whatever the file holds, it runs no script and reaches nothing; browsers style their own image and video pages."""
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a file: `length` bytes from `start` on."""

    start: int
    length: int


class UnsatisfiableRange(Exception):
    """The range lies outside the file."""


def requested_stretch(request: HttpRequest, size: int, tag: str) -> Stretch | None:
    """The one range that the request asks for; None for the whole file, as for forms that are not understood.

    Raises UnsatisfiableRange.
    """
    match = _RANGE.match(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range")
    if match is None or (condition is not None and condition.strip() != tag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise UnsatisfiableRange
        return Stretch(size - length, length)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise UnsatisfiableRange
    return Stretch(start, end - start + 1)


class _Bytes:
    """The blocks of a stretch; closing it closes the file."""

    def __init__(self, stored: StoredFile, stretch: Stretch) -> None:
        self._opened = ExitStack()
        self._stream: IO[bytes] = self._opened.enter_context(open_stored(stored))
        self._left = stretch.length
        if stretch.start:
            self._stream.seek(stretch.start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        block = self._stream.read(min(CHUNK_BYTES, self._left)) if self._left else b""
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._opened.close()


def _body(request: HttpRequest, stored: StoredFile, stretch: Stretch, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(status=status)
    else:
        response = StreamingHttpResponse(_Bytes(stored, stretch), status=status)
    response["Content-Length"] = str(stretch.length)
    return response


def answer_file(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    """The file as an answer that no browser runs: fixed type, attachment unless a known image or video, sandboxed.

    Raises NotVisible when its bytes are gone.
    """
    tag = f'"{stored.sha256}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "").replace("W/", "")):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        try:
            stretch = requested_stretch(request, stored.size, tag)
        except UnsatisfiableRange:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{stored.size}"
        else:
            response = _body(request, stored, stretch or Stretch(0, stored.size), 206 if stretch else 200)
            if stretch:
                end = stretch.start + stretch.length - 1
                response["Content-Range"] = f"bytes {stretch.start}-{end}/{stored.size}"
    is_shown = stored.content_type in SHOWN_IN_BROWSER
    response["Content-Type"] = stored.content_type
    response["Content-Disposition"] = content_disposition_header(not is_shown, stored.name) or "inline"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    return response
