"""The figures of a period, as they stood at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import fingerprint
from replywatch.app.progress import Progress
from replywatch.app.reporting.shifted_dates_warning import moved_warnings
from replywatch.app.reporting.snapshot import Snapshot, clip, coverage_of, read_up_to
from replywatch.config.model import Config
from replywatch.domain.figures.report import Definition, Ledger, Report, WaitingPerson, build_report, summarise
from replywatch.domain.instants import DAY, HOUR, local
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.domain.messages import Disposition, Exchange, Kind, Rung
from replywatch.domain.periods import parse_as_of, parse_period

OLD_AFTER = 2 * DAY
"""Age in seconds of the last complete pass from which a report warns of it."""
AHEAD = HOUR
"""Seconds by which a pass may seem to lie in the future without a word."""


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What is asked for, in a person's words."""

    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    first_only: bool = True
    min_match: Rung = Rung.SUBJECT


def make_report(config: Config, query: ReportQuery, now: int, progress: Progress) -> Report:
    """The report that `query` asks for.

    Raises `UsageError` for a period that makes no sense, `StoreError` or `ReplywatchError` if nothing was polled yet.
    """
    zone = config.report.timezone
    with opened(config, progress) as database:
        newest = read_up_to(database, config)
        as_of = asked_as_of(query, newest, config)
        period = parse_period(query.since, query.until, config.report.period, as_of, zone)
        coverage = coverage_of(database, config, period, as_of)
        snapshot = Snapshot(database, config, as_of, query.min_match)
        summary = summarise(
            snapshot.waits(period, first_only=query.first_only),
            as_of=as_of,
            never_after=config.report.never_after,
            coverage=coverage,
        )
        return build_report(
            summary,
            as_of=as_of,
            period=period,
            definition=_definition(config, query),
            oldest_waiting=[_waiter(e, as_of) for e in snapshot.by_id(summary.longest_waiting)],
            contact_written_to=snapshot.count_written_to(summary.never_ids),
            account=_account_line(snapshot.queries.account(*clip(period, as_of))),
            coverage=coverage,
            warnings=[*_age_warnings(query, newest, now, config), *moved_warnings(database, config)],
        )


def asked_as_of(query: ReportQuery, newest: int, config: Config) -> int:
    """The moment a query speaks of: what it asks for, but never later than the mail was read."""
    if query.as_of is None:
        return newest
    return min(newest, parse_as_of(query.as_of, config.report.timezone))


def _definition(config: Config, query: ReportQuery) -> Definition:
    return Definition(
        measure="first" if query.first_only else "turn",
        zone=config.report.timezone,
        never_after=config.report.never_after,
        new_enquiry_after=config.report.new_enquiry_after,
        min_match=query.min_match,
        rules_version=RULES_VERSION,
        config_fingerprint=fingerprint(config),
    )


def _waiter(exchange: Exchange, as_of: int) -> WaitingPerson:
    return WaitingPerson(
        id=exchange.id,
        message_id=exchange.message_id,
        contact=exchange.contact,
        subject=exchange.subject,
        arrived_at=exchange.arrived_at,
        waiting_seconds=as_of - exchange.arrived_at,
    )


def _account_line(rows: Iterable[tuple[str, str, int]]) -> Ledger:
    """Where every message ended up; `rows` are (disposition, kind, messages)."""
    messages: Counter[Disposition] = Counter()
    kinds: Counter[Kind] = Counter()
    for disposition, kind, count in rows:
        if disposition == Disposition.EXCLUDED_KIND:
            kinds[Kind(kind)] += count
        else:
            messages[Disposition(disposition)] += count
    return Ledger(
        read=messages.total() + kinds.total(),
        counted=messages[Disposition.COUNTED],
        excluded_by_kind={kind: kinds[kind] for kind in Kind if kind in kinds},
        internal=messages[Disposition.INTERNAL],
        outbound=messages[Disposition.OUTBOUND],
        foreign=messages[Disposition.FOREIGN],
        set_aside=messages[Disposition.SET_ASIDE],
        not_watched=messages[Disposition.NOT_WATCHED],
    )


def _age_warnings(query: ReportQuery, newest: int, now: int, config: Config) -> list[str]:
    zone = config.report.timezone
    if query.as_of is not None:
        beyond = parse_as_of(query.as_of, zone) > newest
        return [
            f"Mail was read only up to {local(newest, zone):%Y-%m-%d %H:%M}: these are the figures of then."
        ] * beyond
    if newest > now + AHEAD:
        moment = f"{local(newest, zone):%Y-%m-%d %H:%M}"
        return [
            f"The mail was last read at {moment}, which is still to come: set the clock, and run `replywatch poll`."
        ]
    if now - newest < OLD_AFTER:
        return []
    return [f"The mail was last read completely {(now - newest) // DAY} days ago: run `replywatch poll`."]
