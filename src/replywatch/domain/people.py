"""Which addresses are one person."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=65_536)  # the same few addresses come again and again
def contact_key(address: str) -> str:
    """`address` for the question whether two are the same person: without a `+tag` (RFC 5233)."""
    local, at, domain = address.rpartition("@")
    user = local.partition("+")[0]
    return f"{user}@{domain}" if at and user else address
