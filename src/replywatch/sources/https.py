"""One request over HTTPS and its answer, all of it within a time and a size. Nothing that is answered leads further.

No cookies, no proxies, and no redirect is followed: what is asked may be secret, and is meant for this address alone.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import urlsplit

from replywatch.sources.dial import Connect, connect
from replywatch.sources.tls import verified

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TooLargeError(HTTPException):
    """The answer is longer than it may be."""


class Answer(NamedTuple):
    """What a server says to a request."""

    status: int
    headers: Message
    body: bytes


class Request(NamedTuple):
    """What is asked of a server; without a `body` by GET, with one by POST."""

    url: str
    """https; http only where whoever asks knows that nobody can listen."""
    headers: Mapping[str, str]
    body: bytes | None = None


def ask(
    request: Request,
    *,
    seconds: float,
    octets: int,
    context: ssl.SSLContext | None = None,
    connect: Connect = connect,
) -> Answer:
    """The whole answer to `request`: all of it is there after `seconds`, and it has at most `octets`, header included.

    `context` says whom TLS believes; None: the authorities of the system.

    Raises:
        TooLargeError: it has more octets.
        HTTPException: it is none of HTTP, or was cut off.
        OSError: there is none, or it was not there in time (`TimeoutError`), or TLS did not come about.
        ValueError: the URL is none that can be asked for.
    """
    ends = time.monotonic() + seconds
    parts = urlsplit(request.url)
    host, target = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        context = context or verified()
        client: HTTPConnection = HTTPSConnection(host, parts.port or 443, context=context)
    else:
        context, client = None, HTTPConnection(host, parts.port or 80)
    with closing(connect(client.host, client.port, _left(ends))) as plain:
        plain.settimeout(_left(ends))
        with context.wrap_socket(plain, server_hostname=host) if context else plain as channel:
            client.sock = cast("socket.socket", _Line(channel, ends, octets))
            headers = {**request.headers, "Connection": "close"}
            client.request("GET" if request.body is None else "POST", target, request.body, headers)
            with client.getresponse() as response:
                body = response.read(octets)
                if response.length:  # it was cut off, and would pass for the whole
                    raise IncompleteRead(body)
                return Answer(response.status, response.headers, body)


class _Line:
    """What `http.client` takes for its socket: it ends at a moment, or after so many octets; others close it."""

    def __init__(self, channel: socket.socket, ends: float, octets: int) -> None:
        self._channel = channel
        self._ends = ends
        self._octets = octets

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._channel.settimeout(_left(self._ends))
        self._channel.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What comes in."""
        return io.BufferedReader(Incoming(self._channel, self._ends, self._octets))

    def close(self) -> None:
        """Nothing yet: the client says so before the answer is read."""


class Incoming(io.RawIOBase):
    """What the other side says, as it comes, however slowly: every wait is as long as the time that is left for all."""

    def __init__(self, channel: socket.socket, ends: float, octets: int) -> None:
        super().__init__()
        self._channel = channel
        self._ends = ends
        self._left = octets

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """How many octets came; 0 at the end."""
        self._channel.settimeout(_left(self._ends))
        count = self._channel.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise TooLargeError
        return count


def _left(ends: float) -> float:
    """Seconds up to `ends` on the monotonic clock. Raises `TimeoutError` if there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer takes too long")
    return left
