"""What an honest server answers over mailboxes in memory, with a hook at which every answer can be falsified."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from replywatch.sources.imap.fetch import uid_set
from replywatch.sources.imap.stamps import STAMP_ITEMS
from servers.scripted import Answer, Ending

_SYSTEM = (b"\\Answered", b"\\Flagged", b"\\Deleted", b"\\Seen", b"\\Draft")

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

    def bears(self, flag: str) -> bool:
        """Whether it bears a flag."""
        return flag.lower().encode() in self.flags.strip(b"()").lower().split()


@dataclass
class Box:
    """A mailbox."""

    letters: dict[int, Letter] = field(default_factory=dict)
    uidvalidity: int = 7
    uidnext: int | None = None
    """None: one more than the highest UID."""
    _flags: dict[int, bytes] = field(default_factory=dict)
    """As they were when HIGHESTMODSEQ was last said."""
    _changed: dict[int, int] = field(default_factory=dict)
    _modseq: int = 1

    @property
    def next(self) -> int:
        """UIDNEXT."""
        return self.uidnext or max(self.letters, default=0) + 1

    @property
    def modseq(self) -> int:
        """HIGHESTMODSEQ: grows when mail comes or goes, and with every change of a flag (RFC 7162)."""
        flags = {uid: letter.flags for uid, letter in self.letters.items()}
        if flags != self._flags:
            self._modseq += 1
            self._changed |= {uid: self._modseq for uid in flags if flags[uid] != self._flags.get(uid)}
            self._flags = flags
        return self._modseq

    def since(self, modseq: int) -> list[int]:
        """The UIDs of what came or changed since then."""
        return [uid for uid in self.letters if self.modseq and self._changed[uid] > modseq]

    @property
    def applicable(self) -> bytes:
        """The flags of its messages, and those that every server has."""
        borne = {flag for letter in self.letters.values() for flag in letter.flags.strip(b"()").split()}
        return b" ".join(dict.fromkeys([*_SYSTEM, *sorted(borne)]))


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
    arguments: str = ""
    """What stands behind the verb."""


class Honest:
    """Mailboxes, and the answers of an honest server for `ScriptedServer`."""

    def __init__(self) -> None:
        self.boxes = {"INBOX": Box(), "Sent": Box()}
        self.falsify: Falsify | None = None
        self.ranges = False
        """Whether it can answer SEARCH by ranges (ESEARCH)."""
        self.condstore = False
        """Whether it counts changes of flags (CONDSTORE)."""
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
                "CAPABILITY": self._capability,
                "LOGIN": lambda _: b"",
                "AUTHENTICATE": lambda _: b"",
                "ID": lambda _: b"* ID NIL\r\n",
                "LIST": lambda _: b"".join(b'* LIST () "/" "%s"\r\n' % name.encode() for name in self.boxes),
                "STATUS": self._status,
                "EXAMINE": self._examine,
                "UID SEARCH": self._search,
                "UID FETCH": self._fetch,
                "FETCH": self._names,
                "LOGOUT": lambda _: b"* BYE bye\r\n",
            }.items()
        }

    def _answering(self, verb: str, untagged: Callable[[str], bytes]) -> Answer:
        def answer(arguments: str) -> bytes | Ending:
            self.calls[verb] += 1
            about = _name(arguments) if verb in ("STATUS", "EXAMINE") else None
            if about is not None and about not in self.boxes:
                honest = b"TAG NO [NONEXISTENT] no such mailbox\r\n"
                if self.falsify is None:
                    return honest
                return self.falsify(Call(verb, about, (), self.calls[verb], arguments), honest)
            honest = untagged(arguments) + (b"TAG OK [READ-ONLY] done\r\n" if verb == "EXAMINE" else b"TAG OK done\r\n")
            if self.falsify is None:
                return honest
            uids = tuple(_numbers(arguments)) if verb == "UID FETCH" and "*" not in arguments else ()
            mailbox = self._selected if about is None else about
            return self.falsify(Call(verb, mailbox, uids, self.calls[verb], arguments), honest)

        return answer

    def _capability(self, _: str) -> bytes:
        said = (b" ESEARCH" if self.ranges else b"") + (b" CONDSTORE" if self.condstore else b"")
        return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN%s\r\n" % said

    def _status(self, arguments: str) -> bytes:
        name = _name(arguments)
        box = self.boxes[name]
        return b'* STATUS "%s" (MESSAGES %d UIDNEXT %d UIDVALIDITY %d%s)\r\n' % (
            name.encode(),
            len(box.letters),
            box.next,
            box.uidvalidity,
            b" HIGHESTMODSEQ %d" % box.modseq if self.condstore else b"",
        )

    def _examine(self, arguments: str) -> bytes:
        self._selected = _name(arguments)
        box = self.boxes[self._selected]
        said = b"* FLAGS (%s)\r\n* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n" % (
            box.applicable,
            len(box.letters),
            box.uidvalidity,
            box.next,
        )
        return said + (b"* OK [HIGHESTMODSEQ %d] x\r\n" % box.modseq if self.condstore else b"")

    def _search(self, arguments: str) -> bytes:
        letters = list(self._letters())
        ranges = arguments.startswith("RETURN (ALL) ")
        arguments = arguments.removeprefix("RETURN (ALL) ")
        if not arguments.startswith("UID "):
            found = [letters[number - 1] for number in _numbers(arguments) if number <= len(letters)]
        else:
            low, high, criterion = re.match(r"UID (\d+):(\d+)(.*)", arguments).groups()
            found = [u for u in letters if int(low) <= u <= int(high) and self._fits(u, criterion.strip())]
        if ranges:  # the word `tag` in lower case: in capitals it stands for the tag
            return b'* ESEARCH (tag "TAG") UID%s\r\n' % (b" ALL " + uid_set(found).encode() if found else b"")
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\n"

    def _fits(self, uid: int, criterion: str) -> bool:
        """Whether a message fits a criterion of SEARCH that names a flag; none is recent."""
        flag = criterion.removeprefix("KEYWORD ") if criterion.startswith("KEYWORD ") else f"\\{criterion}"
        return not criterion or self._letters()[uid].bears(flag)

    def _fetch(self, arguments: str) -> bytes:
        if arguments == "1:* (UID)":
            return self._names(arguments)
        letters = self._letters()
        wanted = [uid for uid in _numbers(arguments) if uid in letters]
        if arguments.endswith(STAMP_ITEMS):
            return b"".join(stamp(uid, letters[uid], list(letters).index(uid) + 1) for uid in wanted)
        if since := re.search(r"\(UID FLAGS\) \(CHANGEDSINCE (\d+)\)", arguments):
            changed = self.boxes[self._selected].since(int(since[1]))
            lines = (
                b"* %d FETCH (UID %d FLAGS %s MODSEQ (%d))\r\n"
                % (n, uid, letter.flags, self.boxes[self._selected].modseq)
                for n, (uid, letter) in enumerate(letters.items(), 1)
                if uid in wanted and uid in changed
            )
            return b"".join(lines)
        return b"".join(response(uid, letters[uid], list(letters).index(uid) + 1) for uid in wanted)

    def _names(self, arguments: str) -> bytes:
        assert arguments == "1:* (UID)", arguments
        return b"".join(b"* %d FETCH (UID %d)\r\n" % at for at in enumerate(self._letters(), 1))

    def _letters(self) -> dict[int, Letter]:
        return self.boxes[self._selected].letters


def response(uid: int, letter: Letter, number: int = 1) -> bytes:
    """What FETCH says of a message."""
    return (
        b"* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %s FLAGS %s BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s)\r\n"
        % (number, uid, letter.date, letter.size, letter.flags, len(letter.header), letter.header)
    )


def stamp(uid: int, letter: Letter, number: int = 1) -> bytes:
    """What FETCH says of when a message came, and of its size."""
    return b"* %d FETCH (UID %d INTERNALDATE %s RFC822.SIZE %s)\r\n" % (number, uid, letter.date, letter.size)


def _name(arguments: str) -> str:
    quoted, bare = re.match(r'"([^"]*)"|([^" ]*)', arguments).groups()
    return bare if quoted is None else quoted


def _numbers(arguments: str) -> Iterable[int]:
    for part in re.match(r"[\d:,]+", arguments)[0].split(","):
        low, _, high = part.partition(":")
        yield from range(int(low), int(high or low) + 1)
