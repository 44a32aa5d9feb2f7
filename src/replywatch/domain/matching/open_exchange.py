"""An exchange on the walk through a conversation: while it is open, and the ways in which it can end."""

from __future__ import annotations

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


@dataclass(slots=True, eq=False)
class OpenExchange:
    """An exchange that nobody has answered yet."""

    opener: Message
    index: int
    """Of the opener."""
    ordinal: int
    people: set[str] = field(default_factory=set)
    """Whom a reply may be addressed to: senders, To and Cc outsiders of the exchange's inbound messages."""
    pairs: set[str] = field(default_factory=set)
    identities: set[str] = field(default_factory=set)
    """Of its inbound messages."""
    messages: int = 1
    acknowledged_at: int | None = None
    marked: bool = False
    marked_answered_at: int | None = None
    """When it was answered according to a mark."""
    flagged: Flagged | None = None
    """The server's word that it was answered."""

    def take_in(self, message: Message, *, people: bool) -> None:
        """One more inbound message belongs to it; `people` says that a reply may go to those it names."""
        if people:
            self.people |= message.senders | message.outsiders
        self.pairs |= message.bare_pairs
        self.identities.add(message.identity)
        if message.corrections:
            self.marked = True
            if isinstance(message.corrections.outcome, Answered):
                self.marked_answered_at = message.corrections.outcome.at
        if message.flagged and (self.flagged is None or message.flagged.before < self.flagged.before):
            self.flagged = message.flagged

    def is_reached_by(self, message: Message) -> bool:
        """Whether a message of ours goes to somebody who waits; a mark says it outright."""
        if message.corrections.replies_to:
            return message.corrections.replies_to in self.identities
        return message.public_list or not self.people.isdisjoint(message.outsiders)

    def unseen(self, ending: Ending) -> AnsweredUnseen | None:
        """What tells of an answer that was not seen: `ending` itself, or the server's flag if nothing answered it."""
        if isinstance(ending, AnsweredUnseen):
            return ending
        if self.flagged and isinstance(ending, EndedByEnquiry | StillOpen):
            return AnsweredUnseen(self.flagged, FLAG)
        return None

    def exchange(self, conversation: str, ending: Ending, unseen: AnsweredUnseen | None) -> Exchange:
        """The exchange on record, once it ended so; `conversation` is the identity of the first message there."""
        opener = self.opener
        answered_at, reply, rung = _answer(ending)
        return Exchange(
            id=opener.identity,
            conversation=conversation,
            ordinal=self.ordinal,
            address=opener.address,
            contact=opener.contact,
            contact_name=opener.contact_name,
            message_id=opener.message_id,
            subject=opener.subject,
            arrived_at=opener.clock,
            arrival_source=opener.clock_source,
            arrival_sure=opener.clock_sure,
            messages=self.messages,
            acknowledged_at=self.acknowledged_at,
            answered_at=answered_at,
            reply=reply.identity if reply else None,
            reply_message_id=reply.message_id if reply else None,
            matched_by=rung,
            answered_after=max(opener.clock, unseen.between.after or opener.clock) if unseen else None,
            answered_before=max(opener.clock, unseen.between.before) if unseen else None,
            ended_at=ending.at if isinstance(ending, EndedByEnquiry) else None,
            marked=self.marked or bool(reply and reply.corrections),
            answer_source=reply.clock_source if reply else None,
            answer_sure=reply.clock_sure if reply else True,
        )


def _answer(ending: Ending) -> tuple[int | None, Message | None, Rung | None]:
    """When the exchange was answered, by which message, and on which rung."""
    if isinstance(ending, AnsweredBy):
        return ending.reply.clock, ending.reply, ending.rung
    if isinstance(ending, MarkedAnswered):
        return ending.at, None, Rung.MARK
    return None, None, None
