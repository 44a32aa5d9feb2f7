"""What a person decides of an account whose name has come to stand for something else, or whose mail is to go."""

from __future__ import annotations

from dataclasses import replace

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.identified import changed_accounts, identified
from replywatch.app.progress import Progress
from replywatch.config.model import Config, ImapAccount, MaildirAccount, MboxAccount
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.domain.results.account import HeldAccount
from replywatch.domain.results.notice import Stretch
from replywatch.errors import UsageError
from replywatch.store.accounts import Accounts
from replywatch.store.database import Database
from replywatch.store.erasure import Erasure
from replywatch.store.lock import writing


def held_account(config: Config, name: str) -> HeldAccount:
    """What the store holds of the account `name`, and what the config says of it. Raises `UsageError` for none."""
    with Database(config.store_path) as database:
        return _held(database, config, name)


def move(config: Config, name: str, now: int) -> ChangedAccount | None:
    """Take what the config says for the new place of the account's mail; None if it says what is known.

    The next poll reads the new place whole: what it holds is the same mail, and what is not there counts as vanished.
    Raises `UsageError` if the store holds nothing of it, or the config does not name it.
    """
    with Database(config.store_path) as database, writing(config.store_path):
        held = _held(database, config, name)
        if held.now is None:
            raise UsageError(
                f"the config has no account {name}, so nobody knows where it moved to",
                f"Name the new place under [accounts.{name}]; or `replywatch account drop {name}`.",
            )
        changed = next((c for c in changed_accounts(database, config) if c.name == name), None)
        if changed:
            accounts = Accounts(database)
            number = accounts.number(name)
            assert number is not None, "it was found above"  # noqa: S101 - says why it can't be
            with database.transaction():
                accounts.number_anew(number, (), now)
                accounts.settle(number, changed.now)
        return changed


def drop(config: Config, name: str, now: int, progress: Progress) -> HeldAccount:
    """Erase the account's mail, derive the rest again, and leave no byte of it in the file; says what was held of it.

    Messages that lie in another account, too, stay, and their marks. The same call once more finishes what was
    interrupted. Raises `UsageError` if the store holds nothing of it, `LockedError` while a poll is at work,
    `StoreError` if another program reads the store for longer than it can wait.
    """
    with Database(config.store_path) as database, writing(config.store_path):
        held = _held(database, config, name)
        derive(database, _as_held(config, held), progress)  # what was answered there has to be known
        number = Accounts(database).number(name)
        assert number is not None, "it was found above"  # noqa: S101 - says why it can't be
        erasure = Erasure(database)
        erasure.choose_account(number)
        kept = erasure.drop_account(number, name, now)
        known = identified(database, config)
        derive(database, known, progress)
        progress.begin(Stretch("writing_store"), None)
        database.compact()
        Accounts(database).forget(number)
        return held._replace(kept_answers=kept)


def _as_held(config: Config, held: HeldAccount) -> Config:
    """`config` with all accounts of which the store holds mail by these names, whatever they have come to stand for."""
    if held.now is not None:
        return config
    kind = held.was.kind if held.was else "imap"
    account = next(made for made in (ImapAccount, MaildirAccount, MboxAccount) if made.kind == kind)
    return replace(config, accounts=(*config.accounts, account(held.name, watched=False)))


def _held(database: Database, config: Config, name: str) -> HeldAccount:
    accounts = Accounts(database)
    number = accounts.number(name)
    if number is None:
        there = ", ".join(accounts.names())
        raise UsageError(
            f"the store knows no account {name}", f"It knows: {there}." if there else "No account was polled yet."
        )
    now = next((account.origin for account in config.accounts if account.name == name), None)
    mailboxes, messages = accounts.held(number)
    return HeldAccount(name, accounts.origins().get(name), now, mailboxes, messages)
