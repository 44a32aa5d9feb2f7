"""What a person may answer, checked at once; every function raises `UsageError` for what it does not take."""

from __future__ import annotations

import difflib

from replywatch.config import names
from replywatch.config import zone as zones
from replywatch.config.providers import PROVIDERS, MailProvider, by_domain, by_key
from replywatch.errors import UsageError

WAYS = ("file", "env", "command", "keyring", "clear")
"""Where a password may come from."""


def address(text: str) -> str:
    """The address in the form in which addresses are compared."""
    if found := names.address(text.strip()):
        return found
    raise UsageError(f"{text!r} is not an address such as info@example.com")


def host(text: str) -> str:
    """The name of a server, or its IP address."""
    if found := names.host(text.strip()):
        return found
    raise UsageError(f"{text!r} is not the name of a server, such as imap.example.com", "No scheme, no port.")


def provider(text: str) -> MailProvider:
    """A provider that is known here."""
    if found := by_key(text):
        return found
    known = ", ".join(provider.key for provider in PROVIDERS)
    raise UsageError(f"the provider {text!r} is not known", f"Name its --host instead, or one of {known}.")


def server(text: str) -> MailProvider | str:
    """A provider that is known here, else the name of a server; a single word is taken for a mistyped provider."""
    if found := by_key(text):
        return found
    if not {".", ":"}.intersection(text):
        near = difflib.get_close_matches(text.strip().lower(), [p.key for p in PROVIDERS], n=1)
        raise UsageError(f"the provider {text!r} is not known" + (f", did you mean {near[0]}?" if near else ""))
    return host(text)


def domain(text: str) -> str:
    """A domain of the team, or `*.` and one; never a provider's, which would make strangers colleagues."""
    found = names.domain_rule(text)
    if found is None:
        raise UsageError(f"{text!r} is not a domain such as example.com or *.example.com")
    if by_domain(found.removeprefix("*.")):
        raise UsageError(f"anybody can have an address at {found}", "Name your colleagues' addresses instead.")
    return found


def domains(text: str) -> tuple[str, ...]:
    """Several domains, with commas or blanks between them."""
    return tuple(dict.fromkeys(map(domain, text.replace(",", " ").split())))


def addresses(text: str) -> tuple[str, ...]:
    """Several addresses, with commas or blanks between them."""
    return tuple(dict.fromkeys(map(address, text.replace(",", " ").split())))


def timezone(text: str) -> str:
    """The name of a time zone."""
    if zones.named(text):
        return text
    raise UsageError(f"{text!r} is not a time zone such as Europe/Berlin{zones.suggestion(text)}")


def way(text: str) -> str:
    """Where a password comes from."""
    if text in WAYS:
        return text
    raise UsageError(f"{text!r} is none of {', '.join(WAYS)}")


def something(text: str) -> str:
    """Any text that is not empty."""
    if text.strip():
        return text.strip()
    raise UsageError("something has to be said")
