"""The store, opened with derived rows that fit rules, config and facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from replywatch.app.deriving.provenance import fingerprint, is_current
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.results.notice import Notice
from replywatch.errors import LockedError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.lock import patiently, writing


@contextmanager
def opened(config: Config, progress: Progress) -> Iterator[Database]:
    """The open store, its derived rows brought up to date first if they are not.

    While a poll is at work the rows of the last finished one are used; if there are none that fit rules and config, it
    is waited for a little. Raises `LockedError` if it goes on, `StoreError` if there is no store yet.
    """
    with Database(config.store_path) as database:
        if not is_current(database, config):
            _bring_up_to_date(database, config, progress)
        yield database


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
