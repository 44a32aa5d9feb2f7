"""Mail in mbox files: one file, or a folder of them (Thunderbird's profile, Google Takeout).

The UID of a message is the offset of its separator, plus one: it stays as long as the file only grows. Whether it
did is told by digests of its beginning and its end, kept in `MailboxState.bookmark`; a file that was rewritten is a
new epoch.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import Changed, FetchedMessage, Flagging, Listing, MailboxState
from replywatch.sources.folder_names import as_text
from replywatch.sources.local.by_id import found_by_id
from replywatch.sources.local.flags import flagging
from replywatch.sources.local.header_block import read_header
from replywatch.sources.local.mbox_format import Span, envelope_date, hides_addresses, is_split, notes, scan

_REGION = 4096
"""Octets at the beginning and at the end that tell whether a file only grew."""
_IN_PLACE = re.compile(rb"\nX-Mozilla-(?:Status2?|Keys):[^\n]*")
"""What Thunderbird overwrites in a file without moving anything."""
_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_SAMPLE = 1 << 14
"""Octets at the beginning of a file that tell whether it shows addresses."""
_NOTED = re.compile(rb"(?i)\n(?:X-Mozilla-Status|X-Status|Status):")
"""What a mail program notes in each message of a file that it keeps."""
_LARGE = 16 << 20
"""Octets of a file that is not read once more whenever it grew, unless there are notes in it."""
_HIDDEN = (
    "names people without their addresses (“anna at example.org”), as web archives of mailing lists do (pipermail)"
)
_RAW = (
    "Take the raw archive of the list: members find it on the list's server as mailman/private/LIST.mbox/LIST.mbox, and"
    " mirrors such as public-inbox offer it, too."
)
_SHOWN = 100
"""Octets of a line that an error shows."""
_SPLIT = "Export it as mbox once more, with another program; or set `path` to another file."
_WHO = "Run replywatch as a user who may read this mail."


@dataclass(frozen=True, slots=True)
class MboxSettings:
    """Where the mbox file is, or the folder of mbox files."""

    path: Path


class _Stamp(NamedTuple):
    """Changes whenever a file does."""

    device: int
    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Bookmark:
    """What `MailboxState.bookmark` says, as JSON."""

    size: int
    mtime_ns: int
    end: int
    """Everything before it was listed; a message being written at the end of the file is behind it."""
    count: int
    """Messages before `end`."""
    prints: str
    """Digest of the beginning and the end of the first `end` octets."""

    @classmethod
    def of(cls, known: MailboxState | None) -> _Bookmark | None:
        """The bookmark of a state; None if there is none that can be understood."""
        try:
            return cls(**json.loads(known.bookmark)) if known else None
        except (ValueError, TypeError):
            return None

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class _File:
    """An mbox file held open, read as it was when it was opened.

    What is appended later doesn't matter; if it is rewritten, `check` raises.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        with _reading(path):
            self.descriptor = os.open(path, os.O_RDONLY)
            try:
                self.stamp = self._seen = self._stamp()
                self._prints = self.prints(self.stamp.size)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        os.close(self.descriptor)

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
        ends = (0, max(0, self.stamp.size - _SAMPLE))
        with _reading(self.path):
            noted = any(_NOTED.search(os.pread(self.descriptor, _SAMPLE, start)) for start in ends)
        return noted or self.stamp.size <= _LARGE

    def check_beginning(self) -> None:
        """Nothing if mail can be read from it.

        Raises:
            MailboxError: its separators are of no form that is known; or nobody can be told from anybody in it.
        """
        beginning = os.pread(self.descriptor, _SAMPLE, 0)
        if not is_split(beginning):
            line = as_text(os.fsdecode(beginning.lstrip(b"\r\n").split(b"\n")[0][:_SHOWN].rstrip()))
            raise MailboxError(f"{self.path} begins with a line that separates no messages: {line!r}", _SPLIT)
        if hides_addresses(beginning):
            raise MailboxError(f"{self.path} {_HIDDEN}", _RAW)

    def read(self, begin: int, end: int) -> FetchedMessage:
        """The message that begins at offset `begin`."""
        with _reading(self.path):
            header = read_header(self.descriptor, begin, end).data
            self.check()
        separator, _, fields = header.partition(b"\n")
        noted = notes(header)
        return FetchedMessage(
            uid=begin + 1,
            header=fields,
            internal_date=envelope_date(header),
            size=end - begin - len(separator) - 1,
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

    def _stamp(self) -> _Stamp:
        status = os.fstat(self.descriptor)
        return _Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


class MboxSource:
    """A `sources.base.Source` over mbox files. Takes no lock: it reads a growing file up to the size it met."""

    in_order = True
    has_labels = False
    unlisted: tuple[str, ...] = ()

    def __init__(self, settings: MboxSettings) -> None:
        self._path = settings.path
        self._paths: dict[str, Path] = {}
        self._opened: _File | None = None
        self._spans: dict[str, tuple[_Stamp, Span]] = {}

    def __enter__(self) -> Self:
        """Look for mbox files.

        Raises:
            SourceError: there is no such file or folder, it can't be read, or no mbox is in it.
        """
        self._paths = _find(self._path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._close()
        self._spans.clear()

    def mailboxes(self) -> list[Listing]:
        """All mbox files, sorted by name: path below the folder, without `.mbox` and Thunderbird's `.sbd`."""
        delimiter = "/" if self._path.is_dir() else ""
        return [Listing(name, delimiter) for name in sorted(self._paths)]

    def status(self, name: str, known: MailboxState | None) -> MailboxState:
        """How `name` stands; reads no more than what came since `known`, nothing if its file is unchanged.

        Raises:
            MailboxError: there is no such mailbox, it can't be read, shows no addresses, or was rewritten meanwhile.
        """
        file = self._file(name)
        try:
            return self._state(file, known)
        finally:
            file.close()

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """As `status`; the calls below speak of this mailbox.

        Raises:
            MailboxError: there is no such mailbox, it can't be read, or was rewritten meanwhile.
        """
        self._close()
        self._opened = self._file(name)
        return self._state(self._opened, known)

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, ascending. Reads nothing before `first`.

        Raises:
            MailboxError: the file can't be read, or was rewritten since it was opened.
        """
        return [begin + 1 for begin in self._span(self._current(), first - 1).between(first - 1, last - 1)]

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs; a UID at which no message begins is left out.

        Raises:
            MailboxError: the file can't be read, or was rewritten since it was opened.
        """
        file = self._current()
        span = self._span(file, min(uids, default=file.stamp.size + 1) - 1)
        for uid in uids:
            end = span.end_of(uid - 1)
            if end is not None:
                yield file.read(uid - 1, end)

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:  # noqa: ARG002 - of the interface
        """Who of the messages from `first` to `last` bears which flag, as mail programs noted in their headers.

        Notes are overwritten in place; a program that has yet to make them moves the mail behind them, which makes
        another file of it. A large file without any is not read for them, however often mail is added to it.

        Raises:
            MailboxError: the file can't be read, or was rewritten since it was opened.
        """
        if not self._current().may_be_noted_in():
            return Flagging(frozenset(), {})
        return flagging((message.uid, message.flags) for message in self.fetch(self.uids(first, last)))

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:  # noqa: ARG002 - of the interface
        """Nothing: files have no HIGHESTMODSEQ."""
        return iter(())

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of the messages with one of these Message-IDs; every header of the mailbox is read.

        Raises:
            MailboxError: the file can't be read, or was rewritten since it was opened.
        """
        return found_by_id(self.uids, self.fetch, message_ids)

    def _file(self, name: str) -> _File:
        if name not in self._paths:
            raise MailboxError(f"{self._path} has no mailbox {name!r}")
        return _File(name, self._paths[name])

    def _current(self) -> _File:
        if self._opened is None:
            raise MailboxError("no mailbox is open")
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _state(self, file: _File, known: MailboxState | None) -> MailboxState:
        """How a file stands, compared with what was known of it."""
        bookmark = _Bookmark.of(known)
        if known and bookmark and (bookmark.size, bookmark.mtime_ns) == (file.stamp.size, file.stamp.mtime_ns):
            return known
        with _reading(file.path):
            grown = (
                bookmark is not None
                and bookmark.end <= file.stamp.size
                and file.prints(bookmark.end) == bookmark.prints
            )
            if not grown:
                file.check_beginning()
            # Deleted messages in the middle show in a count from the beginning only.
            counted = bookmark if grown and not file.overwritten_in_place() else None
            start, before = (counted.end, counted.count) if counted else (0, 0)
            span = self._span(file, start)
            fresh = _Bookmark(
                size=file.stamp.size,
                mtime_ns=file.stamp.mtime_ns,
                end=span.end,
                count=before + len(span.between(start, span.end)),
                prints=file.prints(span.end),
            )
            file.check()
        uidvalidity = 1 if known is None else known.uidvalidity if grown else known.uidvalidity + 1
        return MailboxState(uidvalidity, uidnext=fresh.end + 1, exists=fresh.count, bookmark=str(fresh))

    def _span(self, file: _File, start: int) -> Span:
        """The messages from offset `start` on; scanned once for all calls while the file stays as it is."""
        stamp, span = self._spans.get(file.name, (None, None))
        if span is None or stamp != file.stamp or start < span.start:
            with _reading(file.path):
                span = scan(file.descriptor, start, file.stamp.size)
                file.check()
            self._spans[file.name] = (file.stamp, span)
        return span


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns an error of the operating system into one for people."""
    try:
        yield
    except OSError as error:
        raise MailboxError(f"{path} can't be read: {error.strerror}", _WHO) from error


def _find(path: Path) -> dict[str, Path]:
    """The mailboxes by name: the file itself, or every mbox file in and below the folder."""
    hint = "Set `path` to an mbox file, or to the folder that holds the mbox files."
    try:
        if path.is_file():
            return {_name(Path(path.name)): _checked(path)}
        if not path.is_dir():
            raise SourceError(f"{path} " + ("is neither file nor folder" if path.exists() else "does not exist"), hint)
        found: dict[str, Path] = {}
        for file in _files(path):
            name = _name(file.relative_to(path))
            # Where two names are alike, the second one keeps its path as its name.
            found[name if name not in found else f"./{as_text(str(file.relative_to(path)))}"] = file
    except OSError as error:
        raise SourceError(f"{error.filename or path} can't be read: {error.strerror}", _WHO) from error
    if not found:
        raise SourceError(f"no mbox file in {path}", f"{hint} Packed files have to be unpacked first.")
    return found


def _files(top: Path) -> Iterator[Path]:
    """Every mbox file in and below a folder, sorted."""

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(top, onerror=fail):
        folders.sort()
        for file in sorted(files):
            path = Path(folder, file)
            if not file.startswith(".") and path.is_file() and _is_mbox(path):
                yield path


def _is_mbox(path: Path) -> bool:
    """Whether a file looks like mbox. Of one without content, or that may not be read, its name decides."""
    try:
        beginning = _beginning(path)
    except PermissionError:
        beginning = b""  # opening it will fail with a reason; to leave it out would hide its mail
    if beginning:
        return beginning.startswith(b"From ")
    return path.suffix in ("", ".mbox") or path.with_name(path.name + ".msf").exists()


def _checked(path: Path) -> Path:
    """`path` itself.

    Raises:
        SourceError: it is no mbox file, or one of a web archive, which shows no addresses.
    """
    beginning = _beginning(path, _SAMPLE)
    packed = next((kind for magic, kind in _PACKED.items() if beginning.startswith(magic)), None)
    if packed:
        raise SourceError(f"{path} is a {packed} file", "Unpack it and set `path` to the mbox file in it.")
    if beginning and not beginning.startswith(b"From "):
        raise SourceError(f"{path} is not an mbox file: it doesn't begin with a line `From …`", "Export it as mbox.")
    if hides_addresses(beginning):
        raise SourceError(f"{path} {_HIDDEN}", _RAW)
    return path


def _beginning(path: Path, octets: int = 64) -> bytes:
    """The first octets of a file without empty lines before them; b"" if nothing is in it."""
    with path.open("rb") as file:
        return file.read(octets).lstrip(b"\r\n")


def _name(path: Path) -> str:
    """The mailbox name of a file: its path without `.mbox` and `.sbd`."""
    parts = [folder.removesuffix(".sbd") for folder in path.parts[:-1]]
    return as_text("/".join([*parts, path.name.removesuffix(".mbox")]))
