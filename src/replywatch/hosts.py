"""This machine, as the host of a connection: what goes there nobody else can listen to."""

from __future__ import annotations

import ipaddress

LOOPBACK = "127.0.0.1"
"""Its address on every system that knows IPv4 (RFC 6890, section 2.2.2)."""


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an IP address, is the machine itself; no question goes to the DNS."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
