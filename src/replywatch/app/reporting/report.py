"""The figures of a period, as they stood at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from replywatch import __version__
from replywatch.app.deriving.provenance import fingerprint
from replywatch.app.progress import Progress
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.app.reporting.view import View, viewed
from replywatch.config.model import Config
from replywatch.domain.figures.measure import waited
from replywatch.domain.figures.summary import summarise
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.judging.rules_version import RULES_VERSION
from replywatch.domain.messages import Role
from replywatch.domain.results.report import Definition, Report, WaitingPerson
from replywatch.store.copies import MailboxUse
from replywatch.store.queries import Queries


def make_report(config: Config, query: ReportQuery, now: int, progress: Progress) -> Report:
    """The report that `query` asks for. Raises as `viewed`."""
    with viewed(config, query, now, progress) as view:
        snapshot, period, first_only = view.snapshot, view.period, query.first_only
        summary = summarise(
            snapshot.waits(period, first_only=first_only),
            as_of=view.as_of,
            never_after=view.config.report.never_after,
            coverage=view.coverage,
        )
        return Report(
            generated_at=now,
            version=__version__,
            as_of=view.as_of,
            period=period,
            addresses=view.config.team.addresses,
            definition=_definition(view),
            summary=summary,
            put_away=snapshot.count_put_away(period, first_only=first_only),
            absent=view.absent,
            contact_written_to=snapshot.count_written_to(summary.never_ids),
            oldest_waiting=_waiting_people(snapshot, summary.longest_waiting, view.as_of),
            ledger=view.ledger,
            coverage=view.coverage,
            doubts=view.doubts,
            warnings=view.warnings,
        )


def _definition(view: View) -> Definition:
    """How the figures are counted."""
    config, query = view.config, view.query
    return Definition(
        measure="first" if query.first_only else "turn",
        zone=config.report.timezone,
        never_after=config.report.never_after,
        new_enquiry_after=config.report.new_enquiry_after,
        min_match=query.min_match,
        rules_version=RULES_VERSION,
        fields_version=_fields_version(view.snapshot.queries, view.uses),
        config_fingerprint=fingerprint(config),
    )


def _fields_version(queries: Queries, uses: Mapping[int, MailboxUse]) -> int:
    """The lowest version of the fields that are stored of headers which count; the present one where there are none."""
    lowest = queries.lowest_fields_version([e for e, use in uses.items() if use.role is not Role.SKIP])
    return FIELDS_VERSION if lowest is None else lowest


def _waiting_people(snapshot: Snapshot, ids: Sequence[str], as_of: int) -> tuple[WaitingPerson, ...]:
    """Who opened the exchanges of these ids."""
    short_ids = snapshot.queries.short_ids(ids)
    return tuple(
        WaitingPerson(
            id=exchange.id,
            short_id=short_ids[exchange.id],
            message_id=exchange.message_id,
            contact=exchange.contact,
            subject=exchange.subject,
            arrived_at=exchange.arrived_at,
            waiting_seconds=waited(exchange.arrived_at, as_of),
            visitor_of=exchange.visitor_of,
            bounced_reply=exchange.bounced_reply_name,
        )
        for exchange in snapshot.by_id(ids)
    )
