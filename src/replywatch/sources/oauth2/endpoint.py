"""Asking a provider's endpoints for tokens (RFC 6749): what is said there is secret, what is answered is hostile.

One request, one answer; no redirect is followed, since the secrets in the request are meant for this address alone.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauthlib.oauth2 import Client, MissingTokenError, OAuth2Error
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error

from replywatch.domain.instants import DAY
from replywatch.errors import CertificateError, ConnectError, ReplywatchError
from replywatch.hosts import LOOPBACK
from replywatch.sources.https import Request, TooLargeError, ask
from replywatch.sources.oauth2.token import Token
from replywatch.sources.quoting import shown
from replywatch.sources.tls import verified

_LARGEST = 1 << 16
"""Octets of an answer, its header included; tokens are 2 to 4 KB."""
_LONGEST_TOKEN = 1 << 14
_TOKEN = re.compile(r"[\x21-\x7e]+")
"""RFC 6750, section 2.1, and what other signs are printable; nothing that ends a line or a field of SASL."""
_SECRET_FIELDS = {"refresh_token", "client_secret", "code", "code_verifier", "device_code"}
_TOO_MANY = 429
_LONGEST_LIFE = 10 * 366 * DAY
_LONGEST_PAUSE = DAY
"""Seconds that a provider may ask for at most, as mail servers."""
_SECONDS = re.compile(r"[0-9]{1,9}")
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json",
    "User-Agent": "replywatch",
}
_AGAIN = "Run it again later."
_NO_PROVIDER = "Check the provider and its addresses in the config; if they are right, ask whoever runs it."


@dataclass(frozen=True, slots=True)
class OAuth2Settings:
    """A provider, and the client that is registered there."""

    client_id: str
    token_url: str
    scope: str = ""
    client_secret: str = field(default="", repr=False)
    device_url: str = ""
    authorize_url: str = ""
    authorize_extra: tuple[tuple[str, str], ...] = ()
    redirect_host: str = LOOPBACK
    ca_file: Path | None = None
    """PEM file of the only authority to be trusted; None trusts those of the system."""
    timeout: float = 30
    """Seconds for one request, from the connection to the last octet."""


class RefusalError(ReplywatchError):
    """The provider says no; `code` is its reason in RFC 6749's words, section 5.2, such as `invalid_grant`."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def ask_for_token(settings: OAuth2Settings, body: str, now: int) -> Token:
    """The token that the token endpoint gives for `body`, a request in the form of RFC 6749, section 4.

    Raises:
        RefusalError: the provider says no, and why.
        ConnectError: it can't be reached, or answers nonsense.
        CertificateError: it can't prove who it is.
    """
    status, answer = post(settings, settings.token_url, body)
    with _reading(settings.token_url, status, body):
        found = Client(settings.client_id).parse_request_body_response(answer)
        access, refresh, life = found["access_token"], found.get("refresh_token") or "", found.get("expires_in")
        if not all(isinstance(t, str) and len(t) <= _LONGEST_TOKEN for t in (access, refresh)):
            raise TypeError
        if not _TOKEN.fullmatch(access) or (refresh and not _TOKEN.fullmatch(refresh)):
            raise ValueError
        ends = None if life is None else now + min(max(int(life), 0), _LONGEST_LIFE)
        return Token(access, ends, refresh)


def ask_for_json(settings: OAuth2Settings, url: str, fields: Mapping[str, str]) -> dict[str, object]:
    """The object that the endpoint at `url` answers; raises as `ask_for_token` does."""
    body = urlencode(fields)
    status, answer = post(settings, url, body)
    with _reading(url, status, body):
        found = json.loads(answer)
        if not isinstance(found, dict):
            raise TypeError
        if "error" in found:
            raise CustomOAuth2Error(str(found["error"]), str(found.get("error_description") or ""))
        return found


def post(settings: OAuth2Settings, url: str, body: str) -> tuple[int, str]:
    """Status and text of the answer to a form.

    Raises:
        ConnectError: there was none in time, or it is too large, or the provider is out of order.
        CertificateError: the server can't prove who it is.
    """
    place = endpoint(url)
    context = verified(settings.ca_file) if settings.ca_file else None
    request = Request(url, _HEADERS, body.encode("ascii"))
    try:
        answer = ask(request, seconds=settings.timeout, octets=_LARGEST, context=context)
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(
            f"The certificate of {place} is not trusted: {error.verify_message.rstrip('.')}",
            "If the provider has a private certificate, name its authority in `ca_file` of the oauth2 table.",
        ) from None
    except TimeoutError:
        text = f"{place} did not answer within {settings.timeout:g} seconds"
        raise ConnectError(text, _AGAIN, transient=True) from None
    except TooLargeError:
        raise ConnectError(f"{place} answered more than {_LARGEST} octets", _NO_PROVIDER) from None
    except (OSError, HTTPException, ValueError) as error:
        # Unchained and in words of our own: the library's quote what was sent and said.
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        text = f"{place} can't be asked for tokens: {reason}"
        raise ConnectError(text, _AGAIN, transient=_passes(error)) from None
    if answer.status >= 500 or answer.status == _TOO_MANY:
        text = f"{place} is out of order: it answers with status {answer.status}"
        raise ConnectError(text, _AGAIN, transient=True, retry_after=_pause(answer.headers.get("Retry-After", "")))
    return answer.status, answer.body.decode("utf-8", "replace")


def endpoint(url: str) -> str:
    """Host and port of `url`, for error texts."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _passes(error: Exception) -> bool:
    """Whether the network may be to blame, which comes back; TLS that does not come about stays so."""
    if isinstance(error, ssl.SSLError):
        return isinstance(error, ssl.SSLEOFError)
    return isinstance(error, OSError | IncompleteRead)


def _pause(said: str) -> float | None:
    """For how many seconds to ask no more (RFC 9110, section 10.2.3), at most a day; None if that is not said so."""
    said = said.strip()
    return min(float(said), _LONGEST_PAUSE) if _SECONDS.fullmatch(said) else None


@contextmanager
def _reading(url: str, status: int, body: str) -> Iterator[None]:
    """Tell of an answer that says no or makes no sense, whatever it does to the code inside; `body` was sent."""
    secrets = [value for name, value in parse_qsl(body) if name in _SECRET_FIELDS]
    if 300 <= status < 400:
        raise ConnectError(f"{endpoint(url)} answers with a redirect, which is not followed", _NO_PROVIDER)
    try:
        yield
    except MissingTokenError:
        raise _nonsense(url, status) from None
    except OAuth2Error as error:
        raise RefusalError(shown(str(error.error or ""), *secrets), _said(error, secrets)) from None
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        raise _nonsense(url, status) from None


def _nonsense(url: str, status: int) -> ConnectError:
    return ConnectError(f"{endpoint(url)} answers with status {status}, but with nothing like a token", _NO_PROVIDER)


def _said(error: OAuth2Error, secrets: list[str]) -> str:
    """The provider's own words: its code, and what it says to developers, which is often all there is."""
    code = shown(str(error.error or ""), *secrets)
    description = shown(str(error.description or ""), *secrets)
    return ": ".join(filter(None, (code, description)))
