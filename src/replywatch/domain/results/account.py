"""What is held of one account."""

from __future__ import annotations

from typing import NamedTuple

from replywatch.domain.mailboxes.origin import Origin


class HeldAccount(NamedTuple):
    """An account as the store and the config know it."""

    name: str
    was: Origin | None
    """What was read under its name; None: no poll of this release has seen it yet."""
    now: Origin | None
    """What the config says; None: it doesn't name it."""
    mailboxes: int
    """That hold mail."""
    messages: int
    kept_answers: int = 0
    """Of those that were dropped: messages elsewhere that were answered by them, and got a mark that says so."""
