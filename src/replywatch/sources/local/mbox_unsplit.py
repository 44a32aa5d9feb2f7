"""Whether what was taken for one message of an mbox file is many, between which no separator was found."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice, pairwise

from replywatch.sources.local.mbox_separators import Form

LARGE = 4 << 20
"""Octets from which on a message alone in its file is looked into: many together are larger, and few letters are."""
FURTHER = 2
"""Headers in its text that make it many."""
_BLOCK = 1 << 20
_LONGEST = 64 << 10
"""Octets; what of a paragraph lies before them, and in an earlier block, is not looked at."""

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_OF_A_HEADER = tuple(re.compile(rb"(?i)(?:\A|\n)" + name + rb":") for name in (b"Message-ID", b"Date", b">?From"))
_OF_A_PART = re.compile(
    rb"(?i)(?:\A|\n)(?:--[^\n]*(?<!--)(?<!--\r)(?:\n(?:Content-|[ \t])[^\n]*)*\Z|Content-Type:[ \t]*message/)"
)


def holds_further(descriptor: int, begin: int, end: int, form: Form) -> bool:
    """Whether the text of the message from `begin` to `end` holds further messages, as it seems; only if it is large.

    That is told by paragraphs with Message-ID, Date and From, which no program writes above what it quotes; unless they
    stand behind a boundary, as attachments do (RFC 2046, section 5.1), or in what another attachment is.

    Raises:
        OSError: the file can't be read.
    """
    if end - begin < LARGE:
        return False
    headers = (
        here
        for before, here in pairwise(_paragraphs(descriptor, begin, end, form))
        if all(field.search(here) for field in _OF_A_HEADER) and not _OF_A_PART.search(before)
    )
    return len(list(islice(headers, FURTHER))) == FURTHER


def _paragraphs(descriptor: int, begin: int, end: int, form: Form) -> Iterator[bytes]:
    """What lies between empty lines."""
    rest = b""
    for position in range(begin, end, _BLOCK):
        *whole, rest = _EMPTY_LINE.split(rest + form.lines(os.pread(descriptor, min(_BLOCK, end - position), position)))
        yield from whole
        rest = rest[-_LONGEST:]
    yield rest
