"""What the accounts of the store read, and how much of their mail it holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from replywatch.domain.mailboxes.origin import Origin
from replywatch.store.database import Database


class Known(NamedTuple):
    """A message that the store holds, and where it lies, or lay."""

    mailbox: int
    name: str
    """Of the mailbox."""
    uid: int | None
    """In the numbering of the mailbox that was valid last; None: it is not known there."""
    header: bytes


class Held(NamedTuple):
    """How much the store holds of an account."""

    mailboxes: int
    """That hold mail."""
    messages: int


class Live(NamedTuple):
    """What lies in the mailboxes of an account, as far as it was read."""

    mailboxes: int
    """That hold mail."""
    messages: int
    unread: int
    """Messages that are there and could not be read."""
    held: tuple[str, ...]
    """Mailboxes of which too much is missing to be believed."""


class Accounts:
    """Reads and writes what is known of whole accounts."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def number(self, name: str) -> int | None:
        """The id of the account of this name; None if there is none."""
        found = self._db.value("SELECT id FROM accounts WHERE name = ?", [name])
        return None if found is None else int(found)

    def names(self) -> list[str]:
        """The names of all accounts that were ever polled, in alphabetical order."""
        return [name for (name,) in self._db.rows("SELECT name FROM accounts ORDER BY name")]

    def holding(self) -> list[str]:
        """The names of the accounts of which any mail is held, in alphabetical order."""
        rows = self._db.rows(
            "SELECT a.name FROM accounts a WHERE EXISTS (SELECT 1 FROM mailboxes b JOIN epochs e ON e.mailbox = b.id"
            " JOIN locations l ON l.epoch = e.id WHERE b.account = a.id AND l.message IS NOT NULL) ORDER BY a.name"
        )
        return [name for (name,) in rows]

    def origins(self) -> dict[str, Origin]:
        """Name → what was read under it; accounts of which no poll of this release has seen it yet are left out."""
        rows = self._db.rows("SELECT name, kind, host, login, path FROM accounts WHERE kind IS NOT NULL")
        return {name: Origin(*origin) for name, *origin in rows}

    def settle(self, number: int, origin: Origin) -> None:
        """From now on the account reads this."""
        self._db.execute("UPDATE accounts SET kind = ?, host = ?, login = ?, path = ? WHERE id = ?", [*origin, number])

    def rename(self, names: Mapping[str, str]) -> None:
        """Old name → new name, of all at once; derived rows, which bear them, have to be made anew."""
        for table, column in (("accounts", "name"), ("covered_since", "account")):
            for old, new in names.items():
                self._db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [f"\n{new}", old])
            self._db.execute(f"UPDATE {table} SET {column} = substr({column}, 2) WHERE {column} LIKE char(10) || '%'")
        self._db.execute("UPDATE derivation SET fingerprint = ''")

    def forget(self, number: int) -> None:
        """There is no such account; of its mail nothing must be left."""
        self._db.execute("DELETE FROM accounts WHERE id = ?", [number])

    def held(self, number: int) -> Held:
        """How much mail of the account there is, what is gone from its mailboxes included."""
        row = self._db.row(
            "SELECT count(DISTINCT e.mailbox), count(DISTINCT l.message) FROM epochs e"
            " JOIN mailboxes m ON m.id = e.mailbox JOIN locations l ON l.epoch = e.id AND l.message IS NOT NULL"
            " WHERE m.account = ?",
            [number],
        )
        return Held(*(row or (0, 0)))

    def count_messages(self) -> int:
        """How many different headers are kept."""
        return int(self._db.value("SELECT count(*) FROM messages"))

    def live(self, number: int) -> Live:
        """What lies in the account's mailboxes now."""
        present = "FROM epochs e JOIN mailboxes b ON b.id = e.mailbox WHERE b.account = ?1 AND e.superseded_at IS NULL"
        row = self._db.row(
            "SELECT coalesce(sum(messages > 0), 0), coalesce(sum(messages), 0), coalesce(sum(unread), 0) FROM (SELECT"
            " (SELECT count(*) FROM locations WHERE epoch = e.id AND gone IS NULL AND message IS NOT NULL) AS messages,"
            f" (SELECT count(*) FROM quarantine WHERE epoch = e.id) AS unread {present})",
            [number],
        )
        held = self._db.rows(f"SELECT b.name {present} AND e.held_at IS NOT NULL ORDER BY 1", [number])
        mailboxes, messages, unread = row or (0, 0, 0)
        return Live(mailboxes, messages, unread, tuple(name for (name,) in held))

    def sample(self, number: int, most: int) -> list[Known]:
        """Up to `most` messages of the account, drawn evenly over all its mailboxes.

        They are of those that were there last, under whatever numbers; where all are gone, of all that is held.
        """
        return self._drawn(number, most, "l.gone IS NULL") or self._drawn(number, most, "l.gone IS NOT NULL")

    def _drawn(self, number: int, most: int, which: str) -> list[Known]:
        held = (
            " FROM locations l JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox"
            f" WHERE b.account = ?1 AND l.message IS NOT NULL AND {which}"
        )
        count = int(self._db.value(f"SELECT count(*){held}", [number]))
        rows = self._db.rows(
            "SELECT d.mailbox, d.name, d.uid, m.header FROM (SELECT b.id AS mailbox, b.name, l.message,"
            " CASE WHEN e.superseded_at IS NULL AND l.gone IS NULL THEN l.uid END AS uid,"
            f" row_number() OVER (ORDER BY l.epoch, l.uid) AS number{held}) d JOIN messages m ON m.id = d.message"
            " WHERE d.number * ?2 / ?3 > (d.number - 1) * ?2 / ?3",
            [number, min(most, count), max(count, 1)],
        )
        return [Known(*row) for row in rows]

    def newest(self, epoch: int) -> dict[int, bytes]:
        """UID → header of the message that is the last of its numbering, of those that are there."""
        rows = self._db.rows(
            "SELECT l.uid, m.header FROM locations l JOIN messages m ON m.id = l.message"
            " WHERE l.epoch = ? AND l.gone IS NULL ORDER BY l.uid DESC LIMIT 1",
            [epoch],
        )
        return dict(rows)

    def number_anew(self, number: int, kept: Collection[int], now: int) -> None:
        """What the account reads lies elsewhere now: only mailboxes among `kept` go on with their UIDs.

        The numberings of all others are over, and no mailbox of the new place can take one of them up again, whatever
        its UIDVALIDITY is. The new place counts changes of flags on its own.
        """
        self._db.execute(
            "UPDATE epochs SET highestmodseq = NULL, flags_read_at = NULL"
            " WHERE mailbox IN (SELECT id FROM mailboxes WHERE account = ?)",
            [number],
        )
        self._db.execute(
            "UPDATE epochs SET uidvalidity = -id, superseded_at = coalesce(superseded_at, ?), completed_at = NULL,"
            " message_count = NULL WHERE mailbox IN (SELECT id FROM mailboxes WHERE account = ?)"
            " AND NOT (superseded_at IS NULL AND mailbox IN (SELECT value FROM json_each(?)))",
            [now, number, json.dumps(list(kept))],
        )
