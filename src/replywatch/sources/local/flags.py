"""Which flags the messages of a local mailbox bear."""

from __future__ import annotations

from collections.abc import Iterable

from replywatch.domain.mailboxes.fetched import Flagging
from replywatch.domain.mailboxes.flags import TELLING, telling


def flagging(messages: Iterable[tuple[int, Iterable[str]]]) -> Flagging:
    """What all messages bear, given each with its flags: who is not among them bears nothing that tells anything."""
    found = ((uid, telling(flags)) for uid, flags in messages)
    return Flagging(frozenset(TELLING), {uid: flags for uid, flags in found if flags})
