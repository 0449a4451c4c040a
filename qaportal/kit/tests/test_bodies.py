import errno
import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from qaportal.kit.bodies import whole
from qaportal.kit.errors import is_no_room


class Failing:
    """The input of a server whose client or disk gave up."""

    def __init__(self, reason):
        self.reason = reason

    def read(self, size):
        raise self.reason


def request_of(stream, **headers):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "CONTENT_TYPE": "text/plain",
        "wsgi.input": stream,
        **headers,
    }
    return WSGIRequest(whole(environ))


def test_a_whole_body_is_read_as_it_is():
    request = request_of(io.BytesIO(b"ok 1\nok 2\nnext request"), CONTENT_LENGTH="10")
    assert (request.read(4), request.readline(), request.read(), request.read()) == (b"ok 1", b"\n", b"ok 2\n", b"")


@pytest.mark.parametrize("read", [lambda request: request.body, list])
def test_half_a_body_is_never_taken_for_a_whole_one(read):
    with pytest.raises(UnreadablePostError):
        read(request_of(io.BytesIO(b"ok 1\nok 2\n"), CONTENT_LENGTH="5000"))


def test_a_body_that_is_streamed_without_a_length_is_read():
    request = request_of(io.BytesIO(b"ok 1\nok 2\n"), HTTP_TRANSFER_ENCODING="chunked")
    assert request.body == b"ok 1\nok 2\n"
    assert request_of(io.BytesIO(b"no body")).body == b""


def test_a_streamed_body_without_an_end_is_received_up_to_the_limit_alone(settings):
    settings.UPLOAD_LIMIT = 1000
    request = request_of(io.BytesIO(bytes(5_000_000)), HTTP_TRANSFER_ENCODING="chunked")
    assert 1000 < int(request.META["CONTENT_LENGTH"]) < 2_000_000


@pytest.mark.parametrize("reason", [OSError("cut off"), OSError(errno.ENOSPC, "no room")])
def test_a_streamed_body_that_cannot_be_received_says_why_when_it_is_read(reason):
    request = request_of(Failing(reason), HTTP_TRANSFER_ENCODING="chunked")
    with pytest.raises(UnreadablePostError) as told:
        _ = request.body
    assert is_no_room(told.value) == is_no_room(reason)
