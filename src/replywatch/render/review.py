"""Judgements for a person to check, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from replywatch.domain.figures.statistics import wilson
from replywatch.domain.messages import Disposition, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.explanation import Explanation
from replywatch.render.because import because_text
from replywatch.render.explain import exchange_line
from replywatch.render.grid import Column, Grid, Row, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.marked import subject_text
from replywatch.render.numbers import rfc3339
from replywatch.render.text import SHORT_ID, brief, local_time, safe

_INDENT = 2
_COLUMNS = (Column(9), Column(too_long="wrapped"))


def judgement_text(explanation: Explanation, locale: Locale) -> str:
    """What was judged about a message, in a few lines."""
    e, message = explanation, explanation.message
    exchange_at = own_exchange_at(e)
    if exchange_at is not None:
        counted = exchange_line(exchange_at, locale, e)
    elif message.disposition is Disposition.COUNTED:
        counted = "a further mail in an exchange that is open already"
    else:
        counted = f"not counted ({message.disposition.value.replace('_', ' ')})"
    sender = e.header.from_[0].address if e.header.from_ else "nobody"
    rows = [
        ("From", safe(sender)),
        ("Subject", subject_text(message.subject, locale.width - _INDENT - _COLUMNS[0].width)),
        ("Kind", f"{message.verdict.kind.value}: {safe(because_text(message.verdict.because))}"),
        ("Contact", safe(message.contact) or "nobody"),
        ("Counted", counted),
    ]
    reply = next((m for m in e.conversation if exchange_at and m.identity == exchange_at.exchange.reply), None)
    if reply is not None:
        rows.append(("Reply", f"{safe(reply.author)}: {safe(reply.subject) or '(no subject)'}"))
    title = f"{local_time(message.clock, locale.zone)}  {message.identity[:SHORT_ID]}"
    return "\n".join(grid_lines(Grid(title, _COLUMNS, map(Row, rows), _INDENT), locale)) + "\n"


def judgements_json_lines(explanations: Iterable[Explanation]) -> Iterator[str]:
    """One JSON object for each judgement, one a line, in ASCII: no pipe can garble it."""
    for e in explanations:
        message, exchange_at = e.message, own_exchange_at(e)
        exchange = exchange_at.exchange if exchange_at else None
        answered = bool(exchange_at and exchange_at.status is Status.ANSWERED)
        row: dict[str, Any] = {
            "id": message.identity,
            "message_id": message.message_id and brief(message.message_id),
            "arrived_at": rfc3339(message.clock),
            "subject": brief(message.subject),
            "kind": message.verdict.kind.value,
            "rule": message.verdict.rule,
            "because": brief(because_text(message.verdict.because)),
            "contact": brief(message.contact),
            "disposition": message.disposition.value,
            "status": exchange_at.status.value if exchange_at else None,
            "reply_message_id": brief(exchange.reply_message_id or "") or None if exchange and answered else None,
            "matched_by": exchange.matched_by.value if exchange and answered and exchange.matched_by else None,
        }
        yield json.dumps(row)


def verdict_text(judged: int, wrong: int) -> str:
    """The measured error rate in a sentence; "" if nothing was judged."""
    if not judged:
        return ""
    low, high = wilson(wrong, judged)
    return (
        f"{wrong} of {judged} judgements wrong: {100 * wrong / judged:.1f} %"
        f" (95 % interval {100 * low:.1f} to {100 * high:.1f} %).\n"
    )


def own_exchange_at(explanation: Explanation) -> ExchangeAt | None:
    """The exchange that the message opened, if it opened one."""
    own = explanation.message.identity
    return next((s for s in explanation.exchanges_at if s.exchange.id == own), None)
