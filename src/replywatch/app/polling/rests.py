"""Which accounts are left alone after a refusal: remembered in the store, so that every poll keeps to it.

A wrong password that is tried again and again locks an account, and a server that names a time wants to be left alone
until then. What was tried is remembered as a digest that no password can be guessed from, however weak: of a password
it has the place where it comes from, and when that file was last written. What a command or the environment hands
over may be another password every time, and nobody can know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from replywatch.config.model import AnyAccount, Config, Flow, ImapAccount, Secret
from replywatch.domain.instants import HOUR
from replywatch.domain.results.polled import AccountOutcome
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError, SourceError
from replywatch.store.refusals import Refusal, Refusals

AFTER_REFUSAL = HOUR
"""Seconds that an account is left alone after a refused login, unless the server or a new config says otherwise."""
SHORTEST_AFTER_REFUSAL = 600
"""The same, whatever the server says: a wrong password that is tried every minute locks the account."""

_ERRORS = {error.kind: error for error in (SourceError, ConnectError, CertificateError, LoginError, MailboxError)}

Stamp = tuple[int, int]
"""When a file was last written, and its size."""


class Rests:
    """Decides which accounts of a config are left alone, and for how long."""

    def __init__(self, config: Config, *, insists: bool = False) -> None:
        """`insists`: none is. To be made as soon as the config is read, so that a later change of it shows."""
        self._config = _stamp(config.path)
        self._insists = insists

    def tried(self, account: AnyAccount) -> str:
        """A digest of what a login to `account` is tried with; to be taken before that, as a file may be corrected."""
        return _digest(*_place(account), *self._credentials(account))

    def left_alone(self, refusals: Refusals, number: int, account: AnyAccount, now: int) -> AccountOutcome | None:
        """What becomes of an account that is left alone in a pass at `now`; None if it is to be read."""
        known = refusals.of(number)
        if known is None or self._insists or now >= known.until:
            return None
        if known.settings != _remembered(known.kind, self.tried(account), account):
            return None
        error = _ERRORS.get(known.kind, SourceError)(refusals.last_error(number))
        return AccountOutcome(
            account.name, 0, 0, error, 0, lacks_sent=False, left_alone=True, left_alone_until=known.until
        )

    def _credentials(self, account: AnyAccount) -> Iterator[object]:
        """Where password or tokens come from, and of which state that is."""
        if account.kind != "imap":
            return
        yield from self._secret(account.password)
        if account.oauth2:
            yield from (account.oauth2.client_id, account.oauth2.flow, account.oauth2.token_url, account.oauth2.scope)
            yield from self._secret(account.oauth2.client_secret or Secret())

    def _secret(self, secret: Secret) -> Iterator[object]:
        if secret.file:
            yield from ("file", secret.file, _stamp(secret.file))
        elif secret.literal or secret.command:  # the words of a command may hold the password, too
            yield from ("config", self._config)
        else:
            yield from (secret.env, secret.keyring)


def refusal(account: AnyAccount, tried: str, error: SourceError | SecretError | None, now: int) -> Refusal | None:
    """How long `account` is left alone if a pass ends with `error` at `now`; None if the next poll may read it.

    `tried` is the digest of what was tried.
    """
    if not isinstance(error, SourceError):
        return None
    rest = error.retry_after or 0
    if isinstance(error, LoginError):
        rest = max(rest or AFTER_REFUSAL, SHORTEST_AFTER_REFUSAL)
    if not rest:
        return None
    return Refusal(error.kind, _remembered(error.kind, tried, account), now, now + math.ceil(rest))


def _remembered(kind: str, tried: str, account: AnyAccount) -> str:
    """Of what is another one as soon as a refusal is over before its time.

    A server that asked to be left alone did not ask for another password.
    """
    if kind == LoginError.kind:
        return _digest(tried, _login(account))
    return _digest(*_place(account))


def _place(account: AnyAccount) -> tuple[object, ...]:
    if account.kind != "imap":
        return account.kind, account.path
    return account.kind, account.host, account.port, account.tls, account.ca_file, account.username


def _login(account: AnyAccount) -> Stamp | None:
    """What changes when a person logs in anew at a provider of tokens, as an error told to; None if nobody does."""
    if not isinstance(account, ImapAccount) or account.oauth2 is None or account.oauth2.flow is Flow.APP:
        return None
    from replywatch.app.tokens import login_kept  # noqa: PLC0415 - oauthlib only where tokens are used: 50 ms

    return login_kept(account, account.oauth2)


def _stamp(path: Path | None) -> Stamp | None:
    """None for no file, or one that can't be seen."""
    try:
        found = path.stat() if path else None
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _digest(*parts: object) -> str:
    return blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
