"""What is derived from a cluster, as rows of its tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import NamedTuple

from replywatch.domain.messages import Direction, Disposition, Exchange, Kind, Message, Rung

EXCHANGE_COLUMNS = tuple(f.name for f in fields(Exchange))
_exchange_values = attrgetter(*EXCHANGE_COLUMNS)


class Standing(NamedTuple):
    """What a message is among those of its cluster."""

    conversation: str
    """Identity of the first message of its conversation."""
    rung: Rung | None
    """The strictest that ties it to another message."""
    goes_on: bool = False
    """It names mail of ours that was never seen."""
    answers_missing: bool = False
    """It is ours, and answers mail of somebody outside that was never seen."""
    acknowledges: bool = False
    """It is ours, and left within seconds of an enquiry."""


class _Judgement(NamedTuple):
    """A row of the table; its columns are the fields."""

    identity: str
    cluster: int
    conversation: str
    rung: Rung | None
    message_id: str | None
    direction: Direction
    disposition: Disposition
    kind: Kind
    rule: str
    field: str
    value: str
    beside: str | None
    contact: str
    author: str
    address: str
    clock: int
    clock_source: str
    clock_sure: bool
    goes_on: bool
    answers_missing: bool
    ahead: bool


JUDGEMENT_COLUMNS = _Judgement._fields


class DerivedRows:
    """The rows of some clusters, gathered before they are written."""

    __slots__ = ("evidence", "exchanges", "judgements", "written")

    def __init__(self) -> None:
        self.judgements: list[_Judgement] = []
        self.exchanges: list[tuple[object, ...]] = []
        self.written: list[tuple[object, ...]] = []
        self.evidence: dict[tuple[str, bool, int], int] = {}

    def add_message(self, cluster: int, message: Message, standing: Standing) -> None:
        """Add the judgement of a message, and whom it was written to if a person of ours wrote it to them alone."""
        m, because = message, message.verdict.because
        self.judgements.append(
            _Judgement(
                identity=m.identity,
                cluster=cluster,
                conversation=standing.conversation,
                rung=standing.rung,
                message_id=m.message_id,
                direction=m.direction,
                disposition=m.disposition,
                kind=m.verdict.kind,
                rule=because.rule,
                field=because.field,
                value=because.value,
                beside=json.dumps(because.beside) if because.beside else None,
                contact=m.contact,
                author=m.author,
                address=m.address,
                clock=m.clock,
                clock_source=m.clock_source,
                clock_sure=m.clock_sure,
                goes_on=standing.goes_on,
                answers_missing=standing.answers_missing,
                ahead=m.ahead,
            )
        )
        for in_sent, accounts in ((True, m.sent_in), (False, m.filed_in)):
            for account in accounts:
                key = (account, in_sent, cluster)
                self.evidence[key] = min(m.clock, self.evidence.get(key, m.clock))
        if m.author and m.verdict.kind is Kind.HUMAN and not (m.answers_nobody or standing.acknowledges):
            self.written.extend((a, m.clock, m.identity, standing.conversation, cluster) for a in sorted(m.outsiders))

    def add_exchange(self, cluster: int, exchange: Exchange, rungs: int) -> None:
        """Add an exchange that holds under `rungs` of matching, as bits (`domain.messages.RUNG_BITS`)."""
        self.exchanges.append((cluster, rungs, *_exchange_values(exchange)))


def inserting(table: str, columns: Sequence[str]) -> str:
    """SQL that inserts rows of these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
