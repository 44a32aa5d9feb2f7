"""The SQLite file: opened, checked, migrated; every fault of SQLite becomes a `StoreError` with a hint."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from replywatch.domain.people import contact_key
from replywatch.errors import LockedError, StoreError, UnreadyStoreError, UnusableStoreError
from replywatch.files import make_folder
from replywatch.store import schema
from replywatch.store.lock import patiently, writing

Row = tuple[Any, ...]
BUSY_SECONDS = 20.0
_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "cache_size = -32000",  # KiB
    "wal_autocheckpoint = 32000",  # pages, 128 MB: every batch changes the same pages of the indexes
    "trusted_schema = OFF",
)


class Database:
    """One connection to the store. Used as a context manager; entering it opens the store, and makes it if `create`.

    Whoever opens a store of an older release brings it up to date, under the lock: so the lock must not be held then.
    Nobody sees a store of which tables are still missing.
    """

    def __init__(self, path: Path, *, create: bool = False, untouched: bool = False) -> None:
        """`untouched`: read it as if nobody wrote, and leave no trace beside it; of another release it can't be."""
        self.path = path
        self._create = create
        self._untouched = untouched
        self._connection: sqlite3.Connection | None = None
        self._frozen: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Open the store, in the form of this release.

        Raises:
            StoreError: it is missing, damaged, from a newer release, or from an older one and can't be written.
            LockedError: it is from an older release, and somebody else has been writing to it for long.
        """
        with self.faults():
            # An empty file is what a first poll leaves that was killed at once.
            if not self._create and not (self.path.exists() and self.path.stat().st_size):
                raise UnreadyStoreError(f"there is no store at {self.path}", "Run `replywatch poll` first.")
            if self._create:
                make_folder(self.path.parent)
                _make(self.path)
            self._connection = connection = self._connect()
            try:
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                self._bring_up_to_date()
            except BaseException:  # a `with` doesn't leave what it could not enter
                connection.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; an open transaction is rolled back.

        Raises `StoreError` if somebody wrote where this process may not: what was read can't be trusted.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if kind is None and self._frozen is not None and self._frozen != _stamp(self.path):
            raise self._written()

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Iterator[Row]:
        """The rows of a query, one after the other."""
        with self.faults():
            yield from self.connection.execute(sql, values)

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Row | None:
        """The first row of a query, None if there is none."""
        with self.faults():
            found: Row | None = self.connection.execute(sql, values).fetchone()
            return found

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:  # noqa: ANN401 - as SQL says
        """The first column of the first row, None if there is none."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run one statement and say the rowid it inserted last."""
        with self.faults():
            return self.connection.execute(sql, values).lastrowid or 0

    def execute_many(self, sql: str, values: Iterable[Sequence[Any] | dict[str, Any]]) -> None:
        """Run one statement for each of `values`."""
        with self.faults():
            self.connection.executemany(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is written inside stays if the block ends, and is undone if it raises.

        Within another one it is a part of that.
        """
        if self.connection.in_transaction:
            yield
            return
        with self.faults():
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        with self.faults():
            self.connection.execute("COMMIT")

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """What is read inside is all of one moment, whoever writes meanwhile; tables of the connection vanish after."""
        with self.faults():
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def size(self) -> int:
        """Octets on the disk, what waits in the journal included."""
        journal = self.path.with_name(f"{self.path.name}-wal")
        with self.faults():
            return self.path.stat().st_size + (journal.stat().st_size if journal.exists() else 0)

    def compact(self) -> None:
        """Write the file anew without its free pages, and empty its journal.

        Raises `StoreError` if somebody else is reading, so that the journal has to stay.
        """
        self.execute("PRAGMA secure_delete = ON")  # else pages may be written with what their memory held before
        self.execute("VACUUM")
        row = self.row("PRAGMA wal_checkpoint(TRUNCATE)")
        if row is None or row[0]:
            raise StoreError(
                f"the store {self.path} is being read by another program, so erased bytes are still in its journal",
                "Close that program and run the same command again: it finishes the job.",
            )

    def _connect(self) -> sqlite3.Connection:
        """A connection, which knows `contact_key`; one that only reads where no journal lies and none can be made.

        SQLite reads a store in WAL mode only if it may write beside it, or is told that nothing changes
        (https://www.sqlite.org/wal.html#read_only_databases).
        """
        if self._untouched:
            self._frozen = _stamp(self.path)
        else:
            self._frozen = None if self._create else _frozen(self.path)
        name = str(self.path) if self._frozen is None else f"{self.path.absolute().as_uri()}?immutable=1"
        connection = sqlite3.connect(
            name, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256, uri=self._frozen is not None
        )
        connection.create_function("contact_key", 1, contact_key, deterministic=True)
        return connection

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, for what migrations do, too; its errors are told as faults of the store in `faults`."""
        if self._connection is None:
            raise StoreError(f"the store {self.path} is not open")
        return self._connection

    def _bring_up_to_date(self) -> None:
        if self._is_up_to_date():
            return
        if self._frozen is not None or not os.access(self.path, os.W_OK):
            raise UnreadyStoreError(
                f"the store {self.path} was made by an older release, and may not be written here",
                "Its owner has to open it once with this release: `replywatch report` will do.",
            )
        try:
            patiently(self._migrate, self._is_up_to_date)
        except LockedError as error:
            raise LockedError(
                f"the store {self.path} is not in the form of this release yet, and another command is writing to it",
                "Wait until that is done, then run it again.",
            ) from error

    def _is_up_to_date(self) -> bool:
        """Whether every migration of this release was applied.

        Raises:
            UnusableStoreError: it is from a newer release, or another program's.
        """
        # One statement, so that what it says is true of one moment.
        tables, ours = (
            self.row("SELECT count(*), coalesce(sum(name = '_sqlite_migrations'), 0) FROM sqlite_master") or ()
        )
        if tables and not ours:
            raise UnusableStoreError(
                f"{self.path} is a database of some other program", "Give another path in [store] path of the config."
            )
        sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
        applied = {name for (name,) in self.rows(sql, [schema.SET])} if ours else set()
        if applied - set(schema.NAMES):
            raise UnusableStoreError(
                f"the store {self.path} was made by a newer release of replywatch",
                "Update replywatch; an older release would damage it.",
            )
        return len(applied) == len(schema.NAMES)

    def _migrate(self) -> None:
        """Apply the migrations that are missing; one that is killed leaves those before it."""
        with writing(self.path):
            if not self._is_up_to_date():  # somebody may have done it since
                self.execute("PRAGMA journal_mode = WAL")
                from sqlite_utils import Database as SqliteUtils  # noqa: PLC0415 - only to migrate: it costs 90 ms

                self.execute("PRAGMA secure_delete = ON")  # what is cut from a row stays on no page either
                schema.migrations().apply(SqliteUtils(self.connection, execute_plugins=False))
                if self.value("SELECT EXISTS (SELECT 1 FROM messages)"):
                    # Pages of which rows were cut are half empty. Where there is no room to write them anew they stay
                    # so: the store is whole all the same. One that is damaged is not.
                    try:
                        self.execute("VACUUM")
                    except UnusableStoreError:
                        raise
                    except StoreError:
                        pass

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Every error of SQLite or of the file inside becomes a `StoreError` with a hint.

        What looks damaged may be a change that is half in the file, where it is read as if nobody wrote.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise (self._written() if self._may_be_half_written() else _explained(error, self.path)) from error
        except OSError as error:
            raise StoreError(
                f"the store {self.path} can't be used: {error.strerror}",
                "Check the path ([store] path in the config, or REPLYWATCH_DATABASE), its permissions and the disk.",
            ) from error

    def _may_be_half_written(self) -> bool:
        """Whether it is read as if nobody wrote, and somebody does: a journal waits, or the file is another by now."""
        return self._frozen is not None and (_has_journal(self.path) or self._frozen != _stamp(self.path))

    def _written(self) -> UnreadyStoreError:
        return UnreadyStoreError(f"the store {self.path} was written while it was read", "Run it again.")


_RESTORE = (
    "Restore it from a backup, or move it away and poll again: marks are lost then, what was erased is read again,"
    " and mail that is no longer in the mailboxes is not."
)
_FAULTS = (
    (
        UnusableStoreError,
        ("not a database",),
        "is damaged or is no SQLite database",
        f"Nothing was changed. {_RESTORE}",
    ),
    (UnusableStoreError, ("malformed",), "is damaged", f"It is never made anew or mended by itself. {_RESTORE}"),
    (
        StoreError,
        ("disk is full", "disk i/o"),
        "can't be written: the disk is full or broken",
        "Make room and run it again.",
    ),
    (StoreError, ("readonly", "read-only"), "is read-only", "Check who owns the file and its folder."),
    (
        UnreadyStoreError,
        ("locked", "busy"),
        "is in use by another program",
        "Wait until it is done, then run it again.",
    ),
    (
        StoreError,
        ("unable to open",),
        "can't be opened",
        "Check the path and the permissions of its folder. If a journal (-wal) lies beside it, both must be writable.",
    ),
)


def _make(path: Path) -> None:
    """An empty file at `path`, for its owner alone, unless there is a store already."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not os.fstat(handle).st_size:
            os.fchmod(handle, 0o600)  # whoever made an empty one before
    finally:
        os.close(handle)


def _frozen(path: Path) -> tuple[int, int] | None:
    """Size and mtime of a store beside which this process can't write and no journal lies; None for any other."""
    return None if os.access(path.parent, os.W_OK) or _has_journal(path) else _stamp(path)


def _has_journal(path: Path) -> bool:
    """Whether changes wait beside the store to be put into its file."""
    journal = path.with_name(f"{path.name}-wal")
    return journal.exists() and journal.stat().st_size > 0


def _stamp(path: Path) -> tuple[int, int]:
    """Size and mtime: they change whenever somebody writes."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _explained(error: sqlite3.Error, path: Path) -> StoreError:
    text = str(error).lower()
    for kind, signs, what, hint in _FAULTS:
        if any(sign in text for sign in signs):
            return kind(f"the store {path} {what}", hint)
    return StoreError(f"the store {path} reported: {error}", "Run again with --debug for the whole story.")
