"""Replies that never arrived, as the notices of mail servers tell."""

from __future__ import annotations

from collections.abc import Sequence

from replywatch.domain.matching.threads import Ties
from replywatch.domain.messages import Delivery, Kind, Message


def failed_replies(messages: Sequence[Message], ties: Ties) -> dict[int, frozenset[str]]:
    """Our messages that a notice of final failure is about → the recipients whom they did not reach.

    A notice that says nobody's address speaks of the only recipient; of several it can't be told whom it means. One
    that says other addresses than those of the recipients is about something else.
    """
    failed: dict[int, frozenset[str]] = {}
    for i, notice in enumerate(messages):
        if notice.verdict.kind is not Kind.BOUNCE or notice.delivery is not Delivery.FAILED:
            continue
        for n in _about(i, messages, ties):
            if whom := _not_reached(messages[n], notice.failed):
                failed[n] = failed.get(n, frozenset()) | whom
    return failed


def _about(notice: int, messages: Sequence[Message], ties: Ties) -> list[int]:
    """Which of our messages a notice is about: the one that it answers, else the last of ours that it names.

    Servers copy the References of what failed, and so name mail that had arrived.
    """
    answered, named = ([n for n in nodes[notice] if messages[n].author] for nodes in (ties.answered, ties.named))
    return answered or named[-1:]


def _not_reached(ours: Message, said: frozenset[str]) -> frozenset[str]:
    """Which recipients of a message of ours a notice means that says these addresses."""
    if ours.names_nobody:
        return said
    if said:
        return said & ours.outsiders
    return ours.outsiders if len(ours.outsiders) == 1 else frozenset()
