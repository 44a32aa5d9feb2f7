"""Corrections by hand, and what they did, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from replywatch.domain.messages import (
    Answered,
    Correction,
    Corrections,
    Disposition,
    Exchange,
    Message,
    NeedsNone,
    OfKind,
    ReplyOf,
)
from replywatch.domain.results.marked import Changes, ExchangeChange, Marked, MessageChange, Reason, Unchanged
from replywatch.render.locale import Locale
from replywatch.render.text import SHORT_ID, local_time

MOST = 10
"""Changes that are told one by one; a mark seldom makes more than two."""


def correction_text(correction: Correction, locale: Locale) -> str:
    """What a mark says of its message."""
    match correction:
        case Answered(at):
            return f"answered at {local_time(at, locale.zone)}"
        case NeedsNone():
            return "no reply needed"
        case OfKind(kind):
            return f"kind {kind.value}"
        case ReplyOf(identity):
            return f"a reply to {identity[:SHORT_ID]}"
        case _:
            assert_never(correction)


def corrections_text(corrections: Corrections, locale: Locale) -> Iterator[str]:
    """What all marks say that hold for a message, one line for each aspect of which a person spoke."""
    kind = None if corrections.kind is None else OfKind(corrections.kind)
    reply = None if corrections.replies_to is None else ReplyOf(corrections.replies_to)
    for correction in (kind, corrections.outcome, reply):
        if correction is not None:
            yield correction_text(correction, locale)


def marked_lines(marked: Marked, locale: Locale) -> Iterator[str]:
    """Which message was marked, or whose mark was taken back; then what that changed, or why nothing."""
    if marked.undone:
        yield f"Took back the mark of {marked.identity}."
        yield f"It said: {correction_text(marked.correction, locale)}."
    elif isinstance(marked.effect, Unchanged) and marked.effect.reason is Reason.SAME:
        yield f"Marked so before: {marked.identity}."
    else:
        yield f"Marked {marked.identity}."
    if isinstance(marked.effect, Unchanged):
        yield f"No figure changes: {_why(marked.effect)}."
    else:
        yield from _changes(marked.effect, locale)


def _changes(changes: Changes, locale: Locale) -> Iterator[str]:
    lines = [
        *(_exchange_line(e, locale) for e in changes.exchanges),
        *(_message_line(m, locale) for m in changes.messages),
    ]
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"So do {len(lines) - MOST} more."
    if not lines:
        yield "Only reports with a stricter --min-match change."


def _exchange_line(change: ExchangeChange, locale: Locale) -> str:
    exchange = change.after or change.before
    assert exchange is not None, "one of the two is there"  # noqa: S101 - says why it can't be
    start = f"The wait of {local_time(exchange.arrived_at, locale.zone)} ({exchange.id[:SHORT_ID]})"
    if change.before is None:
        return f"{start} counts now: {', '.join(_standing(exchange, locale))}."
    if change.after is None:
        return f"{start} counts no longer."
    pairs = zip(_standing(change.before, locale), _standing(change.after, locale), strict=True)
    return f"{start}: {'; '.join(f'{was}, now {now_is}' for was, now_is in pairs if was != now_is)}."


def _standing(exchange: Exchange, locale: Locale) -> tuple[str, str, str, str]:
    """Where an exchange stands, point by point."""
    e = exchange
    if e.answered_at is not None:
        answer = f"answered at {local_time(e.answered_at, locale.zone)}"
    elif e.answered_after is not None and e.answered_before is not None:
        bounds = (local_time(at, locale.zone) for at in (e.answered_after, e.answered_before))
        answer = f"answered between {' and '.join(bounds)}"
    else:
        answer = "unanswered" if e.ended_at is None else "ended by a new enquiry"
    acknowledged = None if e.acknowledged_at is None else local_time(e.acknowledged_at, locale.zone)
    return (
        "an enquiry" if e.ordinal == 1 else f"turn {e.ordinal}",
        "1 mail" if e.messages == 1 else f"{e.messages} mails",
        f"acknowledged at {acknowledged}" if acknowledged else "no acknowledgement",
        answer,
    )


def _message_line(change: MessageChange, locale: Locale) -> str:
    message = change.after
    start = f"The mail of {local_time(message.clock, locale.zone)} ({message.identity[:SHORT_ID]})"
    return f"{start}: {_line(change.before)}, now {_line(change.after)}."


def _line(message: Message) -> str:
    if message.disposition is Disposition.OUTBOUND:
        return f"{message.verdict.kind.value} of ours"
    return _LINES[message.disposition]


_LINES = {
    Disposition.COUNTED: "counted",
    Disposition.EXCLUDED_KIND: "excluded by its kind",
    Disposition.INTERNAL: "internal",
    Disposition.OUTBOUND: "ours",
    Disposition.FOREIGN: "of an unknown sender in Sent",
    Disposition.SET_ASIDE: "set aside",
    Disposition.NOT_WATCHED: "not watched",
}


def _why(unchanged: Unchanged) -> str:
    message = unchanged.about
    kind, short_id = message.verdict.kind.value, message.identity[:SHORT_ID]
    return {
        Reason.SAME: "the message is marked so already",
        Reason.JUDGED_SO: f"it was taken for {kind} already",
        Reason.NOBODY_WAITS: f"nobody waits for an answer to {short_id}, which is {_line(message)}",
        Reason.NOT_PERSONAL: f"it is taken for {kind}, and only a person's mail is an answer (--kind human)",
        Reason.COUNTED_SO: "it was counted so already",
        Reason.NOTHING_OPEN: f"the wait of {short_id} had ended before",
        Reason.NO_FIGURE: "nothing that is counted rests on it",
    }[unchanged.reason]
