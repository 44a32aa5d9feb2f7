"""Which message is answered by which: the exchanges of one cluster.

The messages of a cluster are walked once, in order. Each joins the conversation its ids tie it to, or, on the last
rung, the one that its person and subject point to; a conversation has at most one exchange open.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from replywatch.domain.instants import DAY
from replywatch.domain.judging.reading import AUTOMATIC_ANSWERS, id_domain
from replywatch.domain.matching.threads import Ties, tie
from replywatch.domain.messages import (
    RUNG_BITS,
    Direction,
    Disposition,
    Exchange,
    Flagged,
    Kind,
    MarkKind,
    Message,
    Rung,
)

RESEND_WINDOW = 7 * DAY
"""Seconds after an enquiry in which a second mail of the same contact and subject, without ids, is a reminder."""


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What matching needs to know of the config."""

    new_enquiry_after: int
    """Seconds of silence after which the next inbound message is a new enquiry."""
    is_our_domain: Callable[[str], bool]
    """Whether Message-IDs with this right side are made by us."""


class Evidence(NamedTuple):
    """What says that somebody answered, though the reply was not seen. Both None: the server's flag."""

    unseen_id: str | None = None
    """A Message-ID of ours that was never seen."""
    named_by: str | None = None
    """Identity of the message that names it."""


_FLAG = Evidence()


@dataclass(frozen=True, slots=True)
class Matched:
    """What was derived from one cluster."""

    exchanges: tuple[tuple[Exchange, int], ...]
    """Each exchange with the bits (`RUNG_BITS`) of the levels of matching under which it holds."""
    conversations: dict[str, str]
    """Identity of every message → identity of the first message of its conversation, on the full ladder."""
    rungs: dict[str, Rung | None]
    """Identity of every message → the strictest rung that ties it to another, on the full ladder."""
    evidence: dict[Exchange, Evidence]
    """Of the exchanges with `answered_before`."""


def match(messages: Sequence[Message], settings: MatchSettings) -> Matched:
    """The exchanges of one cluster under each level of matching."""
    messages = sorted(messages, key=lambda m: m.identity)
    ties = tie(messages)
    full = _Walk(messages, ties, Rung.SUBJECT, settings)
    full.run()
    levels: dict[Exchange, int] = {}
    evidence: dict[Exchange, Evidence] = {}
    walk, bits = full, RUNG_BITS[Rung.SUBJECT]
    for stricter in (Rung.PROVIDER, Rung.REFERENCES, Rung.IN_REPLY_TO):
        if walk.differs_under(stricter):
            _add(levels, walk.exchanges, bits)
            evidence |= walk.evidence
            walk, bits = _Walk(messages, ties, stricter, settings), 0
            walk.run()
        bits |= RUNG_BITS[stricter]
    _add(levels, walk.exchanges, bits)
    evidence |= walk.evidence
    return Matched(
        tuple(levels.items()),
        {m.identity: c.first for m, c in zip(messages, full.conversation_of, strict=True)},
        {m.identity: r for m, r in zip(messages, full.rung_of, strict=True)},
        evidence,
    )


def _add(levels: dict[Exchange, int], exchanges: Iterable[Exchange], bits: int) -> None:
    """Note that `exchanges` hold under the levels of `bits`."""
    for exchange in exchanges:
        levels[exchange] = levels.get(exchange, 0) | bits


@dataclass(slots=True, eq=False)
class _Open:
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
    told_at: int | None = None
    """When it was answered according to a mark."""
    flagged: Flagged | None = None
    """The server's word that it was answered."""

    def take_in(self, message: Message, *, people: bool) -> None:
        """One more inbound message belongs to it; `people` says that a reply may go to those it names."""
        if people:
            self.people |= message.senders | message.outsiders
        self.pairs |= message.pairs
        self.identities.add(message.identity)
        mark = message.mark
        self.marked |= mark is not None
        if mark and mark.kind is MarkKind.ANSWERED:
            self.told_at = int(mark.value)
        if message.flagged and (self.flagged is None or message.flagged.before < self.flagged.before):
            self.flagged = message.flagged


@dataclass(slots=True, eq=False)
class _Conversation:
    """The state of a conversation on the way through its messages."""

    first: str
    ordinal: int = 0
    """Of the latest exchange; 1 too where our own message opened the conversation."""
    last_human: int | None = None
    open: _Open | None = None
    contacts: set[str] = field(default_factory=set)
    """Outsiders who wrote on their own, and whom they wrote to."""
    homes: set[str] = field(default_factory=set)
    """The right sides of their addresses."""
    drawn_in: set[str] = field(default_factory=set)
    """Outsiders whom we wrote to first, after somebody else had written, and whom they wrote to in turn."""

    def write_to(self, outsiders: Iterable[str]) -> None:
        """A message of ours goes to these people."""
        if self.contacts:
            strangers = (one for one in outsiders if one not in self.contacts and _home(one) not in self.homes)
            self.drawn_in.update(strangers)

    def hear_from(self, message: Message) -> bool:
        """An inbound message came; whether it is from a contact, and not from somebody whom we drew in."""
        people = message.senders | message.outsiders
        if not self.drawn_in.isdisjoint(message.senders):
            self.drawn_in |= people - self.contacts
            return False
        self.contacts |= people
        self.homes.update(map(_home, people))
        self.drawn_in -= people
        return True


class _Walk:
    """One walk through a cluster under one level of matching."""

    def __init__(self, messages: Sequence[Message], ties: Ties, level: Rung, settings: MatchSettings) -> None:
        self._messages = messages
        self._ties = ties
        self._level = level
        self._settings = settings
        self._components = ties.components[Rung.PROVIDER if level is Rung.SUBJECT else level]
        self._by_component: dict[int, _Conversation] = {}
        self._latest: dict[str, tuple[int, _Conversation]] = {}
        """Person and subject → when on the walk, and in which conversation, a message last had them."""
        self._waiting: dict[str, list[tuple[int, str, _Conversation, _Open]]] = {}
        """Person and subject → a heap of the open exchanges that have them, newest opener first; closed ones linger."""
        self._joined_by_subject = False
        self._conversations: list[_Conversation | None] = [None] * len(messages)
        self.rung_of: list[Rung | None] = list(ties.rungs)
        self.exchanges: list[Exchange] = []
        self.evidence: dict[Exchange, Evidence] = {}

    @property
    def conversation_of(self) -> list[_Conversation]:
        """The conversation of each message, once `run` is through."""
        return [c for c in self._conversations if c is not None]

    def run(self) -> None:
        """Walk through all messages and collect the exchanges."""
        for step, i in enumerate(self._ties.order):
            message = self._messages[i]
            conversation = self._conversation(i, message)
            self._conversations[i] = conversation
            self._believe_mark(conversation, message.clock)
            for pair in message.pairs:
                self._latest[pair] = (step, conversation)
            if message.direction is Direction.INBOUND:
                self._inbound(i, message, conversation)
            elif message.direction is Direction.OUTBOUND:
                self._outbound(i, message, conversation)
        for conversation in dict.fromkeys(self.conversation_of):
            self._believe_mark(conversation, None)
            if conversation.open:
                self._close(conversation, unseen=conversation.open.flagged)

    def differs_under(self, level: Rung) -> bool:
        """Whether a walk under the stricter `level` ties other messages together than this one did."""
        return self._joined_by_subject or self._components != self._ties.components[level]

    # Which conversation

    def _conversation(self, i: int, message: Message) -> _Conversation:
        component = self._components[i]
        known = self._by_component.get(component)
        if known is None:
            known = self._find_by_subject(i, message) if self._level is Rung.SUBJECT else None
            if known is None:
                known = _Conversation(message.identity)
            else:
                self._joined_by_subject = True
                self.rung_of[i] = Rung.SUBJECT
            self._by_component[component] = known
        return known

    def _find_by_subject(self, i: int, message: Message) -> _Conversation | None:
        """The conversation that the first message of a component belongs to by person and subject alone.

        It names no known message, so all that was walked before it lies before it in time, too.
        """
        if self._ties.named[i]:
            return None
        if message.direction is Direction.OUTBOUND:
            return self._newest_open(message)
        if message.direction is not Direction.INBOUND or message.in_reply_to or message.references:
            return None
        waiting = self._newest_open(message)
        if waiting and waiting.open and message.clock - waiting.open.opener.clock <= RESEND_WINDOW:
            return waiting
        found = [self._latest[p] for p in message.pairs if p in self._latest] if message.reply_prefix else []
        return max(found, key=lambda f: f[0])[1] if found else None

    def _newest_open(self, message: Message) -> _Conversation | None:
        found = []
        for heap in (self._waiting.get(pair, []) for pair in message.pairs):
            while heap and heap[0][2].open is not heap[0][3]:
                heapq.heappop(heap)
            found += heap[:1]
        return min(found, key=lambda f: f[:2])[2] if found else None

    # What a message does

    def _inbound(self, i: int, message: Message, conversation: _Conversation) -> None:
        if message.verdict.kind is not Kind.HUMAN:
            return
        if conversation.open and (found := self._answered_unseen(i, message, conversation.open)):
            unseen, evidence = found
            self._close(conversation, unseen=unseen, evidence=evidence)
        from_contact = conversation.hear_from(message)
        if message.disposition is Disposition.COUNTED:
            self._counted(i, message, conversation, from_contact=from_contact)
        elif conversation.open and from_contact:
            conversation.open.people |= message.senders | message.outsiders
        self._heard(conversation, message)

    def _counted(self, i: int, message: Message, conversation: _Conversation, *, from_contact: bool) -> None:
        silent = self._is_silent(conversation, message)
        waiting = conversation.open
        if waiting and not (silent and waiting.ordinal > 1):
            waiting.messages += 1
            self._take_in(conversation, waiting, message, people=from_contact)
            return
        if waiting:
            self._close(conversation, unseen=waiting.flagged, ended_at=message.clock)
        names_ours = any(self._is_ours(g) for g in self._ties.ghosts[i])
        conversation.ordinal = 1 if silent else max(conversation.ordinal, int(names_ours)) + 1
        conversation.open = _Open(message, i, conversation.ordinal)
        self._take_in(conversation, conversation.open, message, people=True)

    def _take_in(self, conversation: _Conversation, waiting: _Open, message: Message, *, people: bool) -> None:
        for pair in message.pairs - waiting.pairs:
            entry = (-waiting.opener.clock, waiting.opener.identity, conversation, waiting)
            heapq.heappush(self._waiting.setdefault(pair, []), entry)
        waiting.take_in(message, people=people)

    def _outbound(self, i: int, message: Message, conversation: _Conversation) -> None:
        waiting = conversation.open
        reaches = waiting is not None and _reaches(message, waiting)
        if message.verdict.kind is Kind.HUMAN:
            if waiting and reaches and waiting.told_at is None:
                self._close(conversation, reply=message, rung=self._rung_between(waiting, i))
            if conversation.last_human is None:
                conversation.ordinal = 1
            self._heard(conversation, message)
        elif waiting and reaches and waiting.acknowledged_at is None and message.verdict.kind in AUTOMATIC_ANSWERS:
            waiting.acknowledged_at = message.clock
        conversation.write_to(message.outsiders)

    def _rung_between(self, waiting: _Open, reply: int) -> Rung:
        """The strictest rung under which the reply is in one conversation with the opener."""
        mark = self._messages[reply].mark
        if mark and mark.kind is MarkKind.REPLY_OF:
            return Rung.MARK
        components = self._ties.components.items()
        return next((rung for rung, of in components if of[waiting.index] == of[reply]), Rung.SUBJECT)

    def _believe_mark(self, conversation: _Conversation, until: int | None) -> None:
        """Close the open exchange if a mark says that it was answered by `until` (None: at any time)."""
        told_at = conversation.open.told_at if conversation.open else None
        if told_at is not None and (until is None or told_at <= until):
            self._close(conversation, told_at=told_at, rung=Rung.MARK)

    @staticmethod
    def _heard(conversation: _Conversation, message: Message) -> None:
        conversation.last_human = max(message.clock, conversation.last_human or message.clock)

    def _is_silent(self, conversation: _Conversation, message: Message) -> bool:
        last = conversation.last_human
        return last is not None and message.clock - last >= self._settings.new_enquiry_after

    def _is_ours(self, ghost: str) -> bool:
        return self._settings.is_our_domain(id_domain(ghost))

    def _answered_unseen(self, i: int, message: Message, waiting: _Open) -> tuple[Flagged, Evidence] | None:
        """The bounds of an answer that was not seen, and what tells of it, if there was one before `message`.

        The server said so, or `message` names, after the opener, a message of ours that was never seen.
        """
        if waiting.flagged and waiting.flagged.before <= message.clock:
            return waiting.flagged, _FLAG
        chain = list(dict.fromkeys((*message.references, *message.in_reply_to)))
        after = next((n + 1 for n, one in enumerate(chain) if one in waiting.opener.ids), len(chain))
        ghosts = self._ties.ghosts[i]
        named = next((one for one in chain[after:] if one in ghosts and self._is_ours(one)), None)
        return (Flagged(None, message.clock), Evidence(named, message.identity)) if named else None

    def _close(  # noqa: PLR0913 - the ways in which an exchange can end
        self,
        conversation: _Conversation,
        *,
        reply: Message | None = None,
        rung: Rung | None = None,
        told_at: int | None = None,
        unseen: Flagged | None = None,
        evidence: Evidence = _FLAG,
        ended_at: int | None = None,
    ) -> None:
        """Put the open exchange on record: answered, answered unseen, ended by a new enquiry, or still open."""
        done, conversation.open = conversation.open, None
        if done is None:
            return
        opener = done.opener
        exchange = Exchange(
            id=opener.identity,
            conversation=conversation.first,
            ordinal=done.ordinal,
            address=opener.address,
            contact=opener.contact,
            contact_name=opener.contact_name,
            message_id=opener.message_id,
            subject=opener.subject,
            arrived_at=opener.clock,
            arrival_source=opener.clock_source,
            arrival_sure=opener.clock_sure,
            messages=done.messages,
            acknowledged_at=done.acknowledged_at,
            answered_at=reply.clock if reply else told_at,
            reply=reply.identity if reply else None,
            reply_message_id=reply.message_id if reply else None,
            answered_by=reply.author if reply else None,
            matched_by=rung,
            answered_after=max(opener.clock, unseen.after or opener.clock) if unseen else None,
            answered_before=max(opener.clock, unseen.before) if unseen else None,
            ended_at=ended_at,
            marked=done.marked or bool(reply and reply.mark),
        )
        self.exchanges.append(exchange)
        if unseen:
            self.evidence[exchange] = evidence


def _home(address: str) -> str:
    """The right side of an address."""
    return address.rpartition("@")[2]


def _reaches(message: Message, waiting: _Open) -> bool:
    """Whether our message goes to somebody of the exchange; a mark says it outright."""
    if message.mark and message.mark.kind is MarkKind.REPLY_OF:
        return message.mark.value in waiting.identities
    return message.public_list or not waiting.people.isdisjoint(message.outsiders)
