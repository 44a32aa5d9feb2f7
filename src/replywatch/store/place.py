"""Whether the place of the store can be used, and what is held in it, found out without touching it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from replywatch.domain.mailboxes.origin import Origin
from replywatch.errors import StoreError

_HINT = "Check the path ([store] path in the config, or REPLYWATCH_DATABASE) and the permissions."
_MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins (https://www.sqlite.org/fileformat.html, 1.3.1)."""


def check_place(path: Path) -> bool:
    """Whether there is a store at `path`; False if the first poll can make one there.

    Raises:
        StoreError: neither; the file or its folder can't be read or written, or it is no database.
    """
    try:
        if path.exists():
            with path.open("rb") as file:
                beginning = file.read(len(_MAGIC))
            if beginning not in (b"", _MAGIC):
                raise StoreError(f"{path} is no database", _HINT)
            if not os.access(path, os.W_OK):
                raise StoreError(f"{path} can't be written", _HINT)
            _need_folder(path.parent)
            return True
        _need_folder(next(folder for folder in path.absolute().parents if folder.exists()))
    except OSError as error:
        raise StoreError(f"the store {path} can't be used: {error.strerror}", _HINT) from error
    return False


def open_to_others(path: Path) -> tuple[Path, ...]:
    """The store at `path` and the files of SQLite's beside it, as far as group or others may read or change them."""
    beside = (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal")))
    return tuple(file for file in beside if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def known_origin(path: Path, account: str) -> Origin | None:
    """What the store holds under the name of an account; None as far as it tells nothing."""
    sql = "SELECT kind, host, login, path FROM accounts WHERE name = ? AND kind IS NOT NULL"
    return next((Origin(*row) for row in _untouched(path, sql, [account])), None)


def held_mailboxes(path: Path, account: str) -> list[tuple[str, int]]:
    """The mailboxes of which too much is missing to be believed, and since when; as far as the store tells."""
    return _untouched(
        path,
        "SELECT m.name, min(e.held_at) FROM epochs e JOIN mailboxes m ON m.id = e.mailbox"
        " JOIN accounts a ON a.id = m.account WHERE a.name = ? AND e.held_at IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM locations WHERE epoch = e.id AND gone IS NULL) GROUP BY m.name ORDER BY 1",
        [account],
    )


def fields_progress(path: Path, account: str, mailboxes: Collection[str], version: int) -> tuple[int, int]:
    """How many messages of these mailboxes have, or were asked for, the fields of `version`; and how many there are.

    As far as the store tells; (0, 0) if it tells nothing.
    """
    asked_to = f"CASE WHEN e.fields_version >= {version:d} THEN l.uid WHEN e.fields_asked_for = {version:d}"
    rows = _untouched(
        path,
        f"SELECT coalesce(sum(l.uid <= {asked_to} THEN e.fields_asked_to ELSE 0 END), 0), count(*) FROM locations l"
        " JOIN epochs e ON e.id = l.epoch JOIN mailboxes m ON m.id = e.mailbox JOIN accounts a ON a.id = m.account"
        " WHERE a.name = ? AND m.name IN (SELECT value FROM json_each(?)) AND e.superseded_at IS NULL"
        " AND l.gone IS NULL AND l.message IS NOT NULL",
        [account, json.dumps(list(mailboxes))],
    )
    return rows[0] if rows else (0, 0)


def _untouched(path: Path, sql: str, values: Sequence[object]) -> list[Any]:
    """The rows of a query; no journal is looked for, and none is made.

    A store that is being written, or was not brought up to date yet, may tell nothing.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"  # an empty file would be made without the mode
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()
    except sqlite3.Error:
        return []


def _need_folder(path: Path) -> None:
    """Raise `StoreError` if `path` is no folder in which this process may make files."""
    if not path.is_dir():
        raise StoreError(f"{path} is no folder", _HINT)
    if not os.access(path, os.W_OK | os.X_OK):
        raise StoreError(f"{path} can't be written", _HINT)
