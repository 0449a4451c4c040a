"""Bodies of requests as Django needs them: with a length, and whole.

A client that goes away leaves half a body, which the server ends without a word: half a report would be taken for a
whole one. And of a body that announces no length, because its client streams it, Django reads nothing at all.
"""

import tempfile
import weakref
from typing import IO, Any

from django.conf import settings

from .requests import FORM_MARGIN

BLOCK = 256 * 1024
IN_MEMORY = 1024 * 1024


class _WholeBody:
    """The input of a request: raises when it ends before all came that was announced."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        while len(data) < min(size, self._left):
            more = self._stream.read(size - len(data))
            if not more:
                raise OSError("The body was cut off.")
            data += more
        self._left -= len(data)
        return data

    def readline(self, size: int) -> bytes:
        line = self._stream.readline(size)
        if not line.endswith(b"\n") and len(line) < min(size, self._left):
            raise OSError("The body was cut off.")
        self._left -= len(line)
        return line


class _NoBody:
    """What stands for a body that could not be received: reading it raises why."""

    def __init__(self, reason: OSError) -> None:
        self._reason = reason

    def read(self, _size: int) -> bytes:
        raise self._reason

    readline = read


def whole(environ: dict[str, Any]) -> dict[str, Any]:
    """The request with a body that has a length, and that cannot be read when it was cut off.

    One that is streamed is received first, up to a little more than any body may have: whoever reads it refuses it.
    """
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced.isdigit():
        return environ | {"wsgi.input": _WholeBody(environ["wsgi.input"], int(announced))}
    if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return environ
    try:
        body, length = _received(environ["wsgi.input"])
    except OSError as reason:  # it was cut off, or the disk is full
        return environ | {"wsgi.input": _NoBody(reason), "CONTENT_LENGTH": "1"}
    return environ | {"wsgi.input": body, "CONTENT_LENGTH": str(length)}


def _received(stream: IO[bytes]) -> tuple[_WholeBody, int]:
    received = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the body
    room = settings.UPLOAD_LIMIT + FORM_MARGIN + 1
    try:
        while room > 0 and (block := stream.read(min(BLOCK, room))):
            received.write(block)
            room -= len(block)
    except BaseException:
        received.close()
        raise
    length = received.tell()
    received.seek(0)
    body = _WholeBody(received, length)
    weakref.finalize(body, received.close)
    return body, length
