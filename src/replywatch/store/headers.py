"""Stored headers put in other words: what is kept of them changed, or subjects may not be kept any longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from replywatch.store.incoming import header_digest

_AT_ONCE = 1000
"""Headers in memory."""


def change_headers(
    connection: sqlite3.Connection,
    change: Callable[[bytes], bytes],
    changed: Callable[[bytes, bytes], None] = lambda _old, _new: None,
) -> None:
    """Put `change` of every header in its place, and say each one to `changed`; within the caller's transaction.

    Messages with the same header then become one, in all the places of both. There are no derived rows meanwhile.
    """
    last = 0
    sql = "SELECT id, header FROM messages WHERE id > ? ORDER BY id LIMIT ?"
    while rows := connection.execute(sql, [last, _AT_ONCE]).fetchall():
        for last, old in rows:
            new = change(old)
            if new != old:
                _replace(connection, last, new)
                changed(old, new)


def _replace(connection: sqlite3.Connection, message: int, header: bytes) -> None:
    digest = header_digest(header)
    sql = "UPDATE OR IGNORE messages SET digest = ?, header = ? WHERE id = ?"
    if connection.execute(sql, [digest, header, message]).rowcount == 0:
        sql = "UPDATE locations SET message = (SELECT id FROM messages WHERE digest = ?) WHERE message = ?"
        connection.execute(sql, [digest, message])
        connection.execute("DELETE FROM messages WHERE id = ?", [message])
