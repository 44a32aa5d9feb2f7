"""What a person is told of marks: which hold; and of one, which waits and lines of the ledger it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from replywatch.domain.corrections import Mark
from replywatch.domain.matching.match import Matched
from replywatch.domain.messages import (
    RUNG_BITS,
    Correction,
    Direction,
    Disposition,
    Exchange,
    Kind,
    Message,
    OfKind,
    ReplyOf,
    Rung,
)
from replywatch.domain.results.exchange_at import ExchangeAt

Stands = Callable[[Exchange], ExchangeAt]
"""Says where an exchange stands, as far as mail was read."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The message that a mark is about."""

    identity: str
    message: Message | None
    """None where the store holds no such message, or none that is judged."""
    subject: str | None
    """None where there is no message, or subjects may not be shown."""


class Holding(NamedTuple):
    """A mark that holds."""

    mark: Mark
    about: Marked


class ExchangeChange(NamedTuple):
    """A wait that is counted otherwise, on the full ladder; None where it is not counted."""

    before: ExchangeAt | None
    after: ExchangeAt | None


class MessageChange(NamedTuple):
    """A message that moved to another line of the account, or that became a person's mail of ours, or ceased to be."""

    before: Message
    after: Message


@dataclass(frozen=True, slots=True)
class Changes:
    """What is counted otherwise."""

    exchanges: tuple[ExchangeChange, ...]
    """By arrival."""
    messages: tuple[MessageChange, ...]
    """By clock."""
    stricter: bool
    """Figures change that rest on stricter rungs (`--min-match`), with or without those above."""


class Reason(StrEnum):
    """Why a mark changes no figure."""

    SAME = "same"
    """What holds said so already."""
    JUDGED_SO = "judged_so"
    """The message is taken for this kind anyway."""
    NOBODY_WAITS = "nobody_waits"
    """The message opens no exchange: its disposition says why."""
    NOT_PERSONAL = "not_personal"
    """The message is automatic mail, which answers nobody."""
    COUNTED_SO = "counted_so"
    """The wait ended so before."""
    NOTHING_OPEN = "nothing_open"
    """The wait that it could end had ended before."""
    NO_FIGURE = "no_figure"
    """Nothing that is counted rests on it."""
    NOT_THERE = "not_there"
    """The store holds no such message."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """No figure changes."""

    reason: Reason
    about: Message | None
    """Whose kind or disposition is the reason; None if the message is not there."""


@dataclass(frozen=True, slots=True)
class Marking:
    """A mark that was put or taken back."""

    about: Marked
    correction: Correction
    undone: bool
    """It was taken back."""
    effect: Changes | Unchanged


@dataclass(frozen=True, slots=True)
class Derivation:
    """What is derived from one cluster under given corrections."""

    messages: Mapping[str, Message]
    """By identity."""
    matched: Matched


def effect_of(
    identity: str, put: Correction | None, before: Derivation, after: Derivation, stands: Stands
) -> Changes | Unchanged:
    """What changed in the cluster of the message `identity` when this was put on it; None: a mark was taken back."""
    changes = Changes(
        _exchange_changes(before.matched, after.matched, stands),
        _message_changes(before.messages, after.messages),
        stricter=any(_waits(before.matched, rung) != _waits(after.matched, rung) for rung in RUNG_BITS),
    )
    if changes.exchanges or changes.messages or changes.stricter:
        return changes
    return _unchanged(identity, put, before.messages, after)


_counted = attrgetter(
    *("ordinal", "contact", "address", "arrived_at", "messages", "acknowledged_at", "answered_at", "answered_after"),
    *("answered_before", "ended_at"),
)
"""What figures are made of; by which message and on which rung it was answered is none."""


def _exchanges(matched: Matched, rung: Rung) -> dict[str, Exchange]:
    """The exchanges that hold down to `rung`, by id."""
    return {e.id: e for e, bits in matched.exchanges if bits & RUNG_BITS[rung]}


def _waits(matched: Matched, rung: Rung) -> dict[str, object]:
    return {identity: _counted(exchange) for identity, exchange in _exchanges(matched, rung).items()}


def _exchange_changes(before: Matched, after: Matched, stands: Stands) -> tuple[ExchangeChange, ...]:
    then, now = _exchanges(before, Rung.SUBJECT), _exchanges(after, Rung.SUBJECT)
    order = sorted((then | now).values(), key=lambda e: (e.arrived_at, e.id))
    pairs = ((then.get(e.id), now.get(e.id)) for e in order)
    return tuple(
        ExchangeChange(None if was is None else stands(was), None if now_is is None else stands(now_is))
        for was, now_is in pairs
        if not (was and now_is and _counted(was) == _counted(now_is))
    )


def _message_changes(before: Mapping[str, Message], after: Mapping[str, Message]) -> tuple[MessageChange, ...]:
    pairs = (MessageChange(before[identity], message) for identity, message in after.items() if identity in before)
    differing = (p for p in pairs if _line(p.before) != _line(p.after))
    return tuple(sorted(differing, key=lambda p: (p.after.clock, p.after.identity)))


def _line(message: Message) -> tuple[Disposition, bool]:
    """The line of the account that a message belongs to, and whether it is a person's mail of ours."""
    personal = message.direction is Direction.OUTBOUND and message.verdict.kind is Kind.HUMAN
    return message.disposition, personal


def _unchanged(identity: str, put: Correction | None, before: Mapping[str, Message], after: Derivation) -> Unchanged:
    message = after.messages[identity]
    if message.corrections == before[identity].corrections:
        return Unchanged(Reason.SAME, message)
    match put:
        case None:
            return Unchanged(Reason.NO_FIGURE, message)
        case OfKind(kind) if before[identity].verdict.kind is kind:
            return Unchanged(Reason.JUDGED_SO, message)
        case ReplyOf(target):
            return _reply_unchanged(message, after.messages.get(target, message), after.matched)
        case _ if message.direction is not Direction.INBOUND:
            return Unchanged(Reason.NO_FIGURE, message)
        case _:
            counted = message.disposition is Disposition.COUNTED
            return Unchanged(Reason.COUNTED_SO if counted else Reason.NOBODY_WAITS, message)


def _reply_unchanged(reply: Message, target: Message, matched: Matched) -> Unchanged:
    """Why it changes nothing that `reply` is one to `target`."""
    if reply.verdict.kind is not Kind.HUMAN:
        return Unchanged(Reason.NOT_PERSONAL, reply)
    if target.disposition is not Disposition.COUNTED:
        return Unchanged(Reason.NOBODY_WAITS, target)
    ends_one = any(e.reply == reply.identity for e in _exchanges(matched, Rung.SUBJECT).values())
    return Unchanged(Reason.COUNTED_SO if ends_one else Reason.NOTHING_OPEN, target)
