"""Which source stands behind which account: the config's values as the adapters' own settings."""

from __future__ import annotations

import os

from replywatch.config.model import AnyAccount, ImapAccount, MaildirAccount
from replywatch.config.secrets import resolve
from replywatch.sources.base import Source


def open_source(account: AnyAccount) -> Source:
    """The source of `account`, not yet connected. Raises `SecretError` if its password can't be had."""
    if isinstance(account, ImapAccount):
        from replywatch.sources.imap import ImapSettings, ImapSource  # noqa: PLC0415 - not for local mail: 90 ms

        return ImapSource(
            ImapSettings(
                host=account.host,
                port=account.port,
                tls=account.tls.value,
                ca_file=account.ca_file,
                username=account.username,
                password=resolve(
                    account.password,
                    username=account.username,
                    where=f"accounts.{account.name}.password",
                    environ=os.environ,
                ),
                allow_plaintext=account.allow_plaintext,
            )
        )
    if isinstance(account, MaildirAccount):
        from replywatch.sources.maildir import MaildirSettings, MaildirSource  # noqa: PLC0415 - one source at a time

        return MaildirSource(MaildirSettings(account.path))
    from replywatch.sources.mbox import MboxSettings, MboxSource  # noqa: PLC0415 - one source at a time

    return MboxSource(MboxSettings(account.path))
