"""Mail in Maildir folders: Maildir++ (`.Sent`, as Dovecot and Courier keep it) or folders in folders (`Sent/cur`).

A message is a file that keeps the unique part of its name for ever, while the folder (`new`, `cur`) and the flags
behind `:2,` change: https://cr.yp.to/proto/maildir.html. The UID is made of that unique part, so it says nothing
about the order of arrival.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path, PurePath
from types import TracebackType
from typing import NamedTuple, Self

from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.errors import MailboxError, SourceError
from replywatch.sources.base import Changed, FetchedMessage, Flagging, Listing, MailboxState
from replywatch.sources.folder_names import as_text, earlier_name, known_again, mailbox_name
from replywatch.sources.local.by_id import found_by_id
from replywatch.sources.local.flags import flagging, keywords_of_letters
from replywatch.sources.local.message_file import Unreadable, message_header
from replywatch.sources.local.unread import SAMPLE, unread_file

_UIDVALIDITY = 1
_INFO = re.compile(r"[:;!]2,")
"""Starts the flags; `;` and `!` stand for the colon where the file system has none."""
_ADDED_LATER = re.compile(r",(?:U=\d+|FMD5=[0-9a-f]+)")
"""What mbsync and OfflineIMAP put into a name after delivery, and change when they number anew."""
_SIZE = re.compile(r",S=(\d{1,18})(?:,|$)")
"""What the server says in a name of the size of a message, packed or not (Maildir++)."""
_FLAGS = {"D": "\\Draft", "F": "\\Flagged", "R": "\\Answered", "S": "\\Seen", "T": "\\Deleted"}

_FRESH = 2_000_000_000
"""Nanoseconds; a folder changed this recently can change again without a new mtime (coarse file system clocks)."""
_TRIES = 5
_WHO = "Run replywatch as a user who may read this mail."


@dataclass(frozen=True, slots=True)
class MaildirSettings:
    """Where the Maildir is."""

    path: Path


class _Mailbox(NamedTuple):
    listing: Listing
    path: Path


class _Stamp(NamedTuple):
    """mtimes of the two folders in nanoseconds, 0 for one that isn't there."""

    new: int
    cur: int


class _Files(NamedTuple):
    """The files of a mailbox at one moment."""

    mailbox: str
    stamp: _Stamp
    fresh: bool
    """Changed so recently that an equal stamp proves nothing."""
    names: dict[int, str]
    """UID → path below the mailbox's folder."""
    keywords: Mapping[str, str]
    """Small letter among the flags → keyword."""


class MaildirSource:
    """A `sources.base.Source` over Maildir folders. Changes nothing, `new` included."""

    in_order = False
    has_labels = False
    unlisted: tuple[str, ...] = ()
    complaint = ""

    def __init__(self, settings: MaildirSettings) -> None:
        self._path = settings.path
        self._mailboxes: dict[str, _Mailbox] = {}
        self._opened = ""
        self._files: _Files | None = None
        self._unread: dict[str, UnreadFile] = {}

    @property
    def unread_files(self) -> tuple[UnreadFile, ...]:
        """Beside the mailboxes; and of the messages those that were asked for so far and can't be read."""
        return tuple(sorted(self._unread.values()))

    def __enter__(self) -> Self:
        """Look for mailboxes.

        Raises:
            SourceError: there is no such folder, it can't be read, or no Maildir is in it.
        """
        self._mailboxes = _find(self._path)
        self._unread = {file.path: file for file in _loose(self._path)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what was listed; no file stays open between two calls."""
        self._files = None

    def mailboxes(self) -> list[Listing]:
        """All mailboxes, sorted by name; the folder itself is INBOX if it holds mail."""
        return known_again(self._mailboxes[name].listing for name in sorted(self._mailboxes))

    def status(self, name: str, known: MailboxState | None) -> MailboxState:
        """How `name` stands; its files are listed only if something changed since `known`.

        Raises:
            MailboxError: there is no such mailbox, or it can't be read.
        """
        folder = self._folder(name)
        if known is not None and known.bookmark == _bookmark(_stamp(folder), known.exists):
            return known
        files = self._listed(name)
        bookmark = _bookmark(files.stamp, len(files.names))
        if files.fresh:
            bookmark += f" {time.time_ns()}"  # equals no later one: the next pass lists the files again
        return MailboxState(uidvalidity=_UIDVALIDITY, uidnext=None, exists=len(files.names), bookmark=bookmark)

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """As `status`; the calls below speak of this mailbox.

        Raises:
            MailboxError: there is no such mailbox, or it can't be read.
        """
        state = self.status(name, known)
        self._opened = name
        return state

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending.

        Raises:
            MailboxError: the mailbox can't be read any more.
        """
        return sorted(uid for uid in self._listed(self._opened).names if first <= uid <= last)

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs; one whose file is gone or may not be read is left out.

        Raises:
            MailboxError: the disk fails.
        """
        folder = self._folder(self._opened)
        files = self._files
        if files is None or files.mailbox != self._opened:
            files = self._listed(self._opened)
        for uid in uids:
            tried = None
            # A file that vanished got flags or moved to cur most likely; its new name is in a new list.
            for _ in range(_TRIES):
                name = files.names.get(uid)
                if name is None or name == tried:
                    break
                try:
                    message = _read(folder / name, uid, files.keywords)
                except FileNotFoundError:
                    tried = name
                    files = self._listed(self._opened)
                    continue
                if isinstance(message, FetchedMessage):
                    yield message
                else:
                    path = as_text(str((folder / name).relative_to(self._path)))
                    self._unread[path] = UnreadFile(path, *message)
                break

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:  # noqa: ARG002 - of the interface
        """Who of the messages from `first` to `last` bears which flag, as the names of the files say.

        Raises:
            MailboxError: the mailbox can't be read any more.
        """
        files = self._listed(self._opened)
        return flagging(
            (uid, _flags(name, files.keywords)) for uid, name in files.names.items() if first <= uid <= last
        )

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:  # noqa: ARG002 - of the interface
        """Nothing: file names have no HIGHESTMODSEQ."""
        return iter(())

    def stamps(self, uids: Sequence[int]) -> None:
        """None: a UID is made of the name of a file, which is one message's for ever."""

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of the messages with one of these Message-IDs; every header of the mailbox is read.

        Raises:
            MailboxError: the mailbox can't be read any more.
        """
        return found_by_id(self.uids, self.fetch, message_ids)

    def _folder(self, name: str) -> Path:
        if name not in self._mailboxes:
            raise MailboxError(f"{self._path} has no mailbox {name!r}")
        return self._mailboxes[name].path

    def _listed(self, name: str) -> _Files:
        """The files of a mailbox as they are now; listed again only if they may have changed."""
        folder = self._folder(name)
        files = self._files
        if files is None or files.mailbox != name or files.fresh or files.stamp != _stamp(folder):
            files = self._files = _list(name, folder)
        return files


def _find(top: Path) -> dict[str, _Mailbox]:
    """The mailboxes in and below `top` by name."""
    hint = "Set `path` to the Maildir: the folder that holds cur and new, or folders that do."
    found: dict[str, _Mailbox] = {}
    try:
        if not top.is_dir():
            raise SourceError(f"{top} " + ("is not a folder" if top.exists() else "does not exist"), hint)
        for listing, path in _walk(top):
            # Where two names decode alike, the second one keeps its path as its name.
            name = listing.name if listing.name not in found else f"./{as_text(str(path.relative_to(top)))}"
            found[name] = _Mailbox(replace(listing, name=name), path)
    except OSError as error:
        raise SourceError(f"{error.filename or top} can't be read: {error.strerror}", _WHO) from error
    if not found:
        raise SourceError(f"{top} is not a Maildir: no folder cur or new in it", hint)
    return found


def _walk(top: Path) -> Iterator[_Mailbox]:
    """Every folder that holds mail, each once, however many symbolic links lead to it."""
    seen = set()
    pending = [PurePath()]
    while pending:
        below = pending.pop()
        path = top / below
        status = path.stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        folders = _folders(path, must=path == top)
        if "cur" in folders or "new" in folders:
            name, delimiter = mailbox_name(below, "maildir")
            if not below.parts and any(folder.startswith(".") for folder in folders):
                delimiter = "."
            yield _Mailbox(Listing(name, delimiter, formerly=earlier_name(below, "maildir")), path)
        pending += [below / folder for folder in sorted(set(folders) - {"cur", "new", "tmp"}, reverse=True)]


def _loose(top: Path) -> Iterator[UnreadFile]:
    """Files that look like mail outside of the folders for messages."""
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(set(folders) - {"cur", "new", "tmp"})
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or not path.is_file():
                continue
            with suppress(OSError), path.open("rb") as file:
                found = unread_file(path, top, file.read(SAMPLE))
                if found:
                    yield found


def _folders(path: Path, *, must: bool) -> list[str]:
    """Names of the folders in `path`; of one that can't be looked into it is said that it holds mail.

    Opening that mailbox then fails with a reason; to leave it out would call unread mail unanswered.
    """
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if os.path.isdir(entry)]  # noqa: PTH112 - never raises (ELOOP)
    except PermissionError:
        if must:
            raise
        return ["cur"]


def _bookmark(stamp: _Stamp, count: int) -> str:
    return f"{stamp.new} {stamp.cur} {count}"


def _stamp(folder: Path) -> _Stamp:
    """When files last came, went or were renamed.

    Raises:
        MailboxError: the folder is gone or can't be read.
    """
    times = []
    for name in ("new", "cur"):
        try:
            times.append((folder / name).stat().st_mtime_ns)
        except FileNotFoundError:
            times.append(0)
        except OSError as error:
            raise _unreadable(folder / name, error) from error
    if times == [0, 0]:
        raise MailboxError(f"{folder} is no Maildir folder any more", "It was renamed or deleted while it was read.")
    return _Stamp(*times)


def _list(mailbox: str, folder: Path) -> _Files:
    """The files of a mailbox; listed again while somebody renames them, since a directory may hide a renamed file."""
    for _ in range(_TRIES):
        stamp = _stamp(folder)
        # `new` first: a message that moves meanwhile is met twice and not missed.
        names = _names(folder, "new") | _names(folder, "cur")
        if _stamp(folder) == stamp:
            break
    return _Files(mailbox, stamp, time.time_ns() - max(stamp) < _FRESH, names, keywords_of_letters(folder))


def _names(folder: Path, name: str) -> dict[int, str]:
    try:
        with os.scandir(folder / name) as entries:
            return {
                _uid(entry.name): f"{name}/{entry.name}"
                for entry in entries
                if not entry.name.startswith(".") and _is_file(entry)
            }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unreadable(folder / name, error) from error


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a file, or leads to one; asks the disk about links only."""
    if entry.is_symlink():
        return os.path.isfile(entry)  # noqa: PTH113 - never raises, while DirEntry.is_file does on a loop
    return entry.is_file(follow_symlinks=False)


def _uid(name: str) -> int:
    """A positive 63-bit number made of the part of a file name that never changes."""
    unique = _ADDED_LATER.sub("", _INFO.split(name, maxsplit=1)[0])
    digest = blake2b(os.fsencode(unique), digest_size=8).digest()
    return int.from_bytes(digest) >> 1 or 1


def _flags(name: str, keywords: Mapping[str, str]) -> tuple[str, ...]:
    letters = _INFO.split(name, maxsplit=1)[1:]
    return tuple(flag for letter, flag in (*keywords.items(), *_FLAGS.items()) if letters and letter in letters[0])


def _read(path: Path, uid: int, keywords: Mapping[str, str]) -> FetchedMessage | Unreadable:
    """One message, or why it can't be read.

    Raises:
        FileNotFoundError: it has got another name, or is gone.
        MailboxError: the disk fails.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            status = os.fstat(descriptor)
            header = message_header(descriptor, status.st_size)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except PermissionError:
        return Unreadable(Why.DENIED)
    except OSError as error:
        raise _unreadable(path, error) from error
    if isinstance(header, Unreadable):
        return header
    # Dovecot and Courier keep INTERNALDATE there; a copy made without `cp -p` has lost it.
    arrived = status.st_mtime_ns // 1_000_000_000
    told = _SIZE.search(_INFO.split(path.name, maxsplit=1)[0])
    return FetchedMessage(
        uid=uid,
        header=header,
        internal_date=arrived if arrived > 0 else None,
        size=int(told[1]) if told else status.st_size,
        flags=_flags(path.name, keywords),
    )


def _unreadable(path: Path, error: OSError) -> MailboxError:
    return MailboxError(f"{path} can't be read: {error.strerror}", _WHO)
