"""Replies that never arrived, as the notices of mail servers tell."""

from __future__ import annotations

from collections.abc import Sequence

from replywatch.domain.matching.threads import Ties
from replywatch.domain.messages import Delivery, Kind, Message


def failed_replies(messages: Sequence[Message], ties: Ties) -> dict[int, frozenset[str]]:
    """Our messages that a notice of final failure names → the recipients whom they did not reach.

    A notice that says nobody's address speaks of the only recipient; of several it can't be told whom it means. One
    that says other addresses than those of the recipients is about something else.
    """
    failed: dict[int, frozenset[str]] = {}
    for i, notice in enumerate(messages):
        if notice.verdict.kind is not Kind.BOUNCE or notice.delivery is not Delivery.FAILED:
            continue
        for n in ties.named[i]:
            if messages[n].author and (whom := _not_reached(messages[n], notice.failed)):
                failed[n] = failed.get(n, frozenset()) | whom
    return failed


def _not_reached(ours: Message, said: frozenset[str]) -> frozenset[str]:
    """Which recipients of a message of ours a notice means that says these addresses."""
    if ours.names_nobody:
        return said
    if said:
        return said & ours.outsiders
    return ours.outsiders if len(ours.outsiders) == 1 else frozenset()
