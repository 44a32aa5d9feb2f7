"""The exchanges, one by one, for other programs and for lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from replywatch.app.deriving.opened import opened
from replywatch.app.progress import Progress
from replywatch.app.reporting.report import ReportQuery, asked_as_of
from replywatch.app.reporting.snapshot import Snapshot, coverage_of, read_up_to
from replywatch.config.model import Config
from replywatch.domain.messages import Rung, Status
from replywatch.domain.periods import parse_period
from replywatch.domain.results.exchange_at import ExchangeAt, exchange_at
from replywatch.domain.results.waiting import WaitingList
from replywatch.store.database import Database


def export(config: Config, query: ReportQuery, progress: Progress) -> Iterator[ExchangeAt]:
    """The exchanges of the period, all time unless the query says otherwise, in the order of arrival."""
    with opened(config, progress) as database:
        as_of = asked_as_of(query, read_up_to(database, config), config)
        snapshot = Snapshot(database, config, as_of, query.min_match)
        for found in _exchanges_at(snapshot, database, config, query):
            written = snapshot.written_to_at(found.exchange) if found.status is Status.NEVER else None
            yield replace(found, contact_written_to_at=written)


def _exchanges_at(snapshot: Snapshot, database: Database, config: Config, query: ReportQuery) -> Iterator[ExchangeAt]:
    zone = config.report.timezone
    period = parse_period(query.since or "all", query.until, config.report.period, snapshot.as_of, zone)
    coverage = coverage_of(database, config, period, snapshot.as_of)
    for exchange in snapshot.exchanges(period, first_only=query.first_only):
        yield exchange_at(exchange, snapshot.as_of, config.report.never_after, coverage)


def waiting(config: Config, older_than: int, progress: Progress, *, everybody: bool) -> WaitingList:
    """Who waits for an answer, at least `older_than` seconds; an enquiry that ended a later turn stands for it.

    With `everybody` also those that count as never answered by now, and those of whom it is unknown because not all
    mail was read.
    """
    wanted = {Status.WAITING, Status.NEVER, Status.UNKNOWN} if everybody else {Status.WAITING}
    with opened(config, progress) as database:
        as_of = read_up_to(database, config)
        snapshot = Snapshot(database, config, as_of, Rung.SUBJECT)
        exchanges_at = _exchanges_at(snapshot, database, config, ReportQuery(first_only=False))
        found = [s for s in exchanges_at if s.exchange.ended_at is None]
    rows = [s for s in found if s.status in wanted and s.waited >= older_than]
    rows.sort(key=lambda s: (s.exchange.ordinal > 1, s.exchange.arrived_at, s.exchange.id))
    never = sum(s.status is Status.NEVER and s.exchange.ordinal == 1 for s in found)
    return WaitingList(as_of, rows, 0 if everybody else never)
