"""One more account like those that the config has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from replywatch.config.account_names import colleague_account_name, password_variable
from replywatch.config.account_table import account_lines
from replywatch.config.model import AnyAccount, Config, ImapAccount, Secret
from replywatch.domain.mailboxes.roles import Roles

A = TypeVar("A", bound=AnyAccount)


def another_account(config: Config, address: str) -> str:
    """Lines of TOML for the mailbox of `address`, at the server or beside the files of an account of the config.

    A colleague's is not watched. Passwords, and paths of files, are for a person to fill in.
    """
    like = next((a for a in config.accounts if a.enabled and a.watched), config.accounts[0])
    account = account_like(like, address, {account.name for account in config.accounts})
    return "\n".join(account_lines(replace(account, watched=address in config.team.addresses)))


def account_like(like: A, address: str, taken: Collection[str]) -> A:
    """The account of a colleague's `address` as it would be at the server of `like`, with a name that is not `taken`.

    A password is expected in an environment variable.
    """
    name = colleague_account_name(address, taken)
    account = replace(like, name=name, roles=Roles(), watched=False, enabled=True)
    if not isinstance(account, ImapAccount):
        return replace(account, path=Path("…"))
    username = address if "@" in account.username else address.partition("@")[0]
    password = Secret() if account.oauth2 else Secret(env=password_variable(name))
    return replace(account, username=username, password=password)
