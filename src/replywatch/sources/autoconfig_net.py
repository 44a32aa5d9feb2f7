"""HTTPS and DNS for `autoconfig`: bounded in size and in time, and nothing that is asked can make an exception."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import IO, TYPE_CHECKING, NamedTuple, cast
from urllib.parse import SplitResult, urljoin, urlsplit

if TYPE_CHECKING:
    from dns.resolver import Resolver

LARGEST = 1 << 18
"""Octets of an answer, its header included; files of this kind have a few thousand."""
SECONDS = 5.0
"""For one file with all its redirections, and for one question to the DNS."""
REDIRECTIONS = 3
ADDRESSES = 4
"""Addresses of one name that are tried."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Connect = Callable[[str, int, float], socket.socket]
"""Host, port, seconds → a connected socket; raises `OSError`."""


class Service(NamedTuple):
    """An SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first address of `host` that answers, all in all within `seconds`."""
    ends = time.monotonic() + seconds
    failed: OSError = TimeoutError("no address answers")
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:ADDRESSES]:
        try:
            return socket.create_connection((str(address[0]), port), max(0.01, ends - time.monotonic()))
        except OSError as error:
            failed = error
    raise failed


class Network:
    """The net, or in tests a piece of it: what connects, whom TLS believes, and who is asked about names."""

    def __init__(
        self,
        connect: Connect = connect,
        context: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._connect = connect
        self._context = context
        self._resolver = resolver
        self._seconds = seconds

    def get(self, url: str) -> bytes | None:
        """The body that is found at `url` (https), also after redirections to other https URLs; None if there is none.

        Without cookies, proxies or passwords.
        """
        ends = time.monotonic() + self._seconds
        try:
            for _ in range(REDIRECTIONS + 1):
                parts = urlsplit(url)
                if parts.scheme != "https" or not parts.hostname or parts.username is not None:
                    return None
                status, location, body = self._ask(parts, ends)
                if status not in _REDIRECTS:
                    return body if status == 200 else None
                url = urljoin(url, location)
        except (OSError, HTTPException, ValueError, OverflowError):  # the last two: URLs, names, numbers that are none
            return None
        return None

    def _ask(self, parts: SplitResult, ends: float) -> tuple[int, str, bytes]:
        """Status, Location and body of one answer; all of it has to be there at `ends`, on the monotonic clock."""
        host, port = cast("str", parts.hostname), parts.port or 443
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        name = host if port == 443 else f"{host}:{port}"
        if any(octet < 33 for octet in (path + host).encode()):
            raise ValueError("a URL with blanks or control characters")
        request = f"GET {path} HTTP/1.1\r\nHost: {name}\r\nAccept: */*\r\nConnection: close\r\n\r\n".encode("ascii")
        context = self._context or ssl.create_default_context()
        with (
            self._connect(host, port, _left(ends)) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.settimeout(_left(ends))
            secure.sendall(request)
            return _parsed(_read(secure, ends))

    def services(self, name: str) -> list[Service]:
        """The SRV records of `name`; none if the DNS does not answer."""
        from dns.exception import DNSException  # noqa: PLC0415 - an extra
        from dns.resolver import Resolver  # noqa: PLC0415 - the same

        try:
            resolver = self._resolver or Resolver()
            found = resolver.resolve(name, "SRV", lifetime=self._seconds, search=False)
            return [Service(r.priority, r.weight, r.port, r.target.to_text()) for r in found]
        except (DNSException, OSError, ValueError):
            return []


def _left(ends: float) -> float:
    """Seconds that are left. Raises `TimeoutError` if there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer takes too long")
    return left


def _read(secure: ssl.SSLSocket, ends: float) -> bytes:
    """Everything up to the end of the connection."""
    found = bytearray()
    while True:
        secure.settimeout(_left(ends))
        piece = secure.recv(1 << 14)
        found += piece
        if len(found) > LARGEST:
            raise ValueError("the answer is too long")
        if not piece:
            return bytes(found)


class _Read:
    """Stands for a connection from which all was read."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, _mode: str) -> IO[bytes]:
        """What was read."""
        return BytesIO(self._octets)


def _parsed(answer: bytes) -> tuple[int, str, bytes]:
    """Status, Location and body of an HTTP answer that is there as a whole."""
    response = HTTPResponse(cast("socket.socket", _Read(answer)))
    with response:
        response.begin()
        return response.status, response.getheader("Location") or "", response.read()
