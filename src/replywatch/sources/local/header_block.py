"""Reading the header of a message from a file, and no more of it than that."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from typing import NamedTuple

from replywatch.domain.headers.header import HEADER_LIMIT

UTF_8_MARK = BOM_UTF8
"""A byte order mark, which programs of Windows put before a text."""

EMPTY_LINES = (b"\n\n", b"\n\r\n", b"\n\r\r\n")
"""How an empty line ends, with the end of the line before it; a program that made CRLF of LF may have done so twice."""
REACH = max(map(len, EMPTY_LINES)) - 1
"""Octets of such an end that may be there already when the rest of it comes."""
_CHUNK = 8 << 10
_BARE_CR = re.compile(rb"\r(?!\n)")


class HeaderBlock(NamedTuple):
    """The beginning of a message, as far as it was read."""

    data: bytes
    """Up to and with the empty line that ends the header, where there is one."""
    complete: bool
    """The empty line was found, or `HEADER_LIMIT` was reached; otherwise the file ended first."""


def with_lf(octets: bytes) -> bytes:
    """A text of the same length, each CR that ends a line alone being LF."""
    return _BARE_CR.sub(b"\n", octets)


def read_header(descriptor: int, start: int, stop: int, *, bare_cr: bool = False) -> HeaderBlock:
    """The header that starts at offset `start` of an open file; never reads at or beyond `stop`.

    `bare_cr`: its lines end in CR alone; they are returned with LF.

    Raises:
        OSError: the file can't be read.
    """
    data = b""
    chunk = _CHUNK
    while len(data) < HEADER_LIMIT:
        more = os.pread(descriptor, min(chunk, stop - start - len(data), HEADER_LIMIT - len(data)), start + len(data))
        if not more:
            return HeaderBlock(data, complete=False)
        searched = max(0, len(data) - REACH)
        data += with_lf(more) if bare_cr else more
        end = header_end(data, searched)
        if end is not None:
            return HeaderBlock(data[:end], complete=True)
        chunk *= 4
    return HeaderBlock(data, complete=True)


def header_end(data: bytes, start: int) -> int | None:
    """Offset behind the first empty line of `data`, which may begin `REACH` octets before what is new in it."""
    if start == 0 and data.startswith((b"\n", b"\r\n")):
        return data.index(b"\n") + 1
    ends = [at + len(mark) for mark in EMPTY_LINES if (at := data.find(mark, start)) >= 0]
    return min(ends, default=None)
