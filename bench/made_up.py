"""A source of made-up mail, for stores larger than any server here would be filled with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from types import TracebackType
from typing import Self

from letters import Letter, letters
from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, Flagging, Listing, MailboxState
from replywatch.domain.mailboxes.unread import UnreadFile


class MadeUp:
    """`count` letters in two mailboxes, made when they are fetched: memory doesn't grow with them."""

    in_order = True
    unlisted: tuple[str, ...] = ()
    unread_files: tuple[UnreadFile, ...] = ()
    complaint = ""
    has_labels = False

    def __init__(self, count: int) -> None:
        self._count = count
        self._sizes = Counter(letter.mailbox for letter in self._letters())
        self._name = ""
        self._coming: Iterator[tuple[int, Letter]] = iter(())

    def __enter__(self) -> Self:
        """Nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing."""

    def mailboxes(self) -> list[Listing]:
        """Both."""
        return [Listing("INBOX", "/"), Listing("Sent", "/", ("\\sent",))]

    def status(self, name: str, known: MailboxState | None) -> MailboxState:  # noqa: ARG002 - as the program calls it
        """All letters are there."""
        return MailboxState(1, self._sizes[name] + 1, self._sizes[name])

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """Begin with its first letter."""
        self._name = name
        self._coming = enumerate((letter for letter in self._letters() if letter.mailbox == name), 1)
        return self.status(name, known)

    def uids(self, first: int, last: int) -> list[int]:
        """Every number up to that of the last letter."""
        return list(range(first, min(last, self._sizes[self._name]) + 1))

    def find(self, message_ids: Sequence[str]) -> list[int]:  # noqa: ARG002 - the same
        """None: nothing moves here."""
        return []

    def stamps(self, uids: Sequence[int]) -> None:
        """None: nothing changes here."""

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:  # noqa: ARG002 - the same
        """Nobody: there are no flags that tell anything."""
        return Flagging(frozenset(), {})

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:  # noqa: ARG002 - the same
        """Nothing changes here."""
        return iter(())

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The letters with these numbers, none of which was fetched before."""
        wanted = set(uids)
        while wanted:
            uid, letter = next(self._coming)
            if uid in wanted:
                wanted.remove(uid)
                header = letter.asked_for()
                yield FetchedMessage(uid, header, letter.at, 4000 + len(header), ("\\Seen",))

    def _letters(self) -> Iterator[Letter]:
        return letters(self._count, seed=1)
