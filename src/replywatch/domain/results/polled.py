"""What a poll did with each account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from replywatch.domain.mailboxes.unread import UnreadFile
from replywatch.errors import SecretError, SourceError


class Trouble(StrEnum):
    """What may be wrong with an account from some pass on: said when it begins, and then once a day."""

    FAILED = "failed"
    """It could not be read, or not all of it; or it is left alone after that."""
    UNREAD = "unread"
    """Messages are there that could not be read."""
    UNREAD_FILES = "unread_files"
    """Files look like mail and are not read."""
    LACKS_SENT = "lacks_sent"
    """No mailbox for sent mail was found."""
    UNOPENED = "unopened"
    """Mailboxes are listed and can't be opened."""


class Status(StrEnum):
    """How a pass over an account went, in a word."""

    OK = "ok"
    FAILED = "failed"
    LEFT_ALONE = "left_alone"
    """It was not tried: its server refused it a while ago."""


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
class UnopenedMailbox:
    """A mailbox that is listed and can't be opened; the rest of the account is read without it."""

    mailbox: str
    is_hole: bool
    """Answers or mail may be there that figures would need."""
    why: str = ""
    """What the source said; "" if it was not asked in this pass."""


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
    unread_files: tuple[UnreadFile, ...] = ()
    """Of files on this machine: those that look like mail and are not read, the `unread` messages among them."""
    unopened: tuple[UnopenedMailbox, ...] = ()
    """Mailboxes that are listed and could not be opened."""
    left_alone: bool = False
    """It was not tried, and `error` is that of its last pass."""
    left_alone_until: int | None = None
    """Up to when it is not to be tried; None if the next poll may."""
    news: frozenset[Trouble] = frozenset()
    """What is to be said even where little is said: it began in this pass, has another reason, or was said long ago."""
    failing_since: int | None = None
    """When it began to fail; without an `error`: when it had begun, and it is well again. None: it is and was well."""
    failed_before: bool = False
    """It had failed in the pass before."""

    @property
    def status(self) -> Status:
        """How it went, in a word."""
        if self.left_alone:
            return Status.LEFT_ALONE
        return Status.FAILED if self.error else Status.OK

    @property
    def well_again(self) -> bool:
        """Whether it had failed before, and did not in this pass."""
        return self.failed_before and self.error is None
