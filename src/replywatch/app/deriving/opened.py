"""The store, opened with derived rows that fit rules, config and facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from replywatch.app.deriving.identified import changed_accounts, changed_error, without
from replywatch.app.deriving.provenance import fingerprint, is_current
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.mailboxes.origin import ChangedAccount
from replywatch.domain.results.notice import Notice
from replywatch.errors import LockedError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.lock import patiently, writing


@dataclass(frozen=True, slots=True)
class Opened:
    """The open store, and the config as it holds for it."""

    database: Database
    config: Config
    """Without the accounts that have come to stand for something else: use this one, not the one that was loaded."""
    changed: tuple[ChangedAccount, ...]
    """Those accounts."""

    def need_accounts(self) -> None:
        """Raise `ChangedAccountError` if no account is left of which anything may be shown."""
        if self.changed and not self.config.accounts:
            raise changed_error(self.changed[0], looked=False)

    def say_changed(self, progress: Progress) -> None:
        """Say which accounts are left out; for commands that show no list of warnings. Raises as `need_accounts`."""
        self.need_accounts()
        for changed in self.changed:
            error = changed_error(changed, looked=False)
            progress.say(Notice("account_left_out", {"text": error.text, "hint": error.hint}))


@contextmanager
def opened(config: Config, progress: Progress) -> Iterator[Opened]:
    """The open store, its derived rows brought up to date first if they are not.

    While a poll is at work the rows of the last finished one are used; if there are none that fit rules and config, it
    is waited for a little. Raises `LockedError` if it goes on, `StoreError` if there is no store yet.
    """
    with Database(config.store_path) as database:
        changed = changed_accounts(database, config)
        known = without(config, changed)
        if (known.accounts or not changed) and not is_current(database, known):
            _bring_up_to_date(database, known, progress)
        yield Opened(database, known, changed)


def _bring_up_to_date(database: Database, config: Config, progress: Progress) -> None:
    from replywatch.app.deriving.derive import derive  # noqa: PLC0415 - all rules, 100 ms; mostly not needed

    def work() -> None:
        with writing(config.store_path):
            derive(database, config, progress)

    derived = Derived(database)
    if derived.fingerprint() != fingerprint(config) or not derived.is_finished():
        patiently(work, lambda: is_current(database, config))
        return
    try:
        work()
    except LockedError:
        progress.say(Notice("poll_at_work"))
