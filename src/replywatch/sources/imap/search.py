"""Which messages there are in the mailbox that is open, as the server says (SEARCH; RFC 9051, section 6.4.4).

A list of all of them is checked against how many the server counts. Where it names fewer, it is asked in other ways:
damaged indexes and servers that are no friends of ESEARCH leave out some messages, or all. See docs/decisions/0046.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from imapclient.exceptions import IMAPClientError

from replywatch.errors import MailboxError
from replywatch.sources.imap.fetch import by_message_ids
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.reader import ODD_ESEARCH, Fetch, Other, Search
from replywatch.sources.imap.told import told

LARGEST_UID = (1 << 32) - 1
_WINDOW = 20_000
"""Messages that one SEARCH should find at most."""
_WINDOWS = 90
"""Parts that a mailbox is searched in at most: their edges are asked for in one command under 1,000 octets."""
_BY_FETCH = ("FETCH 1:* (UID)", "UID FETCH 1:* (UID)")
"""What names all messages, too: by their numbers, so that no index of UIDs is needed; and by UID."""
_COUNT = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)\r\n", re.IGNORECASE)
_VANISHED = re.compile(rb"\* VANISHED ", re.IGNORECASE)


class Lists:
    """Asks which messages there are. Every method speaks of the mailbox that is open.

    Each raises `MailboxError` if none is or if the server's answer can't be read, `ConnectError` if the connection
    broke.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ranges = True
        """Whether a SEARCH may answer by ranges: nothing speaks against it so far."""
        self._exists = 0
        """How many messages the server counts now."""
        self._by_fetch: str | None = None
        """What is asked instead of SEARCH, which is not believed in this mailbox any more."""

    def connected(self, capabilities: frozenset[str]) -> None:
        """There is a new connection, to a server that can do this."""
        self._ranges = self._ranges and "ESEARCH" in capabilities

    def opened(self) -> None:
        """A mailbox was opened, perhaps once more."""
        self._exists = self._line.mailbox()[1].exists
        self._by_fetch = None

    @property
    def finds_all(self) -> bool:
        """Whether nothing speaks against what SEARCH finds in the mailbox that is open."""
        return self._by_fetch is None

    def heard(self, line: bytes) -> bool:
        """Whether messages have other numbers now, since the server says this in between."""
        if found := _COUNT.fullmatch(line):
            expunged = found[2].upper() == b"EXPUNGE"
            self._exists = max(self._exists - 1, 0) if expunged else int(found[1])
            return expunged
        return _VANISHED.match(line) is not None

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending.

        Where that is all of the mailbox, `MailboxError` also says that the server names fewer than it counts.
        """
        first, last = max(first, 1), min(last, LARGEST_UID)
        return self._all() if (first, last) == (1, LARGEST_UID) else self._between(first, last)

    def _all(self) -> list[int]:
        """All UIDs: no fewer than the server counts, in whatever way it names them.

        It may count less meanwhile, when another program removes messages; not all servers say so before the mailbox
        is opened again.
        """
        most = 0
        for _ in range(2):
            while True:
                counted = self._exists
                found = self._between(1, LARGEST_UID)
                if len(found) >= min(counted, self._exists):
                    return found
                most = max(most, len(found))
                if not self._try_another_way():
                    break
            self._line.look_again()
        name = self._line.mailbox()[0]
        raise MailboxError(
            f"Mailbox {name!r} at {self._line.server}: the server counts {self._exists} messages and names {most}",
            "Its index may be damaged: ask whoever runs the server to repair this mailbox. Until then nobody can know"
            " what is missing; `skip` leaves the mailbox out.",
        )

    def _try_another_way(self) -> bool:
        """Whether there is another way to ask; then it is taken from now on."""
        if self._ranges:
            self._ranges = False
        elif self._by_fetch != _BY_FETCH[-1]:
            self._by_fetch = _BY_FETCH[0] if self._by_fetch is None else _BY_FETCH[-1]
        else:
            return False
        return True

    def _between(self, first: int, last: int) -> list[int]:
        """The UIDs from `first` to `last` that the server names, ascending."""
        if self._by_fetch is not None:
            return sorted(uid for uid in self._fetched(self._by_fetch) if first <= uid <= last)
        found: set[int] = set()
        for low, high in self.windows(first, last):
            found.update(self._search(f"UID {low}:{high}", low, high))
        return sorted(found)

    def _fetched(self, command: str) -> set[int]:
        """The UIDs that a FETCH names; none if the server does not know how."""
        name = self._line.mailbox()[0]
        found: set[int] = set()
        try:
            with self._line.asking(f"Mailbox {name!r} can't be listed") as client:
                for response in client.told(command):
                    match response:
                        case Fetch():
                            found.add(told(response, None).get("uid", 0))
                        case Other(line):
                            self.heard(line)
        except MailboxError:
            if not self._line.is_open():
                raise
        return found

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of messages with one of these Message-IDs, as the server says (RFC 9051, section 6.4.4, HEADER).

        Ids that a quoted string can't hold are not looked for.
        """
        found: set[int] = set()
        for criteria in by_message_ids(message_ids):
            found |= self._search(criteria)
        return sorted(found)

    def flagged(self, windows: Iterable[tuple[int, int]], criterion: str) -> set[int]:
        """The UIDs within `windows` of messages that fit a criterion (a key of SEARCH such as ANSWERED)."""
        return {uid for low, high in windows for uid in self._search(f"UID {low}:{high} {criterion}", low, high)}

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

    def _search(self, criteria: str, low: int = 1, high: int = LARGEST_UID) -> set[int]:
        """The UIDs from `low` to `high` that the server names.

        As ranges (ESEARCH; RFC 9051, section 6.4.4) where it can: a list of a million takes 7 MB. After anything odd in
        such an answer the plain one is asked for, until the session ends.
        """
        if self._ranges:
            try:
                return self._numbers(f"RETURN (ALL) {criteria}", low, high)
            except MailboxError:
                if not self._line.is_open():
                    raise
                self._ranges = False
        return self._numbers(criteria, low, high)

    def _numbers(self, arguments: str, low: int, high: int) -> set[int]:
        """What UID SEARCH finds from `low` to `high`; several answers count as one, none is not enough for ranges."""
        name = self._line.mailbox()[0]
        found: set[int] = set()
        answered = odd = False
        with self._line.asking(f"Mailbox {name!r} can't be searched") as client:
            for response in client.told(f"UID SEARCH {arguments}"):
                match response:
                    case Search(numbers):
                        found.update(number for number in numbers if low <= number <= high)
                        answered = True
                    case Other(line) if line.startswith(ODD_ESEARCH):
                        odd = True
                    case Other(line):
                        self.heard(line)
            if self._ranges and (odd or not answered):
                raise IMAPClientError("no sensible answer by ranges")
        return found
