"""A person logs in at the provider of an account once; what is issued is kept, and taken away again if asked for."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from replywatch.app.tokens import client_settings, issuer, refusal_error, token_file
from replywatch.config.model import Config, Flow, ImapAccount, OAuth2
from replywatch.domain.results.finding import Finding, Severity, failed
from replywatch.errors import SecretError, UsageError
from replywatch.sources.oauth2.endpoint import OAuth2Settings, RefusalError
from replywatch.sources.oauth2.flows import device_code, token_of_browser, token_of_device
from replywatch.sources.oauth2.loopback import Loopback
from replywatch.sources.oauth2.token import Token

PATIENCE = 600
"""Seconds that a person gets for logging in with a browser."""
_NOBODYS_PORT = 49_321
"""Where the browser is sent to if it runs elsewhere: nobody listens, the person copies the address."""


class Person(Protocol):
    """Who logs in."""

    def type_code(self, url: str, code: str) -> None:
        """Show where to type which code."""
        ...

    def visit(self, address: str) -> None:
        """Show the address to log in at, and open it if there is a browser."""
        ...

    def paste(self) -> str:
        """Ask for the address that the browser ended at."""
        ...


@dataclass(frozen=True, slots=True)
class _Pasted:
    """A browser on another machine: the person brings its last address."""

    url: str
    person: Person
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def receive(self) -> str:
        """The address that the person pasted."""
        return self.person.paste()


def log_in(  # noqa: PLR0913 - a person, a clock, and what they are for
    config: Config,
    name: str,
    environ: Mapping[str, str],
    person: Person,
    *,
    paste: bool = False,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Path, Token]:
    """Have `person` log in for the account `name`, and keep what is issued; where, and what it was.

    Raises:
        UsageError: the account doesn't log in in this way.
        LoginError: the person or the provider said no, or it took too long.
        ConnectError, CertificateError: the provider can't be asked.
        SecretError: the client's secret can't be had, or the tokens can't be kept.
    """
    account, oauth2 = _account(config, name)
    if oauth2.flow is Flow.APP:
        raise UsageError(f"account {name!r} logs in as an app, without a person", f"Try it: replywatch check {name}")
    if paste and oauth2.flow is not Flow.BROWSER:
        raise UsageError(f"--paste is for logins with a browser; account {name!r} has a code to type")
    settings = client_settings(account, oauth2, environ)
    file = token_file(account, oauth2)
    with file.locked():
        pass  # it can be made: better known before than after the login
    try:
        token = _token(settings, oauth2, person, paste=paste, clock=clock, sleep=sleep)
    except RefusalError as refusal:
        raise refusal_error(refusal, account, oauth2, renews=False) from None
    with file.locked():
        file.write(token)
    return file.path, token


def log_out(config: Config, name: str) -> tuple[bool, str]:
    """Remove the tokens of the account `name`; whether there were any, and the web page where the login is taken back.

    Raises:
        UsageError: the account has none.
        SecretError: they can't be removed.
    """
    account, oauth2 = _account(config, name)
    file = token_file(account, oauth2)
    with file.locked():
        return file.remove(), oauth2.revoke_hint


def login_finding(account: ImapAccount, oauth2: OAuth2, now: int) -> Finding:
    """How the login of `account` stands, as far as this machine knows."""
    who = issuer(oauth2)
    if oauth2.flow is Flow.APP:
        return Finding(Severity.OK, account.name, "token", "token_of_app", {"issuer": who})
    try:
        token = token_file(account, oauth2).read()
    except SecretError as error:
        return failed(account.name, "token", error)
    if token is None:
        return Finding(Severity.ERROR, account.name, "token", "not_logged_in", {"issuer": who})
    values = {"issuer": who, "valid_until": token.expires_at}
    if token.refresh:
        return Finding(Severity.OK, account.name, "token", "token_renewed", values)
    if token.lasts(now, 0):
        return Finding(Severity.WARNING, account.name, "token", "token_ends", values)
    return Finding(Severity.ERROR, account.name, "token", "token_ended", values)


def _account(config: Config, name: str) -> tuple[ImapAccount, OAuth2]:
    """The account `name`, which logs in with OAuth2."""
    (account,) = config.named([name])
    if account.kind != "imap" or account.oauth2 is None:
        raise UsageError(f"account {name!r} has no oauth2 table in the config", "Only those log in in this way.")
    return account, account.oauth2


def _token(  # noqa: PLR0913 - the same
    settings: OAuth2Settings,
    oauth2: OAuth2,
    person: Person,
    *,
    paste: bool,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Token:
    if oauth2.flow is Flow.DEVICE:
        code = device_code(settings)
        person.type_code(code.url, code.user_code)
        return token_of_device(settings, code, sleep, clock)
    if paste:
        elsewhere = _Pasted(f"http://{settings.redirect_host}:{_NOBODYS_PORT}", person)
        return token_of_browser(settings, elsewhere, person.visit, clock)
    with Loopback(settings.redirect_host, PATIENCE) as loopback:
        return token_of_browser(settings, loopback, person.visit, clock)
