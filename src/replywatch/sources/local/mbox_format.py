"""What an mbox file holds: its messages, and what mail programs noted in them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from replywatch.domain.headers.dates import parse_date
from replywatch.domain.headers.encoded_words import decode_text
from replywatch.domain.mailboxes.flags import telling
from replywatch.sources.folder_names import as_labels
from replywatch.sources.local.header_block import HeaderBlock, read_header
from replywatch.sources.local.mbox_separators import Form, decided, form_of, is_separator, line_date, separators

_NOTE = re.compile(
    rb"(?i)\n(X-Mozilla-Status2?|X-Mozilla-Keys|Status|X-Status|X-Keywords|X-Gmail-Labels|X-GM-THRID)"
    rb":([^\n]*(?:\n[ \t][^\n]*)*)"
)
_FROM = re.compile(rb"(?i)\nFrom:([^\n]*(?:\n[ \t][^\n]*)*)")
_QUOTED_FROM = re.compile(rb"(?i)\n>(?=From[ \t]*:)")
_BEFORE_FROM = re.compile(rb"\n(?=From )")
_HIDDEN_ADDRESS = re.compile(
    rb"(?i)[ \t]*[^\s@<>()\"]++ (?:at (?=[^\s@<>()]*\.)[^\s@<>()]++|@end\|ng \|rom [^\s<>()]++)[ \t\r]*(?:\(|$)"
)
"""As pipermail writes an address, and as some lists do in its place; a name in parentheses follows."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_LABEL = re.compile(r'\s*+"[^"]*+"|[^,]++')

_MOZILLA_FLAGS = {0x0001: "\\Seen", 0x0002: "\\Answered", 0x0004: "\\Flagged"}
_MOZILLA_EXPUNGED = 0x0008
_MOZILLA_FLAGS_2 = {0x00200000: "\\Deleted"}
"""Of X-Mozilla-Status2: on the server, where it isn't expunged yet."""
_STATUS_FLAGS = {"A": "\\Answered", "D": "\\Deleted", "F": "\\Flagged", "R": "\\Seen", "T": "\\Draft"}


@dataclass(slots=True)
class Span:
    """The messages of a file from offset `start` on: 16 octets each, whatever their size."""

    start: int
    end: int = 0
    """Everything before it is decided: later messages begin here or further on."""
    first: int | None = None
    """Offset of the first separator, be its message left out or not; None if there is none."""
    begins: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))

    def between(self, first: int, last: int) -> list[int]:
        """Offsets of the messages that begin at `first` up to and with `last`, ascending."""
        return list(self.begins[bisect_left(self.begins, first) : bisect_right(self.begins, last)])

    def end_of(self, offset: int) -> int | None:
        """Where the message that begins at `offset` ends; None if none does."""
        at = bisect_left(self.begins, offset)
        return self.ends[at] if at < len(self.begins) and self.begins[at] == offset else None


def scan(descriptor: int, start: int, size: int, form: Form) -> Span:
    """The messages that begin at or after `start` in the first `size` octets of an open file of this form.

    Left out are messages that Thunderbird marked as deleted, and one at the end whose header isn't complete: it is
    still being written, and `Span.end` stays before it.

    Raises:
        OSError: the file can't be read.
    """
    span = Span(start, decided(descriptor, size, form))
    offset = None
    for following in separators(descriptor, start, size, form):
        if offset is None:
            span.first = following
        else:
            _add(span, header_of(descriptor, offset, following, form), offset, following)
        offset = following
    if offset is not None:
        last = header_of(descriptor, offset, size, form)
        if last.complete:
            _add(span, last, offset, size)
        else:
            span.end = min(span.end, offset)
    return span


def header_of(descriptor: int, begin: int, end: int, form: Form) -> HeaderBlock:
    """The separator and header of the message from `begin` to `end`, lines ending in LF or CRLF.

    Raises:
        OSError: the file can't be read.
    """
    return read_header(descriptor, begin, end, bare_cr=form.bare_cr)


def hides_addresses(beginning: bytes) -> bool:
    """Whether the messages in the beginning of a file name people as web archives of lists do: `anna at example.org`.

    Pipermail offers its months so. One address that is whole says that they are not.
    """
    found = [_FOLD.sub(b"", value) for value in _authors(beginning)]
    whole = [value for value in found if not _HIDDEN_ADDRESS.match(value)]
    return len(whole) < len(found) and not any(b"@" in value for value in whole)


def _authors(beginning: bytes) -> Iterator[bytes]:
    """The From field of each message whose header is there to its end."""
    form = form_of(beginning)
    text = form.lines(beginning)
    begins = [form.begins, *(line.end() for line in _BEFORE_FROM.finditer(text, form.begins))]
    for begin in begins:
        if is_separator(text, begin, form, first=begin == form.begins):
            end = _EMPTY_LINE.search(text, begin)
            if end and (author := _FROM.search(text, begin, end.start())):
                yield author[1]


def envelope_date(header: bytes) -> int | None:
    """The instant in the separator that `header` begins with; one without a zone is UTC (RFC 4155)."""
    date = line_date(header.partition(b"\n")[0])
    parsed = parse_date(date.decode("ascii", "replace").strip()) if date else None
    return parsed[0] if parsed else None


def fields_of(header: bytes) -> bytes:
    """The header that follows a separator; where `>From:` stands in place of the From field, as it was once.

    Programs that quote each line of a message which begins with "From" do that (imap-backup did).
    """
    fields = header.partition(b"\n")[2]
    return fields if _FROM.search(header) else _QUOTED_FROM.sub(b"\n", header, count=1).partition(b"\n")[2]


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
    bits, further = _bits(found, "x-mozilla-status"), _bits(found, "x-mozilla-status2")
    flags = {flag for bit, flag in _MOZILLA_FLAGS.items() if bits & bit}
    flags |= {flag for bit, flag in _MOZILLA_FLAGS_2.items() if further & bit}
    letters = found.get("status", "") + found.get("x-status", "")
    flags.update(flag for letter, flag in _STATUS_FLAGS.items() if letter in letters)
    flags |= telling(found.get("x-keywords", "").split() + found.get("x-mozilla-keys", "").split())
    thread = found.get("x-gm-thrid", "")
    labels = found.get("x-gmail-labels")
    return Notes(
        tuple(sorted(flags)),
        f"gmail:{thread}" if thread.isascii() and thread.isdecimal() else None,
        None if labels is None else _labels(labels),
    )


def _add(span: Span, header: HeaderBlock, begin: int, end: int) -> None:
    """Add a message unless it is deleted."""
    if not _bits(_notes(header.data), "x-mozilla-status") & _MOZILLA_EXPUNGED:
        span.begins.append(begin)
        span.ends.append(end)


def _notes(header: bytes) -> dict[str, str]:
    """The first value of each field that mail programs write into an mbox; names in lower case, values unfolded."""
    found: dict[str, str] = {}
    for name, value in _NOTE.findall(header):
        found.setdefault(name.decode().lower(), _FOLD.sub(b"", value).decode("utf-8", "replace").strip())
    return found


def _bits(found: dict[str, str], name: str) -> int:
    """The bits of X-Mozilla-Status, or of its other half; 0 without."""
    text = found.get(name, "")
    return int(text, 16) if re.fullmatch("[0-9A-Fa-f]{1,8}", text) else 0


def _labels(text: str) -> tuple[str, ...]:
    """The labels of an X-Gmail-Labels field: separated by commas; those with a comma in them are quoted."""
    return as_labels(label.strip(' "') for label in _LABEL.findall(decode_text(text)))
