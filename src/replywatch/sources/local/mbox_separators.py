"""Where messages begin in an mbox file: at a *separator*, a line `From SENDER DATE` that a header follows.

RFC 4155 (appendix A) wants an empty line before it and a date of one form; programs differ in both. What tells it from
prose that begins with "From" is a header field behind it, and a look as programs give it, or that of the file's first
line, which is a separator for certain (docs/decisions/0045).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from replywatch.sources.local.header_block import EMPTY_LINES, REACH, UTF_8_MARK, with_lf

RULES = 2
"""Goes up whenever these rules divide a file in another way than before: 1 was release 0.1.0."""
LINE = 2048
"""Octets; a separator and the field name behind it are shorter."""
_BLOCK = 1 << 20

_SEPARATOR = re.compile(
    rb"(?P<line>From [^\n]{0,500})\n"
    rb"(?:>From [^\n]{0,200}\n){0,3}"  # the hosts that it came by before (RFC 976)
    rb"(?:(?P<known>(?i:>?From|(?:Apparently-|Errors-|Envelope-|Delivered-|X-Original-|Reply-)?To|Date|B?CC|Sender"
    rb"|Subject|Return-Path|Return-Receipt-To|Received(?:-SPF)?|Message-ID|In-Reply-To|References|MIME-Version"
    rb"|(?:X|Content|ARC|List|Resent|Thread|DKIM|DomainKey|Authentication|Delivery|Disposition|Auto)-[!-9;-~]{1,70}"
    rb"|Status|Importance|Priority|Precedence|Organi[sz]ation|User-Agent|Lines|Newsgroups|Path|Xref|Keywords"
    rb"|Comments))|[!-9;-~]{1,76})[ \t]{0,3}:(?!//)"
)
"""A line that begins as a separator does, and a header field behind it; whether that one's name is known in mail."""
_OF_MACHINES = re.compile(
    rb"(?i)(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-Original-To|Envelope-To|In-Reply-To|References"
    rb"|Content-Type|DKIM-Signature|ARC-.*|Authentication-Results|X-Mozilla-.*|X-Gmail-.*|X-MS-.*)\Z"
)
"""Fields that nobody writes by hand: whatever line `From …` stands before one is no prose."""
_CUT_SHORT = re.compile(
    rb"F|Fr|Fro|From|From [^\n]{0,500}"
    rb"(?:\n(?:>From [^\n]{0,200}\n){0,3}(?:>From [^\n]{0,200}|[!-9;-~]{0,76}[ \t]{0,3}\r?))?"
)
"""What may yet become one."""
_BEFORE_F = re.compile(rb"\n(?=F)")
_ENDS_IN_BARE_CR = re.compile(rb"[^\r\n]*\r[^\r\n]")

_OF_GIT = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\Z")
_DATE = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? {1,3}"
    rb"(?:[A-Z][a-z]{2} {1,3}[0-9]{1,2}|[0-9]{1,2} [A-Z][a-z]{2} [0-9]{2,4}) {1,3}[0-9]{1,2}:[0-9]{2}[^\n]{0,60}\Z"
)
_SENDER = re.compile(rb"From(?:\Z| (?:-|MAILER-DAEMON|<?[^\s@<>]{1,100}@[^\s@:,;<>]{1,255}>?)(?:\Z|,?\s[^0-9]*[0-9]))")
"""Nobody or an address, and then nothing, or something with a number in it: a date in whatever form."""
_TIME = re.compile(rb"(?<![0-9:])[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?![0-9:])")
_YEAR = re.compile(rb"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


class Look(Enum):
    """What a line `From …` looks like."""

    USUAL = auto()
    """As programs write separators: with a date of any form, or a sender alone."""
    OF_GIT = auto()
    """A commit and a constant date (git-format-patch): patches stand in the text of mail as well as in files."""
    UNUSUAL = auto()


class Form(NamedTuple):
    """How an mbox file is written, as far as its beginning tells."""

    begins: int
    """Offset of its first line, behind a byte order mark and empty lines."""
    bare_cr: bool
    """Lines end in CR alone (Eudora, and others of the old Mac)."""
    look: Look
    """Of its first line; `USUAL` as long as that is no separator."""

    def lines(self, octets: bytes) -> bytes:
        """A part of the file with LF line ends, or CRLF, and the same length."""
        return with_lf(octets) if self.bare_cr else octets


def form_of(beginning: bytes) -> Form:
    """The form of a file that begins so; `LINE` octets tell it."""
    begins = len(UTF_8_MARK) if beginning.startswith(UTF_8_MARK) else 0
    begins = len(beginning) - len(beginning[begins:].lstrip(b"\r\n"))
    form = Form(begins, _ENDS_IN_BARE_CR.match(beginning, begins) is not None, Look.USUAL)
    first = _SEPARATOR.match(form.lines(beginning), begins)
    return form._replace(look=_look(first)) if first and first["known"] else form


def is_separator(text: bytes, at: int, form: Form, *, first: bool = False) -> bool:
    """Whether the line that begins at `at` is a separator of a file of that form; `first`: it is the first of all."""
    found = _SEPARATOR.match(text, at)
    if found is None:
        return False
    if not found["known"]:
        dated = line_date(found["line"]) is not None
        return (first or dated or text.endswith(EMPTY_LINES, 0, at)) and _look(found) is Look.USUAL
    look = _look(found)
    return look in (Look.USUAL, form.look) or (look is Look.UNUSUAL and _OF_MACHINES.match(found["known"]) is not None)


def separators(descriptor: int, start: int, stop: int, form: Form) -> Iterator[int]:
    """Offsets of the separators of an open file from `start` up to `stop`, ascending.

    Raises:
        OSError: the file can't be read.
    """
    for position in range(start, stop, _BLOCK):
        base = max(0, position - REACH - 1)  # room for the empty line before
        block = form.lines(os.pread(descriptor, min(position + _BLOCK + LINE, stop) - base, base))
        at = max(0, position - base - 1)
        if position <= form.begins < position + _BLOCK and is_separator(block, form.begins - base, form, first=True):
            yield form.begins
            at = form.begins - base
        at = block.find(b"\nFrom ", at)
        while 0 <= at < position + _BLOCK - base - 1:
            if is_separator(block, at + 1, form):
                yield base + at + 1
            at = block.find(b"\nFrom ", at + 1)


def decided(descriptor: int, size: int, form: Form) -> int:
    """`size`, or the offset of a line near the end that may yet become a separator: the file is still being written.

    Raises:
        OSError: the file can't be read.
    """
    base = max(0, size - LINE)
    tail = form.lines(os.pread(descriptor, size - base, base))
    starts = [form.begins - base] if base <= form.begins else []
    starts += [end.end() for end in _BEFORE_F.finditer(tail)]
    return base + next((at for at in starts if _CUT_SHORT.fullmatch(tail, at)), size - base)


def line_date(line: bytes) -> bytes | None:
    """What of a separator is a date as RFC 4155 knows it, or nearly; None if nothing is."""
    date = _DATE.search(line.rstrip())
    return date[0] if date else None


def _look(found: re.Match[bytes]) -> Look:
    line = found["line"].rstrip()
    if _OF_GIT.match(line):
        return Look.OF_GIT
    usual = _SENDER.match(line) or _DATE.search(line) or (_TIME.search(line) and _YEAR.search(line))
    return Look.USUAL if usual else Look.UNUSUAL
