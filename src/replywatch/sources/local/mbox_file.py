"""One mbox file: how far it was read, whether it only grew since, and the messages in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from replywatch.domain.headers.header import has_fields
from replywatch.errors import MailboxError
from replywatch.sources.base import FetchedMessage, MailboxState
from replywatch.sources.folder_names import as_text
from replywatch.sources.local.mbox_format import (
    Span,
    envelope_date,
    fields_of,
    header_of,
    hides_addresses,
    notes,
    scan,
)
from replywatch.sources.local.mbox_separators import LINE, RULES, Form, form_of
from replywatch.sources.local.mbox_unsplit import holds_further
from replywatch.sources.local.unread import SAMPLE

_REGION = 4096
"""Octets at the beginning and at the end that tell whether a file only grew."""
_IN_PLACE = re.compile(rb"\nX-Mozilla-(?:Status2?|Keys):[^\n]*")
"""What Thunderbird overwrites in a file without moving anything."""
_NOTED = re.compile(rb"(?i)\n(?:X-Mozilla-(?:Status|Keys)|X-Keywords|X-Status|Status):")
"""What a mail program notes in each message of a file that it keeps."""
_LARGE = 16 << 20
"""Octets of a file that is not read once more whenever it grew, unless there are notes in it."""
HIDDEN = "names people without their addresses (“anna at example.org”), as web archives of mailing lists do (pipermail)"
RAW = (
    "Take the raw archive of the list: members find it on the list's server as mailman/private/LIST.mbox/LIST.mbox, and"
    " mirrors such as public-inbox offer it, too."
)
_SHOWN = 100
"""Octets of a line that an error shows."""
_SPLIT = "Export it as mbox once more, with another program; or set `path` to another file."
WHO = "Run replywatch as a user who may read this mail."


class FileStamp(NamedTuple):
    """Changes whenever a file does."""

    device: int
    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What `MailboxState.bookmark` says, as JSON."""

    rules: int
    """Which rules divided it (`mbox_separators.RULES`): by others its messages may begin elsewhere."""
    size: int
    mtime_ns: int
    end: int
    """Everything before it was listed; a message being written at the end of the file is behind it."""
    count: int
    """Messages before `end`."""
    prints: str
    """Digest of the beginning and the end of the first `end` octets."""
    unread: int
    """Octets at its beginning, before the first separator, that are no message."""

    @classmethod
    def of(cls, known: MailboxState | None) -> Bookmark | None:
        """The bookmark of a state; None if there is none that can be understood, or it is of other rules."""
        try:
            found = cls(**json.loads(known.bookmark)) if known else None
        except (ValueError, TypeError):
            return None
        return found if found and found.rules == RULES else None

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class MboxFile:
    """An mbox file held open, read as it was when it was opened.

    What is appended later doesn't matter; if it is rewritten, `check` raises.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        with reading(path):
            self.descriptor = os.open(path, os.O_RDONLY)
            try:
                self.stamp = self._seen = self._stamp()
                self._prints = self.prints(self.stamp.size)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """Nothing can be read any more."""
        os.close(self.descriptor)

    @cached_property
    def form(self) -> Form:
        """How it is written. Raises OSError."""
        return form_of(os.pread(self.descriptor, min(LINE, self.stamp.size), 0))

    def prints(self, end: int) -> str:
        """Digest of the beginning and the end of the first `end` octets, without what is overwritten in place."""
        digest = blake2b(digest_size=16)
        for start, stop in ((0, min(end, _REGION)), (max(0, end - _REGION), end)):
            region = os.pread(self.descriptor, stop - start, start)
            digest.update(b"%d %s" % (len(region), _IN_PLACE.sub(b"", region)))
        return digest.hexdigest()

    def overwritten_in_place(self) -> bool:
        """Thunderbird keeps this file: messages in the middle can be marked as deleted."""
        return _IN_PLACE.search(os.pread(self.descriptor, _REGION, 0)) is not None

    def may_be_noted_in(self) -> bool:
        """Whether mail programs may have noted in it what became of a message; each of a large file's, if of any."""
        ends = (0, max(0, self.stamp.size - SAMPLE))
        with reading(self.path):
            noted = any(_NOTED.search(os.pread(self.descriptor, SAMPLE, start)) for start in ends)
        return noted or self.stamp.size <= _LARGE

    def scan(self, start: int) -> Span:
        """The messages from offset `start` on."""
        with reading(self.path):
            span = scan(self.descriptor, start, self.stamp.size, self.form)
            self.check()
        return span

    def check_content(self, span: Span) -> None:
        """Nothing if mail can be read from it; `span` is all that was found in it.

        Raises:
            MailboxError: no message was found, or one that is many; or nobody can be told from anybody in it.
        """
        if hides_addresses(os.pread(self.descriptor, SAMPLE, 0)):
            raise MailboxError(f"{self.path} {HIDDEN}", RAW)
        line = as_text(os.fsdecode(self._beginning().partition(b"\n")[0][:_SHOWN].strip()))
        if span.first is None and line and span.end > self.form.begins:
            raise MailboxError(f"{self.path} begins with a line that separates no messages: {line!r}", _SPLIT)
        if len(span.begins) == 1 and holds_further(self.descriptor, span.begins[0], span.ends[0], self.form):
            raise MailboxError(
                f"{self.path} looks like many messages, but no line was found that separates the first one from the"
                " others",
                _SPLIT,
            )

    def unread_beginning(self, span: Span) -> int:
        """Octets before the first message that are none; `span` is all that was found in it."""
        return span.first - self.form.begins if span.first is not None and self._beginning().strip() else 0

    def _beginning(self) -> bytes:
        """Its first lines."""
        with reading(self.path):
            return self.form.lines(os.pread(self.descriptor, LINE, self.form.begins))

    def read(self, begin: int, end: int) -> FetchedMessage | None:
        """The message that begins at offset `begin`; None if its header tells nothing."""
        with reading(self.path):
            header = header_of(self.descriptor, begin, end, self.form).data
            self.check()
        fields = fields_of(header)
        if not has_fields(fields):
            return None
        noted = notes(header)
        return FetchedMessage(
            uid=begin + 1,
            header=fields,
            internal_date=envelope_date(header),
            size=end - begin - header.index(b"\n") - 1,
            flags=noted.flags,
            thread=noted.thread,
            labels=noted.labels,
        )

    def check(self) -> None:
        """Nothing if what was read so far can be relied on.

        Raises:
            MailboxError: the file was rewritten since it was opened.
        """
        now = self._stamp()
        if now == self._seen:
            return
        if now.size < self.stamp.size or self.prints(self.stamp.size) != self._prints:
            raise MailboxError(f"{self.path} was rewritten while it was read", "The next poll reads it again.")
        self._seen = now

    def _stamp(self) -> FileStamp:
        status = os.fstat(self.descriptor)
        return FileStamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns an error of the operating system into one for people."""
    try:
        yield
    except OSError as error:
        raise MailboxError(f"{path} can't be read: {error.strerror}", WHO) from error
