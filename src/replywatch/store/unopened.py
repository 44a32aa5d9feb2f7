"""Mailboxes that are listed and could not be opened, and since when: what one poll tells the next, and every report."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.store.database import Database


class UnopenedRow(NamedTuple):
    """A mailbox that could not be opened. Instants are seconds UTC."""

    account: str
    number: int
    """Of the mailbox."""
    listing: Listing
    read_to: int | None
    """Up to then its mail was seen; None: it was never opened."""


class Unopened:
    """Reads and writes which mailboxes could not be opened."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def since(self, account: int) -> dict[int, int]:
        """Mailbox → since when no pass could open it, of those of an account that are so now."""
        rows = self._db.rows(
            "SELECT u.mailbox, u.began_at FROM unopened u JOIN mailboxes b ON b.id = u.mailbox"
            " WHERE b.account = ? AND u.ended IS NULL",
            [account],
        )
        return dict(rows)

    def settle(
        self, account: int, unopened: Collection[int], over: Collection[int], pass_number: int, now: int
    ) -> None:
        """A pass over the account could not open the mailboxes `unopened`; of those in `over` that is no longer so.

        What was seen of a mailbox before is what the last complete pass saw. That it is over is kept until what the
        pass brought is derived, since figures are those of an earlier pass until then. Within the caller's transaction.
        """
        ids = "SELECT value FROM json_each(?)"
        self._db.execute(
            f"UPDATE unopened SET ended = ? WHERE ended IS NULL AND mailbox IN ({ids})",
            [pass_number, json.dumps(sorted(over))],
        )
        self._db.execute(
            "DELETE FROM unopened WHERE ended <= coalesce((SELECT last_pass FROM derivation), 0)"
            " AND mailbox IN (SELECT id FROM mailboxes WHERE account = ?)",
            [account],
        )
        complete = (
            "SELECT started_at FROM passes WHERE account = ?1 AND finished_at IS NOT NULL AND error IS NULL"
            " ORDER BY id DESC LIMIT 1"
        )
        self._db.execute(
            "INSERT INTO unopened (mailbox, began_at, read_to) SELECT b.id, ?2,"
            " CASE WHEN EXISTS (SELECT 1 FROM epochs WHERE mailbox = b.id)"
            f" THEN coalesce(({complete}), 0) END FROM mailboxes b"
            " WHERE b.account = ?1 AND b.id IN (SELECT value FROM json_each(?3))"
            " ON CONFLICT (mailbox) DO UPDATE SET began_at = min(began_at, excluded.began_at), ended = NULL",
            [account, now, json.dumps(sorted(unopened))],
        )

    def mailboxes(self, account: str = "", *, derived: bool = True) -> list[UnopenedRow]:
        """Those of all accounts, or of one, that could not be opened when what is derived was read; by name.

        Without `derived`, in the last passes.
        """
        last_pass = "coalesce((SELECT last_pass FROM derivation), 0)"  # noqa: S105 - no password
        held = f"u.ended IS NULL OR u.ended > {last_pass}" if derived else "u.ended IS NULL"
        rows = self._db.rows(
            "SELECT a.name, b.id, b.name, b.delimiter, b.attributes, b.of_other_user, u.read_to FROM unopened u"
            f" JOIN mailboxes b ON b.id = u.mailbox JOIN accounts a ON a.id = b.account WHERE ({held})"
            " AND ?1 IN ('', a.name) ORDER BY 1, 3",
            [account],
        )
        return [
            UnopenedRow(a, number, Listing(name, delimiter, tuple(json.loads(attributes)), bool(others)), read_to)
            for a, number, name, delimiter, attributes, others, read_to in rows
        ]
