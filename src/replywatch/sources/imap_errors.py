"""What went wrong with an IMAP server, in words for people: what, where, and what to do next.

Answers of servers are hostile text: they are shown without control characters, cut short, and never with a password.
"""

from __future__ import annotations

import ast
import re
import socket
import ssl

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.errors import CertificateError, ConnectError, LoginError, SourceError

_LENGTH = 200
_WRAPPED = re.compile(r"(?:command: \w+ => |\w+ command error: BAD |\w+ failed: )+", re.IGNORECASE)
_BYTES = re.compile(r"""\[?(b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\]?""")
"""The library shows some answers as Python does."""

# RFC 5530 codes, and what providers say without one: nothing is wrong with the password.
_BUSY = re.compile(
    r"\[(?:LIMIT|UNAVAILABLE|INUSE|OVERQUOTA|THROTTLED|SERVERBUG)\]|too many (?:simultaneous )?(?:connections|logins)"
    r"|connections? (?:limit|exceeded)|backoff time",
    re.IGNORECASE,
)
_WANTS_TLS = re.compile(r"\[PRIVACYREQUIRED\]", re.IGNORECASE)

_TRY_LATER = "Wait some minutes and try again; close other mail programs that use this account."
_RESUMES = "Run it again: it goes on where it stopped."

_HOST_MISMATCH = frozenset({62, 63, 64})
_EXPIRED = frozenset({9, 10})


def words(error: BaseException, *secrets: str) -> str:
    """What the server or the library said, as one printable line; "" if that would show one of `secrets`."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = _BYTES.sub(_octets_as_text, _WRAPPED.sub("", text, count=1))
    if any(secret and secret in text for secret in secrets):
        return ""
    return "".join(c if c.isprintable() else " " for c in text[:_LENGTH]).strip()


def _octets_as_text(shown: re.Match[str]) -> str:
    """What `b'…'` stands for; as it is if it only looks like that."""
    try:
        octets = ast.literal_eval(shown[1])
    except (SyntaxError, ValueError):
        return shown[0]
    return str(octets, "utf-8", "replace")


def connect_error(error: Exception, server: str, tls: str, seconds: float) -> ConnectError:
    """Why no connection to `server` (host and port) came about; `tls` is the account's setting."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_error(error, server)
    match error:
        case ssl.SSLError():
            text = f"No TLS handshake with {server}: {_reason(error)}"
            hint = 'If this port starts without TLS (143 mostly does), set tls = "starttls".'
        case socket.gaierror():
            text = f"The name of {server} can't be resolved"
            hint = "Check `host` and the network connection."
        case UnicodeDecodeError():
            text = f"{server} does not speak IMAP: what it can do it says in octets beyond ASCII"
            hint = "Check `host` and `port`: IMAP is mostly at 993, with STARTTLS at 143."
        case ValueError() | OverflowError():  # what Python says of impossible host names and ports
            text = f"{server} is not a valid host and port"
            hint = "Check `host` and `port`."
        case ConnectionRefusedError():
            text = f"{server} refuses connections"
            hint = "Check `host` and `port`: IMAP is mostly at 993, with STARTTLS at 143."
        case TimeoutError():
            text = f"{server} did not answer within {seconds:g} seconds"
            hint = _silence_hint(tls)
        case OSError():
            text = f"{server} can't be reached: {error.strerror or words(error)}"
            hint = "Check `host`, `port` and the network connection."
        case _:
            return _greeting_error(error, server, tls)
    return ConnectError(text, hint)


def login_error(error: Exception, server: str, username: str, *secrets: str) -> SourceError:
    """Why `server` did not let `username` in. The caller raises it unchained: `error` may quote the password."""
    if isinstance(error, IMAPClientAbortError) or not isinstance(error, IMAPClientError):
        return lost(error, server, *secrets)
    said = words(error, *secrets)
    quoted = f": {said}" if said else ""
    if _BUSY.search(said):
        return ConnectError(f"{server} lets nobody in at the moment{quoted}", _TRY_LATER)
    if _WANTS_TLS.search(said):
        return LoginError(
            f"{server} takes no password over a plain connection{quoted}", 'Set tls = "starttls" or "implicit".'
        )
    return LoginError(
        f"{server} refused the login of {username}{quoted}",
        "Check `username` and `password`. Gmail, GMX, web.de, iCloud and Yahoo want an app password, and IMAP switched"
        " on in their settings; Microsoft 365 takes no passwords at all.",
    )


def lost(error: Exception, server: str, *secrets: str) -> ConnectError:
    """How an established connection to `server` broke."""
    if isinstance(error, TimeoutError):
        return ConnectError(f"{server} stopped answering", _RESUMES)
    said = words(error, *secrets)
    if _BUSY.search(said):
        return ConnectError(f"{server} closed the connection: {said}", _TRY_LATER)
    return ConnectError(f"The connection to {server} was lost: {said or type(error).__name__}", _RESUMES)


def is_busy(error: Exception) -> bool:
    """The server asks to be left alone for a while: too many connections, too much traffic, maintenance."""
    return _BUSY.search(words(error)) is not None


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
    if _BUSY.search(said):
        return ConnectError(f"{server} takes no connections at the moment: {said}", _TRY_LATER)
    if said.startswith("* BYE"):
        return ConnectError(f"{server} refuses this connection: {said.removeprefix('* BYE').strip()}", _TRY_LATER)
    if "socket error" in said:
        return ConnectError(f"{server} closed the connection at once", _silence_hint(tls))
    return ConnectError(f"{server} does not speak IMAP: {said}", _silence_hint(tls))


def _silence_hint(tls: str) -> str:
    if tls == "implicit":
        return "Check `host` and `port`."
    return 'Check `host` and `port`. If this port expects TLS from the start (993 does), set tls = "implicit".'


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's reason, such as `wrong version number`."""
    return (error.reason or words(error)).replace("_", " ").lower()
