"""Stored headers put in other words: what is kept of them changed, or subjects may not be kept any longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from replywatch.domain.headers.header import AT_ONCE
from replywatch.store.incoming import header_digest
from replywatch.store.schema import DERIVED_TABLES

_NUMBER = 1000
"""Headers in memory, if they are not too large."""


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
    while at_once := how_many(connection.execute(sizes, [last, _NUMBER]), AT_ONCE):
        rows = connection.execute(sql, [last, at_once]).fetchall()
        for last, old in rows:
            new = change(old)
            if new != old:
                _replace(connection, last, new)
                changed(old, new)


def ask_again(connection: sqlite3.Connection, says_something: Callable[[bytes], bool]) -> None:
    """What was stored of messages whose headers say nothing is dropped, and they are asked for again.

    All of them are one and the same, from however many files and mailboxes. Within the caller's transaction.
    """
    rows = connection.execute(
        "SELECT id, header FROM messages WHERE NOT (instr(header, CAST('From:' AS BLOB)) AND instr(header, CAST('Date:'"
        " AS BLOB)))"
    )
    nothings = [(message,) for message, header in rows if not says_something(header)]
    if not nothings:
        return
    for table in {*DERIVED_TABLES, "pending"} - {"derivation"}:  # all of it is derived anew by newer rules
        connection.execute(f"DELETE FROM {table}")
    live = "(SELECT l.* FROM locations l JOIN epochs e ON e.id = epoch WHERE gone IS NULL AND superseded_at IS NULL)"
    for sql in (
        f"INSERT OR IGNORE INTO quarantine SELECT epoch, uid, first_seen, 1 FROM {live} WHERE message = ?",
        "UPDATE epochs SET message_count = NULL WHERE id IN (SELECT epoch FROM locations WHERE message = ?)",
        "DELETE FROM locations WHERE message = ?",
        "DELETE FROM messages WHERE id = ?",
    ):
        connection.executemany(sql, nothings)


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
