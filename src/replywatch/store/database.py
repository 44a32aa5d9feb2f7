"""The SQLite file: opened, checked, migrated; every fault of SQLite becomes a `StoreError` with a hint."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from replywatch.errors import StoreError, UnusableStoreError
from replywatch.store import schema
from replywatch.store.private import make_folder

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
    """One connection to the store. Used as a context manager; entering opens, creating and migrating if `create`."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._create = create
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        """Open the store; raises `StoreError` if it is missing, damaged, from a newer release or can't be written."""
        if not self._create and not self.path.exists():
            raise StoreError(f"there is no store at {self.path}", "Run `replywatch poll` first.")
        with self._faults():
            if self._create:
                make_folder(self.path.parent)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256
            )
            try:
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                self._migrate(connection)
            except BaseException:  # a `with` doesn't leave what it could not enter
                connection.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; an open transaction is rolled back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Iterator[Row]:
        """The rows of a query, one after the other."""
        with self._faults():
            yield from self._open().execute(sql, values)

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Row | None:
        """The first row of a query, None if there is none."""
        with self._faults():
            found: Row | None = self._open().execute(sql, values).fetchone()
            return found

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:  # noqa: ANN401 - as SQL says
        """The first column of the first row, None if there is none."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run one statement and say the rowid it inserted last."""
        with self._faults():
            return self._open().execute(sql, values).lastrowid or 0

    def execute_many(self, sql: str, values: Iterable[Sequence[Any] | dict[str, Any]]) -> None:
        """Run one statement for each of `values`."""
        with self._faults():
            self._open().executemany(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is written inside stays if the block ends, and is undone if it raises.

        Within another one it is a part of that.
        """
        if self._open().in_transaction:
            yield
            return
        with self._faults():
            self._open().execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._open().rollback()
            raise
        with self._faults():
            self._open().execute("COMMIT")

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

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"the store {self.path} is not open")
        return self._connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
        applied = (
            [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id", [schema.SET]
                )
            ]
            if known
            else []
        )
        if set(applied) - set(schema.NAMES):
            raise UnusableStoreError(
                f"the store {self.path} was made by a newer release of replywatch",
                "Update replywatch; an older release would damage it.",
            )
        if not applied and connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() and not known:
            raise UnusableStoreError(
                f"{self.path} is a database of some other program", "Give another path in [store] path of the config."
            )
        if len(applied) < len(schema.NAMES):
            connection.execute("PRAGMA journal_mode = WAL")
            from sqlite_utils import Database as SqliteUtils  # noqa: PLC0415 - only to migrate: it costs 90 ms

            schema.migrations().apply(SqliteUtils(connection, execute_plugins=False))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error
        except OSError as error:
            raise StoreError(
                f"the store {self.path} can't be used: {error.strerror}",
                "Check the path ([store] path in the config, or REPLYWATCH_DATABASE), its permissions and the disk.",
            ) from error


_FAULTS = (
    (
        UnusableStoreError,
        ("not a database", "malformed"),
        "is damaged or is no SQLite database",
        "Nothing was changed. Restore it from a backup, or move it away and poll again: only marks are lost.",
    ),
    (
        StoreError,
        ("disk is full", "disk i/o"),
        "can't be written: the disk is full or broken",
        "Make room and run it again.",
    ),
    (StoreError, ("readonly", "read-only"), "is read-only", "Check who owns the file and its folder."),
    (StoreError, ("locked", "busy"), "is in use by another program", "Wait until it is done, then run it again."),
    (StoreError, ("unable to open",), "can't be opened", "Check the path and the permissions of its folder."),
)


def _explained(error: sqlite3.Error, path: Path) -> StoreError:
    text = str(error).lower()
    for kind, signs, what, hint in _FAULTS:
        if any(sign in text for sign in signs):
            return kind(f"the store {path} {what}", hint)
    return StoreError(f"the store {path} reported: {error}", "Run again with --debug for the whole story.")
