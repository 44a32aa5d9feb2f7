"""HTTPS and DNS for `autoconfig`: bounded in size and in time, and nothing that is asked can make an exception."""

from __future__ import annotations

import ssl
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from replywatch.sources.dial import Connect, connect
from replywatch.sources.https import Request, ask

if TYPE_CHECKING:
    from dns.resolver import Resolver

LARGEST = 1 << 18
"""Octets of an answer, its header included; files of this kind have a few thousand."""
SECONDS = 5.0
"""For one file with all its redirections, and for one question to the DNS."""
REDIRECTIONS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Service(NamedTuple):
    """An SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


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
                answer = ask(
                    Request(url, {"Accept": "*/*"}),
                    seconds=ends - time.monotonic(),
                    octets=LARGEST,
                    context=self._context,
                    connect=self._connect,
                )
                if answer.status not in _REDIRECTS:
                    return answer.body if answer.status == 200 else None
                url = urljoin(url, answer.headers.get("Location", ""))
        except (OSError, HTTPException, ValueError, OverflowError):  # the last two: URLs, names, numbers that are none
            return None
        return None

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
