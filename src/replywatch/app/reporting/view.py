"""What every command that reads figures has in common.

The exchanges of a period as they stood at a moment, how far the mail behind them was read, and what has to be known of
them first.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from replywatch.app.deriving.opened import Opened, opened
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.progress import Progress
from replywatch.app.reporting.absent_mail import absent_mail
from replywatch.app.reporting.coverage import coverage_of, read_up_to
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.config.model import Config
from replywatch.domain.figures.coverage import Coverage
from replywatch.domain.figures.doubts import Doubts
from replywatch.domain.figures.measure import outcome, wait_of
from replywatch.domain.messages import Status
from replywatch.domain.periods import Period, parse_as_of, parse_period
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.exchange_at import ExchangeAt, exchange_at
from replywatch.domain.results.ledger import Ledger, ledger_of
from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.domain.results.warnings import (
    absent_warnings,
    age_warnings,
    changed_warnings,
    clock_warnings,
    coverage_warnings,
    ledger_warnings,
)
from replywatch.store.copies import MailboxUse
from replywatch.store.derived import Derived
from replywatch.store.own_clock import read_as_now


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class View:
    """The exchanges that a query asks for, and what is known of the mail behind them."""

    store: Opened
    query: ReportQuery
    now: int
    """By the clock of this machine."""
    ahead: int | None
    """When the latest pass began, if that is still to come: it is read as now."""
    read_up_to: int
    """The moment the store speaks of, whatever was asked for."""
    as_of: int
    """The moment the exchanges are seen from."""
    period: Period
    coverage: Coverage
    snapshot: Snapshot

    @property
    def config(self) -> Config:
        """As it holds for this store."""
        return self.store.config

    @cached_property
    def doubts(self) -> Doubts:
        """Which of the answered waits rest on an unsure clock."""
        return self.snapshot.doubts(self.period, first_only=self.query.first_only)

    @cached_property
    def ledger(self) -> Ledger:
        """Where every message of the period went."""
        return ledger_of(self.snapshot.queries.account(*self.period.until_as_of(self.as_of)))

    @cached_property
    def uses(self) -> dict[int, MailboxUse]:
        """What the config says of every mailbox that was read, by epoch."""
        return mailbox_uses(Derived(self.store.database), self.config)

    @cached_property
    def absent(self) -> AbsentMail:
        """What the mail of the period tells of mail that is nowhere."""
        return absent_mail(self.store.database, self.config, self.uses, *self.period.until_as_of(self.as_of))

    def exchanges(self, period: Period | None = None) -> Generator[ExchangeAt, None, None]:
        """The exchanges of the period, or of another one, by arrival, each as it stands at as_of."""
        never_after = self.config.report.never_after
        for exchange in self.snapshot.exchanges(period or self.period, first_only=self.query.first_only):
            yield exchange_at(exchange, self.as_of, never_after, self.coverage)

    def with_later_mail(self, found: Iterable[ExchangeAt]) -> Iterator[ExchangeAt]:
        """The same; of those never answered it is known when the contact was written to in another conversation."""
        for e in found:
            never = e.status is Status.NEVER
            yield e.written_to(self.snapshot.written_to_at(e.exchange)) if never else e

    def read_since(self) -> Iterator[ExchangeAt]:
        """The exchanges that arrived after as_of in accounts that were read since, while others were not.

        Where nobody is known to have answered that can't be said: the answer may lie in those. Takes `snapshot`'s place
        in the store, so that is to be asked nothing afterwards.
        """
        latest = max((at for account in self.coverage.accounts if (at := account.polled_at)), default=self.as_of)
        if latest <= self.as_of:
            return
        later = Snapshot(self.store.database, self.config, latest, self.query.min_match)
        for exchange in later.exchanges(Period(self.as_of + 1, None), first_only=self.query.first_only):
            found = outcome(wait_of(exchange), latest, self.config.report.never_after, self.coverage)
            open_ = found.status in {Status.WAITING, Status.NEVER}
            yield ExchangeAt(exchange, Status.UNKNOWN if open_ else found.status, self.as_of, found.elapsed)

    def short_ids(self, found: Iterable[ExchangeAt]) -> dict[str, str]:
        """Identity of an opening message or of a reply → its first characters, as far as they name one message."""
        return self.snapshot.queries.short_ids([i for e in found for i in (e.exchange.id, e.exchange.reply) if i])

    @cached_property
    def warnings(self) -> tuple[Warning, ...]:
        """What has to be known before any figure, the worst first: the same list for every command."""
        asked_for = (
            None if self.query.as_of is None else parse_as_of(self.query.as_of, self.now, self.config.report.timezone)
        )
        answered = self.snapshot.count_answered(self.period, first_only=self.query.first_only)
        return (
            *changed_warnings(self.store.changed),
            *age_warnings(self.coverage.accounts, self.read_up_to, self.now, asked_for, ahead=self.ahead),
            *coverage_warnings(self.coverage, self.as_of, open_before_sent=self._open_before_sent()),
            *absent_warnings(self.absent),
            *clock_warnings(self.doubts, answered),
            *ledger_warnings(self.ledger),
        )

    def _open_before_sent(self) -> bool:
        """Whether mail of the period has no answer that arrived before any sent mail was read."""
        begins, (since, until) = self.coverage.begins, self.period
        if begins is None or (since is not None and since >= begins):
            return False
        before = Period(since, begins if until is None else min(until, begins))
        return self.snapshot.is_any_open(before, first_only=self.query.first_only)


@contextmanager
def viewed(config: Config, query: ReportQuery, now: int, progress: Progress) -> Iterator[View]:
    """What `query` asks for.

    Raises `UsageError` for a period that makes no sense, `ChangedAccountError` if no account is left of which anything
    may be shown, `StoreError` or `ReplywatchError` if nothing was polled yet.
    """
    with opened(config, progress) as store, store.database.unchanging():
        store.need_accounts()
        ahead = read_as_now(store.database, now)
        newest = read_up_to(store.database, store.config)
        settings = store.config.report
        as_of = newest if query.as_of is None else min(newest, parse_as_of(query.as_of, now, settings.timezone))
        period = parse_period(query.since, query.until, settings.period, as_of, now, settings.timezone)
        yield View(
            store,
            query,
            now,
            ahead,
            newest,
            as_of,
            period,
            coverage_of(store.database, store.config, period, as_of),
            Snapshot(store.database, store.config, as_of, query.min_match),
        )
