"""What looks like mail and is not read, told by the name and the beginning of a file."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.sources.folder_names import as_text
from replywatch.sources.local.header_block import UTF_8_MARK
from replywatch.sources.local.mbox_separators import form_of, is_separator

SAMPLE = 1 << 14
"""Octets at the beginning of a file that tell what it is."""

_PACKINGS = {
    b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x5d\0\0": "lzma", b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4", b"Dovecot-LZ4\x0d\x2a\x9b\xc5": "lz4", b"\x1f\x9d": "compress", b"PK\3\4": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar",
}  # fmt: skip
_ENCRYPTED = b"CRYPTED\x03\x07"
"""Of Dovecot's mail-crypt plugin."""
_PACKED_NAMES = {
    ".gz": "gzip", ".tgz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".lzma": "lzma", ".zst": "zstd", ".lz4": "lz4",
    ".z": "compress", ".zip": "zip", ".7z": "7z", ".rar": "rar", ".tar": "tar",
}  # fmt: skip
_OF_MOZILLA = b"mozLz40\0"
"""What Thunderbird packs beside mail: its own state."""
_MBX = b"*mbx*\r\n"
"""Of the University of Washington's IMAP server and Alpine."""
_WIDE = (b"F\0r\0o\0m\0 \0", b"\0F\0r\0o\0m\0 ")
"""UTF-16 without a mark."""
_SEPARATOR = re.compile(rb"(?:\n|\0)(?=From )")
_OF_PROGRAMS = frozenset({".pst", ".ost", ".olm", ".dbx", ".mbx", ".msg"})
_SINGLE = frozenset({".eml", ".emlx"})
_TELLING = frozenset({
    b"date", b"delivered-to", b"from", b"message-id", b"received", b"reply-to", b"return-path", b"subject", b"to",
})  # fmt: skip
_EMPTY_LINE = re.compile(rb"\n\r?\n")


def packing_of(beginning: bytes) -> str:
    """How a file that begins so is packed; "" if it is not, as far as that is known."""
    return next((packing for magic, packing in _PACKINGS.items() if beginning.startswith(magic)), "")


def illegible(beginning: bytes) -> Why | None:
    """What keeps the text of a file that begins so from being read as it is, other than a packing."""
    if beginning.startswith(_ENCRYPTED):
        return Why.ENCRYPTED
    return Why.UTF_16 if beginning.startswith((BOM_UTF16_BE, BOM_UTF16_LE, *_WIDE)) else None


def without_mark(beginning: bytes) -> bytes:
    """The beginning of a text without a byte order mark and empty lines before it."""
    return beginning.removeprefix(UTF_8_MARK).lstrip(b"\r\n")


def unread_file(path: Path, top: Path, beginning: bytes) -> UnreadFile | None:
    """What is said of a file below `top` that no mailbox is in; None if it doesn't look like mail.

    `beginning` is its first `SAMPLE` octets.
    """
    suffix = path.suffix.lower()
    packing, why = packing_of(beginning), illegible(beginning)
    program = ".mbx" if beginning.startswith(_MBX) else suffix
    packed = suffix in _PACKED_NAMES or (packing and packing != "zip")  # which many programs' documents are
    text = without_mark(beginning)
    name = as_text(str(path.relative_to(top)))
    if packed and not beginning.startswith(_OF_MOZILLA):
        return UnreadFile(name, Why.PACKED, packing or _PACKED_NAMES[suffix])
    if program in _OF_PROGRAMS:
        return UnreadFile(name, Why.OTHER_PROGRAM, program)
    if why:
        return UnreadFile(name, why)
    if text.startswith(b"From "):
        return UnreadFile(name, Why.MBOX)
    if suffix in _SINGLE:
        return UnreadFile(name, Why.SINGLE)
    named_mbox = suffix == ".mbox" or path.with_name(f"{path.name}.msf").exists()
    return (
        UnreadFile(name, Why.NO_SEPARATOR) if text and (named_mbox or _is_header(text) or _lost(path, text)) else None
    )


def _lost(path: Path, text: bytes) -> bool:
    """Whether a text is that of an mbox whose beginning is lost: other text stands there, or what a crash left."""
    if not text.strip(b"\0"):
        return path.suffix in ("", ".mbox")
    form = form_of(text)
    return any(is_separator(text, found.end(), form) for found in _SEPARATOR.finditer(text))


def _is_header(text: bytes) -> bool:
    """Whether a text begins with the header of a message."""
    lines = _EMPTY_LINE.split(text, maxsplit=1)[0].split(b"\n")
    names = {line.partition(b":")[0].strip().lower() for line in lines if b":" in line}
    return b":" in lines[0] and len(names & _TELLING) > 1
