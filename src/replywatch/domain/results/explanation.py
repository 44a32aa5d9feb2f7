"""All that can be said of one message: the values that `explain` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replywatch.domain.matching.in_seconds import InSeconds
from replywatch.domain.matching.open_exchange import Evidence
from replywatch.domain.messages import (
    Because,
    Delivery,
    Direction,
    Exchange,
    Header,
    Kind,
    Message,
    NamedLocation,
    Parties,
    Rung,
    Verdict,
)
from replywatch.domain.results.exchange_at import ExchangeAt


@dataclass(frozen=True, slots=True)
class CouldBeAnswer:
    """Mail of ours to somebody who waits, in another conversation: nothing ties it to what that person wrote."""

    identity: str
    message_id: str | None
    sent_at: int
    subject: str
    """As it came: hostile text."""
    answers: str | None
    """Identity of the message that opened the exchange which it closes; None: it closes none."""


@dataclass(frozen=True, slots=True)
class CouldBeAnswers:
    """All such mail after somebody wrote and up to as_of."""

    nearest: tuple[CouldBeAnswer, ...]
    """Those that left soonest, in that order."""
    more: int
    """How many left later than these."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message of the store, why it was judged so, and what it belongs to."""

    message: Message
    header: Header
    """Of the copy that was found first."""
    parties: Parties
    rules: tuple[Verdict, ...]
    """Every rule that fires on its header, in order; the first decided, unless its verdict tells another reason."""
    locations: tuple[NamedLocation, ...]
    """Where its copies were found, in that order."""
    rung: Rung | None
    """What ties it to its conversation; None if it stands alone."""
    conversation: tuple[Message, ...]
    """The messages of its conversation by clock, itself included."""
    exchanges_at: tuple[ExchangeAt, ...]
    """The exchanges of the conversation."""
    strict: tuple[ExchangeAt, ...]
    """Those that the ids alone make of the same messages (`--min-match references`)."""
    evidence: Mapping[Exchange, Evidence]
    """What says that an exchange was answered where the reply was not seen."""
    acknowledged_by: Mapping[Exchange, str]
    """Identity of the mail of ours that acknowledged an exchange with `acknowledged_at`."""
    in_seconds: InSeconds | None
    """Of a person's mail of ours that answers nothing since it left within seconds of an enquiry."""
    as_of: int
    """Up to when the mail was read."""
    read: tuple[str, ...]
    """The accounts of which mail was read."""
    could_be_answers: Mapping[str, CouldBeAnswers]
    """By the id of each exchange of the conversation that nobody answered, if there is such mail."""

    @property
    def unclear_notices(self) -> Mapping[str, str]:
        """Identity of a message of the conversation → of the last notice about it that tells no failure from a delay.

        Such a notice changes nothing: the message stands.
        """
        by_id = {id_: message.identity for message in self.conversation for id_ in message.ids}
        notices = [message for message in self.conversation if message.delivery is Delivery.UNCLEAR]
        return {
            by_id[named]: notice.identity
            for notice in notices
            for named in (*notice.in_reply_to, *notice.references)
            if named in by_id
        }


@dataclass(frozen=True, slots=True)
class FileJudgement:
    """A message file judged as if it had been found in an inbox."""

    path: str
    direction: Direction | None
    """None, as are `kind` and `contact`: the file could not be read."""
    kind: Kind | None
    because: Because
    contact: str | None
