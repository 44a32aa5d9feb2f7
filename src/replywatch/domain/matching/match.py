"""Which message is answered by which: the exchanges of one cluster.

The messages of a cluster are walked once, in order. Each joins the conversation its ids tie it to, or, on the last
rung, the one that its person and subject point to; a conversation has at most one exchange open.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from replywatch.domain.instants import DAY
from replywatch.domain.judging.reading import AUTOMATIC_ANSWERS, id_domain
from replywatch.domain.matching.conversation import Conversation
from replywatch.domain.matching.open_exchange import (
    FLAG,
    AnsweredBy,
    AnsweredUnseen,
    EndedByEnquiry,
    Ending,
    Evidence,
    MarkedAnswered,
    OpenExchange,
    StillOpen,
)
from replywatch.domain.matching.threads import Ties, tie
from replywatch.domain.messages import RUNG_BITS, Direction, Disposition, Exchange, Flagged, Kind, Message, Rung

RESEND_WINDOW = 7 * DAY
"""Seconds after an enquiry in which a second mail of the same contact and subject, without ids, is a reminder."""


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What matching needs to know of the config."""

    new_enquiry_after: int
    """Seconds of silence after which the next inbound message is a new enquiry."""
    is_our_domain: Callable[[str], bool]
    """Whether Message-IDs with this right side are made by us."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What was derived from one cluster."""

    exchanges: tuple[tuple[Exchange, int], ...]
    """Each exchange with the bits (`RUNG_BITS`) of the rungs such that it holds when one matches down to them."""
    conversations: dict[str, str]
    """Identity of every message → identity of the first message of its conversation, on the full ladder."""
    rungs: dict[str, Rung | None]
    """Identity of every message → the strictest rung that ties it to another, on the full ladder."""
    evidence: dict[Exchange, Evidence]
    """Of the exchanges with `answered_before`."""


def match(messages: Sequence[Message], settings: MatchSettings) -> Matched:
    """The exchanges of one cluster, for every rung down to which one may match."""
    messages = sorted(messages, key=lambda m: m.identity)
    ties = tie(messages)
    walk = full = _Walk(messages, ties, Rung.SUBJECT, settings)
    walks: dict[_Walk, int] = {}
    for rung, bit in reversed(RUNG_BITS.items()):
        if walk.differs_under(rung):
            walk = _Walk(messages, ties, rung, settings)
        walks[walk] = walks.get(walk, 0) | bit
    exchanges: dict[Exchange, int] = {}
    evidence: dict[Exchange, Evidence] = {}
    for walk, bits in walks.items():
        for exchange in walk.exchanges:
            exchanges[exchange] = exchanges.get(exchange, 0) | bits
        evidence |= walk.evidence
    return Matched(
        tuple(exchanges.items()),
        {m.identity: c.first for m, c in zip(messages, full.conversation_of, strict=True)},
        {m.identity: r for m, r in zip(messages, full.rung_of, strict=True)},
        evidence,
    )


class _Waiting(NamedTuple):
    """An open exchange as it stands among others: the one with the newest opener comes first."""

    age: int
    """The clock of the opener, counted backward."""
    opener: str
    """Its identity: no two are alike."""
    exchange: OpenExchange
    conversation: Conversation


class _Walk:
    """One walk through a cluster, with the ties of one rung and all that are stricter."""

    def __init__(self, messages: Sequence[Message], ties: Ties, down_to: Rung, settings: MatchSettings) -> None:
        self._messages = messages
        self._ties = ties
        self._down_to = down_to
        self._settings = settings
        self._components = ties.components[Rung.PROVIDER if down_to is Rung.SUBJECT else down_to]
        self._by_component: dict[int, Conversation] = {}
        self._latest: dict[str, tuple[int, Conversation]] = {}
        """Person and subject → when on the walk, and in which conversation, a message last had them."""
        self._waiting: dict[str, list[_Waiting]] = {}
        """Person and subject → a heap of the open exchanges that have them; closed ones linger."""
        self._joined_by_subject = False
        self.conversation_of: list[Conversation] = []
        """The conversation of each message."""
        self.rung_of: list[Rung | None] = list(ties.rungs)
        self.exchanges: list[Exchange] = []
        self.evidence: dict[Exchange, Evidence] = {}
        self._run()

    def _run(self) -> None:
        conversations: dict[int, Conversation] = {}
        for step, i in enumerate(self._ties.order):
            message = self._messages[i]
            conversation = conversations[i] = self._conversation(i, message)
            self._believe_mark(conversation, message.clock)
            for pair in message.bare_pairs:
                self._latest[pair] = (step, conversation)
            if message.direction is Direction.INBOUND:
                self._inbound(i, message, conversation)
            elif message.direction is Direction.OUTBOUND:
                self._outbound(i, message, conversation)
        self.conversation_of = [conversations[i] for i in range(len(self._messages))]
        for conversation in dict.fromkeys(self.conversation_of):
            self._believe_mark(conversation, None)
            if conversation.open:
                self._close(conversation, conversation.open, StillOpen())

    def differs_under(self, rung: Rung) -> bool:
        """Whether a walk down to `rung`, its own or a stricter one, ties other messages together than this one did."""
        return rung is not self._down_to and (
            self._joined_by_subject or self._components != self._ties.components[rung]
        )

    # Which conversation

    def _conversation(self, i: int, message: Message) -> Conversation:
        component = self._components[i]
        known = self._by_component.get(component)
        if known is None:
            known = self._find_by_subject(i, message) if self._down_to is Rung.SUBJECT else None
            if known is None:
                known = Conversation(message.identity)
            else:
                self._joined_by_subject = True
                self.rung_of[i] = Rung.SUBJECT
            self._by_component[component] = known
        return known

    def _find_by_subject(self, i: int, message: Message) -> Conversation | None:
        """The conversation that the first message of a component belongs to by person and subject alone.

        It names no known message, so all that was walked before it lies before it in time, too.
        """
        if self._ties.named[i] or message.form_letter:
            return None
        if message.direction is Direction.OUTBOUND:
            waiting = self._newest_waiting(message.bare_pairs)
            return waiting.conversation if waiting else None
        if message.direction is not Direction.INBOUND or message.in_reply_to or message.references:
            return None
        waiting = self._newest_waiting(message.bare_pairs)
        if waiting and message.clock - waiting.exchange.opener.clock <= RESEND_WINDOW:
            return waiting.conversation
        return self._latest_with(message.bare_pairs) if message.reply_prefix else None

    def _newest_waiting(self, pairs: Iterable[str]) -> _Waiting | None:
        """Of the open exchanges that have one of these pairs of person and subject the one with the newest opener."""
        candidates: list[_Waiting] = []
        for heap in (self._waiting.get(pair, []) for pair in pairs):
            while heap and heap[0].conversation.open is not heap[0].exchange:
                heapq.heappop(heap)
            candidates += heap[:1]
        return min(candidates, default=None)

    def _latest_with(self, pairs: Iterable[str]) -> Conversation | None:
        """The conversation in which a message last had one of these pairs of person and subject."""
        found = [self._latest[pair] for pair in pairs if pair in self._latest]
        return max(found, key=lambda f: f[0])[1] if found else None

    # What a message does

    def _inbound(self, i: int, message: Message, conversation: Conversation) -> None:
        if message.verdict.kind is not Kind.HUMAN:
            return
        waiting = conversation.open
        if waiting and (unseen := self._answered_unseen(i, message, waiting)):
            self._close(conversation, waiting, unseen)
        from_contact = conversation.hear_from(message)
        if message.disposition is Disposition.COUNTED:
            self._counted(i, message, conversation, from_contact=from_contact)
        elif conversation.open and from_contact:
            conversation.open.people |= message.senders | message.outsiders
        conversation.note_human(message)

    def _counted(self, i: int, message: Message, conversation: Conversation, *, from_contact: bool) -> None:
        silent = conversation.is_silent(message.clock, self._settings.new_enquiry_after)
        waiting = conversation.open
        if waiting and not (silent and waiting.ordinal > 1):
            waiting.messages += 1
            self._take_in(conversation, waiting, message, people=from_contact)
            return
        if waiting:
            self._close(conversation, waiting, EndedByEnquiry(message.clock))
        names_ours = any(map(self._is_ours, self._ties.ghosts[i]))
        conversation.ordinal = 1 if silent else max(conversation.ordinal, int(names_ours)) + 1
        conversation.open = OpenExchange(message, i, conversation.ordinal)
        self._take_in(conversation, conversation.open, message, people=True)

    def _take_in(self, conversation: Conversation, waiting: OpenExchange, message: Message, *, people: bool) -> None:
        for pair in message.bare_pairs - waiting.pairs:
            entry = _Waiting(-waiting.opener.clock, waiting.opener.identity, waiting, conversation)
            heapq.heappush(self._waiting.setdefault(pair, []), entry)
        waiting.take_in(message, people=people)

    def _outbound(self, i: int, message: Message, conversation: Conversation) -> None:
        waiting = conversation.open
        reaches = waiting is not None and waiting.is_reached_by(message)
        if message.verdict.kind is Kind.HUMAN:
            if waiting and reaches and waiting.marked_answered_at is None:
                self._close(conversation, waiting, AnsweredBy(message, self._rung_between(waiting, i)))
            if conversation.last_human is None:
                conversation.ordinal = 1
            conversation.note_human(message)
        elif waiting and reaches and waiting.acknowledged_at is None and message.verdict.kind in AUTOMATIC_ANSWERS:
            waiting.acknowledged_at = message.clock
        conversation.write_to(message.outsiders)

    def _rung_between(self, waiting: OpenExchange, reply: int) -> Rung:
        """The strictest rung under which the reply is in one conversation with the opener."""
        if self._messages[reply].corrections.replies_to:
            return Rung.MARK
        components = self._ties.components.items()
        return next((rung for rung, roots in components if roots[waiting.index] == roots[reply]), Rung.SUBJECT)

    def _believe_mark(self, conversation: Conversation, until: int | None) -> None:
        """Close the open exchange if a mark says that it was answered by `until` (None: at any time)."""
        waiting = conversation.open
        answered_at = waiting.marked_answered_at if waiting else None
        if waiting and answered_at is not None and (until is None or answered_at <= until):
            self._close(conversation, waiting, MarkedAnswered(answered_at))

    def _is_ours(self, ghost: str) -> bool:
        return self._settings.is_our_domain(id_domain(ghost))

    def _answered_unseen(self, i: int, message: Message, waiting: OpenExchange) -> AnsweredUnseen | None:
        """The bounds of an answer that was not seen, and what tells of it, if there was one before `message`.

        The server said so, or `message` names, after the opener, a message of ours that was never seen.
        """
        if waiting.flagged and waiting.flagged.before <= message.clock:
            return AnsweredUnseen(waiting.flagged, FLAG)
        chain = list(dict.fromkeys((*message.references, *message.in_reply_to)))
        after = next((n + 1 for n, named in enumerate(chain) if named in waiting.opener.ids), len(chain))
        ghosts = self._ties.ghosts[i]
        unseen_id = next((named for named in chain[after:] if named in ghosts and self._is_ours(named)), None)
        if unseen_id is None:
            return None
        return AnsweredUnseen(Flagged(None, message.clock), Evidence(unseen_id, message.identity))

    def _close(self, conversation: Conversation, waiting: OpenExchange, ending: Ending) -> None:
        """Put the open exchange on record: it ended so."""
        conversation.open = None
        unseen = waiting.unseen(ending)
        exchange = waiting.exchange(conversation.first, ending, unseen)
        self.exchanges.append(exchange)
        if unseen:
            self.evidence[exchange] = unseen.evidence
