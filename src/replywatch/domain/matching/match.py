"""Which message is answered by which: the exchanges of one cluster.

The messages of a cluster are walked once, in order. Each joins the conversation its ids tie it to, or, on the last
rung, the one that its person and subject point to; in a conversation each circle of outsiders has at most one exchange
open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from replywatch.domain.judging.reading import AUTOMATIC_ANSWERS, id_domain
from replywatch.domain.matching.belonging import Belonging
from replywatch.domain.matching.conversation import Circle, Conversation
from replywatch.domain.matching.failures import failed_replies
from replywatch.domain.matching.in_seconds import InSeconds, left_in_seconds, persons_replies
from replywatch.domain.matching.merge import disposition_of
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
from replywatch.domain.matching.second_thoughts import reconsidered
from replywatch.domain.matching.subject_rung import RESEND_WINDOW, SubjectRung, Unclaimed
from replywatch.domain.matching.threads import Ties, tie
from replywatch.domain.matching.unseen import follows_another, unseen_answer
from replywatch.domain.messages import (
    RUNG_BITS,
    Direction,
    Disposition,
    Exchange,
    Flagged,
    Kind,
    Message,
    Rung,
)


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What matching needs to know of the config."""

    new_enquiry_after: int
    """Seconds of silence after which the next inbound message is a new enquiry."""
    is_our_domain: Callable[[str], bool]
    """Whether Message-IDs with this right side are made by us."""
    public_lists: frozenset[str] = frozenset()
    """Addresses of lists that reach the contacts too: nobody's, and no bond between those who write there."""

    def is_our_id(self, message_id: str) -> bool:
        """Whether an id that was never seen is, by its right side, one of ours."""
        return self.is_our_domain(id_domain(message_id))


@dataclass(frozen=True, slots=True)
class Matched:
    """What was derived from one cluster."""

    messages: tuple[Message, ...]
    """All messages as the conversations show them to be (`second_thoughts`), and with the disposition that follows."""
    exchanges: tuple[tuple[Exchange, int], ...]
    """Each exchange with the bits (`RUNG_BITS`) of the rungs such that it holds when one matches down to them."""
    conversations: dict[str, str]
    """Identity of every message → identity of the first message of its conversation, on the full ladder."""
    rungs: dict[str, Rung | None]
    """Identity of every message → the strictest rung that ties it to another, on the full ladder."""
    evidence: dict[Exchange, Evidence]
    """Of the exchanges with `answered_before`."""
    acknowledged_by: dict[Exchange, str]
    """Of the exchanges with `acknowledged_at`: identity of the mail that acknowledged it."""
    in_seconds: dict[str, InSeconds]
    """Identity of every human outbound message that left within seconds of an enquiry, and so acknowledges it."""
    unseen: frozenset[str] = frozenset()
    """Identities of the inbound messages that go on after mail of ours which was never seen: they name its id in a way
    that is evidence of it."""
    orphaned: frozenset[str] = frozenset()
    """Identities of the human outbound messages that answer mail of somebody outside which was never seen."""


def match(messages: Sequence[Message], settings: MatchSettings) -> Matched:
    """The exchanges of one cluster, for every rung down to which one may match."""
    if len(messages) == 1 and _waits_for_nobody(messages[0]):
        (message,) = messages
        return Matched((message,), (), {message.identity: message.identity}, {message.identity: None}, {}, {}, {})
    messages = sorted(messages, key=lambda m: m.identity)
    ties = tie(messages)
    messages = reconsidered(messages, ties, settings.is_our_id)
    walk = full = _Walk(messages, ties, Rung.SUBJECT, settings)
    walks: dict[_Walk, int] = {}
    for rung, bit in reversed(RUNG_BITS.items()):
        if walk.differs_under(rung):
            walk = _Walk(messages, ties, rung, settings)
        walks[walk] = walks.get(walk, 0) | bit
    exchanges: dict[Exchange, int] = {}
    evidence: dict[Exchange, Evidence] = {}
    acknowledged_by: dict[Exchange, str] = {}
    for walk, bits in walks.items():
        for exchange in walk.exchanges:
            exchanges[exchange] = exchanges.get(exchange, 0) | bits
        evidence |= walk.evidence
        acknowledged_by |= walk.acknowledged_by
    return Matched(
        tuple([_counted_as(m, full.answered_after_all) for m in messages] if full.answered_after_all else messages),
        tuple(exchanges.items()),
        {m.identity: c.first for m, c in zip(messages, full.conversation_of, strict=True)},
        {m.identity: r for m, r in zip(messages, full.rung_of, strict=True)},
        evidence,
        acknowledged_by,
        full.in_seconds,
        frozenset(full.unseen),
        frozenset(full.orphaned),
    )


def _waits_for_nobody(message: Message) -> bool:
    """Whether a message that nothing ties to another is a machine's, and nobody said otherwise, as every third is."""
    return message.verdict.kind is not Kind.HUMAN and not message.corrections and not message.names_nobody


def _counted_as(message: Message, answered: Collection[str]) -> Message:
    """The message; it counts though it was put away, if it is among the `answered`."""
    return message._replace(disposition=message.personal) if message.identity in answered else message


class _Walk:
    """One walk through a cluster, with the ties of one rung and all that are stricter."""

    def __init__(self, messages: Sequence[Message], ties: Ties, down_to: Rung, settings: MatchSettings) -> None:
        self._messages = messages
        self._ties = ties
        self._down_to = down_to
        self._settings = settings
        self._components = ties.components[Rung.PROVIDER if down_to is Rung.SUBJECT else down_to]
        self._belonging = Belonging(messages, ties, settings.public_lists)
        self._failed = failed_replies(messages, ties)
        self._by_component: dict[int, Conversation] = {}
        asks_for_subjects = down_to is Rung.SUBJECT and len(set(self._components)) > 1
        self._by_subject = SubjectRung() if asks_for_subjects else None
        self._joined_by_subject = False
        self._answered_by_id: frozenset[int] | None = None
        self.conversation_of: list[Conversation] = []
        """The conversation of each message."""
        self.rung_of: list[Rung | None] = list(ties.rungs)
        self.exchanges: list[Exchange] = []
        self.evidence: dict[Exchange, Evidence] = {}
        self.unseen: set[str] = set()
        self.orphaned: set[str] = set()
        self.acknowledged_by: dict[Exchange, str] = {}
        self.in_seconds: dict[str, InSeconds] = {}
        self.answered_after_all: set[str] = set()
        """Identities of the messages that count, though they were put away, because somebody answered them."""
        self._run()

    def _run(self) -> None:
        conversations: dict[int, Conversation] = {}
        for step, i in enumerate(self._ties.order):
            message = self._messages[i]
            conversation, held = self._conversation(i, message)
            conversations[i] = conversation
            self._believe_marks(conversation, message.clock)
            if self._by_subject:
                self._by_subject.see(step, message, conversation)
            if message.direction is Direction.INBOUND:
                self._inbound(i, message, conversation, held)
            elif message.direction is Direction.OUTBOUND:
                self._outbound(i, message, conversation)
        self.conversation_of = [conversations[i] for i in range(len(self._messages))]
        for conversation in dict.fromkeys(self.conversation_of):
            self._believe_marks(conversation, None)
            for circle in conversation.circles():
                if circle.open:
                    self._close(conversation, circle.open, StillOpen())

    def differs_under(self, rung: Rung) -> bool:
        """Whether a walk down to `rung`, its own or a stricter one, ties other messages together than this one did."""
        return rung is not self._down_to and (
            self._joined_by_subject or self._components != self._ties.components[rung]
        )

    # Which conversation

    def _conversation(self, i: int, message: Message) -> tuple[Conversation, Unclaimed | None]:
        """The conversation of a message, and the reply that was sent while it was on its way, if the rung knows one."""
        component = self._components[i]
        known, held = self._by_component.get(component), None
        if known is None:
            if self._by_subject and not self._ties.named[i]:
                known, held = self._find_by_subject(i, message, self._by_subject)
            if known is None:
                known = Conversation(message.identity)
            else:
                self._joined_by_subject = True
                self.rung_of[i] = Rung.SUBJECT
            self._by_component[component] = known
        return known, held

    def _find_by_subject(
        self, i: int, message: Message, rung: SubjectRung
    ) -> tuple[Conversation | None, Unclaimed | None]:
        """The conversation that the first message of a component belongs to by person and subject alone.

        It names no known message, so all that was walked before it lies before it in time, too.
        """
        if message.direction is Direction.OUTBOUND:
            return self._find_for_ours(message, rung), None
        if message.direction is not Direction.INBOUND:
            return None, None
        if found := self._find_for_theirs(i, message, rung):
            return found, None
        held = rung.answer_to_held(message)
        return (held.conversation, held) if held else (None, None)

    def _find_for_ours(self, message: Message, rung: SubjectRung) -> Conversation | None:
        """Without a reply prefix it joins what is not too old, and a form letter joins nothing."""
        waiting = None if message.form_letter else rung.newest_waiting(message)
        if waiting is None:
            return None
        soon = message.clock - waiting.exchange.opener.clock <= self._settings.new_enquiry_after
        return waiting.conversation if message.reply_prefix or soon else None

    def _find_for_theirs(self, i: int, message: Message, rung: SubjectRung) -> Conversation | None:
        """A second mail without ids within a week is a reminder; else it takes a reply prefix."""
        waiting = rung.newest_waiting(message)
        if waiting and self._are_two_waits(i, waiting.exchange):
            return None
        names_nothing = not (message.in_reply_to or message.references)
        if waiting and names_nothing and message.clock - waiting.exchange.opener.clock <= RESEND_WINDOW:
            return waiting.conversation
        return rung.latest(message) if message.reply_prefix else None

    def _are_two_waits(self, i: int, exchange: OpenExchange) -> bool:
        """Whether message `i` and an exchange to which the subject ties it are answered each by an id of its own."""
        if self._answered_by_id is None:
            self._answered_by_id = _answered_components(self._messages, self._ties, self._components)
        answered = self._answered_by_id
        return self._components[i] in answered and any(
            self._components[r.number] in answered for r in exchange.received
        )

    # What a message does

    def _inbound(self, i: int, message: Message, conversation: Conversation, held: Unclaimed | None) -> None:
        if message.verdict.kind is not Kind.HUMAN:
            return
        circle, speaker = self._belonging.hear(i, conversation)
        if held and circle.last_human == held.sent_at:
            circle.ordinal, circle.last_human = 0, None  # that mail of ours was no first word, but answers this one
        if circle.open and (unseen := self._answered_unseen(i, message, circle.open)):
            self._close(conversation, circle.open, unseen)
        counted = message.disposition is Disposition.COUNTED
        if counted or _counts_if_answered(message):
            waiting = self._waiting(i, conversation, circle, speaker, counted=counted)
            self._take_in(i, message, conversation, waiting, counted=counted)
            if held and self._has_failed(held.number, self._messages[held.number], waiting):
                waiting.bounced = self._messages[held.number]
            elif held:
                self._close(conversation, waiting, AnsweredBy(self._messages[held.number], Rung.SUBJECT), held.number)
        elif circle.open:
            self._widen(i, message, conversation, circle.open)
        circle.note_human(message.clock)

    def _waiting(
        self, i: int, conversation: Conversation, circle: Circle, speaker: str, *, counted: bool
    ) -> OpenExchange:
        """The exchange that an inbound message belongs to: the one that is open in its circle, or a new one."""
        message, waiting = self._messages[i], circle.open
        silent = circle.is_silent(message.clock, self._settings.new_enquiry_after)
        if waiting and counted and silent and (waiting.ordinal > 1 or not waiting.counts):
            self._close(conversation, waiting, EndedByEnquiry(message.clock))
            waiting = None
        if waiting is None:
            names_ours = any(map(self._settings.is_our_id, self._ties.ghosts[i]))
            if names_ours and follows_another(message, self._ties.ghosts[i], self._settings.is_our_id):
                self.unseen.add(message.identity)
            circle.ordinal = 1 if silent else max(circle.ordinal, int(names_ours)) + 1
            waiting = circle.open = OpenExchange(speaker, circle.ordinal)
        return waiting

    def _take_in(
        self, i: int, message: Message, conversation: Conversation, waiting: OpenExchange, *, counted: bool
    ) -> None:
        if self._by_subject:
            self._by_subject.wait(waiting, message, conversation)
        self._widen(i, message, conversation, waiting)
        waiting.take_in(i, message, counted=counted)
        if waiting.marked_answered_at is not None:
            conversation.marked.append(waiting)

    def _widen(self, i: int, message: Message, conversation: Conversation, waiting: OpenExchange) -> None:
        """A reply may from now on also go to those whom this inbound message names."""
        people = message.senders | (message.outsiders - self._settings.public_lists)
        conversation.may_be_reached(waiting, people - waiting.people, i)
        waiting.people |= people

    def _outbound(self, i: int, message: Message, conversation: Conversation) -> None:
        kind = message.verdict.kind
        reached = list(self._reached(i, message, conversation))
        answers, ended, at_once = False, False, None
        for waiting in reached:
            if kind is Kind.HUMAN and not (at_once := self._in_seconds(i, message, waiting)):
                answers = True
                ended |= self._may_end(i, message, conversation, waiting)
            elif (kind is Kind.HUMAN or kind in AUTOMATIC_ANSWERS) and waiting.acknowledged is None:
                waiting.acknowledged = message
        if kind is not Kind.HUMAN:
            return
        if at_once and not answers:
            self.in_seconds[message.identity] = at_once
            return
        for person in self._written_to(i, message):
            conversation.together([person]).written_to(message.clock)
        if self._ties.named[i] or ended:
            return
        if self._by_subject and message.reply_prefix:
            self._by_subject.leave(i, message, conversation)
        if message.in_reply_to and not all(map(self._settings.is_our_id, message.in_reply_to)):
            self.orphaned.add(message.identity)

    def _written_to(self, i: int, message: Message) -> Iterator[str]:
        """The outsiders to whom a message of ours goes; without recipients, or to a list, those whose mail it names."""
        yield from message.outsiders - self._settings.public_lists
        if message.public_list or message.names_nobody:
            yield from self._belonging.speakers(self._ties.named[i])

    def _reached(self, i: int, message: Message, conversation: Conversation) -> Iterator[OpenExchange]:
        """The open exchanges whose people a message of ours goes to; a mark says it outright.

        What names no recipient, or goes to a list that the contacts read, or to a visitor without an address, answers
        what it names. A form letter answers nobody, wherever it lies.
        """
        if message.corrections.replies_to:
            yield from conversation.holding(self._ties.named[i])
        if message.corrections.replies_to or message.answers_nobody:
            return
        anybody = message.public_list or message.names_nobody
        named = (w for w in conversation.holding(self._ties.named[i]) if anybody or w.opener.visitor)
        yield from dict.fromkeys((*conversation.reached(message.outsiders), *named))

    def _may_end(self, i: int, message: Message, conversation: Conversation, waiting: OpenExchange) -> bool:
        """End an exchange by a reply of ours that reaches it, unless the reply failed or came before."""
        if waiting.marked_answered_at is not None:
            return False
        if self._has_failed(i, message, waiting):
            waiting.bounced = message
            return False
        if message.clock < waiting.opener.clock and waiting.received[0].number not in self._ties.named[i]:
            # What was still on its way, and isn't named, waits on.
            part = waiting.split(self._ties.named[i])
            if part is None:
                return False
            waiting = part
        self._close(conversation, waiting, AnsweredBy(message, self._rung_between(waiting, i)), i)
        return True

    def _has_failed(self, i: int, message: Message, waiting: OpenExchange) -> bool:
        """Whether a notice says of a reply that it reached nobody of the exchange."""
        failed = self._failed.get(i)
        if failed is None:
            return False
        meant = message.outsiders & waiting.people or frozenset(waiting.people)
        return meant <= failed

    def _in_seconds(self, i: int, message: Message, waiting: OpenExchange) -> InSeconds | None:
        """Of a mail of ours that left so soon after the enquiry that no person can have written it: how soon."""
        named = waiting.named_in(self._ties.answered[i]) or waiting.named_in(self._ties.named[i]) or [waiting.opener]
        enquiry = named[-1]
        if waiting.ordinal > 1 or not left_in_seconds(message, enquiry):
            return None
        return InSeconds(enquiry.identity, message.clock - enquiry.clock)

    def _rung_between(self, waiting: OpenExchange, reply: int) -> Rung:
        """The strictest rung under which the reply is in one conversation with the opener."""
        if self._messages[reply].corrections.replies_to:
            return Rung.MARK
        opener = waiting.received[0].number
        components = self._ties.components.items()
        return next((rung for rung, roots in components if roots[opener] == roots[reply]), Rung.SUBJECT)

    def _believe_marks(self, conversation: Conversation, until: int | None) -> None:
        """Close the open exchanges of which a mark says that they were answered by `until` (None: at any time)."""
        for waiting in conversation.marked:
            current = waiting.current()
            answered_at = current.marked_answered_at
            if current.is_open and answered_at is not None and (until is None or answered_at <= until):
                self._close(conversation, current, MarkedAnswered(answered_at))
        if conversation.marked:
            conversation.marked = [waiting for waiting in conversation.marked if waiting.current().is_open]

    def _answered_unseen(self, i: int, message: Message, waiting: OpenExchange) -> AnsweredUnseen | None:
        """The bounds of an answer that was not seen, and what tells of it, if there was one before `message`.

        The server said so, or `message` names, after the opener, a message of ours that was never seen.
        """
        if waiting.flagged and waiting.flagged.before <= message.clock:
            return AnsweredUnseen(waiting.flagged, FLAG)
        unseen_id = unseen_answer(message, waiting, self._ties.ghosts[i], self._settings.is_our_id)
        if unseen_id is None:
            return None
        self.unseen.add(message.identity)
        return AnsweredUnseen(Flagged(None, message.clock), Evidence(unseen_id, message.identity))

    def _close(
        self, conversation: Conversation, waiting: OpenExchange, ending: Ending, reply: int | None = None
    ) -> None:
        """Put the open exchange on record: it ended so, by the message with the index `reply` if by one."""
        waiting.is_open = False
        circle = conversation.circle_of(waiting.speaker)
        if circle and circle.open is waiting:
            circle.open = None
        unseen = waiting.unseen(ending)
        received = waiting.on_record(ending, unseen, () if reply is None else self._ties.answered[reply])
        if not received:
            return
        exchange = waiting.exchange(conversation.first, received, ending, unseen)
        self.exchanges.append(exchange)
        self.answered_after_all.update(r.message.identity for r in received if not r.counted)
        if unseen:
            self.evidence[exchange] = unseen.evidence
        if waiting.acknowledged:
            self.acknowledged_by[exchange] = waiting.acknowledged.identity


def _counts_if_answered(message: Message) -> bool:
    """Whether a message that was put away would count if nobody had put it away."""
    as_if = disposition_of(message.verdict.kind, message.corrections, message.personal, put_away=False)
    return message.put_away and as_if is Disposition.COUNTED


def _answered_components(messages: Sequence[Message], ties: Ties, components: Sequence[int]) -> frozenset[int]:
    """The components in which a person of ours answered an inbound message by its id."""
    return frozenset(
        components[i]
        for i in persons_replies(messages, ties)
        for n in ties.named[i]
        if messages[n].direction is Direction.INBOUND and not messages[n].senders.isdisjoint(messages[i].outsiders)
    )
