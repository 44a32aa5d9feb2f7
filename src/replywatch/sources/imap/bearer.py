"""Logging in to an IMAP server with an OAuth2 token: OAUTHBEARER (RFC 7628), or its forerunner XOAUTH2."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Protocol

from imapclient.exceptions import IMAPClientAbortError

from replywatch.errors import LoginError

_MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""The standard first."""
_LARGEST_REASON = 1 << 13
_MOST_ANSWERS = 3
_SEPARATORS = re.compile(r"[\r\n\0\x01]")


class Bearer(Protocol):
    """What a login is asked tokens of."""

    def token(self, refused: str = "") -> str:
        """An access token that should be valid now; another one than `refused`, which a server did not take.

        Raises:
            LoginError: a person has to log in at the provider.
            ConnectError: the provider can't be asked.
            SecretError: what is stored can't be used.
        """
        ...

    @property
    def given(self) -> tuple[str, ...]:
        """All tokens that it gave, which must never be shown."""
        ...

    def refusal(self, said: str) -> LoginError:
        """What to tell if a server takes a new token neither; `said` are its words."""
        ...


class TokenRefusedError(LoginError):
    """The server does not take this token; the text is what it says."""


class SaslDialogue:
    """One SASL dialogue: says the token once, and acknowledges a refusal, whose reason it keeps."""

    def __init__(self, first: bytes, farewell: bytes) -> None:
        self._first = first
        self._farewell = farewell
        self._answers = 0
        self.reason = ""
        """Why the server said no, in its words: status of a JSON object (RFC 7628, section 3.2.2), or all of it."""

    def __call__(self, challenge: bytes) -> bytes | None:
        """The answer to a challenge; None gives up.

        Raises:
            IMAPClientAbortError: the server goes on asking.
        """
        self._answers += 1
        if self._answers == 1:
            return self._first
        if self._answers > _MOST_ANSWERS:
            raise IMAPClientAbortError("the server does not end the login")
        self.reason = self.reason or _reason(challenge[:_LARGEST_REASON])
        return self._farewell if self._answers == 2 else None


def mechanism(offers: Collection[str]) -> str:
    """The way to log in with a token that the server offers; "" if it has none."""
    return next((name for name in _MECHANISMS if f"AUTH={name}" in offers), "")


def dialogue(name: str, username: str, token: str, host: str, port: int) -> SaslDialogue:
    """The exchange by mechanism `name`."""
    if name == "OAUTHBEARER":
        user = username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801, section 4
        first = f"n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
        return SaslDialogue(first.encode(), b"\x01")  # RFC 7628, section 3.2.3
    return SaslDialogue(f"user={username}\x01auth=Bearer {token}\x01\x01".encode(), b"")


def unsafe(value: str) -> bool:
    """Whether `value` could end a field of the exchange, or a line."""
    return _SEPARATORS.search(value) is not None


def _reason(challenge: bytes) -> str:
    text = challenge.decode("utf-8", "replace")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text
    status = said.get("status") if isinstance(said, dict) else None
    return str(status) if isinstance(status, str | int) else text
