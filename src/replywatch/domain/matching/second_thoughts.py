"""What a conversation shows of its messages, which no header shows alone.

A sign that is too weak against a conversation (a spam flag, List-Unsubscribe, Precedence) excludes nothing that names a
person's mail on the other side, and a spam flag nothing that a person of ours answered, either. What names no recipient
at all is mail to the outside if it names a mail from there. And a clock that nothing confirms is not sure where it lies
before a message that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from replywatch.domain.matching.in_seconds import persons_replies
from replywatch.domain.matching.merge import disposition_of
from replywatch.domain.matching.threads import Ties
from replywatch.domain.messages import Answered, Because, Direction, Disposition, Kind, Message

_NAMES_OURS = Because("conversation.names-ours")
_NAMES_THEIRS = Because("conversation.names-theirs")
_ANSWERED = Because("conversation.answered")
_CALLED_ANSWERED = Because("mark.answered")


def reconsidered(messages: Sequence[Message], ties: Ties, is_our_id: Callable[[str], bool]) -> list[Message]:
    """The messages, in the same order, as the others that they name, or that name them, show them to be.

    `is_our_id` says of an id that was never seen whether it is one of ours.
    """
    revised = list(messages)
    if not any(m.firm or m.names_nobody or m.clock_on_its_word for m in messages):
        return revised
    persons = persons_replies(messages, ties)
    for i in ties.order:
        named = [revised[n] for n in ties.named[i]]
        if revised[i].clock_on_its_word and any(m.clock > revised[i].clock for m in named):
            revised[i] = revised[i]._replace(clock_sure=False)
        if _is_internal(revised[i], named, ties.ghosts[i], is_our_id):
            revised[i] = revised[i]._replace(direction=Direction.INTERNAL, disposition=Disposition.INTERNAL)
        if revised[i].firm and any(
            _answers(revised[i], revised[n]) for n in ties.named[i] if not messages[n].author or n in persons
        ):
            revised[i] = _judged_firmly(revised[i], _NAMES_THEIRS if revised[i].author else _NAMES_OURS)
    for i in sorted(persons):
        for n in ties.named[i]:
            if _is_spam(revised[n]) and not revised[n].senders.isdisjoint(revised[i].outsiders):
                revised[n] = _judged_firmly(revised[n], _ANSWERED)
    return [
        _judged_firmly(m, _CALLED_ANSWERED) if _is_spam(m) and isinstance(m.corrections.outcome, Answered) else m
        for m in revised
    ]


def _is_spam(message: Message) -> bool:
    """Whether a spam flag alone says that it is no person's."""
    return message.verdict.kind is Kind.SPAM and message.firm is not None


def _is_internal(
    message: Message, named: Sequence[Message], ghosts: Collection[str], is_our_id: Callable[[str], bool]
) -> bool:
    """Whether it is ours, names no recipient, and no mail from outside either."""
    names_outside = any(m.direction is Direction.INBOUND for m in named) or not all(map(is_our_id, ghosts))
    return message.names_nobody and message.direction is Direction.OUTBOUND and not names_outside


def _answers(message: Message, other: Message) -> bool:
    """Whether one of the two is ours and the other from outside, and the named one a person's."""
    return other.verdict.kind is Kind.HUMAN and {message.direction, other.direction} == {
        Direction.INBOUND,
        Direction.OUTBOUND,
    }


def _judged_firmly(message: Message, reason: Because) -> Message:
    """The message as it is judged without its weak sign, on the line of the account that follows.

    If that makes it a person's, it is so for this reason, which bears the weak sign that means nothing beside it.
    """
    verdict = message.firm or message.verdict
    if verdict.kind is Kind.HUMAN:
        verdict = verdict._replace(because=message.verdict.because._replace(rule=reason.rule))
    if message.direction is not Direction.INBOUND:
        return message._replace(verdict=verdict, firm=None)
    disposition = disposition_of(verdict.kind, message.corrections, message.personal, put_away=message.put_away)
    return message._replace(verdict=verdict, disposition=disposition, firm=None)
