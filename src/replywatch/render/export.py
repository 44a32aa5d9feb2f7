"""Exchanges for other programs: JSON lines and CSV, one exchange each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from replywatch.domain.messages import Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.render.csv_lines import Cell
from replywatch.render.numbers import rfc3339
from replywatch.render.text import brief

COLUMNS = (
    "id",
    "message_id",
    "arrived_at",
    "contact",
    "address",
    "ordinal",
    "status",
    "answered_at",
    "reply_message_id",
    "matched_by",
    "elapsed_seconds",
    "clock_anomaly",
    "answered_after",
    "answered_before",
    "acknowledged_at",
    "contact_written_to_at",
    "ended_at",
    "marked",
    "arrival_source",
    "arrival_sure",
    "conversation",
    "bounced_reply",
    "bucket",
)


def export_row(exchange_at: ExchangeAt) -> dict[str, Cell]:
    """One exchange as plain values; the fields of the reply are null unless it is answered."""
    e, status = exchange_at.exchange, exchange_at.status
    answered, unseen = status is Status.ANSWERED, status is Status.ANSWERED_TIME_UNKNOWN
    return {
        "id": e.id,
        "message_id": e.message_id and brief(e.message_id),
        "arrived_at": rfc3339(e.arrived_at),
        "contact": brief(e.contact),
        "address": e.address or None,
        "ordinal": e.ordinal,
        "status": status.value,
        "answered_at": rfc3339(e.answered_at) if answered else None,
        "reply_message_id": brief(e.reply_message_id) if answered and e.reply_message_id else None,
        "matched_by": e.matched_by.value if answered and e.matched_by else None,
        "elapsed_seconds": exchange_at.elapsed,
        "clock_anomaly": e.clock_anomaly if answered else None,
        "answered_after": rfc3339(e.answered_after) if unseen else None,
        "answered_before": rfc3339(e.answered_before) if unseen else None,
        "acknowledged_at": rfc3339(e.acknowledged_at),
        "contact_written_to_at": rfc3339(exchange_at.contact_written_to_at),
        "ended_at": rfc3339(e.ended_at),
        "marked": e.marked,
        "arrival_source": e.arrival_source,
        "arrival_sure": e.arrival_sure,
        "conversation": e.conversation,
        "bounced_reply": e.bounced_reply_name and brief(e.bounced_reply_name),
        "bucket": exchange_at.bucket,
    }


def as_json_lines(rows: Iterable[Mapping[str, Cell]]) -> Iterator[str]:
    """One JSON object a line, in ASCII: no pipe can garble it."""
    for row in rows:
        yield json.dumps(row)
