"""The exchanges as they stood at one moment, under one level of matching.

Most clusters have nothing after that moment, and their stored rows are read as they are. The few others are derived
again in memory from the messages up to then; what came later is not known there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replywatch.app.deriving.provenance import accounts_with_sent
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.measure import Wait
from replywatch.domain.messages import RUNG_BITS, Exchange, Rung
from replywatch.domain.periods import Period
from replywatch.errors import ReplywatchError
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.queries import AccountFacts, Queries, Window

LATEST = 2**62
"""Later than any instant."""


class Snapshot:
    """The store as it stood at `as_of`."""

    def __init__(self, database: Database, config: Config, as_of: int, min_match: Rung) -> None:
        self.as_of = as_of
        self.queries = Queries(database)
        self.level = RUNG_BITS[min_match]
        self._again = self._derive_again(database, config)

    def waits(self, period: Period, *, first_only: bool) -> Iterator[Wait]:
        """What the figures need of the exchanges that arrived in `period`, at most until as_of."""
        window = self._window(period, first_only=first_only)
        yield from self.queries.waits(window)
        for e in self._again_in(window):
            yield Wait(e.id, e.arrived_at, e.answered_at, e.answered_after, e.answered_before, e.acknowledged_at)

    def exchanges(self, period: Period, *, first_only: bool) -> Iterator[Exchange]:
        """The exchanges that arrived in `period`, at most until as_of, by arrival."""
        window = self._window(period, first_only=first_only)
        again = sorted(self._again_in(window), key=lambda e: (e.arrived_at, e.id), reverse=True)
        for exchange in self.queries.exchanges(window):
            while again and (again[-1].arrived_at, again[-1].id) < (exchange.arrived_at, exchange.id):
                yield again.pop()
            yield exchange
        yield from reversed(again)

    def by_id(self, ids: Sequence[str]) -> list[Exchange]:
        """The exchanges with these ids, in their order."""
        found = self.queries.exchanges_by_id(ids, self.level) | {e.id: e for e in self._again}
        return [found[i] for i in ids]

    def written_to_at(self, exchange: Exchange) -> int | None:
        """When the contact was first written to personally in another conversation afterwards, up to as_of."""
        return self.queries.written_to(exchange.contact, exchange.arrived_at, self.as_of, exchange.conversation)

    def count_written_to(self, ids: Sequence[str]) -> int:
        """For how many of the exchanges with these ids `written_to_at` is known."""
        again = {e.id: e for e in self._again}
        stored = self.queries.count_written_to([i for i in ids if i not in again], self.level, self.as_of)
        return stored + sum(self.written_to_at(again[i]) is not None for i in ids if i in again)

    def _window(self, period: Period, *, first_only: bool) -> Window:
        since, until = clip(period, self.as_of)
        return Window(since, until, self.level, first_only)

    def _again_in(self, window: Window) -> list[Exchange]:
        return [
            e
            for e in self._again
            if window.since <= e.arrived_at < window.until and (e.ordinal == 1 or not window.first_only)
        ]

    def _derive_again(self, database: Database, config: Config) -> list[Exchange]:
        spanning = self.queries.hide_spanning(self.as_of)
        if not spanning:
            return []
        from replywatch.app.deriving.derive import exchanges_until  # noqa: PLC0415 - all rules, 100 ms; rarely needed

        return [e for e, rungs in exchanges_until(database, config, spanning, self.as_of) if rungs & self.level]


def clip(period: Period, as_of: int) -> tuple[int, int]:
    """The period as a half-open span of instants that ends at as_of at the latest."""
    since = -LATEST if period.since is None else period.since
    until = LATEST if period.until is None else period.until
    return since, min(until, as_of + 1)


def read_up_to(database: Database, config: Config) -> int:
    """The moment the store speaks of: the earliest start of the last complete pass over the enabled accounts.

    Only where all of them are mbox files it is the newest message in them, at most the start of the pass. Accounts that
    were never read completely are left to the coverage warnings. Raises `ReplywatchError` if that is all of them.
    """
    queries = Queries(database)
    facts = {f.name: f for f in queries.passes()}
    enabled = [a for a in config.accounts if a.enabled]
    starts = {a: f.last_complete for a in enabled if (f := facts.get(a.name)) and f.last_complete is not None}
    if not starts:
        raise ReplywatchError(
            "no account has been read completely yet, so there are no figures",
            "Run `replywatch poll` and look at what it says.",
        )
    servers = [at for account, at in starts.items() if account.kind != "mbox"]
    if servers:
        return min(servers)
    begun = min(starts.values())
    newest = queries.newest_message(begun)
    return begun if newest is None else newest


def coverage_of(database: Database, config: Config, period: Period, as_of: int) -> Coverage:
    """What was read of each account of the config, and the unknown senders in Sent mail of the period.

    Of an account that is not enabled the mail read before still counts; that it is read no more is no fault of it.
    """
    queries = Queries(database)
    known = {f.name: f for f in queries.passes()}
    with_sent = accounts_with_sent(Derived(database), config)
    accounts = (
        _account_coverage(account, known.get(account.name), has_sent=account.name in with_sent)
        for account in config.accounts
    )
    relevant = tuple(found for found in accounts if found)
    return Coverage(relevant, tuple(queries.foreign_senders(*clip(period, as_of))))


def _account_coverage(account: AnyAccount, facts: AccountFacts | None, *, has_sent: bool) -> AccountCoverage | None:
    """None for an account that is not enabled and was never read completely."""
    found = facts or AccountFacts(account.name, None, None, None, None, None)
    if not account.enabled and found.last_complete is None:
        return None
    oldest = [at for at in (found.oldest_in_sent, found.oldest_in_archive) if at is not None]
    return AccountCoverage(
        account=account.name,
        kind=account.kind,
        watched=account.watched,
        has_sent=has_sent,
        covered_from=min(oldest, default=None),
        covered_to=found.last_complete,
        last_complete=found.last_complete,
        last_attempt=found.last_attempt,
        last_error=found.last_error if account.enabled else None,
    )
