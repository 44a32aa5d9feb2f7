"""Which commands may be sent to an IMAP server: only those that change nothing there.

EXAMINE opens a mailbox read-only, but some servers let STORE through under it. So nobody is trusted to send just the
right things, the library neither: every line is looked at before a byte of it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_LINE = re.compile(rb"[A-P]{4}\d+ ((?:UID )?[A-Z]+)(?: ([^\r\n\0]*))?\r\n")
"""A command as imaplib writes it: tag, verb, arguments."""
_CONTINUATION = re.compile(rb"[A-Za-z0-9+/=*]*+(?:\r\n)?")
"""What answers a challenge of AUTHENTICATE: base64, or `*` for giving up; the line end may come apart."""
_ANNOUNCED = re.compile(rb" \{(\d{1,6})\}\r\n$")
"""The end of a line behind which a literal follows, once the server wants it (RFC 9051, section 4.3)."""
_BEHIND = re.compile(rb"[^\r\n\0]*\r\n")
"""A literal and what follows it."""

_ANY = re.compile(rb".*+")
_NOTHING = re.compile(rb"")
_ITEMS = re.compile(
    rb"[\d,:]++ \((?:(?:(?:UID|INTERNALDATE|RFC822\.SIZE|FLAGS|EMAILID|THREADID|X-GM-(?:MSGID|THRID|LABELS)) )*+"
    rb"BODY\.PEEK\[HEADER(?:\.FIELDS \([A-Za-z0-9 -]++\))?\]\)"
    rb"|UID INTERNALDATE RFC822\.SIZE\)"
    rb"|UID FLAGS X-GM-MSGID X-GM-LABELS\)(?: \(CHANGEDSINCE \d++\))?|UID FLAGS\) \(CHANGEDSINCE \d++\))"
    rb"|1:\* \(UID\)"
)
"""FETCH with PEEK alone: without, it would set the flag Seen (RFC 9051, section 6.4.5)."""
_NAMES = re.compile(rb"1:\* \(UID\)")
"""FETCH of the UIDs of all messages, and of nothing else."""
_KEYWORD = rb"(?:\$Junk|Junk|\$NotJunk|NotJunk|NonJunk)"
_BY_ID = rb'HEADER Message-ID "[!#-\[\]-~]++"'
_SEARCH = re.compile(
    rb"(?:RETURN \(ALL\) )?+(?:UID \d++:\d++(?: (?:ANSWERED|DELETED|DRAFT|RECENT|KEYWORD " + _KEYWORD + rb"))?"
    rb"|[\d,]++|(?:OR " + _BY_ID + rb" )*+" + _BY_ID + rb")"
)
_NAMED = re.compile(rb'\("name" "replywatch" "version" "[0-9A-Za-z.+-]++"\)')
"""Who asks (RFC 2971), and nothing of whoever uses it."""

ALLOWED = {
    b"CAPABILITY": _NOTHING,
    b"STARTTLS": _NOTHING,
    b"LOGIN": _ANY,
    b"AUTHENTICATE": _ANY,
    b"ID": _NAMED,
    b"NAMESPACE": _NOTHING,
    b"LIST": _ANY,
    b"STATUS": _ANY,
    b"EXAMINE": _ANY,
    b"UID SEARCH": _SEARCH,
    b"UID FETCH": _ITEMS,
    b"FETCH": _NAMES,
    b"LOGOUT": _NOTHING,
}
"""Verb → what its arguments may be. All that is not here is refused."""
_WITH_LITERALS = (b"LOGIN", b"LIST", b"STATUS", b"EXAMINE")


class ForbiddenCommandError(Exception):
    """The program was about to send what it must not send: a mistake in it, nothing a user could mend."""


def _follows(verb: bytes, line: bytes, behind: bytes) -> bool:
    """Whether `behind` may go on after `line`: a literal as long as announced, or what AUTHENTICATE is answered by."""
    if verb == b"AUTHENTICATE":
        return _CONTINUATION.fullmatch(behind) is not None
    size = _ANNOUNCED.search(line) if verb in _WITH_LITERALS else None
    return size is not None and len(behind) >= int(size[1]) + 2 and _BEHIND.fullmatch(behind) is not None


class Gate:
    """Lets allowed commands pass, and what belongs to them."""

    def __init__(self) -> None:
        self._authenticating = False
        self._coming: list[bytes] = []
        self._begun = False
        """The first line of the command that was announced has left."""

    def announce(self, lines: Sequence[bytes]) -> None:
        """A command in several lines is about to leave: the first, and each further one when the server asks for it.

        Raises:
            ForbiddenCommandError: it must not be sent, or its lines don't follow from each other.
        """
        self._authenticating = False
        verb = self._verb(lines[0])
        if not all(_follows(verb, line, behind) for line, behind in pairwise(lines)):
            raise ForbiddenCommandError(f"Lines that don't belong behind {verb.decode()!r}")
        self._coming, self._begun = list(lines), False

    def check(self, data: bytes) -> bytes:
        """The verb of the command that begins with `data`, which may be sent; none if it goes on with it.

        Raises:
            ForbiddenCommandError: it must not be sent. The error does not quote it: it may hold a password.
        """
        if self._authenticating and _CONTINUATION.fullmatch(data):
            return b""
        if self._begun and self._coming[:1] == [data]:
            del self._coming[0]
            return b""
        verb = self._verb(data)
        self._begun = self._coming[:1] == [data]
        self._coming = self._coming[1:] if self._begun else []
        self._authenticating = verb == b"AUTHENTICATE"
        return verb

    def _verb(self, data: bytes) -> bytes:
        """The verb of an allowed command, of which this is the first line. Raises as `check`."""
        line = _LINE.fullmatch(data)
        verb = line[1] if line else b""
        arguments = ALLOWED.get(verb)
        if line is None or arguments is None or not arguments.fullmatch(line[2] or b""):
            raise ForbiddenCommandError(f"A command that is not on the list of harmless ones: {verb.decode()!r}")
        return verb
