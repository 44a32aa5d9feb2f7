"""What an honest server answers over mailboxes in memory, with a hook at which every answer can be falsified."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from replywatch.sources.imap.fetch import uid_set
from servers.scripted import Answer, Ending

Falsify = Callable[["Call", bytes], bytes | Ending]
"""Makes of an honest answer, with `TAG` for the tag, whatever a faulty server says."""


@dataclass
class Letter:
    """A message in a mailbox, as the server speaks of it."""

    header: bytes
    date: bytes
    """INTERNALDATE with its quotes."""
    size: bytes = b"1000"
    flags: bytes = b"()"


@dataclass
class Box:
    """A mailbox."""

    letters: dict[int, Letter] = field(default_factory=dict)
    uidvalidity: int = 7
    uidnext: int | None = None
    """None: one more than the highest UID."""

    @property
    def next(self) -> int:
        """UIDNEXT."""
        return self.uidnext or max(self.letters, default=0) + 1


@dataclass(frozen=True)
class Call:
    """One command."""

    verb: str
    mailbox: str
    """The one that it is about; "" if there is none."""
    uids: tuple[int, ...]
    """Those that FETCH asks for."""
    number: int
    """How often the verb has been heard, this call included."""


class Honest:
    """Mailboxes, and the answers of an honest server for `ScriptedServer`."""

    def __init__(self) -> None:
        self.boxes = {"INBOX": Box(), "Sent": Box()}
        self.falsify: Falsify | None = None
        self.ranges = False
        """Whether it can answer SEARCH by ranges (ESEARCH)."""
        self.calls: Counter[str] = Counter()
        self._selected = ""

    def put(self, mailbox: str, header: bytes, instant: int) -> int:
        """Put a message into a mailbox; its UID."""
        box = self.boxes[mailbox]
        uid = box.next
        date = datetime.fromtimestamp(instant, UTC).strftime('"%d-%b-%Y %H:%M:%S +0000"').encode()
        box.letters[uid] = Letter(header, date)
        return uid

    def answers(self) -> dict[str, Answer]:
        """For `ScriptedServer`."""
        return {
            verb: self._answering(verb, answer)
            for verb, answer in {
                "CAPABILITY": lambda _: (
                    b"* CAPABILITY IMAP4rev1 AUTH=PLAIN%s\r\n" % (b" ESEARCH" if self.ranges else b"")
                ),
                "LOGIN": lambda _: b"",
                "AUTHENTICATE": lambda _: b"",
                "ID": lambda _: b"* ID NIL\r\n",
                "LIST": lambda _: b"".join(b'* LIST () "/" "%s"\r\n' % name.encode() for name in self.boxes),
                "STATUS": self._status,
                "EXAMINE": self._examine,
                "UID SEARCH": self._search,
                "UID FETCH": self._fetch,
                "LOGOUT": lambda _: b"* BYE bye\r\n",
            }.items()
        }

    def _answering(self, verb: str, untagged: Callable[[str], bytes]) -> Answer:
        def answer(arguments: str) -> bytes | Ending:
            self.calls[verb] += 1
            if verb in ("STATUS", "EXAMINE") and _name(arguments) not in self.boxes:
                return b"TAG NO it can't be opened\r\n"
            honest = untagged(arguments) + (b"TAG OK [READ-ONLY] done\r\n" if verb == "EXAMINE" else b"TAG OK done\r\n")
            if self.falsify is None:
                return honest
            uids = tuple(_numbers(arguments)) if verb == "UID FETCH" else ()
            mailbox = _name(arguments) if verb in ("STATUS", "EXAMINE") else self._selected
            return self.falsify(Call(verb, mailbox, uids, self.calls[verb]), honest)

        return answer

    def _status(self, arguments: str) -> bytes:
        name = _name(arguments)
        box = self.boxes[name]
        return b'* STATUS "%s" (MESSAGES %d UIDNEXT %d UIDVALIDITY %d)\r\n' % (
            name.encode(),
            len(box.letters),
            box.next,
            box.uidvalidity,
        )

    def _examine(self, arguments: str) -> bytes:
        self._selected = _name(arguments)
        box = self.boxes[self._selected]
        return b"* FLAGS ()\r\n* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n" % (
            len(box.letters),
            box.uidvalidity,
            box.next,
        )

    def _search(self, arguments: str) -> bytes:
        letters = list(self._letters())
        ranges = arguments.startswith("RETURN (ALL) ")
        arguments = arguments.removeprefix("RETURN (ALL) ")
        if not arguments.startswith("UID "):
            found = [letters[number - 1] for number in _numbers(arguments) if number <= len(letters)]
        else:
            low, high = map(int, re.match(r"UID (\d+):(\d+)", arguments).groups())
            of_a_flag = arguments.endswith(("ANSWERED", "RECENT"))  # which no message has
            found = [] if of_a_flag else [u for u in letters if low <= u <= high]
        if ranges:  # the word `tag` in lower case: in capitals it stands for the tag
            return b'* ESEARCH (tag "TAG") UID%s\r\n' % (b" ALL " + uid_set(found).encode() if found else b"")
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\n"

    def _fetch(self, arguments: str) -> bytes:
        letters = self._letters()
        wanted = [uid for uid in _numbers(arguments) if uid in letters]
        return b"".join(response(uid, letters[uid], list(letters).index(uid) + 1) for uid in wanted)

    def _letters(self) -> dict[int, Letter]:
        return self.boxes[self._selected].letters


def response(uid: int, letter: Letter, number: int = 1) -> bytes:
    """What FETCH says of a message."""
    return (
        b"* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %s FLAGS %s BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s)\r\n"
        % (number, uid, letter.date, letter.size, letter.flags, len(letter.header), letter.header)
    )


def _name(arguments: str) -> str:
    return re.match(r'"?([^" ]+)', arguments)[1]


def _numbers(arguments: str) -> Iterable[int]:
    for part in re.match(r"[\d:,]+", arguments)[0].split(","):
        low, _, high = part.partition(":")
        yield from range(int(low), int(high or low) + 1)
