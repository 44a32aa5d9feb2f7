"""Who waits for an answer, as a plain list for terminals, mails of cron jobs, and JSON."""

from __future__ import annotations

import json

from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.waiting import WaitingList
from replywatch.render.grid import Column, Grid, Row, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.numbers import rfc3339
from replywatch.render.text import SHORT_ID, brief, human_duration, local_time, person_text, safe

_COLUMNS = (
    Column(12, gap=2, right=True),
    Column(18),
    Column(SHORT_ID + 2),
    Column(32, gap=2, too_long="cut"),
    Column(too_long="cut"),
)
"""How long, since when, id, who, subject."""
_BOUNCED = "somebody answered, but the answer could not be delivered"


def waiting_text(found: WaitingList, locale: Locale) -> str:
    """The list as text; those who count as never answered are only mentioned."""
    lines = [f"Waiting for an answer at {local_time(found.as_of, locale.zone)}: {len(found.rows)}"]
    for title, later in (("Enquiries", False), ("Later turns (often no answer needed)", True)):
        rows = [_row(row, locale) for row in found.rows if (row.exchange.ordinal > 1) == later]
        if rows:
            lines += ["", *grid_lines(Grid(title, _COLUMNS, rows, indent=2), locale)]
    if found.hidden:
        lines += ["", f"{found.hidden} more have waited so long that they count as never answered; --all lists them."]
    return "\n".join(lines) + "\n"


def _row(row: ExchangeAt, locale: Locale) -> Row:
    e = row.exchange
    since = local_time(e.arrived_at, locale.zone)
    who, below = person_text(e.contact, e.visitor_of), [_BOUNCED] if e.bounced_reply else []
    return Row([human_duration(row.waited), since, e.id[:SHORT_ID], who, safe(e.subject)], below)


def waiting_json(found: WaitingList) -> str:
    """The list as one JSON object."""
    people = [
        {
            "id": r.exchange.id,
            "message_id": r.exchange.message_id and brief(r.exchange.message_id),
            "contact": brief(r.exchange.contact),
            "subject": brief(r.exchange.subject),
            "ordinal": r.exchange.ordinal,
            "status": r.status.value,
            "arrived_at": rfc3339(r.exchange.arrived_at),
            "waiting_seconds": r.waited,
            "acknowledged_at": rfc3339(r.exchange.acknowledged_at),
            "bounced_reply": r.exchange.bounced_reply_name and brief(r.exchange.bounced_reply_name),
        }
        for r in found.rows
    ]
    shown = {"schema": "replywatch.waiting/1", "as_of": rfc3339(found.as_of), "waiting": people}
    return json.dumps(shown, indent=2) + "\n"
