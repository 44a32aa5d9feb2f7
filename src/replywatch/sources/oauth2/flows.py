"""The ways to a token: renewing one, being an app, a code typed on another device, a browser on this machine.

The requests are made by oauthlib.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, OAuth2Error, WebApplicationClient

from replywatch.errors import CertificateError, ConnectError, LoginError
from replywatch.sources.oauth2.endpoint import OAuth2Settings, RefusalError, ask_for_json, ask_for_token, endpoint
from replywatch.sources.oauth2.token import Token
from replywatch.sources.quoting import shown

_VERIFIER = 64
"""Signs of the PKCE verifier (RFC 7636, section 4.1: 43 to 128)."""
_INTERVAL = 5
"""Seconds between two questions whether the code was typed, and what `slow_down` adds (RFC 8628, 3.2 and 3.5)."""
_LONGEST_WAIT = 1800
"""Seconds that a person gets for logging in, whatever the provider says."""
_LONGEST_CODE = 100
_AGAIN = "Run the same command again to start over."


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person is shown, and what the program asks with meanwhile (RFC 8628, section 3.2)."""

    url: str
    user_code: str
    device_code: str = field(repr=False)
    interval: float = _INTERVAL
    seconds: float = _LONGEST_WAIT
    """How long the code can be typed."""


class Redirects(Protocol):
    """Where the browser is sent to when the login is done."""

    @property
    def url(self) -> str:
        """The address, on this machine."""
        ...

    @property
    def state(self) -> str:
        """What tells the answer to this login from whatever else a browser may be sent there with; unguessable."""
        ...

    def receive(self) -> str:
        """The address with the answer in it that the browser was sent to; waits for it.

        Raises:
            LoginError: none came.
        """
        ...


def renewed(settings: OAuth2Settings, token: Token, now: int) -> Token:
    """Another access token for `token.refresh`; the old refresh token stays where no other is issued.

    Raises:
        RefusalError: `invalid_grant`, if it was taken back or is too old; other codes.
        ConnectError, CertificateError: the provider can't be asked.
    """
    client = WebApplicationClient(settings.client_id)
    body = client.prepare_refresh_body(refresh_token=token.refresh, client_id=settings.client_id, **_secret(settings))
    found = ask_for_token(settings, body, now)
    return Token(found.access, found.expires_at, found.refresh or token.refresh)


def token_of_app(settings: OAuth2Settings, now: int) -> Token:
    """An access token for the client itself (RFC 6749, section 4.4); raises as `renewed` does."""
    client = BackendApplicationClient(settings.client_id)
    body = client.prepare_request_body(scope=settings.scope or None, include_client_id=True, **_secret(settings))
    found = ask_for_token(settings, body, now)
    return Token(found.access, found.expires_at)


def device_code(settings: OAuth2Settings) -> DeviceCode:
    """A code for a person to type; raises as `renewed` does."""
    fields = {"client_id": settings.client_id, "scope": settings.scope, **_secret(settings)}
    found = ask_for_json(settings, settings.device_url, {key: value for key, value in fields.items() if value})
    url = found.get("verification_uri") or found.get("verification_url")
    user_code, code = found.get("user_code"), found.get("device_code")
    if not (_is_link(url) and _is_short(user_code) and isinstance(code, str) and code):
        raise ConnectError(
            f"{endpoint(settings.device_url)} answers with nothing like a code to type", "Check `device_url`."
        )
    interval, seconds = _number(found.get("interval"), _INTERVAL), _number(found.get("expires_in"), _LONGEST_WAIT)
    return DeviceCode(str(url), str(user_code), code, min(max(interval, 1), 60), min(seconds, _LONGEST_WAIT))


def token_of_device(
    settings: OAuth2Settings, code: DeviceCode, sleep: Callable[[float], None], clock: Callable[[], float]
) -> Token:
    """The token, once the person has typed the code; asks until then (RFC 8628, sections 3.4 and 3.5).

    Raises:
        LoginError: the person said no, or took too long.
        RefusalError, CertificateError: as `renewed`.
    """
    client = DeviceClient(settings.client_id)
    body = client.prepare_request_body(code.device_code, include_client_id=True, **_secret(settings))
    interval, end = code.interval, clock() + code.seconds
    while clock() + interval <= end:
        sleep(interval)
        try:
            return ask_for_token(settings, body, int(clock()))
        except ConnectError as error:
            if isinstance(error, CertificateError):
                raise
            interval += _INTERVAL  # section 3.5: less often after a time-out, too
        except RefusalError as refusal:
            if refusal.code == "slow_down":
                interval += _INTERVAL
            elif refusal.code == "access_denied":
                raise LoginError("the login was refused in the browser", _AGAIN) from None
            elif refusal.code in ("expired_token", "code_expired"):
                break
            elif refusal.code != "authorization_pending":
                raise
    raise LoginError("the code was not typed in time", _AGAIN)


def token_of_browser(
    settings: OAuth2Settings, redirects: Redirects, show: Callable[[str], None], clock: Callable[[], float]
) -> Token:
    """The token, once the person has logged in with a browser that `show` gets the address for (RFC 8252, RFC 7636).

    Raises:
        LoginError: the person or the provider said no, or nobody came back.
        RefusalError, ConnectError, CertificateError: as `renewed`.
    """
    client = WebApplicationClient(settings.client_id)
    verifier = client.create_code_verifier(_VERIFIER)
    scheme, _, place = settings.authorize_url.partition("://")
    address = client.prepare_request_uri(
        f"https://{place}",  # the library writes no others; a provider on this machine may have none
        redirect_uri=redirects.url,
        scope=settings.scope or None,
        state=redirects.state,
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        **dict(settings.authorize_extra),
    )
    show(f"{scheme}://{address.partition('://')[2]}")
    code = _code(client, redirects.receive(), redirects.state)
    body = client.prepare_request_body(
        code=code,
        redirect_uri=redirects.url,
        code_verifier=verifier,
        client_secret=settings.client_secret or None,
    )
    return ask_for_token(settings, body, int(clock()))


def _code(client: WebApplicationClient, address: str, state: str) -> str:
    """The code in the address that the browser was sent to."""
    # The library takes answers by https only; on this machine there is none (RFC 8252, section 7.3).
    try:
        answer = client.parse_request_uri_response(f"https://localhost/?{urlsplit(address).query}", state)
    except ValueError:
        raise LoginError("what came back from the browser is no address", _AGAIN) from None
    except OAuth2Error as error:
        said = shown(": ".join(filter(None, (str(error.error or ""), str(error.description or "")))))
        if error.error == "access_denied":
            raise LoginError("the login was refused in the browser", _AGAIN) from None
        raise LoginError(f"the provider did not let you in: {said}", _AGAIN) from None
    return str(answer["code"])


def _secret(settings: OAuth2Settings) -> dict[str, str]:
    """The client's secret as a field of a request; none for clients without."""
    return {"client_secret": settings.client_secret} if settings.client_secret else {}


def _is_link(value: object) -> bool:
    """Whether a person can be sent there: a web page, in plain signs that steer no terminal."""
    if not isinstance(value, str) or len(value) > 2000 or not value.isascii() or not value.isprintable():
        return False
    return " " not in value and value.startswith("https://")


def _is_short(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_CODE and value.isprintable()


def _number(value: object, default: float) -> float:
    """A positive number of seconds; `default` where there is none."""
    try:
        number = float(str(value))
    except ValueError:
        return default
    return number if number > 0 else default  # nan is not
