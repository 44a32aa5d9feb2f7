"""What an mbox file looks like inside: where its messages begin, and what mail programs noted in them.

A message begins at a *separator*: a line `From SENDER DATE` behind an empty line (RFC 4155, appendix A). Programs
differ in it, so it is told from prose that begins with "From" by its date, or by its address and the header field that
follows.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from replywatch.domain.headers.dates import parse_date
from replywatch.domain.headers.encoded_words import decode_text
from replywatch.sources.folder_names import as_labels
from replywatch.sources.local.header_block import read_header

_BLOCK = 1 << 20
_LINE = 1024
"""Octets; a separator and the field name behind it are shorter."""

_SEPARATOR = re.compile(
    rb"From (?:"
    rb"[^\n]{0,400}?(?P<date>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? {1,3}"
    rb"(?:[A-Z][a-z]{2} {1,3}[0-9]{1,2}|[0-9]{1,2} [A-Z][a-z]{2} [0-9]{2,4}) {1,3}[0-9]{1,2}:[0-9]{2}[^\n]{0,60})\n"
    rb"|(?:(?:-|MAILER-DAEMON|[^\s@]{1,100}@[^\s@:,;]{1,255}(?![^\s]))[^\n]{0,200}|\r?)\n(?=[!-9;-~]{1,76}:(?!//)))"
)
"""A line that ends in a date as programs write it; or one that begins with nobody or an address, before a field."""
_NOTE = re.compile(rb"(?i)\n(X-Mozilla-Status|Status|X-Status|X-Gmail-Labels|X-GM-THRID):([^\n]*(?:\n[ \t][^\n]*)*)")
_FROM = re.compile(rb"(?i)\nFrom:([^\n]*(?:\n[ \t][^\n]*)*)")
_HIDDEN_ADDRESS = re.compile(
    rb"(?i)[ \t]*[^\s@<>()\"]++ (?:at (?=[^\s@<>()]*\.)[^\s@<>()]++|@end\|ng \|rom [^\s<>()]++)[ \t\r]*(?:\(|$)"
)
"""As pipermail writes an address, and as some lists do in its place; a name in parentheses follows."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_LABEL = re.compile(r'\s*+"[^"]*+"|[^,]++')

_MOZILLA_FLAGS = {0x0001: "\\Seen", 0x0002: "\\Answered", 0x0004: "\\Flagged"}
_MOZILLA_EXPUNGED = 0x0008
_STATUS_FLAGS = {"A": "\\Answered", "D": "\\Deleted", "F": "\\Flagged", "R": "\\Seen", "T": "\\Draft"}


@dataclass(slots=True)
class Span:
    """The messages of a file from offset `start` on: 16 octets each, whatever their size."""

    start: int
    end: int = 0
    """Everything before it is decided: later messages begin here or further on."""
    begins: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))

    def between(self, first: int, last: int) -> list[int]:
        """Offsets of the messages that begin at `first` up to and with `last`, ascending."""
        return list(self.begins[bisect_left(self.begins, first) : bisect_right(self.begins, last)])

    def end_of(self, offset: int) -> int | None:
        """Where the message that begins at `offset` ends; None if none does."""
        at = bisect_left(self.begins, offset)
        return self.ends[at] if at < len(self.begins) and self.begins[at] == offset else None


def scan(descriptor: int, start: int, size: int) -> Span:
    """The messages that begin at or after `start` in the first `size` octets of an open file.

    Left out are messages that Thunderbird marked as deleted, and one at the end whose header isn't complete: it is
    still being written, and `Span.end` stays before it.

    Raises:
        OSError: the file can't be read.
    """
    span = Span(start, _decided(descriptor, size))
    offset = None
    for following in _separators(descriptor, start, size):
        if offset is not None:
            _add(span, descriptor, offset, following)
        offset = following
    if offset is not None and not _add(span, descriptor, offset, size):
        span.end = min(span.end, offset)
    return span


def is_split(beginning: bytes) -> bool:
    """Whether the beginning of a file begins with a separator that is known; so does one that is too short to tell."""
    text = beginning.lstrip(b"\r\n")
    return _SEPARATOR.match(text) is not None or _EMPTY_LINE.search(text) is None


def hides_addresses(beginning: bytes) -> bool:
    """Whether the messages in the beginning of a file name people as web archives of lists do: `anna at example.org`.

    Pipermail offers its months so. One address that is whole says that they are not.
    """
    found = [_FOLD.sub(b"", value) for value in _authors(beginning)]
    whole = [value for value in found if not _HIDDEN_ADDRESS.match(value)]
    return len(whole) < len(found) and not any(b"@" in value for value in whole)


def _authors(beginning: bytes) -> Iterator[bytes]:
    """The From field of each message whose header is there to its end."""
    text = b"\n\n" + beginning
    for separator in _SEPARATOR.finditer(text):
        if text.endswith((b"\n\n", b"\n\r\n"), 0, separator.start()):
            end = _EMPTY_LINE.search(text, separator.end())
            if end and (author := _FROM.search(text, separator.end() - 1, end.start())):
                yield author[1]


def envelope_date(header: bytes) -> int | None:
    """The instant in the separator that `header` begins with; one without a zone is UTC (RFC 4155)."""
    separator = _SEPARATOR.match(header)
    if separator is None or separator["date"] is None:
        return None
    parsed = parse_date(separator["date"].decode("ascii", "replace").strip())
    return parsed[0] if parsed else None


class Notes(NamedTuple):
    """What programs noted in a header."""

    flags: tuple[str, ...]
    """As IMAP names them."""
    thread: str | None
    """Gmail's id of the conversation: `gmail:…`."""
    labels: tuple[str, ...] | None
    """Gmail's labels, its own in the language of the account; None: it says nothing of any."""


def notes(header: bytes) -> Notes:
    """What mail programs noted in a header."""
    found = _notes(header)
    flags = {flag for bit, flag in _MOZILLA_FLAGS.items() if _mozilla_status(found) & bit}
    letters = found.get("status", "") + found.get("x-status", "")
    flags.update(flag for letter, flag in _STATUS_FLAGS.items() if letter in letters)
    thread = found.get("x-gm-thrid", "")
    labels = found.get("x-gmail-labels")
    return Notes(
        tuple(sorted(flags)),
        f"gmail:{thread}" if thread.isascii() and thread.isdecimal() else None,
        None if labels is None else _labels(labels),
    )


def _separators(descriptor: int, start: int, stop: int) -> Iterator[int]:
    """Offsets of the separators from `start` up to `stop`, ascending."""
    for position in range(start, stop, _BLOCK):
        base = max(0, position - 3)  # room for the empty line before
        block = os.pread(descriptor, min(position + _BLOCK + _LINE, stop) - base, base)
        if position == 0 and _SEPARATOR.match(block):
            yield 0
        at = block.find(b"\nFrom ", max(0, position - base - 1))
        while 0 <= at < position + _BLOCK - base - 1:
            before = block[max(0, at - 2) : at]
            empty = before[-1:] == b"\n" or before == b"\n\r" or (base + at < 2 and before in (b"", b"\r"))
            if empty and _SEPARATOR.match(block, at + 1):
                yield base + at + 1
            at = block.find(b"\nFrom ", at + 1)


def _add(span: Span, descriptor: int, begin: int, end: int) -> bool:
    """Add a message unless it is deleted; False if its header isn't complete."""
    header = read_header(descriptor, begin, end)
    if header.complete and not _mozilla_status(_notes(header.data)) & _MOZILLA_EXPUNGED:
        span.begins.append(begin)
        span.ends.append(end)
    return header.complete


def _decided(descriptor: int, size: int) -> int:
    """`size`, or the offset of a paragraph at the end that may be a separator cut short."""
    base = max(0, size - _LINE)
    tail = os.pread(descriptor, size - base, base)
    paragraph = _EMPTY_LINE.split(tail)[-1].lstrip(b"\r\n")
    seen_whole = base == 0 or len(paragraph) < len(tail)
    return size - len(paragraph) if seen_whole and paragraph and b"From ".startswith(paragraph[:5]) else size


def _notes(header: bytes) -> dict[str, str]:
    """The first value of each field that mail programs write into an mbox; names in lower case, values unfolded."""
    found: dict[str, str] = {}
    for name, value in _NOTE.findall(header):
        found.setdefault(name.decode().lower(), _FOLD.sub(b"", value).decode("utf-8", "replace").strip())
    return found


def _mozilla_status(found: dict[str, str]) -> int:
    """The bits of X-Mozilla-Status, 0 without."""
    text = found.get("x-mozilla-status", "")
    return int(text, 16) if re.fullmatch("[0-9A-Fa-f]{1,8}", text) else 0


def _labels(text: str) -> tuple[str, ...]:
    """The labels of an X-Gmail-Labels field: separated by commas; those with a comma in them are quoted."""
    return as_labels(label.strip(' "') for label in _LABEL.findall(decode_text(text)))
