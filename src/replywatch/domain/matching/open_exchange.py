"""An exchange on the walk through a conversation: while it is open, and the ways in which it can end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from replywatch.domain.messages import Answered, Exchange, Flagged, Message, Rung


class Evidence(NamedTuple):
    """What says that somebody answered, though the reply was not seen. Both None: the server's flag."""

    unseen_id: str | None = None
    """A Message-ID of ours that was never seen."""
    named_by: str | None = None
    """Identity of the message that names it."""


FLAG = Evidence()


class AnsweredBy(NamedTuple):
    """A reply ended it."""

    reply: Message
    rung: Rung
    """The strictest that ties the reply to the opener."""


class MarkedAnswered(NamedTuple):
    """A mark says that it was answered."""

    at: int


class AnsweredUnseen(NamedTuple):
    """Somebody answered, but the reply was not seen."""

    between: Flagged
    evidence: Evidence


class EndedByEnquiry(NamedTuple):
    """After a long silence the contact wrote anew, and this later turn stays as it is."""

    at: int


class StillOpen(NamedTuple):
    """Nothing ended it so far."""


Ending = AnsweredBy | MarkedAnswered | AnsweredUnseen | EndedByEnquiry | StillOpen
"""How an exchange ends."""


class Received(NamedTuple):
    """An inbound message of an exchange."""

    number: int
    """Its place among the messages of the cluster."""
    message: Message
    counted: bool
    """It may open an exchange by itself; what was put away opens one only if somebody of ours answered it."""


@dataclass(slots=True, eq=False)
class OpenExchange:
    """An exchange that nobody has answered yet."""

    speaker: str
    """One of those who wait: whoever opened it."""
    ordinal: int
    received: list[Received] = field(default_factory=list)
    """Its inbound messages in the order of the walk, the opener first."""
    people: set[str] = field(default_factory=set)
    """Whom a reply may be addressed to: senders, To and Cc outsiders of the exchange's inbound messages."""
    ids: set[str] = field(default_factory=set)
    """Those of its inbound messages."""
    exact_pairs: set[str] = field(default_factory=set)
    bare_pairs: set[str] = field(default_factory=set)
    acknowledged: Message | None = None
    """The first automatic answer of ours, or mail of ours that left within seconds."""
    marked: bool = False
    marked_answered_at: int | None = None
    """When it was answered according to a mark."""
    flagged: Flagged | None = None
    """The server's word that it was answered."""
    bounced: Message | None = None
    """The last reply that is known to have failed."""
    is_open: bool = True
    part_of: OpenExchange | None = None
    """The older one that goes on instead."""

    @property
    def opener(self) -> Message:
        """Its first message."""
        return self.received[0].message

    def current(self) -> OpenExchange:
        """The exchange that it is part of by now, mostly itself."""
        current = self
        while current.part_of is not None:
            current = current.part_of
        return current

    def take_in(self, number: int, message: Message, *, counted: bool) -> None:
        """One more inbound message belongs to it."""
        self.received.append(Received(number, message, counted))
        self.ids |= message.ids
        self.exact_pairs |= message.exact_pairs
        self.bare_pairs |= message.bare_pairs
        if message.corrections:
            self.marked = True
            if isinstance(message.corrections.outcome, Answered):
                self.marked_answered_at = message.corrections.outcome.at
        self.flag(message.flagged)

    def joined(self, other: OpenExchange) -> OpenExchange:
        """The older of the two, which goes on; the messages of the younger are its reminders."""
        older, younger = sorted((self, other), key=lambda e: (e.opener.clock, e.opener.identity))
        younger.part_of = older
        younger.is_open = False
        older.received += younger.received
        older.people |= younger.people
        older.ids |= younger.ids
        older.exact_pairs |= younger.exact_pairs
        older.bare_pairs |= younger.bare_pairs
        older.marked |= younger.marked
        if older.marked_answered_at is None:
            older.marked_answered_at = younger.marked_answered_at
        older.acknowledged = older.acknowledged or younger.acknowledged
        older.flag(younger.flagged)
        older.bounced = older.bounced or younger.bounced
        return older

    def split(self, numbers: Collection[int]) -> OpenExchange | None:
        """The part of it with these messages, which leave it; None if it has none of them. Others have to stay."""
        chosen = frozenset(numbers)
        leaving = [r for r in self.received if r.number in chosen]
        if not leaving:
            return None
        self.received = [r for r in self.received if r.number not in chosen]
        people = frozenset[str]().union(*(r.message.senders | r.message.outsiders for r in leaving))
        return OpenExchange(self.speaker, self.ordinal, leaving, set(people), acknowledged=self.acknowledged)

    def flag(self, flagged: Flagged | None) -> None:
        """The server's word on one of its messages: the earliest counts."""
        if flagged and (self.flagged is None or flagged.before < self.flagged.before):
            self.flagged = flagged

    def named_in(self, numbers: Collection[int]) -> list[Message]:
        """Those of its messages that are among `numbers`, in the order of the walk."""
        chosen = frozenset(numbers)
        return [r.message for r in self.received if r.number in chosen]

    def unseen(self, ending: Ending) -> AnsweredUnseen | None:
        """What tells of an answer that was not seen: `ending` itself, or the server's flag if nothing answered it."""
        if isinstance(ending, AnsweredUnseen):
            return ending
        if self.flagged and isinstance(ending, StillOpen | EndedByEnquiry):
            return AnsweredUnseen(self.flagged, FLAG)
        return None

    @property
    def counts(self) -> bool:
        """Whether one of its messages opens an exchange by itself."""
        return any(r.counted for r in self.received)

    def on_record(self, ending: Ending, unseen: AnsweredUnseen | None, answered: Collection[int]) -> Sequence[Received]:
        """The messages that count once it ended so; the first one opened it, none: nothing is on record.

        What was thrown away, or called spam, counts if somebody of ours answered it: it alone, or by a reply to it,
        which names the messages `answered`.
        """
        was_answered = unseen is not None or isinstance(ending, AnsweredBy | MarkedAnswered)
        alone = was_answered and not self.counts
        for n, r in enumerate(self.received):
            if r.counted or alone or (was_answered and (r.number in answered or r.message.flagged is not None)):
                return self.received[n:]
        return []

    def exchange(
        self, conversation: str, received: Sequence[Received], ending: Ending, unseen: AnsweredUnseen | None
    ) -> Exchange:
        """The exchange on record, once it ended so with those messages.

        `conversation` is the identity of the first message there.
        """
        opener = received[0].message
        answered_at, reply, rung = _answer(ending)
        held = reply is not None and was_held(opener, reply.clock)
        arrived_at = opener.date if held and opener.date is not None else opener.clock
        return Exchange(
            id=opener.identity,
            conversation=conversation,
            ordinal=self.ordinal,
            address=opener.address,
            contact=opener.contact,
            contact_name=opener.contact_name,
            message_id=opener.message_id,
            subject=opener.subject,
            arrived_at=arrived_at,
            arrival_source="date" if held else opener.clock_source,
            arrival_sure=opener.clock_sure and not held,
            messages=sum(r.counted for r in received[1:]) + 1,
            acknowledged_at=self.acknowledged.clock if self.acknowledged else None,
            answered_at=answered_at,
            reply=reply.identity if reply else None,
            reply_message_id=reply.message_id if reply else None,
            matched_by=rung,
            answered_after=max(opener.clock, unseen.between.after or opener.clock) if unseen else None,
            answered_before=max(opener.clock, unseen.between.before) if unseen else None,
            ended_at=ending.at if isinstance(ending, EndedByEnquiry) else None,
            marked=self.marked or bool(reply and reply.corrections),
            bounced_reply=self.bounced.identity if self.bounced else None,
            bounced_reply_message_id=self.bounced.message_id if self.bounced else None,
            put_away=not received[0].counted,
            answer_source=reply.clock_source if reply else None,
            answer_sure=reply.clock_sure if reply else True,
        )


def was_held(message: Message, replied_at: int) -> bool:
    """Whether a message was held on its way while it was answered: it was written before, and arrived afterwards."""
    return message.date is not None and message.date <= replied_at < message.clock


def _answer(ending: Ending) -> tuple[int | None, Message | None, Rung | None]:
    """When the exchange was answered, by which message, and on which rung."""
    if isinstance(ending, AnsweredBy):
        return ending.reply.clock, ending.reply, ending.rung
    if isinstance(ending, MarkedAnswered):
        return ending.at, None, Rung.MARK
    return None, None, None
