"""Stored headers put in other words: what is kept of them changed, or subjects may not be kept any longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from replywatch.store.incoming import header_digest

_AT_ONCE = 1000
"""Headers in memory, if they are not too large."""
_OCTETS = 16 << 20
"""Of all of these; with the one that exceeds it the list ends."""


def change_headers(
    connection: sqlite3.Connection,
    change: Callable[[bytes], bytes],
    changed: Callable[[bytes, bytes], None] = lambda _old, _new: None,
) -> None:
    """Put `change` of every header in its place, and say each one to `changed`; within the caller's transaction.

    Messages with the same header then become one, in all the places of both. There are no derived rows meanwhile.
    """
    last = 0
    sizes = "SELECT length(header) FROM messages WHERE id > ? ORDER BY id LIMIT ?"
    sql = "SELECT id, header FROM messages WHERE id > ? ORDER BY id LIMIT ?"
    while at_once := how_many(connection.execute(sizes, [last, _AT_ONCE]), _OCTETS):
        rows = connection.execute(sql, [last, at_once]).fetchall()
        for last, old in rows:
            new = change(old)
            if new != old:
                _replace(connection, last, new)
                changed(old, new)


def how_many(sizes: Iterable[Sequence[int]], octets: int) -> int:
    """How many headers, one after the other, come to that many octets; one at least, if there is any."""
    number = so_far = 0
    for (size,) in sizes:
        number, so_far = number + 1, so_far + size
        if so_far >= octets:
            break
    return number


def _replace(connection: sqlite3.Connection, message: int, header: bytes) -> None:
    digest = header_digest(header)
    sql = "UPDATE OR IGNORE messages SET digest = ?, header = ? WHERE id = ?"
    if connection.execute(sql, [digest, header, message]).rowcount == 0:
        sql = "UPDATE locations SET message = (SELECT id FROM messages WHERE digest = ?) WHERE message = ?"
        connection.execute(sql, [digest, message])
        connection.execute("DELETE FROM messages WHERE id = ?", [message])
