"""A logged-in connection to an IMAP server: TLS first, verified, then the password or token."""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch import __version__
from replywatch.errors import ConnectError, LoginError, ReplywatchError
from replywatch.hosts import is_loopback
from replywatch.sources.imap import bearer as imap_bearer
from replywatch.sources.imap import failures
from replywatch.sources.imap.bearer import Bearer, TokenRefusedError
from replywatch.sources.imap.reader import Bye, ReadError
from replywatch.sources.imap.waiting import USUAL, Timeouts
from replywatch.sources.imap.wire import Client
from replywatch.sources.imap.words import command, is_quotable, quoted
from replywatch.sources.quoting import shown
from replywatch.sources.tls import verified

# Without a handler Python prints the library's warnings, which quote servers, to the user's terminal.
logging.getLogger("imapclient").addHandler(logging.NullHandler())

__all__ = [
    "Client",
    "ImapSettings",
    "Protection",
    "capabilities",
    "close",
    "connect",
    "introduce",
    "log_out",
    "protection",
]

_FORBIDDEN = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the server is and who logs in."""

    host: str
    username: str
    password: str = field(repr=False)
    """"" where a token takes its place."""
    port: int = 993
    tls: str = "implicit"
    """`implicit`, `starttls` or `none`."""
    ca_file: Path | None = None
    """PEM file of the only authority to be trusted; None trusts those of the system."""
    allow_plaintext: bool = False
    """`none` is meant, also off this machine."""
    bearer: Bearer | None = field(default=None, repr=False)
    """What to ask for a token at each login; None for a password."""
    timeouts: Timeouts = USUAL

    @property
    def server(self) -> str:
        """Host and port, for error texts."""
        return f"{self.host}:{self.port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return (self.password,) if self.bearer is None else self.bearer.given


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects a connection."""

    version: str
    """Such as `TLSv1.3`; "" without TLS."""
    valid_until: int | None
    """The instant at which the server's certificate expires; None without TLS."""


def connect(settings: ImapSettings) -> Client:
    """A new connection, logged in; nothing is sent before it is as safe as the settings want it.

    Raises:
        ConnectError: the server can't be reached, or does not offer what the settings ask for.
        CertificateError: it can't prove who it is.
        LoginError: it refuses user name, password or token, also one that was had just now.
        SecretError: the tokens that are stored can't be used.
    """
    _refuse_unsafe(settings)
    if settings.bearer is None:
        return _attempt(settings, "")
    token, said = "", ""
    for _ in range(2):  # a token may be refused before its time; then another one is had
        token = settings.bearer.token(token)
        try:
            return _attempt(settings, token)
        except TokenRefusedError as error:
            said = error.text
    raise settings.bearer.refusal(said)


def _attempt(settings: ImapSettings, token: str) -> Client:
    """A new connection, logged in with `token`, or the password without one; raises as `connect`."""
    context = None if settings.tls == "none" else verified(settings.ca_file)
    client = _open(settings, context)
    try:
        if settings.tls == "starttls":
            _start_tls(client, settings, context)
        _refuse_unsafe_line(client, settings)
        refusal = _log_in(client, settings, token)
    except BaseException:
        close(client)
        raise
    if refusal is not None:
        close(client)
        # Raised here, where no other error is being handled: what the library said may quote the password.
        raise refusal
    return client


def capabilities(client: Client) -> frozenset[str]:
    """What the server can do, in upper case, asked for anew: after the login it is often more.

    Raises:
        OSError, IMAPClientError: the connection broke, or the answer makes no sense.
    """
    answers = client._imap.capability()[1]  # noqa: SLF001 - the library's own method may answer from before the login
    return frozenset((answers[-1] or b"").decode("ascii", "replace").upper().split())


def introduce(client: Client) -> None:
    """Say which program asks (RFC 2971); 163.com and QQ open no mailbox before. Nothing hangs on the answer.

    Raises:
        OSError, ReadError, IMAPClientError: the connection broke, or the answer makes no sense.
    """
    for response in client.ask(f'ID ("name" "replywatch" "version" "{__version__}")'):
        if isinstance(response, Bye):
            raise IMAPClientAbortError(response.text)


def protection(client: Client) -> Protection:
    """What protects the connection."""
    channel = client.socket()
    if not isinstance(channel, ssl.SSLSocket):
        return Protection("", None)
    # The certificate was verified, so it is there and has a date; `str` is for the type checker.
    expires = str((channel.getpeercert() or {})["notAfter"])
    return Protection(channel.version() or "", ssl.cert_time_to_seconds(expires))


def close(client: Client) -> None:
    """Hang up; an error can't matter any more."""
    with contextlib.suppress(OSError, IMAPClientError):
        client.shutdown()


def log_out(client: Client) -> None:
    """Say goodbye and hang up; an error can't matter any more."""
    try:
        client.logout()
    except (OSError, IMAPClientError, ValueError):
        close(client)


def _refuse_unsafe(settings: ImapSettings) -> None:
    if settings.tls == "none" and not settings.allow_plaintext and not is_loopback(settings.host):
        raise _in_clear(settings)
    for name, value in (("username", settings.username), ("password", settings.password)):
        if _FORBIDDEN.search(value):
            raise LoginError(f"The {name} for {settings.server} contains a line break or NUL", f"Check `{name}`.")
    if settings.bearer and imap_bearer.unsafe(settings.username):
        raise LoginError(f"The username for {settings.server} contains a control character", "Check `username`.")


def _refuse_unsafe_line(client: Client, settings: ImapSettings) -> None:
    """Look at the line itself before a password leaves: `localhost` is but a name, and TLS has to stand.

    Raises:
        ConnectError: the line is not as safe as the settings want it, or it broke.
    """
    line = client.socket()
    if isinstance(line, ssl.SSLSocket):
        return
    try:
        peer = line.getpeername()[0]
    except OSError as error:
        raise failures.lost(error, settings.server) from error
    if settings.tls != "none" or not (settings.allow_plaintext or is_loopback(peer)):
        raise _in_clear(settings)


def _in_clear(settings: ImapSettings) -> ConnectError:
    secret = "password" if settings.bearer is None else "token"
    return ConnectError(
        f"{settings.server} would get the {secret} over the network in clear",
        'Set tls = "implicit" or "starttls"; allow_plaintext = true only where nobody can listen.',
    )


def _open(settings: ImapSettings, context: ssl.SSLContext | None) -> Client:
    implicit, timeouts = settings.tls not in ("none", "starttls"), settings.timeouts
    try:
        client = Client(settings.host, settings.port, context if implicit else None, timeouts)
    except (OSError, ValueError, OverflowError, IMAPClientError) as error:
        raise failures.connect_error(error, settings.server, settings.tls, timeouts.connect) from error
    # The library prepares a debug line for every response, headers and all, even where nobody reads it: that
    # takes two thirds of the time.
    client._imap.debug = 0  # noqa: SLF001
    return client


def _start_tls(client: Client, settings: ImapSettings, context: ssl.SSLContext | None) -> None:
    """Begin TLS; what came in clear counts for nothing from then on (RFC 9051, section 6.2.1)."""
    if client._imap.state != "NONAUTH":  # noqa: SLF001 - the library does not tell
        raise ConnectError(
            f"{settings.server} greets with PREAUTH, which leaves no room for STARTTLS",
            'Somebody may stand in between. Try tls = "implicit" (port 993); nothing was sent yet.',
        )
    if "STARTTLS" not in client.offers:
        raise ConnectError(
            f"{settings.server} does not offer STARTTLS", 'Try tls = "implicit" (port 993); nothing was sent yet.'
        )
    try:
        client.starttls(context)
    except (OSError, ValueError, IMAPClientError) as error:
        raise failures.connect_error(error, settings.server, settings.tls, settings.timeouts.connect) from error


def _log_in(client: Client, settings: ImapSettings, token: str) -> ReplywatchError | None:
    """Log in; why it failed, or None."""
    if client._imap.state == "AUTH":  # noqa: SLF001 - a PREAUTH greeting: somebody else vouches for us
        return None
    return _log_in_with_token(client, settings, token) if token else _log_in_with_password(client, settings)


def _log_in_with_token(client: Client, settings: ImapSettings, token: str) -> ReplywatchError | None:
    name = imap_bearer.mechanism(client.offers)
    if not name:
        hint = 'Set tls = "starttls" or "implicit".' if settings.tls == "none" else "Use its password instead."
        return LoginError(f"{settings.server} takes no OAuth2 tokens over this connection", hint)
    talk = imap_bearer.dialogue(name, settings.username, token, settings.host, settings.port)
    try:
        client.sasl_login(name, talk)
    except (OSError, ValueError, IMAPClientError) as error:
        cause = error.__context__ if isinstance(error.__context__, IMAPClientError) else error
        failure = failures.login_error(cause, settings.server, settings.username, *settings.secrets)
        if not isinstance(failure, LoginError):
            return failure
        reasons = (shown(talk.reason, *settings.secrets), failures.words(cause, *settings.secrets))
        return TokenRefusedError("; ".join(filter(None, reasons)))
    return None


def _log_in_with_password(client: Client, settings: ImapSettings) -> ReplywatchError | None:
    """Log in with it, in one way: a password that was refused is not tried in another one."""
    try:
        how = _login(settings.username, settings.password, client.offers)
        for _ in client.told(how) if how else ():
            pass
    except (OSError, ValueError, ReadError, IMAPClientError) as error:
        return failures.login_error(error, settings.server, settings.username, *settings.secrets)
    if how is None:
        hint = 'Set tls = "starttls" or "implicit".' if settings.tls == "none" else "It may want OAuth2."
        return LoginError(f"{settings.server} takes no password over this connection", hint)
    return None


def _login(username: str, password: str, offers: Collection[str]) -> list[bytes] | None:
    """The command by which they are said; None if the server takes no password.

    LOGIN where quoted strings can hold them, and always where the user name names a mailbox behind a backslash:
    Exchange takes that by LOGIN alone. Else PLAIN (RFC 4616), which says what encoding it is, and LOGIN with literals
    where there is none.
    """
    user, secret = (text.encode("utf-8", "surrogateescape") for text in (username, password))
    plain = [b"AUTHENTICATE PLAIN", b64encode(b"\0%s\0%s" % (user, secret))] if "AUTH=PLAIN" in offers else None
    if "LOGINDISABLED" in offers:
        return plain
    if plain and not (is_quotable(user) and is_quotable(secret)) and b"\\" not in user:
        return plain
    return command("LOGIN", *(quoted(word).decode() if is_quotable(word) else word for word in (user, secret)))
