"""The accounts of the config as the store knows them: figures never mix the mail of two places under one name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from replywatch.config.model import Config
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.errors import ChangedAccountError
from replywatch.store.accounts import Accounts
from replywatch.store.database import Database


def changed_accounts(database: Database, config: Config) -> tuple[ChangedAccount, ...]:
    """The accounts of the config whose names stand for something else in the store, in the order of the config."""
    known = Accounts(database).origins()
    return tuple(
        ChangedAccount(account.name, known[account.name], account.origin)
        for account in config.accounts
        if account.name in known and known[account.name] != account.origin
    )


def without(config: Config, changed: Collection[ChangedAccount]) -> Config:
    """`config` without these accounts: what the store holds under their names counts nowhere."""
    names = {account.name for account in changed}
    return replace(config, accounts=tuple(a for a in config.accounts if a.name not in names)) if names else config


def identified(database: Database, config: Config) -> Config:
    """`config` without the accounts that have come to stand for something else than the store holds."""
    return without(config, changed_accounts(database, config))


def changed_error(changed: ChangedAccount, *, looked: bool) -> ChangedAccountError:
    """What to say of an account that is not read or shown any more, and what to do.

    `looked` says that a poll has just looked for its mail there; else the next one may find it.
    """
    name = changed.name
    return ChangedAccountError(
        f"account {name} was {changed.was.described}, now {changed.now.described}",
        ("" if looked else "`replywatch poll` goes on if it finds that mail there. If not: ")
        + f"another mailbox needs a name of its own under [accounts.…], or let go of the old mail: `replywatch account"
        f" drop {name}`. Is it the same mail all the same: `replywatch account move {name}`.",
    )
