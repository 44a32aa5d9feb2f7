"""Mail of ours that left so soon after an enquiry that no person can have written it: it acknowledges, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from replywatch.domain.matching.threads import Ties
from replywatch.domain.messages import Direction, Kind, Message

NOBODY_TYPES = 30
"""Seconds after the arrival of an enquiry before which no person can have answered it."""


class InSeconds(NamedTuple):
    """Which enquiry a mail of ours followed so closely that it acknowledges it, and is no answer."""

    enquiry: str
    """Identity of the inbound message."""
    after: int
    """Seconds from its arrival."""


def left_in_seconds(ours: Message, enquiry: Message) -> bool:
    """Whether a mail of ours left within seconds of an enquiry, as far as both clocks are sure.

    Not if a person says that one wrote it.
    """
    if ours.corrections.kind is Kind.HUMAN or ours.corrections.replies_to:
        return False
    sure = ours.clock_sure and enquiry.clock_sure
    return sure and 0 <= ours.clock - enquiry.clock < NOBODY_TYPES


def persons_replies(messages: Sequence[Message], ties: Ties) -> frozenset[int]:
    """Which messages are outbound, and a person's by all that can be told before anybody knows who waits.

    What names a mail of ours is no enquiry, and may be answered as fast as one likes.
    """
    return frozenset(
        i
        for i, ours in enumerate(messages)
        if ours.direction is Direction.OUTBOUND
        and ours.verdict.kind is Kind.HUMAN
        and not any(
            messages[n].direction is Direction.INBOUND
            and not any(messages[k].author for k in ties.named[n])
            and left_in_seconds(ours, messages[n])
            for n in ties.answered[i]
        )
    )
