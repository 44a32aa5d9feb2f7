"""What a mail source is: the one interface behind which IMAP, Maildir and mbox stand.

Terminology: a *mailbox* is one named list of messages; its *epoch* is the time during which UIDs keep their
meaning (RFC 9051, section 2.3.1.1). A UID names one message of an epoch for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Listing:
    """A mailbox as the source lists it."""

    name: str
    """Decoded (RFC 3501 5.1.3 names as Unicode), with the source's own delimiter."""
    delimiter: str
    """"" where names have no hierarchy."""
    attributes: tuple[str, ...] = ()
    """LIST attributes in lower case, such as `\\sent` or `\\noselect`."""


@dataclass(frozen=True, slots=True)
class MailboxState:
    """What a source says about a mailbox when it is looked at."""

    uidvalidity: int
    uidnext: int | None
    """The next UID will be at least this; None where the source doesn't say."""
    exists: int
    highestmodseq: int | None = None
    token: str = ""
    """Whatever the source wants handed back the next time (mbox: how far and how it recognises the file)."""


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """One message as fetched: facts only."""

    uid: int
    header: bytes
    """The wanted fields (`domain.headers.FETCH_FIELDS`), raw as they came, CRLF or LF line ends."""
    internal_date: int | None
    """When the message reached the mailbox, an instant; None where unknown or absurd."""
    size: int | None
    flags: tuple[str, ...] = ()
    thread: str | None = None
    """Provider's conversation id: `gmail:…` (X-GM-THRID) or `objectid:…` (THREADID, RFC 8474)."""


class Source(Protocol):
    """A place that holds mail. Read-only. Used as a context manager; entering it connects.

    Every method raises `errors.SourceError` or a subclass. UIDs are ascending and positive.
    """

    in_order: bool
    """New messages always get higher UIDs than all before (IMAP, mbox); otherwise the pass compares lists."""

    def __enter__(self) -> Self:
        """Connect and log in."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log out; never raises."""
        ...

    def mailboxes(self) -> list[Listing]:
        """All mailboxes that can be selected, sorted by name."""
        ...

    def status(self, name: str, known: MailboxState | None) -> MailboxState:
        """How `name` stands, without opening it; `known` is what was said last time."""
        ...

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """Open `name` read-only and say how it stands; the calls below speak of the mailbox opened last."""
        ...

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out."""
        ...
