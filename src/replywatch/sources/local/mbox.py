"""Mail in mbox files: one file, or a folder of them (Thunderbird's profile, Google Takeout).

The UID of a message is the offset of its separator, plus one: it stays as long as the file only grows. Whether it
did is told by digests of its beginning and its end, kept in `MailboxState.bookmark`; a file that was rewritten is a
new epoch.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import Changed, FetchedMessage, Flagging, Listing, MailboxState
from replywatch.sources.folder_names import as_text, earlier_name, known_again, mailbox_name
from replywatch.sources.local.by_id import found_by_id
from replywatch.sources.local.flags import flagging
from replywatch.sources.local.mbox_file import HIDDEN, RAW, WHO, Bookmark, FileStamp, MboxFile, reading
from replywatch.sources.local.mbox_format import Span, hides_addresses
from replywatch.sources.local.mbox_separators import RULES
from replywatch.sources.local.unread import SAMPLE, illegible, packing_of, unread_file, without_mark


@dataclass(frozen=True, slots=True)
class MboxSettings:
    """Where the mbox file is, or the folder of mbox files."""

    path: Path


class MboxSource:
    """A `sources.base.Source` over mbox files. Takes no lock: it reads a growing file up to the size it met."""

    in_order = True
    has_labels = False
    unlisted: tuple[str, ...] = ()
    complaint = ""

    def __init__(self, settings: MboxSettings) -> None:
        self._path = settings.path
        self._paths: dict[str, Path] = {}
        self._opened: MboxFile | None = None
        self._spans: dict[str, tuple[FileStamp, Span]] = {}
        self._unread: dict[str, UnreadFile] = {}

    @property
    def unread_files(self) -> tuple[UnreadFile, ...]:
        """Beside the mailboxes; and of these what was met so far that is no message that can be read."""
        return tuple(sorted(self._unread.values()))

    def __enter__(self) -> Self:
        """Look for mbox files.

        Raises:
            SourceError: there is no such file or folder, it can't be read, or no mbox is in it.
        """
        unread: list[UnreadFile] = []
        self._paths = _find(self._path, unread)
        self._unread = {file.path: file for file in unread}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._close()
        self._spans.clear()

    def mailboxes(self) -> list[Listing]:
        """All mbox files, sorted by name (`sources.folder_names.mailbox_name`)."""
        top, delimiter = (self._path, "/") if self._path.is_dir() else (self._path.parent, "")
        earlier = {name: earlier_name(path.relative_to(top), "mbox") for name, path in self._paths.items()}
        return known_again(Listing(name, delimiter, formerly=earlier[name]) for name in sorted(self._paths))

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
            if end is None:
                continue
            message = file.read(uid - 1, end)
            if message:
                yield message
            else:
                self._note(file, Why.NO_HEADER, f" ({uid - 1})")

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

    def stamps(self, uids: Sequence[int]) -> None:
        """None: the bookmark tells whether the messages that were read are the same."""

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of the messages with one of these Message-IDs; every header of the mailbox is read.

        Raises:
            MailboxError: the file can't be read, or was rewritten since it was opened.
        """
        return found_by_id(self.uids, self.fetch, message_ids)

    def _file(self, name: str) -> MboxFile:
        if name not in self._paths:
            raise MailboxError(f"{self._path} has no mailbox {name!r}")
        return MboxFile(name, self._paths[name])

    def _current(self) -> MboxFile:
        if self._opened is None:
            raise MailboxError("no mailbox is open")
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _state(self, file: MboxFile, known: MailboxState | None) -> MailboxState:
        """How a file stands, compared with what was known of it."""
        bookmark = Bookmark.of(known)
        if known and bookmark and (bookmark.size, bookmark.mtime_ns) == (file.stamp.size, file.stamp.mtime_ns):
            self._note_beginning(file, bookmark)
            return known
        with reading(file.path):
            grown = (
                bookmark is not None
                and bookmark.end <= file.stamp.size
                and file.prints(bookmark.end) == bookmark.prints
            )
            # Deleted messages in the middle show in a count from the beginning only.
            counted = bookmark if grown and not file.overwritten_in_place() else None
            start, before = (counted.end, counted.count) if counted else (0, 0)
            span, whole = self._span(file, start), start <= file.form.begins
            if whole:
                file.check_content(span)
            fresh = Bookmark(
                rules=RULES,
                size=file.stamp.size,
                mtime_ns=file.stamp.mtime_ns,
                end=span.end,
                count=before + len(span.between(start, span.end)),
                prints=file.prints(span.end),
                unread=counted.unread if counted and not whole else file.unread_beginning(span),
            )
            file.check()
        self._note_beginning(file, fresh)
        uidvalidity = 1 if known is None else known.uidvalidity if grown else known.uidvalidity + 1
        return MailboxState(uidvalidity, uidnext=fresh.end + 1, exists=fresh.count, bookmark=str(fresh))

    def _span(self, file: MboxFile, start: int) -> Span:
        """The messages from offset `start` on; scanned once for all calls while the file stays as it is."""
        stamp, span = self._spans.get(file.name, (None, None))
        if span is None or stamp != file.stamp or start < span.start:
            span = file.scan(start)
            self._spans[file.name] = (file.stamp, span)
        return span

    def _note_beginning(self, file: MboxFile, bookmark: Bookmark) -> None:
        if bookmark.unread:
            self._note(file, Why.NO_SEPARATOR)

    def _note(self, file: MboxFile, why: Why, where: str = "") -> None:
        """Say of a file, or of a part of it, that it is not read."""
        top = self._path if file.path != self._path else self._path.parent
        name = as_text(str(file.path.relative_to(top))) + where
        self._unread[name] = UnreadFile(name, why)


def _find(path: Path, unread: list[UnreadFile]) -> dict[str, Path]:
    """The mailboxes by name: the file itself, or every mbox file in and below the folder.

    What else looks like mail there is added to `unread`.
    """
    hint = "Set `path` to an mbox file, or to the folder that holds the mbox files."
    try:
        if path.is_file():
            return {_name(path, path.parent): _checked(path)}
        if not path.is_dir():
            raise SourceError(f"{path} " + ("is neither file nor folder" if path.exists() else "does not exist"), hint)
        found: dict[str, Path] = {}
        for file in _files(path, unread):
            name = _name(file, path)
            # Where two names are alike, the second one keeps its path as its name.
            found[name if name not in found else f"./{as_text(str(file.relative_to(path)))}"] = file
    except OSError as error:
        raise SourceError(f"{error.filename or path} can't be read: {error.strerror}", WHO) from error
    if not found:
        raise SourceError(f"no mbox file in {path}", f"{hint} Packed files have to be unpacked first.")
    return found


def _files(top: Path, unread: list[UnreadFile]) -> Iterator[Path]:
    """Every mbox file in and below a folder, sorted; what else looks like mail is added to `unread`."""

    def fail(error: OSError) -> None:
        raise error

    seen = set()
    for folder, folders, files in os.walk(top, onerror=fail, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:  # links may lead in circles
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders.sort()
        for file in sorted(files):
            path = Path(folder, file)
            beside_mbox = file == "table_of_contents" and folder.endswith(".mbox")  # Apple's
            if file.startswith(".") or beside_mbox or not path.is_file():
                continue
            beginning = _beginning(path)
            if _is_mbox(path, beginning):
                yield path
            elif beginning and (found := unread_file(path, top, beginning)):
                unread.append(found)


def _is_mbox(path: Path, beginning: bytes | None) -> bool:
    """Whether a file looks like mbox. Of one without content, or that may not be read, its name decides."""
    if beginning and (text := without_mark(beginning)):
        return text.startswith(b"From ")
    return path.suffix in ("", ".mbox") or path.with_name(path.name + ".msf").exists()


def _beginning(path: Path) -> bytes | None:
    """The first octets of a file; None if it may not be read.

    Opening it will fail then, with a reason; to leave it out would hide its mail.
    """
    try:
        with path.open("rb") as file:
            return file.read(SAMPLE)
    except PermissionError:
        return None


def _checked(path: Path) -> Path:
    """`path` itself.

    Raises:
        SourceError: it is no mbox file, or one of a web archive, which shows no addresses.
    """
    with path.open("rb") as file:
        beginning = file.read(SAMPLE)
    if packing := packing_of(beginning):
        raise SourceError(f"{path} is a {packing} file", "Unpack it and set `path` to the mbox file in it.")
    if illegible(beginning) is Why.UTF_16:
        raise SourceError(f"{path} is text in UTF-16, as no mbox file is", "Export it as mbox once more.")
    text = without_mark(beginning)
    if text and not text.startswith(b"From "):
        raise SourceError(f"{path} is not an mbox file: it doesn't begin with a line `From …`", "Export it as mbox.")
    if hides_addresses(beginning):
        raise SourceError(f"{path} {HIDDEN}", RAW)
    return path


def _name(file: Path, top: Path) -> str:
    """The name of the mailbox in `file`; `top` is the folder that holds all of them, or one of Apple's `NAME.mbox`."""
    alone = top.suffix == ".mbox" and (top / "mbox").is_file()
    return mailbox_name(file.relative_to(top.parent if alone else top), "mbox")[0]
