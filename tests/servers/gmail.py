"""What Gmail answers: every message once, its mailboxes are labels, and All Mail shows what is not in Spam or Trash.

As described at developers.google.com/workspace/gmail/imap/imap-extensions, in an account whose language is German.
Where a mailbox is opened, its own label is not among the labels of its messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from replywatch.sources.folder_names import decode_name
from servers.scripted import Answer

ALL, SENT, TRASH, SPAM, DRAFTS, STARRED = (
    f"[Gmail]/{name}" for name in ("Alle Nachrichten", "Gesendet", "Papierkorb", "Spam", "Entwürfe", "Markiert")
)
_SPECIAL = {
    ALL: b"\\All",
    SENT: b"\\Sent",
    TRASH: b"\\Trash",
    SPAM: b"\\Junk",
    DRAFTS: b"\\Drafts",
    STARRED: b"\\Flagged",
}
_OWN = {"INBOX": "\\Inbox", SENT: "\\Sent", DRAFTS: "\\Draft", STARRED: "\\Starred"}
"""Mailboxes that are labels of Gmail's own."""
_WIRE = {"Entwürfe": b"Entw&APw-rfe", "Büro": b"B&APw-ro", "R&D": b"R&-D"}
"""Names in modified UTF-7 (RFC 3501, section 5.1.3)."""


@dataclass
class Letter:
    """A message, in All Mail, Spam or Trash."""

    msgid: int
    header: bytes
    instant: int
    labels: set[str]
    lies_in: str = ALL
    modseq: int = 0
    size: int = 1000
    headers: dict[str, bytes] = field(default_factory=dict)
    """Mailbox → another header that is shown there."""


class Gmail:
    """An account, and the answers of its server for `ScriptedServer`."""

    def __init__(self, *labels: str) -> None:
        self.letters: list[Letter] = []
        self.names = ["INBOX", ALL, SENT, TRASH, SPAM, DRAFTS, STARRED, *labels]
        self.hidden: set[str] = set()
        """Mailboxes that are not shown in IMAP."""
        self.broken: set[str] = set()
        """Mailboxes that can't be opened."""
        self.unreadable: set[int] = set()
        """Ids of messages that are listed and do not come."""
        self.extended = True
        """Says X-GM-EXT-1; else it is like a server without labels."""
        self._uids: dict[str, dict[int, int]] = {}
        self._last: dict[str, int] = {}
        self._modseq = 1
        self._selected = ""

    # What people do

    def put(self, header: bytes, instant: int, *labels: str, lies_in: str = ALL) -> Letter:
        """A message comes, or is sent."""
        letter = Letter(1_800_000_000_000_000_000 + len(self.letters), header, instant, set(labels), lies_in)
        self.letters.append(letter)
        self._changed(letter)
        return letter

    def label(self, letter: Letter, *labels: str) -> None:
        """Somebody puts labels on a message."""
        letter.labels |= set(labels)
        self._changed(letter)

    def unlabel(self, letter: Letter, *labels: str) -> None:
        """Somebody takes labels off; without `\\Inbox` it is archived."""
        letter.labels -= set(labels)
        self._changed(letter)

    def move(self, letter: Letter, to: str) -> None:
        """Somebody throws a message away, or gets it back."""
        letter.lies_in = to
        self._changed(letter)

    def _changed(self, letter: Letter) -> None:
        self._modseq += 1
        letter.modseq = self._modseq

    # What the server says

    def answers(self) -> dict[str, Answer]:
        """For `ScriptedServer`."""
        capabilities = b"IMAP4rev1 CONDSTORE SPECIAL-USE" + (b" X-GM-EXT-1" if self.extended else b"")
        return {
            "CAPABILITY": b"* CAPABILITY %s\r\nTAG OK done\r\n" % capabilities,
            "LIST": self._list,
            "STATUS": self._status,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
        }

    def box(self, name: str) -> dict[int, Letter]:
        """UID → message; UIDs are given as messages are looked at, and never again."""
        uids = self._uids.setdefault(name, {})
        held = [m for m in self.letters if (m.lies_in == name if name in (ALL, TRASH, SPAM) else self._shows(name, m))]
        for msgid in uids.keys() - {m.msgid for m in held}:
            del uids[msgid]
        for letter in held:
            if letter.msgid not in uids:
                uids[letter.msgid] = self._last[name] = self._last.get(name, 0) + 1
        return {uids[m.msgid]: m for m in sorted(held, key=lambda m: uids[m.msgid])}

    def _shows(self, name: str, letter: Letter) -> bool:
        return letter.lies_in == ALL and _OWN.get(name, name) in letter.labels

    def _list(self, _: str) -> bytes:
        shown = [name for name in self.names if name not in self.hidden]
        lines = [b'* LIST (\\HasNoChildren %s) "/" "%s"\r\n' % (_SPECIAL.get(n, b""), _wire(n)) for n in shown]
        return b'* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\r\n' + b"".join(lines) + b"TAG OK done\r\n"

    def _status(self, arguments: str) -> bytes:
        name = _name(arguments)
        box = self.box(name)
        return b'* STATUS "%s" (MESSAGES %d UIDNEXT %d UIDVALIDITY 7 HIGHESTMODSEQ %d)\r\nTAG OK done\r\n' % (
            _wire(name),
            len(box),
            self._next(name),
            self._modseq,
        )

    def _examine(self, arguments: str) -> bytes:
        self._selected = _name(arguments)
        if self._selected in self.broken:
            return b"TAG NO it is broken\r\n"
        return (
            b"* FLAGS ()\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT %d]\r\n* OK [HIGHESTMODSEQ %d]\r\n"
            b"TAG OK [READ-ONLY] done\r\n" % (len(self.box(self._selected)), self._next(self._selected), self._modseq)
        )

    def _next(self, name: str) -> int:
        return self._last.get(name, 0) + 1

    def _search(self, arguments: str) -> bytes:
        low, high, criterion = re.match(r"UID (\d+):(\d+) ?(.*)", arguments).groups()
        within = {uid: letter for uid, letter in self.box(self._selected).items() if int(low) <= uid <= int(high)}
        found = [u for u, letter in within.items() if not criterion or (criterion == "DRAFT" and _is_draft(letter))]
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\nTAG OK done\r\n"

    def _fetch(self, arguments: str) -> bytes:
        box = self.box(self._selected)
        since = re.search(r"CHANGEDSINCE (\d+)", arguments)
        after = int(since[1]) if since else 0
        wanted = [u for u in box if _holds(arguments.partition(" ")[0], u) and box[u].modseq > after]
        numbers = {uid: n for n, uid in enumerate(box, 1)}
        if "BODY" in arguments:
            wanted = [u for u in wanted if box[u].msgid not in self.unreadable]
        lines = [b"* %d FETCH (%s)\r\n" % (numbers[u], self._items(u, box[u], arguments)) for u in wanted]
        return b"".join(lines) + b"TAG OK done\r\n"

    def _items(self, uid: int, letter: Letter, arguments: str) -> bytes:
        items = [b"UID %d" % uid]
        if "X-GM-THRID" in arguments:
            items.insert(0, b"X-GM-THRID %d" % (letter.msgid + 7))
        if "X-GM-MSGID" in arguments:
            items.insert(0, b"X-GM-MSGID %d" % letter.msgid)
        if "X-GM-LABELS" in arguments:
            shown = sorted(letter.labels - {_OWN.get(self._selected, self._selected)})
            items.insert(1, b"X-GM-LABELS (%s)" % b" ".join(map(_string, shown)))
        if "CHANGEDSINCE" in arguments:
            items.append(b"MODSEQ (%d)" % letter.modseq)
        if "RFC822.SIZE" in arguments:
            date = datetime.fromtimestamp(letter.instant, UTC).strftime("%d-%b-%Y %H:%M:%S +0000").encode()
            items.append(b'RFC822.SIZE %d INTERNALDATE "%s"' % (letter.size, date))
        if "BODY" in arguments:
            header = letter.headers.get(self._selected, letter.header)
            flags = b"\\Draft" if _is_draft(letter) else b""
            items.append(b"FLAGS (%s)" % flags)
            items.append(b"BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s" % (len(header), header))
        return b" ".join(items)


def _is_draft(letter: Letter) -> bool:
    """Drafts alone bear a flag that tells something."""
    return "\\Draft" in letter.labels


def _wire(name: str) -> bytes:
    for part, coded in _WIRE.items():
        if part in name:
            return name.replace(part, coded.decode()).encode()
    return name.encode()


def _string(label: str) -> bytes:
    """A label as Gmail writes it: an atom, or a quoted string; a literal where it can be neither."""
    coded = _wire(label)
    if re.fullmatch(rb"[A-Za-z0-9&-]+", coded):
        return coded
    if re.search(rb"[\r\n\0]", coded):
        return b"{%d}\r\n%s" % (len(coded), coded)
    return b'"%s"' % coded.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _name(arguments: str) -> str:
    quoted = re.match(r'"([^"]*)"', arguments)
    return decode_name(quoted[1] if quoted else arguments.partition(" ")[0])


def _holds(uids: str, uid: int) -> bool:
    for part in uids.split(","):
        low, _, high = part.partition(":")
        if int(low) <= uid <= int(high or low):
            return True
    return False
