"""The exchanges, one by one, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from replywatch.app.deriving.opened import opened
from replywatch.app.progress import Progress
from replywatch.app.reporting.coverage import coverage_of, read_up_to
from replywatch.app.reporting.report import ReportQuery, asked_as_of
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.config.model import Config
from replywatch.domain.messages import Status
from replywatch.domain.periods import parse_period
from replywatch.domain.results.exchange_at import ExchangeAt, exchange_at
from replywatch.store.database import Database


def export(config: Config, query: ReportQuery, now: int, progress: Progress) -> Iterator[ExchangeAt]:
    """The exchanges of the period, all time unless the query says otherwise, in the order of arrival."""
    with opened(config, progress) as database:
        as_of = asked_as_of(query, read_up_to(database, config), now, config)
        snapshot = Snapshot(database, config, as_of, query.min_match)
        for found in exchanges_at(snapshot, database, config, query, now):
            written = snapshot.written_to_at(found.exchange) if found.status is Status.NEVER else None
            yield replace(found, contact_written_to_at=written)


def exchanges_at(
    snapshot: Snapshot, database: Database, config: Config, query: ReportQuery, now: int
) -> Iterator[ExchangeAt]:
    """The exchanges of the period that `query` names, in the order of arrival, each as it stands at that moment."""
    zone = config.report.timezone
    period = parse_period(query.since or "all", query.until, config.report.period, snapshot.as_of, now, zone)
    coverage = coverage_of(database, config, period, snapshot.as_of)
    for exchange in snapshot.exchanges(period, first_only=query.first_only):
        yield exchange_at(exchange, snapshot.as_of, config.report.never_after, coverage)
