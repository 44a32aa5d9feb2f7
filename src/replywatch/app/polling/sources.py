"""Which source stands behind which account: the config's values as the adapters' own settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from replywatch.config.model import AnyAccount, ImapAccount, OAuth2
from replywatch.config.secrets import resolve
from replywatch.sources.base import Source

if TYPE_CHECKING:
    from replywatch.sources.imap.bearer import Bearer


def open_source(account: AnyAccount) -> Source:
    """The source of `account`, not yet connected. Raises `SecretError` if its password can't be had."""
    if account.kind == "imap":
        from replywatch.sources.imap.source import ImapSettings, ImapSource  # noqa: PLC0415 - not for local mail: 90 ms
        from replywatch.sources.imap.waiting import Timeouts  # noqa: PLC0415 - the same

        return ImapSource(
            ImapSettings(
                host=account.host,
                port=account.port,
                tls=account.tls.value,
                ca_file=account.ca_file,
                username=account.username,
                password="" if account.oauth2 else _password(account),
                allow_plaintext=account.allow_plaintext,
                bearer=_bearer(account, account.oauth2) if account.oauth2 else None,
                timeouts=Timeouts.of(account.timeout),
            )
        )
    if account.kind == "maildir":
        from replywatch.sources.local.maildir import MaildirSettings, MaildirSource  # noqa: PLC0415 - one source at a time

        return MaildirSource(MaildirSettings(account.path))
    from replywatch.sources.local.mbox import MboxSettings, MboxSource  # noqa: PLC0415 - one source at a time

    return MboxSource(MboxSettings(account.path))


def _password(account: ImapAccount) -> str:
    where = f"accounts.{account.name}.password"
    return resolve(account.password, username=account.username, where=where, environ=os.environ)


def _bearer(account: ImapAccount, oauth2: OAuth2) -> Bearer:
    from replywatch.app.tokens import bearer  # noqa: PLC0415 - oauthlib only where tokens are used: 50 ms

    return bearer(account, oauth2, os.environ)
