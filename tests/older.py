"""Stores as earlier releases left them: made of a present one, with what its tables held then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlite_utils

from replywatch.store import schema

RENAMED = {("epochs", "token"): "bookmark"}
"""(table, column) as it was called → as it is called now."""


def take_back(store: Path, before: str) -> None:
    """Make `store` what it was before the migration `before`: the facts it had then, and no derived rows."""
    now, then = store.with_name("now.db"), sqlite_utils.Database(store.with_name("then.db"))
    schema.migrations().apply(then, stop_before=before)
    tables = [name for name in then.table_names() if name not in schema.DERIVED_TABLES and "_sqlite_" not in name]
    columns = {table: [column.name for column in then[table].columns] for table in tables}
    then.close()
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.rename(now)
    now.with_name("then.db").rename(store)
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS now", [str(now)])
        for table in tables:
            there = {name for _, name, *_ in connection.execute(f"PRAGMA now.table_info({table})")}
            kept = {name: RENAMED.get((table, name), name) for name in columns[table]}
            kept = {then: now for then, now in kept.items() if now in there}
            connection.execute(
                f"INSERT OR REPLACE INTO {table} ({', '.join(kept)}) SELECT {', '.join(kept.values())} FROM now.{table}"
            )
    now.unlink()
