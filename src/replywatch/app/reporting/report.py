"""The figures of a period, as they stood at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replywatch import __version__
from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import fingerprint, mailbox_uses
from replywatch.app.progress import Progress
from replywatch.app.reporting.absent_mail import absent_mail
from replywatch.app.reporting.coverage import coverage_of, read_up_to
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.config.model import Config
from replywatch.domain.figures.measure import waited
from replywatch.domain.figures.summary import summarise
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.domain.messages import Exchange, Role, Rung
from replywatch.domain.periods import parse_as_of, parse_period
from replywatch.domain.results.ledger import ledger_of
from replywatch.domain.results.report import Definition, Report, WaitingPerson
from replywatch.domain.results.warnings import (
    absent_warnings,
    age_warnings,
    clock_warnings,
    coverage_warnings,
    ledger_warnings,
)
from replywatch.store.copies import MailboxUse
from replywatch.store.derived import Derived
from replywatch.store.queries import Queries


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
        doubts = snapshot.doubts(period, first_only=query.first_only)
        ledger = ledger_of(snapshot.queries.account(*period.until_as_of(as_of)))
        uses = mailbox_uses(Derived(database), config)
        absent = absent_mail(database, config, uses, *period.until_as_of(as_of))
        asked_for = None if query.as_of is None else parse_as_of(query.as_of, zone)
        return Report(
            generated_at=now,
            version=__version__,
            as_of=as_of,
            period=period,
            addresses=config.team.addresses,
            definition=_definition(config, query, _fields_version(snapshot.queries, uses)),
            summary=summary,
            put_away=snapshot.count_put_away(period, first_only=query.first_only),
            absent=absent,
            contact_written_to=snapshot.count_written_to(summary.never_ids),
            oldest_waiting=tuple(_waiting_person(e, as_of) for e in snapshot.by_id(summary.longest_waiting)),
            ledger=ledger,
            coverage=coverage,
            doubts=doubts,
            warnings=(
                *age_warnings(newest, now, asked_for),
                *clock_warnings(doubts, summary.answered.n),
                *absent_warnings(absent),
                *coverage_warnings(coverage, as_of, period.since),
                *ledger_warnings(ledger),
            ),
        )


def asked_as_of(query: ReportQuery, newest: int, config: Config) -> int:
    """The moment a query speaks of: what it asks for, but never later than the mail was read."""
    if query.as_of is None:
        return newest
    return min(newest, parse_as_of(query.as_of, config.report.timezone))


def _fields_version(queries: Queries, uses: Mapping[int, MailboxUse]) -> int:
    """The lowest version of the fields that are stored of headers which count; the present one where there are none."""
    lowest = queries.lowest_fields_version([e for e, use in uses.items() if use.role is not Role.SKIP])
    return FIELDS_VERSION if lowest is None else lowest


def _definition(config: Config, query: ReportQuery, fields_version: int) -> Definition:
    return Definition(
        measure="first" if query.first_only else "turn",
        zone=config.report.timezone,
        never_after=config.report.never_after,
        new_enquiry_after=config.report.new_enquiry_after,
        min_match=query.min_match,
        rules_version=RULES_VERSION,
        fields_version=fields_version,
        config_fingerprint=fingerprint(config),
    )


def _waiting_person(exchange: Exchange, as_of: int) -> WaitingPerson:
    return WaitingPerson(
        id=exchange.id,
        message_id=exchange.message_id,
        contact=exchange.contact,
        subject=exchange.subject,
        arrived_at=exchange.arrived_at,
        waiting_seconds=waited(exchange.arrived_at, as_of),
        visitor_of=exchange.visitor_of,
        bounced_reply=exchange.bounced_reply_name,
    )
