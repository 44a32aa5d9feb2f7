"""Reading the header of a message from a file, and no more of it than that."""

from __future__ import annotations

import os
from typing import NamedTuple

from replywatch.domain.headers.header import HEADER_LIMIT

_CHUNK = 8 << 10


class HeaderBlock(NamedTuple):
    """The beginning of a message, as far as it was read."""

    data: bytes
    """Up to and with the empty line that ends the header, where there is one."""
    complete: bool
    """The empty line was found, or `HEADER_LIMIT` was reached; otherwise the file ended first."""


def read_header(descriptor: int, start: int, stop: int) -> HeaderBlock:
    """The header that starts at offset `start` of an open file; never reads at or beyond `stop`.

    Raises:
        OSError: the file can't be read.
    """
    data = b""
    chunk = _CHUNK
    while len(data) < HEADER_LIMIT:
        more = os.pread(descriptor, min(chunk, stop - start - len(data), HEADER_LIMIT - len(data)), start + len(data))
        if not more:
            return HeaderBlock(data, complete=False)
        searched = max(0, len(data) - 2)
        data += more
        end = _end(data, searched)
        if end is not None:
            return HeaderBlock(data[:end], complete=True)
        chunk *= 4
    return HeaderBlock(data, complete=True)


def _end(data: bytes, start: int) -> int | None:
    """Offset behind the first empty line of `data`; the two octets before `start` may belong to it."""
    if start == 0 and data.startswith((b"\n", b"\r\n")):
        return data.index(b"\n") + 1
    ends = [at + len(mark) for mark in (b"\n\n", b"\n\r\n") if (at := data.find(mark, start)) >= 0]
    return min(ends, default=None)
