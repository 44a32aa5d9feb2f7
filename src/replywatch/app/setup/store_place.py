"""Where the store of a new config lies, so that two configs never count each other's mail."""

from __future__ import annotations

from pathlib import Path

from replywatch.config import names, places
from replywatch.config.account_names import bare_key
from replywatch.config.model import ImapAccount
from replywatch.errors import ReplywatchError
from replywatch.store.held import HeldAccount, held_accounts


def store_of_its_own(config: Path, address: str, account: ImapAccount) -> Path | None:
    """Where the store of the config at the path `config` lies; None for the platform's, which its own config has.

    That one and no other: a second config may be made before the first has read anything. And not where it holds mail
    of anybody else, or can't be looked into.
    """
    usual = places.usual_store()
    if config.absolute() == places.usual_config() and _is_free(usual, account):
        return None
    local, _, domain = address.partition("@")
    name = f"{bare_key(local) or 'mailbox'}-{(names.host(domain) or domain).replace('.', '-')}"
    own = [usual.with_name(f"{name}{ending}.sqlite3") for ending in ("", *(f"-{number}" for number in range(2, 10)))]
    return next((path for path in own if _is_free(path, account)), own[0])


def _is_free(path: Path, account: ImapAccount) -> bool:
    """Whether nothing is there but mail of this account, and of colleagues of its."""
    try:
        held = held_accounts(path)
    except (OSError, ReplywatchError):
        return False
    return not held or HeldAccount(account.name, "imap", account.host.lower().rstrip("."), account.username) in held
