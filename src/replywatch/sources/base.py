"""What a mail source is: the one interface behind which IMAP, Maildir and mbox stand.

The values that go through it are in `domain.mailboxes.fetched`, where its words are explained too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, Flagging, Listing, MailboxState, Stamp
from replywatch.domain.mailboxes.unread import UnreadFile

__all__ = ["Changed", "FetchedMessage", "Flagging", "Listing", "MailboxState", "Source", "Stamp"]


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
    def has_labels(self) -> bool:
        """Whether messages have labels, which `changed` tells (Gmail alone)."""
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
        """How `name` stands; opened only where that can't be told otherwise. `known` is what was said last time."""
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

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:
        """Who of the messages from `first` to `last`, both included, bears flags that tell something.

        `borne` are those that the caller knows of there: the source may have to ask for them by name.
        """
        ...

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:
        """Flags and labels of the messages from `first` to `last`, both included, that changed since a HIGHESTMODSEQ.

        Without `since` those of all. To be asked only where the state of a mailbox has a HIGHESTMODSEQ.
        """
        ...

    def stamps(self, uids: Sequence[int]) -> Iterable[Stamp] | None:
        """INTERNALDATE and size of those of `uids` that are there; None where a UID can't come to name other mail.

        Others may be among them.
        """
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out."""
        ...
