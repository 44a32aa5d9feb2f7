"""Which commands may be sent to an IMAP server: only those that change nothing there.

EXAMINE opens a mailbox read-only, but some servers let STORE through under it. So nobody is trusted to send just the
right things, the library neither: every line is looked at before a byte of it leaves.
"""

from __future__ import annotations

import re

_LINE = re.compile(rb"[A-P]{4}\d+ ((?:UID )?[A-Z]+)(?: ([^\r\n\0]*))?\r\n")
"""A command as imaplib writes it: tag, verb, arguments."""
_CONTINUATION = re.compile(rb"[A-Za-z0-9+/=*]*+(?:\r\n)?")
"""What answers a challenge of AUTHENTICATE: base64, or `*` for giving up; the line end may come apart."""

_ANY = re.compile(rb".*+")
_NOTHING = re.compile(rb"")
_ITEMS = re.compile(
    rb"[\d,:]++ \((?:(?:(?:UID|INTERNALDATE|RFC822\.SIZE|FLAGS|EMAILID|THREADID|X-GM-(?:MSGID|THRID|LABELS)) )*+"
    rb"BODY\.PEEK\[HEADER\.FIELDS \([A-Za-z0-9 -]++\)\]\)"
    rb"|UID FLAGS X-GM-MSGID X-GM-LABELS\)(?: \(CHANGEDSINCE \d++\))?|UID FLAGS\) \(CHANGEDSINCE \d++\))"
)
"""FETCH with PEEK alone: without, it would set the flag Seen (RFC 9051, section 6.4.5)."""
_KEYWORD = rb"(?:\$Junk|Junk|\$NotJunk|NotJunk|NonJunk)"
_BY_ID = rb'HEADER Message-ID "[!#-\[\]-~]++"'
_SEARCH = re.compile(
    rb"(?:RETURN \(ALL\) )?+(?:UID \d++:\d++(?: (?:ANSWERED|DELETED|DRAFT|RECENT|KEYWORD " + _KEYWORD + rb"))?"
    rb"|[\d,]++|(?:OR " + _BY_ID + rb" )*+" + _BY_ID + rb")"
)

ALLOWED = {
    b"CAPABILITY": _NOTHING,
    b"STARTTLS": _NOTHING,
    b"LOGIN": _ANY,
    b"AUTHENTICATE": _ANY,
    b"NAMESPACE": _NOTHING,
    b"LIST": _ANY,
    b"STATUS": _ANY,
    b"EXAMINE": _ANY,
    b"UID SEARCH": _SEARCH,
    b"UID FETCH": _ITEMS,
    b"LOGOUT": _NOTHING,
}
"""Verb → what its arguments may be. All that is not here is refused."""


class ForbiddenCommandError(Exception):
    """The program was about to send what it must not send: a mistake in it, nothing a user could mend."""


class Gate:
    """Lets allowed commands pass, and what belongs to them."""

    def __init__(self) -> None:
        self._authenticating = False

    def check(self, data: bytes) -> bool:
        """Whether a new command begins with `data`, which may be sent.

        Raises:
            ForbiddenCommandError: it must not be sent. The error does not quote it: it may hold a password.
        """
        if self._authenticating and _CONTINUATION.fullmatch(data):
            return False
        line = _LINE.fullmatch(data)
        verb = line[1] if line else b""
        arguments = ALLOWED.get(verb)
        if line is None or arguments is None or not arguments.fullmatch(line[2] or b""):
            raise ForbiddenCommandError(f"A command that is not on the list of harmless ones: {verb.decode()!r}")
        self._authenticating = verb == b"AUTHENTICATE"
        return True
