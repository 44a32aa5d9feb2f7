"""What a person may answer, checked at once; every function raises `UsageError` for what it does not take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from replywatch.app.setup.trial import refuse_unusable
from replywatch.config import names
from replywatch.config import zone as zones
from replywatch.config.model import Tls
from replywatch.config.providers import PROVIDERS, MailProvider, by_domain, by_key
from replywatch.errors import CertificateError, UsageError
from replywatch.hosts import is_loopback

WAYS = ("file", "env", "command", "keyring", "clear")
"""Where a password may come from."""
_PLACE = re.compile(r"\[(?P<ip>[^]]+)\](:(?P<port>\d+))?|(?P<name>[^:]+)(:(?P<number>\d+))?")


class Place(NamedTuple):
    """A server, as people name it."""

    host: str
    port: int | None = None
    """None: it was not said."""


def address(text: str) -> str:
    """The address in the form in which addresses are compared; of a domain with a dot in it, as all on the internet."""
    found = names.address(text.strip())
    if found and "." in found.partition("@")[2]:
        return found
    raise UsageError(f"{names.without_secret(text)!r} is not an address such as info@example.com")


def place(text: str) -> Place:
    """The name of a server or its IP address, and the port that stands behind it: `localhost:993`, `[::1]:993`."""
    text = text.strip()
    if names.is_ip(text):  # of IPv6, with its colons
        return Place(text)
    said = _PLACE.fullmatch(text)
    if said and said["ip"] and names.is_ip(said["ip"]):
        return Place(said["ip"], port(said["port"]) if said["port"] else None)
    if said and said["name"] and (name := names.host(said["name"])):
        return Place(name, port(said["number"]) if said["number"] else None)
    raise UsageError(
        f"{names.without_secret(text)!r} is not the name of a server, such as imap.example.com", "No scheme in front."
    )


def provider(text: str) -> MailProvider:
    """A provider that is known here."""
    if found := by_key(text):
        return found
    known = ", ".join(provider.key for provider in PROVIDERS)
    raise UsageError(
        f"the provider {names.without_secret(text)!r} is not known", f"Name its --host instead, or one of {known}."
    )


def server(text: str) -> MailProvider | Place:
    """A provider that is known here, else a server; a single word is taken for a mistyped provider."""
    if found := by_key(text):
        return found
    if not {".", ":"}.intersection(text) and not is_loopback(text.strip()):
        near = difflib.get_close_matches(text.strip().lower(), [p.key for p in PROVIDERS], n=1)
        raise UsageError(
            f"the provider {names.without_secret(text)!r} is not known" + (f", did you mean {near[0]}?" if near else "")
        )
    return place(text)


def port(text: str) -> int:
    """The number of a port."""
    if text.isascii() and text.isdigit() and 0 < (number := int(text[:9])) < 65536:
        return number
    raise UsageError(f"{names.without_secret(text)!r} is not a port: a number from 1 to 65535")


def tls_at(host: str) -> Callable[[str], Tls]:
    """What takes how a connection to `host` is protected: not at all on this machine alone."""

    def tls(text: str) -> Tls:
        ways = [way for way in Tls if way is not Tls.NONE or is_loopback(host)]
        if (word := text.strip().lower()) in ways:
            return Tls(word)
        raise UsageError(f"{names.without_secret(text)!r} is none of {', '.join(ways)}")

    return tls


def ca_file(text: str) -> Path | None:
    """The file of an authority, seen from where one stands; None for no text."""
    if not text.strip():
        return None
    path = names.path(text.strip(), Path.cwd())
    if path is None:
        raise UsageError(f"the home folder in {names.without_secret(text)!r} is not known")
    try:
        refuse_unusable(path)
    except CertificateError as error:
        raise UsageError(error.text, "It has to be a PEM file with the authority's certificate.") from None
    return path


def domain(text: str) -> str:
    """A domain of the team, or `*.` and one; never a provider's, which would make strangers colleagues."""
    found = names.domain_rule(text)
    if found is None:
        raise UsageError(f"{names.without_secret(text)!r} is not a domain such as example.com or *.example.com")
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
    raise UsageError(f"{names.without_secret(text)!r} is not a time zone such as Europe/Berlin{zones.suggestion(text)}")


def way(text: str) -> str:
    """Where a password comes from."""
    if text in WAYS:
        return text
    raise UsageError(f"{names.without_secret(text)!r} is none of {', '.join(WAYS)}")


def yes_or_no(text: str) -> bool:
    """Whether it is a yes."""
    if (word := text.strip().lower()) in ("y", "yes", "j", "ja", "n", "no", "nein"):
        return word[0] in "yj"
    raise UsageError("y or n, please")


def something(text: str) -> str:
    """Any text that is not empty."""
    if text.strip():
        return text.strip()
    raise UsageError("something has to be said")
