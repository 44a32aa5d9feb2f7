"""Who waits for an answer right now."""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.app.progress import Progress
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.view import View, viewed
from replywatch.config.model import Config
from replywatch.domain.figures.measure import waited
from replywatch.domain.messages import Exchange, Status
from replywatch.domain.periods import Period
from replywatch.domain.results.waiting import WaitingList, place_in_list


@dataclass(frozen=True, slots=True)
class WaitingQuery:
    """Whom to list."""

    since: str | None = None
    """In a person's words; None: the report's period."""
    older_than: int = 0
    """Seconds for which they wait at least."""
    never: bool = False
    """Also those who count as never answered by now."""
    alarm: bool = False
    """Somebody is to be woken: ages run on to the present, whatever was read when."""


def waiting(config: Config, query: WaitingQuery, now: int, progress: Progress) -> WaitingList:
    """Who waits for an answer; an enquiry that ended a later turn stands for it. Raises as `viewed`.

    Their status is that of the last pass over all accounts; of those who wrote after it, as far as some accounts were
    read since, it can't be said. Those who count as waiting are listed whatever the period: nobody who waits
    is too old for it, and nobody of whom it can't be said who would count so.
    """
    asked_for = ReportQuery(since=query.since, first_only=False)
    with viewed(config, asked_for, now, progress) as view:
        read_at = min((at for a in view.coverage.accounts if (at := a.polled_at) is not None), default=view.as_of)
        archive = all(account.kind == "mbox" for account in view.coverage.accounts if account.stale_after is not None)
        counted_to = view.as_of if archive and not query.alarm else max(view.as_of, now)
        at_as_of, warnings = list(view.exchanges(_reaching_back(view))), view.warnings
        found = [
            row
            for row in (*at_as_of, *view.read_since())
            if _goes_on(row.exchange) and waited(row.exchange.arrived_at, counted_to) >= query.older_than
        ]
        rows = [row for row in found if row.status is Status.WAITING]
        in_period = [row for row in found if view.period.since is None or row.exchange.arrived_at >= view.period.since]
        never = [row for row in in_period if row.status is Status.NEVER]
        unknown = [row for row in found if row.status is Status.UNKNOWN]
        listed = [*rows, *never] if query.never else rows
        return WaitingList(
            as_of=view.as_of,
            read_at=read_at,
            counted_to=counted_to,
            since=view.period.since,
            rows=sorted(listed, key=place_in_list),
            may_wait=sorted(unknown, key=place_in_list),
            never=0 if query.never else sum(row.exchange.ordinal == 1 for row in never),
            short_ids=view.short_ids([*listed, *unknown]),
            warnings=warnings,
        )


def _reaching_back(view: View) -> Period:
    """The period, with all who can count as waiting, unless a start was asked for."""
    since = view.period.since
    if view.query.since is None and since is not None:
        since = min(since, view.as_of - view.config.report.never_after)
    return Period(since, view.period.until)


def _goes_on(exchange: Exchange) -> bool:
    """Whether nothing ended the wait; that a person says when it was answered holds also beyond as_of."""
    return exchange.ended_at is None and exchange.answered_at is None
