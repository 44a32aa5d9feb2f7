"""Corrections by hand, and what they did, in lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from replywatch.domain.figures.measure import waited
from replywatch.domain.messages import (
    Answered,
    Correction,
    Corrections,
    Direction,
    Disposition,
    Exchange,
    Message,
    NeedsNone,
    OfKind,
    ReplyOf,
    Status,
)
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.marked import (
    Changes,
    ExchangeChange,
    Marked,
    Marking,
    MessageChange,
    Reason,
    Unchanged,
)
from replywatch.render.grid import Column, Grid, Row, cut, grid_lines, wrapped
from replywatch.render.locale import Locale
from replywatch.render.text import SHORT_ID, counted, human_duration, local_time, person_text, safe

NOT_THERE = "the message is in no account that is read"
"""Of a mark whose message is gone, or was left out with its account."""
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


def marked_lines(marking: Marking, locale: Locale) -> Iterator[str]:
    """Which message was marked, or whose mark was taken back; whose it is; then what that changed, or why nothing."""
    effect, short_id = marking.effect, marking.about.identity[:SHORT_ID]
    if marking.undone:
        done = f"Took back the mark of {short_id}"
    elif isinstance(effect, Unchanged) and effect.reason is Reason.SAME:
        done = f"Marked so before: {short_id}"
    else:
        done = f"Marked {short_id}"
    yield f"{done}: {correction_text(marking.correction, locale)}."
    yield from _labelled(_about(marking.about, locale), locale)
    if isinstance(effect, Unchanged):
        yield from _indented(f"No figure changes: {_why(effect)}.", locale)
    else:
        yield from _changes(effect, marking.about.identity, locale)


def who_text(message: Message) -> str:
    """The person outside of a message, in one harmless line."""
    return person_text(message.contact, message.contact_name if message.visitor else "") or "nobody"


def subject_text(subject: str, columns: int) -> str:
    """A subject in one harmless line of at most so many columns."""
    return cut(safe(subject) or "(no subject)", columns)


def _labelled(rows: Iterable[tuple[str, str]], locale: Locale) -> Iterator[str]:
    return grid_lines(Grid("", _COLUMNS, map(Row, rows), indent=_INDENT), locale)


def _indented(text: str, locale: Locale) -> Iterator[str]:
    return (" " * _INDENT + line for line in wrapped(text, locale.width - _INDENT))


def _about(about: Marked, locale: Locale) -> Iterator[tuple[str, str]]:
    """Whose mail it is, and what."""
    if about.message is not None:
        direction = "To" if about.message.direction is Direction.OUTBOUND else "From"
        yield direction, f"{who_text(about.message)}, {local_time(about.message.clock, locale.zone)}"
    if about.subject is not None:
        yield "Subject", subject_text(about.subject, locale.width - _INDENT - _COLUMNS[0].width)


def _changes(changes: Changes, identity: str, locale: Locale) -> Iterator[str]:
    """Each wait before and after, that of the message itself first; then the lines of the ledger."""
    waits = sorted(changes.exchanges, key=lambda change: _exchange(change).id != identity)
    told = [
        *(_wait_rows(change, identity, locale) for change in waits),
        *([("Mail", _mail(change, identity, locale))] for change in changes.messages),
    ]
    yield from _labelled(chain.from_iterable(told[:MOST]), locale)
    if len(told) > MOST:
        yield from _indented(f"And {counted(len(told) - MOST, 'further change')}.", locale)
    if not told:
        yield from _indented("Only reports with a stricter --min-match change.", locale)
    if any(_is_to_come(change.after) for change in waits):
        yield from _indented("Reports count it so once mail was read again (replywatch poll).", locale)


def _exchange(change: ExchangeChange) -> Exchange:
    found = change.after or change.before
    assert found is not None, "one of the two is there"  # noqa: S101 - says why it can't be
    return found.exchange


def _is_to_come(found: ExchangeAt | None) -> bool:
    """Whether the answer lies after the moment up to which mail was read, of which reports speak."""
    return found is not None and found.exchange.answered_at is not None and found.exchange.answered_at > found.as_of


def _wait_rows(change: ExchangeChange, identity: str, locale: Locale) -> Iterator[tuple[str, str]]:
    """A wait before and after; named where it isn't that of the marked message."""
    e = _exchange(change)
    if e.id != identity:
        who = person_text(e.contact, e.visitor_of) or "nobody"
        yield "Wait of", f"{who}, {local_time(e.arrived_at, locale.zone)} ({e.id[:SHORT_ID]})"
    if change.before is None or change.after is None:
        before, after = (_NOT_COUNTED if found is None else _whole(found, locale) for found in change)
    else:
        was, now_is = _standing(change.before, locale), _standing(change.after, locale)
        differing = [pair for pair in zip(was, now_is, strict=True) if pair[0] != pair[1]] or [(was[-1], now_is[-1])]
        before, after = ("; ".join(side) for side in zip(*differing, strict=True))
    yield "Before", before
    yield "Now", after


def _whole(found: ExchangeAt, locale: Locale) -> str:
    """Where an exchange stands that was not counted before, or will be no more."""
    ordinal, *_, answer = _standing(found, locale)
    return f"{ordinal}; {answer}"


def _standing(found: ExchangeAt, locale: Locale) -> tuple[str, str, str, str]:
    """Where an exchange stands, point by point."""
    e = found.exchange
    return (
        "an enquiry" if e.ordinal == 1 else f"turn {e.ordinal}",
        "1 mail" if e.messages == 1 else f"{e.messages} mails",
        "no acknowledgement" if e.acknowledged_at is None else _acknowledged(e.acknowledged_at, locale),
        _answer(found, locale),
    )


def _acknowledged(at: int, locale: Locale) -> str:
    return f"acknowledged at {local_time(at, locale.zone)}"


def _answer(found: ExchangeAt, locale: Locale) -> str:
    """Whether an exchange was answered, and when; a person's word holds also where mail was read up to then alone."""
    e = found.exchange
    if e.answered_at is not None:
        lasted = human_duration(waited(e.arrived_at, e.answered_at))
        return f"answered after {lasted}, at {local_time(e.answered_at, locale.zone)}"
    if e.answered_after is not None and e.answered_before is not None:
        bounds = (local_time(at, locale.zone) for at in (e.answered_after, e.answered_before))
        return f"answered between {' and '.join(bounds)}"
    if e.ended_at is not None:
        return "ended by a new enquiry"
    if found.status is Status.UNKNOWN:
        return "can't say: mail missing"
    waits = "never answered," if found.status is Status.NEVER else "waiting for"
    return f"{waits} {human_duration(found.waited)}"


def _mail(change: MessageChange, identity: str, locale: Locale) -> str:
    message = change.after
    own = message.identity == identity
    name = "" if own else f"{local_time(message.clock, locale.zone)} ({message.identity[:SHORT_ID]}): "
    return f"{name}{_line(change.before)}, now {_line(change.after)}"


def _line(message: Message) -> str:
    if message.disposition is Disposition.OUTBOUND:
        return f"{message.verdict.kind.value} of ours"
    return _LINES[message.disposition]


_INDENT = 2
_COLUMNS = (Column(9), Column(too_long="wrapped"))
_NOT_COUNTED = "not counted"
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
    if message is None:
        return NOT_THERE
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
