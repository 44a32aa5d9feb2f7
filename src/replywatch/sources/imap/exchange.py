"""Whether a server is Microsoft Exchange: it lists calendars and the like as if they were mailboxes of mail."""

from __future__ import annotations

from collections.abc import Collection

_DOMAINS = ("office365.com", "office365.us", "outlook.com", "outlook.cn")
"""Microsoft's own servers, Exchange Online and Outlook.com, are there."""
_ALONE = frozenset({"CLIENTACCESSRULES", "CLIENTNETWORKPRESENCELOCATION", "BACKENDAUTHENTICATE"})
"""Capabilities that no other server names."""


def is_exchange(host: str, greeting: bytes, capabilities: Collection[str]) -> bool:
    """Whether its host, the line it greets with, or a capability (in upper case) says for sure that it is Exchange.

    `* OK The Microsoft Exchange IMAP4 service is ready.` is what all of them say whose greeting nobody changed.
    """
    name = host.lower().rstrip(".")
    return (
        b"microsoft exchange" in greeting.lower()
        or any(name == domain or name.endswith(f".{domain}") for domain in _DOMAINS)
        or not _ALONE.isdisjoint(capabilities)
    )
