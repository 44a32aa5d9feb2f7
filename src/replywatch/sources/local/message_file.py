"""The header of a message that is a file of its own, packed or not."""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import NamedTuple, Protocol

from replywatch.domain.headers.header import HEADER_LIMIT, has_fields
from replywatch.domain.mailboxes.unread import Why
from replywatch.sources.local.header_block import REACH, UTF_8_MARK, header_end, read_header
from replywatch.sources.local.unread import illegible, packing_of

_CHUNK = 8 << 10
_MARKS = 64
"""Octets at the beginning that tell how a file is written."""
_MEMORY = 128 << 20
"""Octets that unpacking may take at most; `xz -9` needs 65 MB."""


class _Unpacking(Protocol):
    """Undoes a packing, piece by piece."""

    @property
    def eof(self) -> bool:
        """All of it is unpacked."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came behind its end."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """What comes of a further piece, at most `max_length` octets."""
        ...


class Unreadable(NamedTuple):
    """A message that is there and can't be read."""

    why: Why
    packing: str = ""


_UNPACKINGS: dict[str, Callable[[], _Unpacking]] = {
    "gzip": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=_MEMORY),
    "lzma": lambda: lzma.LZMADecompressor(memlimit=_MEMORY),
}
_DAMAGED: tuple[type[Exception], ...] = (zlib.error, lzma.LZMAError, OSError)
with suppress(ImportError):  # part of Python from 3.14 on
    _zstd = import_module("compression.zstd")
    _UNPACKINGS["zstd"] = _zstd.ZstdDecompressor
    _DAMAGED = (*_DAMAGED, _zstd.ZstdError)


def message_header(descriptor: int, size: int) -> bytes | Unreadable:
    """The header of the message in an open file of `size` octets.

    A byte order mark before it is left out; what is packed is unpacked no further than it goes. An empty line ends a
    header, be it the first line: so Dovecot and others show such a file, too.

    Raises:
        OSError: the file can't be read.
    """
    if not size:
        return Unreadable(Why.EMPTY)
    beginning = os.pread(descriptor, _MARKS, 0)
    if why := illegible(beginning):
        return Unreadable(why)
    packing = packing_of(beginning)
    header = _unpacked(descriptor, packing) if packing else read_header(descriptor, 0, size).data
    if isinstance(header, Unreadable):
        return header
    header = header.removeprefix(UTF_8_MARK)
    return header if has_fields(header) else Unreadable(Why.NO_HEADER)


def _unpacked(descriptor: int, packing: str) -> bytes | Unreadable:
    """The header of what is packed in a file."""
    if packing not in _UNPACKINGS:
        return Unreadable(Why.PACKED, packing)
    unpacking, text, at, left = _UNPACKINGS[packing](), b"", 0, HEADER_LIMIT
    while left > 0 and at < 2 * HEADER_LIMIT:  # which is more than a header takes, and many empty parts may follow
        if unpacking.eof:  # more may follow: some programs pack in parts
            at -= len(unpacking.unused_data)
            unpacking = _UNPACKINGS[packing]()
        piece = os.pread(descriptor, _CHUNK, at)
        try:
            more = unpacking.decompress(piece, left)
        except _DAMAGED:
            return Unreadable(Why.DAMAGED, packing)
        searched, text = max(0, len(text) - REACH), text + more
        end = header_end(text, searched)
        if end is not None:
            return text[:end]
        if not piece:
            break
        at, left = at + len(piece), left - len(more)
    return text
