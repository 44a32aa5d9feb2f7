"""Who waits for an answer, as a plain list for terminals, mails of cron jobs, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import tzinfo
from unicodedata import east_asian_width

from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.render.numbers import rfc3339
from replywatch.render.text import SHORT_ID, brief, human_duration, local_time, safe

_CONTACT = 30
_NARROWEST_SUBJECT = 10


def waiting_text(rows: Sequence[ExchangeAt], as_of: int, zone: tzinfo, *, width: int, hidden: int) -> str:
    """The list as text of at most `width` columns; `hidden` more count as never answered and are only mentioned."""
    lines = [f"Waiting for an answer at {local_time(as_of, zone)}: {len(rows)}"]
    for title, turns in (("Enquiries", False), ("Later turns (often no answer needed)", True)):
        part = [r for r in rows if (r.exchange.ordinal > 1) == turns]
        if part:
            lines += ["", title, *(_line(row, zone, width) for row in part)]
    if hidden:
        lines += ["", f"{hidden} more have waited so long that they count as never answered; --all lists them."]
    return "\n".join(lines) + "\n"


def waiting_json(rows: Sequence[ExchangeAt], as_of: int) -> str:
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
        }
        for r in rows
    ]
    return json.dumps({"schema": "replywatch.waiting/1", "as_of": rfc3339(as_of), "waiting": people}, indent=2) + "\n"


def _line(row: ExchangeAt, zone: tzinfo, width: int) -> str:
    e = row.exchange
    start = (
        f"  {human_duration(row.waited):>10}  {local_time(e.arrived_at, zone)}  {e.id[:SHORT_ID]}  "
        f"{_fit(e.contact, _CONTACT):<{_CONTACT}}  "
    )
    room = width - len(start)
    if room >= _NARROWEST_SUBJECT:
        return (start + _fit(e.subject, room)).rstrip()
    return f"{start.rstrip()}\n{'':14}{_fit(e.subject, width - 14)}"


def _fit(text: str, columns: int) -> str:
    """`text` made harmless and cut to so many columns of a terminal."""
    text = safe(text)
    used = 0
    for at, character in enumerate(text):
        used += 2 if east_asian_width(character) in "WF" else 1
        if used > columns:
            return text[: max(0, at - 1)] + "…"
    return text
