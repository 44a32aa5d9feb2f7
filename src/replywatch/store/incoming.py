"""A batch of messages on its way into the store: all of it is written, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.domain.mailboxes.flags import ANSWERED, encode_flags, telling
from replywatch.store.database import Database
from replywatch.store.provider_ids import known_by_provider_id

_QUESTIONS = 500
"""Values in one IN (…)."""


class Erased(NamedTuple):
    """A copy of a message that was erased: of it only the place is kept."""

    uid: int


Incoming: TypeAlias = FetchedMessage | Erased
"""What a source handed over, as it may be stored."""


class Batch(NamedTuple):
    """What came of a batch of UIDs."""

    incoming: Sequence[Incoming]
    unread: Sequence[int]
    """UIDs that are listed, and did not come."""
    scanned_to: int
    """The last UID that was asked for."""
    asked: int
    """The moment as of which the server was asked who was answered."""


def add_batch(database: Database, epoch: int, batch: Batch, now: int) -> int:
    """Store headers, places, what could not be read, and how far was read; says how many places are new or say more.

    Erased messages don't count.
    """
    incoming = batch.incoming
    with database.transaction():
        messages = _add_headers(database, epoch, [m for m in incoming if isinstance(m, FetchedMessage)])
        old = _set_apart(database, epoch, incoming, messages, now)
        news = [message for message in incoming if message.uid not in old]
        _add_places(database, epoch, news, messages, (now, batch.asked))
        database.execute_many(
            "DELETE FROM quarantine WHERE epoch = ? AND uid = ?", [(epoch, message.uid) for message in incoming]
        )
        database.execute_many(
            "INSERT INTO quarantine VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET tries = tries + 1",
            [(epoch, uid, now) for uid in batch.unread],
        )
        database.execute(
            "UPDATE epochs SET scanned_to = max(scanned_to, ?), message_count = NULL WHERE id = ?",
            [batch.scanned_to, epoch],
        )
    return sum(message.uid in messages for message in news)


def _add_headers(database: Database, epoch: int, fetched: Sequence[FetchedMessage]) -> dict[int, int]:
    """UID → message; the same header is stored once, and none where the provider's id says which message it is."""
    known = known_by_provider_id(database, epoch, fetched)
    digests = {m.uid: header_digest(m.header) for m in fetched if m.uid not in known}
    database.execute_many(
        "INSERT OR IGNORE INTO messages (digest, header) VALUES (?, ?)",
        [(digests[m.uid], m.header) for m in fetched if m.uid not in known],
    )
    ids = dict(_message_ids(database, list(digests.values())))
    return known | {uid: ids[digest] for uid, digest in digests.items()}


def _message_ids(database: Database, digests: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    for start in range(0, len(digests), _QUESTIONS):
        part = digests[start : start + _QUESTIONS]
        marks = ", ".join("?" * len(part))
        yield from database.rows(f"SELECT digest, id FROM messages WHERE digest IN ({marks})", part)


def _set_apart(
    database: Database, epoch: int, incoming: Sequence[Incoming], messages: Mapping[int, int], now: int
) -> set[int]:
    """The UIDs of which nothing new is said: the same message was there all the time, and says the same.

    Where another message was known under a UID, which no server should do, that one is gone. It is kept under a
    negative number, where no UID can be.
    """
    arrived = {message.uid: (messages.get(message.uid), *_said(message)) for message in incoming}
    if not arrived:
        return set()
    held = database.rows(
        "SELECT uid, message, gone IS NULL AND missed_at IS NULL, provider_id, labels FROM locations"
        " WHERE epoch = ? AND uid BETWEEN ? AND ?",
        [epoch, min(arrived), max(arrived)],
    )
    known = [(uid, message, live, said) for uid, message, live, *said in held if uid in arrived]
    for uid, message, *_ in known:
        if arrived[uid][0] != message:
            database.execute(
                "UPDATE locations SET gone = coalesce(gone, ?),"
                " uid = (SELECT min(min(uid), 0) - 1 FROM locations WHERE epoch = ?) WHERE epoch = ? AND uid = ?",
                [now, epoch, epoch, uid],
            )
            database.execute_many("INSERT OR IGNORE INTO pending VALUES (?)", [] if message is None else [(message,)])
    return {uid for uid, message, live, said in known if live and arrived[uid] == (message, *said)}


def _add_places(
    database: Database, epoch: int, incoming: Sequence[Incoming], messages: Mapping[int, int], at: tuple[int, int]
) -> None:
    """Write down where the messages are; all that is said of them is due to be derived.

    `at` is the present instant, and that as of which the server says who was answered.
    """
    now, asked = at
    database.execute_many(
        "INSERT INTO locations (epoch, uid, message, first_seen, provider_id, labels, internal_date, size, flags,"
        " thread, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (epoch, uid) DO UPDATE SET missed_at = NULL, gone = NULL, provider_id = excluded.provider_id,"
        " labels = excluded.labels, flags = excluded.flags, answered_at = coalesce(answered_at, excluded.answered_at)",
        [(epoch, m.uid, messages.get(m.uid), now, *_said(m), *_seen(m, asked)) for m in incoming],
    )
    due = {messages[message.uid] for message in incoming if message.uid in messages}
    database.execute_many("INSERT OR IGNORE INTO pending VALUES (?)", [(message,) for message in sorted(due)])


def _said(message: Incoming) -> tuple[str | None, str | None]:
    """What the provider says of a message anew whenever it is asked: its id, and the labels as they are stored."""
    return (None, None) if isinstance(message, Erased) else (message.provider_id, encode_labels(message.labels))


def _seen(message: Incoming, asked: int) -> tuple[int | None, int | None, str, str | None, int | None]:
    """What is written down when a message is first found in a place."""
    if isinstance(message, Erased):
        return None, None, "", None, None
    flags = telling(message.flags)
    answered_at = asked if ANSWERED in flags else None
    return message.internal_date, message.size, encode_flags(flags - {ANSWERED}), message.thread, answered_at


def renew_headers(database: Database, epoch: int, headers: Mapping[int, bytes]) -> None:
    """UIDs have other headers now; within the caller's transaction."""
    rows = [{"epoch": epoch, "uid": uid, "digest": header_digest(h), "header": h} for uid, h in headers.items()]
    place = "epoch = :epoch AND uid = :uid"
    due = f"INSERT OR IGNORE INTO pending SELECT message FROM locations WHERE {place}"
    for sql in (
        "INSERT OR IGNORE INTO messages (digest, header) VALUES (:digest, :header)",
        due,
        f"UPDATE locations SET message = (SELECT id FROM messages WHERE digest = :digest) WHERE {place}",
        due,
    ):
        database.execute_many(sql, rows)


def header_digest(header: bytes) -> bytes:
    """What tells one header from another: 16 octets."""
    return blake2b(header, digest_size=16).digest()


def encode_labels(labels: Sequence[str] | None) -> str | None:
    """Labels as they are stored; None where messages have none."""
    return None if labels is None else json.dumps(labels)
