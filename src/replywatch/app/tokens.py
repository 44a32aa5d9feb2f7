"""Tokens for accounts that log in with OAuth2: kept, renewed in time, and what to tell a person where that ends."""

from __future__ import annotations

import hashlib
import re
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs

from replywatch.config.model import Flow, ImapAccount, OAuth2
from replywatch.config.secrets import resolve
from replywatch.errors import ConnectError, LoginError, SourceError
from replywatch.sources.imap.bearer import Bearer
from replywatch.sources.oauth2.endpoint import OAuth2Settings, RefusalError, endpoint
from replywatch.sources.oauth2.flows import renewed, token_of_app
from replywatch.sources.oauth2.token import Token
from replywatch.sources.oauth2.token_file import TokenFile

MARGIN = 120
"""Seconds for which a token must last when a connection begins."""
_LOGGED_OUT = {"invalid_grant", "interaction_required", "consent_required", "login_required"}
_BAD_CLIENT = {"invalid_client", "unauthorized_client"}
_OUT_OF_ORDER = {"server_error", "temporarily_unavailable"}

Clock = Callable[[], float]


def bearer(account: ImapAccount, oauth2: OAuth2, environ: Mapping[str, str], clock: Clock = time.time) -> Bearer:
    """What gives `account` its tokens. Raises `SecretError` if the client's secret can't be had."""
    settings = client_settings(account, oauth2, environ)
    if oauth2.flow is Flow.APP:
        return AppTokens(account, oauth2, settings, clock)
    return KeptTokens(account, oauth2, settings, clock)


class _Tokens:
    """What both kinds have."""

    def __init__(self, account: ImapAccount, oauth2: OAuth2, settings: OAuth2Settings, clock: Clock) -> None:
        self._account = account
        self._oauth2 = oauth2
        self._settings = settings
        self._clock = clock
        self._given: list[str] = []

    @property
    def given(self) -> tuple[str, ...]:
        """All tokens that it gave, which must never be shown."""
        return tuple(self._given)

    def refusal(self, said: str) -> LoginError:
        """What to tell if a server takes a new token neither; `said` are its words."""
        account = self._account
        return LoginError(
            f"{account.host}:{account.port} takes no token of {issuer(self._oauth2)} for {account.username}"
            + (f": {said}" if said else ""),
            self._refusal_hint(),
        )

    def _refusal_hint(self) -> str:
        raise NotImplementedError

    def _give(self, token: Token) -> str:
        if token.access not in self._given:
            self._given.append(token.access)
        return token.access


class AppTokens(_Tokens):
    """Tokens for the client itself: asked for when they are needed, never kept."""

    def token(self, refused: str = "") -> str:  # noqa: ARG002 - each one is new
        """A new token; raises `LoginError` or `ConnectError`."""
        try:
            return self._give(token_of_app(self._settings, int(self._clock())))
        except RefusalError as refusal:
            raise refusal_error(refusal, self._account, self._oauth2) from None

    def _refusal_hint(self) -> str:
        return (
            "Check that `username` is the mailbox's address, and that the app was given access to it"
            " (docs/providers.md: New-ServicePrincipal, Add-MailboxPermission)."
        )


class KeptTokens(_Tokens):
    """Tokens of a person who logged in once: kept in a file, renewed from there."""

    def token(self, refused: str = "") -> str:
        """A token that lasts; renewed if it is old, or the one that was `refused`.

        Raises:
            LoginError: nobody has logged in, or the login has ended.
            ConnectError: the provider can't be asked.
            SecretError: the file can't be used.
        """
        file = token_file(self._account, self._oauth2)
        with file.locked():  # another process may be renewing it: what it writes counts
            kept = file.read()
            if kept is None:
                raise LoginError(f"nobody has logged in for {self._account.username} yet", log_in_hint(self._account))
            now = int(self._clock())
            if kept.access == refused or not kept.lasts(now, MARGIN):
                kept = self._renewed(kept, now)
                file.write(kept)
        return self._give(kept)

    def _renewed(self, kept: Token, now: int) -> Token:
        if not kept.refresh:
            raise LoginError(
                f"the login of {self._account.username} at {issuer(self._oauth2)} has ended, and nothing renews it",
                f"{log_in_hint(self._account)} Many providers let it be renewed if `scope` has offline_access in it.",
            )
        try:
            return renewed(self._settings, kept, now)
        except RefusalError as refusal:
            raise refusal_error(refusal, self._account, self._oauth2) from None

    def _refusal_hint(self) -> str:
        return (
            f"Log in as {self._account.username}, or as somebody with full access to that mailbox if it is a shared"
            f" one: {_command(self._account)}. IMAP must be switched on for the mailbox."
        )


def client_settings(account: ImapAccount, oauth2: OAuth2, environ: Mapping[str, str]) -> OAuth2Settings:
    """The provider and the client, for `sources`. Raises `SecretError` if the client's secret can't be had."""
    where = f"accounts.{account.name}.oauth2.client_secret"
    secret = oauth2.client_secret
    return OAuth2Settings(
        client_id=oauth2.client_id,
        token_url=oauth2.token_url,
        scope=oauth2.scope,
        client_secret=resolve(secret, username=oauth2.client_id, where=where, environ=environ) if secret else "",
        device_url=oauth2.device_url,
        authorize_url=oauth2.authorize_url,
        authorize_extra=oauth2.authorize_extra,
        redirect_host=oauth2.redirect_host,
        ca_file=oauth2.ca_file,
    )


def token_file(account: ImapAccount, oauth2: OAuth2) -> TokenFile:
    """Where the tokens of `account` are kept; another file if provider, client or rights are others."""
    parts = (account.username, oauth2.token_url, oauth2.client_id, oauth2.scope)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", account.username)[:60].strip("-")
    folder: Path = platformdirs.user_state_path("replywatch") / "tokens"
    return TokenFile(folder / f"{name}-{digest}.json")


def login_kept(account: ImapAccount, oauth2: OAuth2) -> tuple[int, int]:
    """What is another one after every login of a person; zeros if there was none."""
    try:
        found = token_file(account, oauth2).path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def refusal_error(refusal: RefusalError, account: ImapAccount, oauth2: OAuth2, *, renews: bool = True) -> SourceError:
    """A provider's no as a text for people; without `renews` it was the answer to a login."""
    provider, words = issuer(oauth2), refusal.text
    if refusal.code in _LOGGED_OUT and oauth2.flow is not Flow.APP:
        if not renews:
            return LoginError(f"{provider} did not let you in: {words}", "Run the same command again to start over.")
        return LoginError(
            f"the login of {account.username} at {provider} has ended: {words}",
            f"It expired or was taken back. {log_in_hint(account)}",
        )
    if refusal.code in _OUT_OF_ORDER:
        return ConnectError(
            f"{provider} issues no tokens at the moment: {words}", "Run it again later.", transient=True
        )
    if refusal.code in _BAD_CLIENT:
        return LoginError(
            f"{provider} refuses the client of accounts.{account.name}.oauth2: {words}",
            "Check `client_id`, `client_secret` (it may have expired) and `tenant`. At Microsoft, a client without a"
            " secret needs “Allow public client flows”.",
        )
    return LoginError(
        f"{provider} issues no token for accounts.{account.name}: {words}",
        "Check the oauth2 table, and how the client is registered there (docs/providers.md).",
    )


def issuer(oauth2: OAuth2) -> str:
    """Who issues the tokens, for error texts."""
    known = {"microsoft": "Microsoft", "google": "Google"}
    return known.get(oauth2.provider) or endpoint(oauth2.token_url)


def log_in_hint(account: ImapAccount) -> str:
    """What to type to log in."""
    return f"Log in: {_command(account)}."


def _command(account: ImapAccount) -> str:
    return f"replywatch login {shlex.quote(account.name)}"
