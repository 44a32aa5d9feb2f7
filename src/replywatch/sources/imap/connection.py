"""A logged-in connection to an IMAP server: TLS first, verified, then the password or token."""

from __future__ import annotations

import contextlib
import logging
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from imapclient import SocketTimeout
from imapclient.exceptions import IMAPClientError

from replywatch.errors import ConnectError, LoginError, ReplywatchError
from replywatch.hosts import is_loopback
from replywatch.sources.imap import bearer as imap_bearer
from replywatch.sources.imap import failures
from replywatch.sources.imap.bearer import Bearer, TokenRefusedError
from replywatch.sources.imap.wire import Client
from replywatch.sources.quoting import shown
from replywatch.sources.tls import verified

# Without a handler Python prints the library's warnings, which quote servers, to the user's terminal.
logging.getLogger("imapclient").addHandler(logging.NullHandler())

__all__ = ["Client", "ImapSettings", "Protection", "capabilities", "close", "connect", "log_out", "protection"]

_FORBIDDEN = re.compile(r"[\r\n\0]")
_ATOM = re.compile(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")
"""What may stand in LOGIN without quotes (RFC 9051, section 9, `astring`): the library sends user names bare."""


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


def connect(settings: ImapSettings, connect_timeout: float, read_timeout: float) -> Client:
    """A new connection, logged in; nothing is sent before it is as safe as the settings want it.

    Raises:
        ConnectError: the server can't be reached, or does not offer what the settings ask for.
        CertificateError: it can't prove who it is.
        LoginError: it refuses user name, password or token, also one that was had just now.
        SecretError: the tokens that are stored can't be used.
    """
    _refuse_unsafe(settings)
    if settings.bearer is None:
        return _attempt(settings, "", connect_timeout, read_timeout)
    token, said = "", ""
    for _ in range(2):  # a token may be refused before its time; then another one is had
        token = settings.bearer.token(token)
        try:
            return _attempt(settings, token, connect_timeout, read_timeout)
        except TokenRefusedError as error:
            said = error.text
    raise settings.bearer.refusal(said)


def _attempt(settings: ImapSettings, token: str, connect_timeout: float, read_timeout: float) -> Client:
    """A new connection, logged in with `token`, or the password without one; raises as `connect`."""
    context = None if settings.tls == "none" else verified(settings.ca_file)
    client = _open(settings, context, SocketTimeout(connect_timeout, read_timeout))
    try:
        if settings.tls == "starttls":
            _start_tls(client, settings, context, connect_timeout)
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


def _open(settings: ImapSettings, context: ssl.SSLContext | None, timeout: SocketTimeout) -> Client:
    try:
        client = Client(
            settings.host,
            settings.port,
            ssl=settings.tls not in ("none", "starttls"),
            ssl_context=context,
            timeout=timeout,
        )
    except (OSError, ValueError, OverflowError, IMAPClientError) as error:
        raise failures.connect_error(error, settings.server, settings.tls, timeout.connect) from error
    client.normalise_times = False
    client.folder_encode = False
    # The library prepares a debug line for every response, headers and all, even where nobody reads it: that
    # takes two thirds of the time.
    client._imap.debug = 0  # noqa: SLF001
    return client


def _start_tls(client: Client, settings: ImapSettings, context: ssl.SSLContext | None, seconds: float) -> None:
    """Begin TLS; what came in clear counts for nothing from then on (RFC 9051, section 6.2.1)."""
    if client._imap.state != "NONAUTH":  # noqa: SLF001 - the library does not tell
        raise ConnectError(
            f"{settings.server} greets with PREAUTH, which leaves no room for STARTTLS",
            'Somebody may stand in between. Try tls = "implicit" (port 993); nothing was sent yet.',
        )
    if not client.has_capability("STARTTLS"):
        raise ConnectError(
            f"{settings.server} does not offer STARTTLS", 'Try tls = "implicit" (port 993); nothing was sent yet.'
        )
    try:
        client.starttls(context)
    except (OSError, ValueError, IMAPClientError) as error:
        raise failures.connect_error(error, settings.server, settings.tls, seconds) from error
    # Octets that were received already are gone with the old socket; responses that were read already go here.
    client._imap.untagged_responses.clear()  # noqa: SLF001 - the library keeps them for the next command


def _log_in(client: Client, settings: ImapSettings, token: str) -> ReplywatchError | None:
    """Log in; why it failed, or None."""
    if client._imap.state == "AUTH":  # noqa: SLF001 - a PREAUTH greeting: somebody else vouches for us
        return None
    return _log_in_with_token(client, settings, token) if token else _log_in_with_password(client, settings)


def _log_in_with_token(client: Client, settings: ImapSettings, token: str) -> ReplywatchError | None:
    name = imap_bearer.mechanism(client)
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
    login_disabled = client.has_capability("LOGINDISABLED")
    if login_disabled and not client.has_capability("AUTH=PLAIN"):
        hint = 'Set tls = "starttls" or "implicit".' if settings.tls == "none" else "It may want OAuth2."
        return LoginError(f"{settings.server} takes no password over this connection", hint)
    plain = login_disabled or not settings.password.isascii() or not _ATOM.fullmatch(settings.username)
    try:
        if plain:
            client.plain_login(settings.username, settings.password)
        else:
            client.login(settings.username, settings.password)
    except (OSError, ValueError, IMAPClientError) as error:
        cause = error.__context__ if isinstance(error.__context__, IMAPClientError) else error
        return failures.login_error(cause, settings.server, settings.username, *settings.secrets)
    return None
