"""What a poll did with each account."""

from __future__ import annotations

from dataclasses import dataclass

from replywatch.errors import SecretError, SourceError


@dataclass(frozen=True, slots=True)
class Braked:
    """Messages of a mailbox that were not found and count as there all the same."""

    mailbox: str
    missing: int
    known: int
    """Messages that are held to be in the mailbox, the missing ones included."""
    capped: bool
    """The mailbox shows exactly as many as some providers show at most: the others are hidden, for as long as that."""
    begins: bool
    """It was not so in the pass before."""


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How the pass over one account went."""

    account: str
    messages: int
    """New places of messages that were read."""
    mailboxes: int
    """Mailboxes that were read to their end."""
    error: SourceError | SecretError | None
    """None: the pass was complete."""
    unread: int
    """Messages that are there and could not be read; they are asked for again in every pass."""
    lacks_sent: bool
    """It is on a server, and no mailbox for sent mail was found: replies from it are not seen."""
    holds: tuple[Braked, ...] = ()
    """Mailboxes of which so much was not found that it counts as there for now."""
