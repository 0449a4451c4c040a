"""The portal behind the WSGI interface, for clients that speak HTTP and know nothing of Django."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections


@contextmanager
def inside_the_transaction() -> Iterator[httpx.WSGITransport]:
    """A transport whose requests see what the test wrote: they leave the connection of the test open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield httpx.WSGITransport(app=WSGIHandler())
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
