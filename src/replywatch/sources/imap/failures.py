"""What went wrong with an IMAP server, in words for people: what, where, and what to do next.

Answers of servers are hostile text: they are shown without control characters, cut short, and never with a password.
"""

from __future__ import annotations

import ast
import errno
import re
import socket
import ssl

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SourceError
from replywatch.sources import quoting
from replywatch.sources.imap.refusals import Refusal, is_absent, pause, refusal
from replywatch.sources.imap.waiting import SlowError

_LOOKED_AT = 2000
"""Characters that the patterns below see: on an endless word they would take for ever."""
_WRAPPED = re.compile(r"(?:command: \w+ => |\w+ command error: BAD |\w+ failed: )+", re.IGNORECASE)
_BYTES = re.compile(r"""\[?(b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\]?""")
"""The library shows some answers as Python does."""

_WANTS_TLS = re.compile(r"\[PRIVACYREQUIRED\]", re.IGNORECASE)

_TRY_LATER = "Wait some minutes and try again; close other mail programs that use this account."
_LOOK = "Run it again; if it stays so, ask whoever runs the server, with what `replywatch check` says."
DAMAGED = (
    "The server may be damaged or not quite an IMAP server; ask whoever runs it, with what `replywatch check` says."
)
_RESUMES = "Run it again: it goes on where it stopped."
_WAIT = f'{_RESUMES} A server that needs longer gets it by `timeout` under its account, such as "10m".'

_PASSING = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})
"""A network that may come back."""
_HOST_MISMATCH = frozenset({62, 63, 64})
_EXPIRED = frozenset({9, 10})
_OLD_TLS = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"})
"""What OpenSSL says where a server knows nothing newer than TLS 1.1."""
_OTHER_SERVERS = {"+OK": "POP3", "220": "SMTP", "HTTP/": "HTTP"}
"""How greetings begin that are none of IMAP, and of what they are."""
_PORTS = "IMAP is mostly at 993, with STARTTLS at 143."


def words(error: BaseException, *secrets: str) -> str:
    """What the server or the library said, as one printable line; "" if that would show one of `secrets`.

    Then `error` and what caused it forget what was said, too: a traceback quotes them.
    """
    whole, text = _raw_text(error)
    if any(quoting.shows(whole, secret) or quoting.shows(text, secret) for secret in secrets):
        _empty(error)
        return ""
    return quoting.shown(text)


def _raw_text(error: BaseException) -> tuple[str, str]:
    """What `error` holds, and how it begins without what the library puts around; nothing of it is fit to be shown."""
    said = error.args[0] if error.args else ""
    whole = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return whole, _BYTES.sub(_octets_as_text, _WRAPPED.sub("", whole[:_LOOKED_AT], count=1))


def _quoted(said: str) -> str:
    return f": {said}" if said else ""


def _empty(error: BaseException | None) -> None:
    """Take the words out of `error` and of all that led to it."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error.args = ()
        error = error.__cause__ or error.__context__


def _octets_as_text(shown: re.Match[str]) -> str:
    """What `b'…'` stands for; as it is if it only looks like that."""
    try:
        octets = ast.literal_eval(shown[1])
    except (SyntaxError, ValueError):
        return shown[0]
    return str(octets, "utf-8", "replace")


def connect_error(error: Exception, server: str, tls: str, seconds: float) -> ConnectError:
    """Why no connection to `server` (host and port) came about; `tls` is the account's setting."""
    if isinstance(error, ssl.SSLError):
        return _tls_error(error, server, tls)
    passes = False
    match error:
        case socket.gaierror():
            text = f"The name of {server} can't be resolved"
            hint = "Check `host` and the network connection."
            passes = True
        case UnicodeDecodeError():
            text = f"{server} does not speak IMAP: what it can do it says in octets beyond ASCII"
            hint = f"Check `host` and `port`: {_PORTS}"
        case ValueError() | OverflowError():  # what Python says of impossible host names and ports
            text = f"{server} is not a valid host and port"
            hint = "Check `host` and `port`."
        case ConnectionRefusedError():
            text = f"{server} refuses connections"
            hint = f"Check `host` and `port`: {_PORTS}"
            passes = True
        case TimeoutError():
            text = f"{server} did not answer within {seconds:g} seconds"
            hint = _silence_hint(tls)
            passes = True
        case OSError():
            text = f"{server} can't be reached: {error.strerror or words(error)}"
            hint = "Check `host`, `port` and the network connection."
            passes = isinstance(error, ConnectionError) or error.errno in _PASSING
        case _:
            return _greeting_error(error, server, tls)
    return ConnectError(text, hint, transient=passes)


def login_error(error: Exception, server: str, username: str, *secrets: str) -> SourceError:
    """Why `server` did not let `username` in. The caller raises it unchained: `error` may quote the password.

    A connection that breaks off once the password was sent is not worth another try unless the server says so: some
    servers hang up on a wrong one.
    """
    _, raw = _raw_text(error)
    reason, said = refusal(raw), words(error, *secrets)
    if isinstance(error, IMAPClientAbortError) or not isinstance(error, IMAPClientError):
        failure = _lost(error, server, reason, said, pause(raw))
        failure.transient = reason.passes
        return failure
    quoted = _quoted(said)
    if reason is not Refusal.LASTING:
        return ConnectError(
            f"{server} lets nobody in at the moment{quoted}",
            _TRY_LATER,
            transient=reason.passes,
            retry_after=pause(raw),
        )
    if _WANTS_TLS.search(raw):
        return LoginError(
            f"{server} takes no password over a plain connection{quoted}", 'Set tls = "starttls" or "implicit".'
        )
    return LoginError(
        f"{server} refused the login of {username}{quoted}",
        "Check `username` and `password`. Gmail, GMX, web.de, iCloud and Yahoo want an app password, and IMAP switched"
        " on in their settings; Microsoft 365 takes no passwords at all.",
        retry_after=pause(raw),
    )


def lost(error: Exception, server: str, *secrets: str) -> ConnectError:
    """How an established connection to `server` broke."""
    _, raw = _raw_text(error)
    return _lost(error, server, refusal(raw), words(error, *secrets), pause(raw))


def _lost(error: Exception, server: str, reason: Refusal, said: str, rest: float | None) -> ConnectError:
    """The same; `said` is what of it can be shown."""
    if isinstance(error, TimeoutError):
        slow = isinstance(error, SlowError)
        return ConnectError(f"{server} {'answers too slowly' if slow else 'stopped answering'}", _WAIT, transient=True)
    if reason is not Refusal.LASTING:
        text = f"{server} closed the connection{_quoted(said)}"
        return ConnectError(text, _TRY_LATER, transient=reason.passes, retry_after=rest)
    text = f"The connection to {server} was lost: {said or type(error).__name__}"
    return ConnectError(text, _RESUMES, transient=True)


def refused(error: Exception, server: str, failure: str, *secrets: str) -> SourceError:
    """Why `server` does not do what a command asks for; `failure` says what that would have been.

    What concerns a single mailbox is a `MailboxError`; a server that wants to be left alone is a `ConnectError`.
    """
    _, raw = _raw_text(error)
    said, rest = words(error, *secrets), pause(raw)
    reason = refusal(raw) if isinstance(error, IMAPClientError) else Refusal.LASTING
    if reason.wants_rest:
        return _lost(error, server, reason, said, rest)
    text = f"{failure} at {server}{_quoted(said)}"
    return MailboxError(
        text,
        _LOOK,
        transient=reason.passes,
        retry_after=rest,
        stumbled=reason is Refusal.STUMBLED,
        absent=isinstance(error, IMAPClientError) and is_absent(raw),
    )


def ends_session(error: Exception) -> bool:
    """Whether what the server said to one command makes all further ones pointless."""
    return refusal(_raw_text(error)[1]) in (Refusal.DOWN, Refusal.BUSY, Refusal.SPENT)


def _tls_error(error: ssl.SSLError, server: str, tls: str) -> ConnectError:
    """Why TLS did not come about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_error(error, server)
    if isinstance(error, ssl.SSLEOFError):
        text = f"{server} closed the connection during the TLS handshake"
        return ConnectError(text, _silence_hint(tls), transient=True)
    if error.reason in _OLD_TLS:
        return ConnectError(
            f"{server} speaks only TLS 1.0 or 1.1, which is no longer safe",
            "Ask whoever runs it for TLS 1.2 or newer, or for the name of a newer server. Nothing was sent yet.",
        )
    return ConnectError(
        f"No TLS handshake with {server}: {_reason(error)}",
        'If this port starts without TLS (143 mostly does), set tls = "starttls".',
    )


def _certificate_error(error: ssl.SSLCertVerificationError, server: str) -> CertificateError:
    said = error.verify_message.rstrip(".")
    if error.verify_code in _HOST_MISMATCH:
        return CertificateError(
            f"The certificate of {server} is for another host: {said}",
            "Set `host` to the name that the provider gives for IMAP.",
        )
    if error.verify_code in _EXPIRED:
        return CertificateError(
            f"The certificate of {server} is not valid today: {said}",
            "Ask who runs the server to renew it; check the clock of this machine.",
        )
    return CertificateError(
        f"The certificate of {server} is not trusted: {said}",
        "If the server has a private or self-signed certificate, save the authority's certificate as a PEM file and"
        " name it in `ca_file`.",
    )


def _greeting_error(error: Exception, server: str, tls: str) -> ConnectError:
    """The server closed the connection, said BYE, or does not speak IMAP."""
    said = words(error)
    reason = refusal(said)
    if reason is not Refusal.LASTING:
        text = f"{server} takes no connections at the moment: {said}"
        return ConnectError(text, _TRY_LATER, transient=reason.passes, retry_after=pause(said))
    if said.startswith("* BYE"):
        return ConnectError(f"{server} refuses this connection: {said.removeprefix('* BYE').strip()}", _TRY_LATER)
    if "socket error" in said:
        return ConnectError(f"{server} closed the connection at once", _silence_hint(tls), transient=True)
    spoken = next((name for begin, name in _OTHER_SERVERS.items() if said.startswith(begin)), "")
    if spoken:
        return ConnectError(f"{server} speaks {spoken}, not IMAP: {said}", f"Check `port`: {_PORTS}")
    return ConnectError(f"{server} does not speak IMAP: {said}", _silence_hint(tls))


def _silence_hint(tls: str) -> str:
    if tls == "implicit":
        return "Check `host` and `port`."
    return 'Check `host` and `port`. If this port expects TLS from the start (993 does), set tls = "implicit".'


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's reason, such as `wrong version number`."""
    return (error.reason or words(error)).replace("_", " ").lower()
