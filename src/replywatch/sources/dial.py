"""A connection to a server, within a time that holds for all of its addresses together."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

ADDRESSES = 4
"""Addresses of one name that are tried."""

Connect = Callable[[str, int, float], socket.socket]
"""Host, port, seconds → a connected socket; raises `OSError`."""


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first address of `host` that answers, all in all within `seconds`.

    The time is shared out, so that one address that keeps silent does not use up that of the others.
    """
    ends = time.monotonic() + seconds
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:ADDRESSES]]
    failed: OSError = TimeoutError("no address answers")
    for tried, address in enumerate(addresses):
        share = (ends - time.monotonic()) / (len(addresses) - tried)
        try:
            return socket.create_connection((address, port), max(0.01, share))
        except OSError as error:
            failed = error
    raise failed
