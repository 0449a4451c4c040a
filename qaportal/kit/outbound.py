"""The one way out: calls to addresses that users type, which must not lead into the network the portal stands in.

Every connection is checked by the address it is really made to, so neither a spelling nor a name that changes its
address gets around it. Time and size of an answer are bounded, redirects and proxies are not followed.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.util.connection import create_connection

from .addresses import literal, may_call

PORTS = {"http": 80, "https": 443}
URL_LIMIT = 2_000
PIECE = 64 * 1024


class OutboundFailed(requests.RequestException):
    """The call brought no answer; the words are for the user and hold no more of the address than its host."""

    def __init__(self, message: str) -> None:
        """Keep the words."""
        super().__init__(message)
        self.message = message


class OutboundRefused(OutboundFailed):
    """The portal does not call this address."""


class _NotPublic(Exception):
    """Found at the moment of connecting; no kind of error that the libraries on the way would turn into another."""


def check_url(url: str) -> str | None:
    """Why the portal will not call the address, or None as far as the address alone can tell."""
    if not isinstance(url, str) or len(url) > URL_LIMIT or any(each in "\\" or each <= " " for each in url):
        return _("This is no address such as https://jira.example.com.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _("This is no address such as https://jira.example.com.")
    if parts.scheme not in PORTS:
        return _("The address must begin with https:// or http://.")
    if not host or port == 0:
        return _("This is no address such as https://jira.example.com.")
    if "@" in parts.netloc:
        return _("Leave user name and password out of the address.")
    address = literal(host)
    if address is not None and not may_call(host, address, port or PORTS[parts.scheme], settings.OUTBOUND_ALLOW):
        return _not_public(host)
    return None


def session(*, timeout: float = 10, total: float = 30, size_limit: int = 10 * 1024 * 1024) -> requests.Session:
    """A session for addresses that users type.

    `timeout` bounds connecting and each silence of the server, `total` the whole of a call, both in seconds;
    `size_limit` the body after unpacking, in bytes. Raises OutboundRefused and OutboundFailed, both of them
    RequestException. An answer is read whole before it is handed over; a redirect is an answer like others.
    """
    return _Session(_GuardedAdapter(timeout=timeout, total=total, size_limit=size_limit))


def _not_public(host: str) -> str:
    return _("%s is a private or local address, which the portal does not call unless its operator allows it.") % host


class _Session(requests.Session):
    """Takes nothing from the environment and follows no redirect, whatever the caller asks for."""

    def __init__(self, adapter: HTTPAdapter) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = f"QA-Portal/{settings.VERSION}"
        self.adapters.clear()
        for scheme in PORTS:
            self.mount(f"{scheme}://", adapter)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        if problem := check_url(url):
            raise OutboundRefused(problem)
        try:
            return super().request(method, url, *args, **kwargs)
        except (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema):
            raise OutboundFailed(_("This is no address such as https://jira.example.com.")) from None
        except (exceptions.InvalidHeader, UnicodeError):
            raise OutboundFailed(_("The user name, token or header holds a character that cannot be sent.")) from None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if problem := check_url(request.url):
            raise OutboundRefused(problem)
        return super().send(request, **{**kwargs, "allow_redirects": False})

    def resolve_redirects(self, *args: Any, **kwargs: Any) -> Iterator[requests.Response]:
        return iter(())


class _GuardedAdapter(HTTPAdapter):
    """Connects through guarded connections, reads the answer within its bounds, and words what goes wrong."""

    def __init__(self, *, timeout: float, total: float, size_limit: int) -> None:
        self.timeout, self.total, self.size_limit = timeout, total, size_limit
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTLSPool}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send it without a proxy; what is raised holds neither address nor headers, nor does what caused it."""
        host = urlsplit(request.url).hostname or ""
        with _watched(self.total) as watch:
            try:
                response = super().send(request, stream=True, timeout=self._bounded(timeout), verify=verify, cert=cert)
                self._read(response, host)
            except OutboundFailed:
                raise
            except _NotPublic:
                raise OutboundRefused(_not_public(host)) from None
            except requests.RequestException as error:
                raise OutboundFailed(_in_words(error, host, is_late=watch.is_over)) from None
            if watch.is_over:
                raise OutboundFailed(_in_words(requests.Timeout(), host, is_late=True))
        return response

    def _bounded(self, timeout: Any) -> tuple[float, float]:
        """What the caller asks for, as far as it is shorter."""
        asked = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        connect, read = (min(each, self.timeout) if isinstance(each, int | float) else self.timeout for each in asked)
        return connect, read

    def _read(self, response: requests.Response, host: str) -> None:
        """Read the body; one that is too long ends the connection."""
        body = bytearray()
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > self.size_limit:
                response.close()
                raise OutboundFailed(_("%s answered more than the portal reads.") % host)
        response._content = bytes(body)


def _in_words(error: requests.RequestException, host: str, *, is_late: bool) -> str:
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if is_late or isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError):
        return _("%s did not answer in time.") % host
    if isinstance(error, exceptions.SSLError):
        return _("A secure connection to %s is not possible: its certificate is not trusted, or it has none.") % host
    if isinstance(reason, NameResolutionError):
        return _("There is no host called %s.") % host
    return _("%s could not be reached, or broke the connection off.") % host


class _Watch:
    """Breaks a call off when the time for the whole of it is over, wherever it waits."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._ends_at = time.monotonic() + seconds
        self._guarded: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._break_off)
        self._timer.daemon = True
        self._timer.start()

    @property
    def remaining(self) -> float:
        """The seconds that are left, at least a moment."""
        return max(self._ends_at - time.monotonic(), 0.001)

    def guard(self, used: socket.socket) -> None:
        """Take a second handle of the connection that the call uses: the first one may be wrapped or given away."""
        with self._lock:
            self._let_go()
            self._guarded = socket.socket(fileno=os.dup(used.fileno()))

    def _break_off(self) -> None:
        with self._lock:
            self.is_over = True
            if self._guarded is not None:
                with suppress(OSError):
                    self._guarded.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Let go of the connection, which may serve another call."""
        self._timer.cancel()
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._guarded is not None:
            self._guarded.close()
            self._guarded = None


_current: ContextVar[_Watch] = ContextVar("outbound_watch")


@contextmanager
def _watched(seconds: float) -> Iterator[_Watch]:
    watch = _Watch(seconds)
    token = _current.set(watch)
    try:
        yield watch
    finally:
        _current.reset(token)
        watch.end()


class _Guarded:
    """A connection that is made to a checked address only, and under the watch of the call that uses it."""

    def _new_conn(self) -> socket.socket:
        made = self._connected()
        with suppress(OSError):
            if self._may_call(made.getpeername()[0]):
                _current.get().guard(made)
                return made
        made.close()
        raise _NotPublic

    def _connected(self) -> socket.socket:
        """Connect to the first address of the host that answers; only those that may be called are tried."""
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(self.host, self, socket.gaierror()) from error
        addresses = [each for each in dict.fromkeys(info[4][0] for info in found) if self._may_call(each)]
        if not addresses:
            raise _NotPublic
        for address in addresses:
            patience = min(self.timeout, _current.get().remaining)
            try:
                return create_connection((address, self.port), patience, socket_options=self.socket_options)
            except OSError as error:
                trouble = error
        if isinstance(trouble, TimeoutError):
            raise ConnectTimeoutError(self, "") from trouble
        raise NewConnectionError(self, "") from trouble

    def _may_call(self, address: str) -> bool:
        return may_call(self.host, ip_address(address.partition("%")[0]), self.port, settings.OUTBOUND_ALLOW)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # it may have served a call before
            _current.get().guard(self.sock)
        super().request(*args, **kwargs)


class _GuardedConnection(_Guarded, HTTPConnection):
    """Guarded, in clear."""


class _GuardedTLSConnection(_Guarded, HTTPSConnection):
    """Guarded, encrypted."""


class _GuardedPool(HTTPConnectionPool):
    """Guarded connections in clear."""

    ConnectionCls = _GuardedConnection


class _GuardedTLSPool(HTTPSConnectionPool):
    """Guarded connections, encrypted."""

    ConnectionCls = _GuardedTLSConnection
