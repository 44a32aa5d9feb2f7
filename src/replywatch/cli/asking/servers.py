"""Which server has the mail of an address, and how it is reached."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from replywatch.app.setup.autoconfig import Settings
from replywatch.cli.asking import answers, lookup
from replywatch.cli.asking.given import Given
from replywatch.cli.asking.questions import Questions
from replywatch.config.accounts import PORTS
from replywatch.config.model import Tls
from replywatch.config.providers import PROVIDERS, MailProvider, by_domain, by_host
from replywatch.errors import UsageError
from replywatch.hosts import is_loopback


class Server(NamedTuple):
    """A server, and who logs in there by default."""

    host: str
    port: int
    tls: Tls
    ca_file: Path | None
    provider: MailProvider | None
    username: str


def ask_server(ask: Questions, given: Given, address: str) -> Server:
    """The server of the shared address."""
    domain = address.partition("@")[2]
    if found := _looked_up(ask, given, address):
        provider: MailProvider | None = by_host(found.host)
        _say_note(ask, provider)
        tls = Tls(given.tls) if given.tls else found.tls
        port = given.port or (found.port if tls is found.tls else PORTS[tls])
        ca_file = answers.ca_file(given.ca_file or "")
        return Server(found.host, port, tls, ca_file, provider, found.username or _username(provider, address))
    provider, place = _provider(ask, given, domain)
    _say_note(ask, provider)
    if place is None and provider:
        known = provider.host_for(domain)
        example = f" ({provider.host_example})" if provider.host_example else ""
        place = answers.Place(known) if known else ask.answer("--host", None, f"IMAP server{example}", answers.place)
    assert place is not None, "without a provider a server was named"  # noqa: S101 - says why it can't be
    return _reached(ask, given, place, provider, _username(provider, address))


def ask_other_server(ask: Questions, address: str, like: Server) -> Server:
    """The server of a colleague whose address is at another domain; the same one by default."""
    domain = address.partition("@")[2]
    if provider := by_domain(domain):
        return Server(provider.host_for(domain), 993, Tls.IMPLICIT, None, provider, _username(provider, address))
    place = ask.answer("", None, f"IMAP server of {domain}", answers.place, like.host)
    if place == (like.host, None):
        return like._replace(username=address)
    return _reached(ask, None, place, by_host(place.host), address)


def _looked_up(ask: Questions, given: Given, address: str) -> Settings | None:
    """The server that a lookup finds, if one is wanted; only where the server is not known otherwise."""
    if given.autoconfig and (given.host or given.provider):
        raise UsageError("--autoconfig looks for what --host or --provider say already", "Leave out one of them.")
    known = given.host or given.provider or by_domain(address.partition("@")[2])
    if given.autoconfig or (ask.asks and not known and lookup.is_possible() and ask.agree(lookup.QUESTION)):
        return lookup.look_up(ask, address)
    return None


def _provider(ask: Questions, given: Given, domain: str) -> tuple[MailProvider | None, answers.Place | None]:
    """The provider, if it is known, and the server that was named instead of one."""
    place = answers.place(given.host) if given.host else None
    if given.provider:
        return answers.provider(given.provider), place
    if place:
        return by_host(place.host), place
    if found := by_domain(domain):
        return found, None
    if ask.asks:
        ask.say(f"Known providers: {', '.join(p.key for p in PROVIDERS)}.")
    answer = ask.answer("--provider or --host", None, "One of them, or the name of the IMAP server", answers.server)
    return (answer, None) if isinstance(answer, MailProvider) else (by_host(answer.host), answer)


def _reached(
    ask: Questions, given: Given | None, place: answers.Place, provider: MailProvider | None, username: str
) -> Server:
    """How the server at `place` is reached: as usual at a known provider, else by three more answers."""
    said_port, said_tls, said_ca = (given.port, given.tls, given.ca_file) if given else (None, None, None)
    if said_port and place.port and said_port != place.port:
        raise UsageError(f"--host says port {place.port}, and --port {said_port}", "Leave out one of them.")
    port = said_port or place.port
    if provider:
        tls = Tls(said_tls or Tls.IMPLICIT)
        return Server(place.host, port or PORTS[tls], tls, answers.ca_file(said_ca or ""), provider, username)
    if port is None:
        port = ask.answer("--port", None, "Port", answers.port, str(PORTS[Tls(said_tls or Tls.IMPLICIT)]))
    usual = Tls.STARTTLS if port == PORTS[Tls.STARTTLS] else Tls.IMPLICIT
    ways = "implicit (from the start), starttls" + ", none" * is_loopback(place.host)
    tls = ask.answer("--tls", said_tls, f"TLS: {ways}", answers.tls_at(place.host), usual.value)
    question = "Private authority of its certificate, a PEM file (Enter: it has none)"
    ca_file = None if tls is Tls.NONE else ask.answer("--ca-file", said_ca, question, answers.ca_file, "")
    return Server(place.host, port, tls, ca_file, None, username)


def _username(provider: MailProvider | None, address: str) -> str:
    """Who logs in, if nothing else is said."""
    local, _, domain = address.partition("@")
    return local if provider and provider.local_part_login and domain in provider.domains else address


def _say_note(ask: Questions, provider: MailProvider | None) -> None:
    """Say what has to be known about the provider."""
    if provider:
        ask.say(f"{provider.name}: {provider.note}")
