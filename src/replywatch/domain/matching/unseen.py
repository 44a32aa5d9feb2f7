"""Answers of ours that were never seen, as later mail of the contact shows them."""

from __future__ import annotations

from collections.abc import Callable

from replywatch.domain.matching.open_exchange import OpenExchange
from replywatch.domain.messages import Message


def unseen_answer(
    message: Message, waiting: OpenExchange, ghosts: frozenset[str], is_our_id: Callable[[str], bool]
) -> str | None:
    """The id of an answer of ours that was never seen, if an inbound message of the circle that waits names one.

    It follows the opener's id, or stands alone in In-Reply-To. Its right side is ours (`is_our_id`), or nobody but we
    can have written it. `ghosts` are the ids that the message names and that no message has.
    """
    chain = _chain(message)
    after = next((n + 1 for n, named in enumerate(chain) if named in waiting.ids), None)
    if after is None:
        alone = message.in_reply_to if not message.references else ()
        return next((named for named in alone if named in ghosts and is_our_id(named)), None)
    between_two = _is_between_two(waiting.opener, message)
    return next((named for named in chain[after:] if named in ghosts and (between_two or is_our_id(named))), None)


def follows_another(message: Message, ghosts: frozenset[str], is_our_id: Callable[[str], bool]) -> bool:
    """Whether an unseen id of ours that a message names follows the id of somebody else, so that ours was an answer.

    One that nothing precedes may be our first word: the confirmation of an order, a newsletter.
    """
    first = next((n for n, named in enumerate(_chain(message)) if named in ghosts and is_our_id(named)), 0)
    return first > 0


def _chain(message: Message) -> list[str]:
    """The ids that a message names, the oldest first, the one that it answers last."""
    return list(dict.fromkeys((*message.references, *message.in_reply_to)))


def _is_between_two(opener: Message, message: Message) -> bool:
    """Whether both mails were written by one person, with nobody else outside: what lies between them is ours."""
    people = opener.persons | message.persons
    one_sender = not opener.persons.isdisjoint(message.persons)
    return one_sender and opener.outsiders <= people and message.outsiders <= people
