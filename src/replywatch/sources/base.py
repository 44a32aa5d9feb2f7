"""What a mail source is: the one interface behind which IMAP, Maildir and mbox stand.

The values that go through it are in `domain.mailboxes.fetched`, where its words are explained too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from replywatch.domain.mailboxes.fetched import FetchedMessage, Labelled, Listing, MailboxState
from replywatch.domain.mailboxes.unread import UnreadFile

__all__ = ["FetchedMessage", "Labelled", "Listing", "MailboxState", "ReadLabels", "Source"]

ReadLabels: TypeAlias = Callable[[int, int, int | None], Iterator[Labelled]]
"""The labels of the messages from a first to a last UID of the mailbox opened last: of those that changed since a
HIGHESTMODSEQ, or of all."""


class Source(Protocol):
    """A place that holds mail. Read-only. Used as a context manager; entering it connects.

    Every method raises `errors.SourceError` or a subclass. UIDs are ascending and positive.
    """

    in_order: bool
    """New messages always get higher UIDs than all before (IMAP, mbox); otherwise the pass compares lists."""

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Beginnings of names: of these mailboxes `mailboxes` could not tell whether they are there."""
        ...

    @property
    def unread_files(self) -> tuple[UnreadFile, ...]:
        """Files that look like mail and are not read, as far as they were met since it was entered; none of a server.

        A message among them is listed in its mailbox, and left out where it is fetched.
        """
        ...

    @property
    def complaint(self) -> str:
        """What was odd the last time that messages did not come as they were asked for; "" if nothing is known."""
        ...

    @property
    def labels(self) -> ReadLabels | None:
        """Reads labels; None where messages have none (all but Gmail)."""
        ...

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
        """The UIDs between `first` and `last`, both included, that exist now, ascending.

        Where that is the whole mailbox, they are no fewer than the source counts; `errors.MailboxError` if they are.
        """
        ...

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs, ascending, of messages with one of these Message-IDs (without `<>`), as far as it can tell.

        Others may be among them: what is fetched says what it is.
        """
        ...

    def answered(self, uids: Sequence[int]) -> set[int]:
        """Those of `uids` that somebody answered, as the source says (flag Answered)."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out."""
        ...
