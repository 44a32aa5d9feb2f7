"""The exchanges, one by one, for other programs and for lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replywatch.app.current import current
from replywatch.app.progress import Progress
from replywatch.app.report import ReportQuery, asked_as_of
from replywatch.app.view import View, as_of_of, coverage_of
from replywatch.config.model import Config
from replywatch.domain.measure import Wait, outcome
from replywatch.domain.messages import Exchange, Status
from replywatch.domain.periods import parse_period


@dataclass(frozen=True, slots=True)
class Standing:
    """An exchange and where it stands at as_of."""

    exchange: Exchange
    status: Status
    as_of: int
    contact_written_to_at: int | None
    """For one never answered: when the contact was written to personally in another conversation afterwards."""


def export(config: Config, query: ReportQuery, progress: Progress) -> Iterator[Standing]:
    """The exchanges of the period, all time unless the query says otherwise, in the order of arrival."""
    zone = config.report.timezone
    with current(config, progress) as database:
        as_of = asked_as_of(query, as_of_of(database, config), config)
        period = parse_period(query.since or "all", query.until, config.report.period, as_of, zone)
        view = View(database, config, as_of, query.min_match)
        coverage = coverage_of(database, config, period, as_of)
        for exchange in view.exchanges(period, first_only=query.first_only):
            status = outcome(_wait(exchange), as_of, config.report.never_after, coverage).status
            written = view.written_to_at(exchange) if status is Status.NEVER else None
            yield Standing(exchange, status, as_of, written)


def waiting(config: Config, older_than: int, progress: Progress, *, everybody: bool) -> list[Standing]:
    """Who waits for an answer: enquiries first, then later turns, the longest wait first in both.

    Only waits of at least `older_than` seconds. With `everybody` also those that count as never answered by now, and
    those of whom it is unknown because not all mail was read. An enquiry that ended a later turn stands for it.
    """
    wanted = {Status.WAITING, Status.NEVER, Status.UNKNOWN} if everybody else {Status.WAITING}
    found = [
        s
        for s in export(config, ReportQuery(first_only=False), progress)
        if s.status in wanted and s.exchange.ended_at is None and s.as_of - s.exchange.arrived_at >= older_than
    ]
    return sorted(found, key=lambda s: (s.exchange.ordinal > 1, s.exchange.arrived_at, s.exchange.id))


def _wait(e: Exchange) -> Wait:
    return Wait(e.id, e.arrived_at, e.answered_at, e.answered_after, e.answered_before, e.acknowledged_at)
