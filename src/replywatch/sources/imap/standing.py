"""How a mailbox stands, as a server says it to STATUS and to EXAMINE (RFC 9051, sections 6.3.2 and 6.3.11)."""

from __future__ import annotations

import re

from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.sources.imap.reader import Other, Response, Tagged

_LARGEST = (1 << 63) - 1
"""Of the numbers (RFC 7162, section 7); the store holds no larger ones."""
_STATUS = re.compile(rb"\* STATUS ", re.IGNORECASE)
_ITEMS = re.compile(rb"\(([^()]*+)\) *\r\n$")
"""At the end: the name before it may hold anything where a server does not quote it."""
_ITEM = re.compile(rb"([A-Z]++) ++(\d{1,20})(?![^ ])", re.IGNORECASE)
_EXISTS = re.compile(rb"\* (\d{1,20}) EXISTS\b", re.IGNORECASE)
_FLAGS = re.compile(rb"\* FLAGS \(([^()]*+)\)", re.IGNORECASE)
_TEXT = re.compile(rb"\* OK\b", re.IGNORECASE)
_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\d{1,20})\]", re.IGNORECASE)
_ACCESS = re.compile(rb"\[READ-(ONLY|WRITE)\]", re.IGNORECASE)


class Standing:
    """What the answer to one command says of a mailbox; of what is said twice the last holds."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._access: set[bytes] = set()
        self._flags: frozenset[str] = frozenset()

    def hear(self, response: Response) -> None:
        """Take in one response."""
        match response:
            case Other(line, further):
                if _STATUS.match(line):
                    self._items(further[-1] or b"" if further else line)
                elif exists := _EXISTS.match(line):
                    self._numbers[b"MESSAGES"] = int(exists[1])
                elif flags := _FLAGS.match(line):
                    self._flags = frozenset(flags[1].decode("utf-8", "replace").lower().split())
                elif _TEXT.match(line):
                    self._codes(line)
            case Tagged(_, text):
                self._codes(text)

    def _items(self, line: bytes) -> None:
        if items := _ITEMS.search(line):
            self._numbers.update((name.upper(), int(number)) for name, number in _ITEM.findall(items[1]))

    def _codes(self, text: bytes) -> None:
        """Codes in brackets, which some servers put behind the text."""
        self._numbers.update((name.upper(), int(number)) for name, number in _CODE.findall(text))
        self._access.update(access.upper() for access in _ACCESS.findall(text))

    @property
    def for_writing(self) -> bool:
        """The mailbox was opened for writing."""
        return b"WRITE" in self._access

    @property
    def read_only(self) -> bool:
        """The server says that it was opened read-only."""
        return b"ONLY" in self._access

    @property
    def flags(self) -> frozenset[str]:
        """The flags that messages there can bear, in lower case; none where nothing that can be read was said."""
        return self._flags

    @property
    def state(self) -> MailboxState | None:
        """How the mailbox stands; None if not enough was said.

        What is absurd, or 0 where that makes no sense, counts as not said.
        """
        said = {name: number for name, number in self._numbers.items() if number <= _LARGEST}
        if b"MESSAGES" not in said or not said.get(b"UIDVALIDITY"):
            return None
        return MailboxState(
            uidvalidity=said[b"UIDVALIDITY"],
            uidnext=said.get(b"UIDNEXT") or None,
            exists=said[b"MESSAGES"],
            highestmodseq=said.get(b"HIGHESTMODSEQ") or None,
        )
