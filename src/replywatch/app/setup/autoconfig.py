"""The IMAP server of an address, as its domain, Mozilla's collection or the DNS name it.

Thunderbird's files (https://datatracker.ietf.org/doc/draft-ietf-mailmaint-autoconfig/) come over HTTPS and are believed
as far as the certificate goes; SRV records (RFC 6186, RFC 8314) can be forged. Settings without TLS are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from replywatch.config import names
from replywatch.config.model import Tls

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from replywatch.sources.autoconfig_net import Network, Service

PACKAGES = ("defusedxml", "dns")
"""What the extra `autoconfig` brings."""
MOZILLA = "autoconfig.thunderbird.net"
_FILES = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    f"https://{MOZILLA}/v1.1/{{domain}}",
)
_SERVICES = (("_imaps._tcp", Tls.IMPLICIT), ("_imap._tcp", Tls.STARTTLS))
_SOCKETS = {"SSL": Tls.IMPLICIT, "STARTTLS": Tls.STARTTLS}
_NAME = re.compile(r"[!-~]{1,254}")
"""A user name that is believed: ASCII that shows, no blanks."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A server that was found, and how to log in there."""

    host: str
    port: int
    tls: Tls
    username: str | None
    """None: it was not said."""
    source: str
    """Who says so: the host of a file, or the name of a record."""
    proved: bool
    """It came over HTTPS; a record of the DNS may be forged."""

    def is_foreign(self, domain: str) -> bool:
        """Whether the server lies outside of `domain`."""
        return not f".{self.host}".endswith(f".{names.host(domain)}")


def look_up(address: str, network: Network | None = None) -> Iterator[Settings]:
    """What is found for `address`, each server once, the most believable first; each is asked for when it is wanted.

    `network` is the internet by default. Only the domain is told to those who are asked. Raises nothing: who has no
    usable answer is passed over.
    """
    local, _, domain = address.rpartition("@")
    ascii_domain = names.host(domain)
    if ascii_domain is None or names.is_ip(ascii_domain):
        return
    from replywatch.sources.autoconfig_net import Network  # noqa: PLC0415 - http and TLS, only where they are wanted

    seen = set()
    for settings in _all(local, ascii_domain, network or Network()):
        if (server := (settings.host, settings.port, settings.tls)) not in seen:
            seen.add(server)
            yield settings


def _all(local: str, domain: str, network: Network) -> Iterator[Settings]:
    for form in _FILES:
        url = form.format(domain=domain)
        file = network.get(url)
        if file is not None and (found := parse_file(file, local, domain, url.split("/")[2])):
            yield found
    for label, tls in _SERVICES:
        if found := _best(network.services(f"{label}.{domain}"), f"{label}.{domain}", tls):
            yield found


def parse_file(file: bytes, local: str, domain: str, source: str) -> Settings | None:
    """The IMAP server that a `config-v1.1.xml` names for `local@domain`; None if it names none with TLS.

    TLS from the start goes before STARTTLS (RFC 8314, 4.1), else the first one named counts.
    """
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - as what raises it

    from defusedxml import DefusedXmlException, ElementTree  # noqa: PLC0415 - an extra

    try:
        root: Element = ElementTree.fromstring(file, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # the last two: an encoding that is none
        return None
    servers = (s for s in root.findall("./emailProvider/incomingServer") if s.get("type") == "imap")
    found = [settings for s in servers if (settings := _settings(s, local, domain, source))]
    return min(found, key=lambda s: s.tls is not Tls.IMPLICIT, default=None)


def _settings(server: Element, local: str, domain: str, source: str) -> Settings | None:
    def said(name: str) -> str:
        text = (server.findtext(name) or "").strip()
        for holder, value in (
            ("%EMAILADDRESS%", f"{local}@{domain}"), ("%EMAILLOCALPART%", local), ("%EMAILDOMAIN%", domain)
        ):  # fmt: skip
            text = text.replace(holder, value)
        return text

    tls = _SOCKETS.get(said("socketType").upper())
    host, port = _host(said("hostname")), said("port")
    if tls is None or host is None or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        return None
    username = said("username")
    known = _NAME.fullmatch(username) and "%" not in username
    return Settings(host, int(port), tls, username if known else None, source, proved=True)


def _best(services: list[Service], name: str, tls: Tls) -> Settings | None:
    """The service of the lowest priority, among them of the highest weight (RFC 2782); None if none is offered."""
    for service in sorted(services, key=lambda s: (s.priority, -s.weight, s.target)):
        host = _host(service.target.removesuffix("."))
        if host and service.port:
            return Settings(host, service.port, tls, None, f"DNS, {name}", proved=False)
    return None


def _host(text: str) -> str | None:
    """The name of a server on the internet, in lower case; None for what is none, such as an IP address."""
    host = names.host(text)
    return host if host and "." in host and not names.is_ip(host) else None
