"""Which messages there are in the mailbox that is open, as the server says (SEARCH; RFC 9051, section 6.4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.errors import MailboxError
from replywatch.sources.imap.fetch import by_message_ids
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.reader import ODD_ESEARCH, Bye, Other, Search, Tagged

LARGEST_UID = (1 << 32) - 1
_WINDOW = 20_000
"""Messages that one SEARCH should find at most."""
_WINDOWS = 90
"""Parts that a mailbox is searched in at most: their edges are asked for in one command under 1,000 octets."""


class Lists:
    """Asks which messages there are. Every method speaks of the mailbox that is open.

    Each raises `MailboxError` if none is or if the server's answer can't be read, `ConnectError` if the connection
    broke.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ranges = True

    def connected(self, capabilities: frozenset[str]) -> None:
        """There is a new connection, to a server that can do this."""
        self._ranges = self._ranges and "ESEARCH" in capabilities

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending."""
        first, last = max(first, 1), min(last, LARGEST_UID)
        found: set[int] = set()
        for low, high in self.windows(first, last):
            found.update(uid for uid in self._search(f"UID {low}:{high}") if low <= uid <= high)
        return sorted(found)

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of messages with one of these Message-IDs, as the server says (RFC 9051, section 6.4.4, HEADER).

        Ids that a quoted string can't hold are not looked for.
        """
        found: set[int] = set()
        for criteria in by_message_ids(message_ids):
            found |= self._search(criteria)
        return sorted(found)

    def flagged(self, first: int, last: int, flag: str) -> set[int]:
        """The UIDs from `first` to `last` that have a flag (a key of SEARCH such as ANSWERED), as the server says."""
        return {uid for low, high in self.windows(first, last) for uid in self._search(f"UID {low}:{high} {flag}")}

    def windows(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """`first` to `last` in parts with some 20,000 messages each, however sparse the UIDs are."""
        exists = self._line.mailbox()[1].exists
        if first <= last and last - first >= _WINDOW and exists > _WINDOW * 3 // 2:
            # The UIDs that every 20,000th message has now; later changes only make the windows emptier. The last
            # number stays clear of the end: another program may remove messages before the command arrives. There are
            # never so many that the command would be too long, whatever the server says it holds.
            step = max(_WINDOW, exists // _WINDOWS)
            numbers = range(step, exists - step // 2, step)
            for edge in sorted(self._search(",".join(map(str, numbers)))):
                if first <= edge < last:
                    yield first, edge
                    first = edge + 1
        if first <= last:
            yield first, last

    def _search(self, criteria: str) -> set[int]:
        """The UIDs that the server names.

        As ranges (ESEARCH; RFC 9051, section 6.4.4) where it can: a list of a million takes 7 MB. After anything odd in
        such an answer the plain one is asked for, until the session ends.
        """
        if self._ranges:
            try:
                return self._numbers(f"RETURN (ALL) {criteria}")
            except MailboxError:
                if not self._line.is_open():
                    raise
                self._ranges = False
        return self._numbers(criteria)

    def _numbers(self, arguments: str) -> set[int]:
        """What UID SEARCH finds; several answers count as one, none at all is not enough for ranges."""
        name = self._line.mailbox()[0]
        found: set[int] = set()
        answered = odd = False
        with self._line.asking(f"Mailbox {name!r} can't be searched") as client:
            for response in client.ask(f"UID SEARCH {arguments}"):
                match response:
                    case Search(numbers):
                        found.update(numbers)
                        answered = True
                    case Bye(text):
                        raise IMAPClientAbortError(text)
                    case Tagged(status, text) if status != "OK":
                        raise IMAPClientError(text)
                    case Other(line) if line.startswith(ODD_ESEARCH):
                        odd = True
            if self._ranges and (odd or not answered):
                raise IMAPClientError("no sensible answer by ranges")
        return found
