"""Which message is answered by which: the exchanges of one cluster.

The messages of a cluster are walked once, in order. Each joins the conversation its ids tie it to, or, on the last
rung, the one that its person and subject point to; in a conversation each circle of outsiders has at most one exchange
open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from replywatch.domain.judging.reading import AUTOMATIC_ANSWERS, id_domain
from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.matching.conversation import Circle, Conversation
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
    was_held,
)
from replywatch.domain.matching.second_thoughts import reconsidered
from replywatch.domain.matching.subject_rung import RESEND_WINDOW, SubjectRung, Unclaimed
from replywatch.domain.matching.threads import Ties, tie
from replywatch.domain.messages import (
    RUNG_BITS,
    Delivery,
    Direction,
    Disposition,
    Exchange,
    Flagged,
    Kind,
    Message,
    Rung,
)

NOBODY_TYPES = 30
"""Seconds after the arrival of an enquiry before which no person can have answered it."""


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
    unseen: frozenset[str] = frozenset()
    """Identities of the inbound messages that go on after an answer of ours that was never seen."""
    orphaned: frozenset[str] = frozenset()
    """Identities of our own personal mail that answers mail from outside which was never seen."""


def match(messages: Sequence[Message], settings: MatchSettings) -> Matched:
    """The exchanges of one cluster, for every rung down to which one may match."""
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
    for walk, bits in walks.items():
        for exchange in walk.exchanges:
            exchanges[exchange] = exchanges.get(exchange, 0) | bits
        evidence |= walk.evidence
    return Matched(
        tuple(_counted_as(m, full.answered_after_all) for m in messages),
        tuple(exchanges.items()),
        {m.identity: c.first for m, c in zip(messages, full.conversation_of, strict=True)},
        {m.identity: r for m, r in zip(messages, full.rung_of, strict=True)},
        evidence,
        frozenset(full.unseen),
        frozenset(full.orphaned),
    )


def _counted_as(message: Message, answered: Collection[str]) -> Message:
    """The message; it counts though it was put away, if it is among the `answered`."""
    return replace(message, disposition=message.personal) if message.identity in answered else message


class _Walk:
    """One walk through a cluster, with the ties of one rung and all that are stricter."""

    def __init__(self, messages: Sequence[Message], ties: Ties, down_to: Rung, settings: MatchSettings) -> None:
        self._messages = messages
        self._ties = ties
        self._down_to = down_to
        self._settings = settings
        self._components = ties.components[Rung.PROVIDER if down_to is Rung.SUBJECT else down_to]
        self._failed = _failed_replies(messages, ties)
        self._by_component: dict[int, Conversation] = {}
        self._by_subject = SubjectRung()
        self._joined_by_subject = False
        self._answered_by_id: frozenset[int] | None = None
        self._speakers: dict[int, str] = {}
        """Inbound message → one of the outsiders who wrote it."""
        self.conversation_of: list[Conversation] = []
        """The conversation of each message."""
        self.rung_of: list[Rung | None] = list(ties.rungs)
        self.exchanges: list[Exchange] = []
        self.evidence: dict[Exchange, Evidence] = {}
        self.unseen: set[str] = set()
        self.orphaned: set[str] = set()
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
            if self._down_to is Rung.SUBJECT:
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
            if self._down_to is Rung.SUBJECT and not self._ties.named[i]:
                known, held = self._find_by_subject(i, message)
            if known is None:
                known = Conversation(message.identity)
            else:
                self._joined_by_subject = True
                self.rung_of[i] = Rung.SUBJECT
            self._by_component[component] = known
        return known, held

    def _find_by_subject(self, i: int, message: Message) -> tuple[Conversation | None, Unclaimed | None]:
        """The conversation that the first message of a component belongs to by person and subject alone.

        It names no known message, so all that was walked before it lies before it in time, too.
        """
        rung = self._by_subject
        if message.direction is Direction.OUTBOUND:
            waiting = rung.newest_waiting(message)
            if waiting is None or message.form_letter:
                return None, None
            soon = message.clock - waiting.exchange.opener.clock <= self._settings.new_enquiry_after
            return (waiting.conversation, None) if message.reply_prefix or soon else (None, None)
        if message.direction is not Direction.INBOUND:
            return None, None
        if not (message.in_reply_to or message.references):
            waiting = rung.newest_waiting(message)
            if waiting and message.clock - waiting.exchange.opener.clock <= RESEND_WINDOW:
                return (None, None) if self._are_two_waits(i, waiting.exchange) else (waiting.conversation, None)
        if message.reply_prefix:
            waiting = rung.newest_waiting(message)
            if waiting and self._are_two_waits(i, waiting.exchange):
                return None, None
            if latest := rung.latest(message):
                return latest, None
        if held := rung.answer_to_held(message):
            return held.conversation, held
        return None, None

    def _are_two_waits(self, i: int, exchange: OpenExchange) -> bool:
        """Whether message `i` and an exchange that the subject alone ties it to are answered each by an id of its own."""
        if self._answered_by_id is None:
            self._answered_by_id = _answered_components(self._messages, self._ties, self._components)
        theirs = {self._components[r.index] for r in exchange.received}
        return self._components[i] in self._answered_by_id and not theirs.isdisjoint(self._answered_by_id)

    # Who belongs together

    def _hear(self, i: int, message: Message, conversation: Conversation) -> Circle:
        """The circle of whoever wrote an inbound message, joined with all whom it shows to belong to it."""
        lists = self._settings.public_lists
        authors = message.persons or frozenset([f"\0{message.identity}"])  # a visitor whom nothing names
        speaker = self._speakers[i] = min(authors)
        is_new = not any(map(conversation.circle_of, authors))
        people = [speaker, *authors, *(message.outsiders - lists)]
        if is_new:
            people += [self._speakers[n] for n in self._ties.answered[i] if n in self._speakers]
        people += self._colleagues(i, message, speaker)
        circle = conversation.together(people)
        if circle.last_human is None and circle.ordinal == 0:
            self._note_circular(i, circle)
        return circle

    def _colleagues(self, i: int, message: Message, speaker: str) -> Iterator[str]:
        """People of the author's company whose mail it names, or to whom the mail of ours went that it names.

        Ours has to be an answer to theirs, or to have gone to one of them alone and not to the author.
        """
        home = _home(speaker)
        if not home or is_mail_provider(home):
            return
        for n in self._ties.named[i]:
            named = self._messages[n]
            for m in (n, *(self._ties.named[n] if named.direction is Direction.OUTBOUND else ())):
                if (other := self._speakers.get(m)) and _home(other) == home:
                    yield other
            if named.direction is Direction.OUTBOUND and speaker not in named.outsiders:
                colleagues = [person for person in named.outsiders if _home(person) == home]
                if len(colleagues) == 1 and named.verdict.kind is Kind.HUMAN:
                    yield colleagues[0]

    def _note_circular(self, i: int, circle: Circle) -> None:
        """A circle that answers mail of ours whose copy names no recipient, or a list, was written to by that."""
        for n in self._ties.named[i]:
            named = self._messages[n]
            ours = named.author and named.verdict.kind is Kind.HUMAN
            if ours and (named.names_nobody or named.public_list):
                circle.written_to(named.clock)

    # What a message does

    def _inbound(self, i: int, message: Message, conversation: Conversation, held: Unclaimed | None) -> None:
        if message.verdict.kind is not Kind.HUMAN:
            return
        circle = self._hear(i, message, conversation)
        if circle.open and (unseen := self._answered_unseen(i, message, circle.open)):
            self._close(conversation, circle.open, unseen)
        counted = message.disposition is Disposition.COUNTED
        if counted or _counts_if_answered(message):
            self._take_in(i, message, conversation, circle, counted=counted, held=held)
        elif circle.open:
            self._widen(i, message, conversation, circle.open)
        circle.note_human(message.clock)

    def _take_in(
        self,
        i: int,
        message: Message,
        conversation: Conversation,
        circle: Circle,
        *,
        counted: bool,
        held: Unclaimed | None,
    ) -> None:
        silent = circle.is_silent(message.clock, self._settings.new_enquiry_after)
        waiting = circle.open
        if waiting and counted and silent and (waiting.ordinal > 1 or not waiting.counts):
            self._close(conversation, waiting, EndedByEnquiry(message.clock))
            waiting = None
        if waiting is None:
            if held and circle.last_human == held.sent_at:
                circle.ordinal = 0  # that mail of ours is no first word, but the answer to this one
            names_ours = any(map(self._settings.is_our_id, self._ties.ghosts[i]))
            if names_ours:
                self.unseen.add(message.identity)
            circle.ordinal = 1 if silent else max(circle.ordinal, int(names_ours)) + 1
            waiting = circle.open = OpenExchange(self._speakers[i], circle.ordinal)
        if self._down_to is Rung.SUBJECT:
            self._by_subject.wait(waiting, message, conversation)
        self._widen(i, message, conversation, waiting)
        waiting.take_in(i, message, counted=counted)
        if waiting.marked_answered_at is not None:
            conversation.marked.append(waiting)
        if held:
            self._close(conversation, waiting, AnsweredBy(self._messages[held.index], Rung.SUBJECT), held.index)

    def _widen(self, i: int, message: Message, conversation: Conversation, waiting: OpenExchange) -> None:
        """A reply may from now on also go to those whom this inbound message names."""
        people = message.senders | message.outsiders
        conversation.may_be_reached(waiting, people - waiting.people, i)
        waiting.people |= people

    def _outbound(self, i: int, message: Message, conversation: Conversation) -> None:
        kind = message.verdict.kind
        reached = list(self._reached(i, message, conversation))
        answers, ended = False, False
        for waiting in reached:
            if kind is Kind.HUMAN and not self._comes_in_seconds(i, message, waiting):
                answers = True
                ended |= self._may_end(i, message, conversation, waiting)
            elif (kind is Kind.HUMAN or kind in AUTOMATIC_ANSWERS) and waiting.acknowledged_at is None:
                waiting.acknowledged_at = message.clock
        if kind is not Kind.HUMAN or (reached and not answers):
            return
        for person in message.outsiders - self._settings.public_lists:
            conversation.together([person]).written_to(message.clock)
        if self._ties.named[i]:
            return
        if not ended and message.reply_prefix and self._down_to is Rung.SUBJECT:
            self._by_subject.leave(i, message, conversation)
        if message.in_reply_to and not all(map(self._settings.is_our_id, message.in_reply_to)):
            self.orphaned.add(message.identity)

    def _reached(self, i: int, message: Message, conversation: Conversation) -> Iterator[OpenExchange]:
        """The open exchanges whose people a message of ours goes to; a mark says it outright.

        What names no recipient, or goes to a list that the contacts read, or to a visitor without an address, answers
        what it names.
        """
        if message.corrections.replies_to:
            yield from conversation.holding(self._ties.named[i])
            return
        found = list(conversation.reached(message.outsiders))
        for waiting in conversation.holding(self._ties.named[i]):
            if message.public_list or message.names_nobody or waiting.opener.visitor:
                found.append(waiting)
        yield from dict.fromkeys(found)

    def _may_end(self, i: int, message: Message, conversation: Conversation, waiting: OpenExchange) -> bool:
        """End an exchange by a reply of ours that reaches it, unless the reply failed, or was sent before and elsewhere."""
        if waiting.marked_answered_at is not None:
            return False
        named = waiting.named_in(self._ties.named[i])
        first = waiting.opener
        if message.clock < first.clock and not named and not was_held(first, message.clock):
            return False
        if self._has_failed(i, message, waiting):
            waiting.bounced_reply = message.identity
            return False
        self._close(conversation, waiting, AnsweredBy(message, self._rung_between(waiting, i)), i)
        return True

    def _has_failed(self, i: int, message: Message, waiting: OpenExchange) -> bool:
        """Whether a notice says of a reply that it reached nobody of the exchange."""
        failed = self._failed.get(i)
        if failed is None:
            return False
        meant = message.outsiders & waiting.people or frozenset(waiting.people)
        return meant <= failed

    def _comes_in_seconds(self, i: int, message: Message, waiting: OpenExchange) -> bool:
        """Whether a mail of ours left so soon after the enquiry that no person can have written it.

        Unless a person says that one did.
        """
        if waiting.ordinal != 1 or message.corrections.kind is Kind.HUMAN or message.corrections.replies_to:
            return False
        named = waiting.named_in(self._ties.answered[i]) or waiting.named_in(self._ties.named[i]) or [waiting.opener]
        sure = message.clock_sure and named[-1].clock_sure
        return sure and 0 <= message.clock - named[-1].clock < NOBODY_TYPES

    def _rung_between(self, waiting: OpenExchange, reply: int) -> Rung:
        """The strictest rung under which the reply is in one conversation with the opener."""
        if self._messages[reply].corrections.replies_to:
            return Rung.MARK
        opener = waiting.received[0].index
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
        unseen_id = self._unseen_answer(i, message, waiting)
        if unseen_id is None:
            return None
        self.unseen.add(message.identity)
        return AnsweredUnseen(Flagged(None, message.clock), Evidence(unseen_id, message.identity))

    def _unseen_answer(self, i: int, message: Message, waiting: OpenExchange) -> str | None:
        """The id of an answer of ours that was never seen, if an inbound message of the circle names one.

        It follows the opener's id, or stands alone in In-Reply-To; its right side is ours, or nobody but we can have
        written it.
        """
        chain = list(dict.fromkeys((*message.references, *message.in_reply_to)))
        ids = frozenset[str]().union(*(r.message.ids for r in waiting.received))
        after = next((n + 1 for n, named in enumerate(chain) if named in ids), None)
        if after is None:
            alone = message.in_reply_to if not message.references else ()
            return next((named for named in alone if self._is_unseen_of_ours(i, named)), None)
        between_two = _is_between_two(waiting.opener, message)
        for named in chain[after:]:
            if named in self._ties.ghosts[i] and (between_two or self._settings.is_our_id(named)):
                return named
        return None

    def _is_unseen_of_ours(self, i: int, named: str) -> bool:
        return named in self._ties.ghosts[i] and self._settings.is_our_id(named)

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


def _counts_if_answered(message: Message) -> bool:
    """Whether a message that was put away would count if nobody had put it away."""
    as_if = disposition_of(message.verdict.kind, message.corrections, message.personal, put_away=False)
    return message.put_away and as_if is Disposition.COUNTED


def _home(address: str) -> str:
    """The right side of an address, "" if it has none."""
    return address.rpartition("@")[2] if "@" in address else ""


def _is_between_two(opener: Message, message: Message) -> bool:
    """Whether both mails were written by one person, with nobody else outside: all others in between are ours."""
    people = opener.persons | message.persons
    one_sender = not opener.persons.isdisjoint(message.persons)
    return one_sender and opener.outsiders <= people and message.outsiders <= people


def _failed_replies(messages: Sequence[Message], ties: Ties) -> dict[int, frozenset[str]]:
    """Our messages that a notice of final failure names → whom they did not reach.

    A notice that names nobody speaks of the only recipient; of several it can't be told whom it means. One that names
    others than the recipients is about something else.
    """
    failed: dict[int, frozenset[str]] = {}
    for i, notice in enumerate(messages):
        if notice.verdict.kind is not Kind.BOUNCE or notice.delivery is not Delivery.FAILED or notice.author:
            continue
        for n in ties.named[i]:
            ours = messages[n]
            if ours.author:
                whom = notice.failed if notice.failed else ours.outsiders if len(ours.outsiders) == 1 else frozenset()
                whom = whom & ours.outsiders or (whom if ours.names_nobody else frozenset())
                if whom:
                    failed[n] = failed.get(n, frozenset()) | whom
    return failed


def _answered_components(messages: Sequence[Message], ties: Ties, components: Sequence[int]) -> frozenset[int]:
    """The components in which a person of ours answered an inbound message by its id."""
    return frozenset(
        components[i]
        for i, reply in enumerate(messages)
        if reply.direction is Direction.OUTBOUND and reply.verdict.kind is Kind.HUMAN
        for n in ties.named[i]
        if messages[n].direction is Direction.INBOUND and not messages[n].senders.isdisjoint(reply.outsiders)
    )
