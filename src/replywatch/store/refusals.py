"""Accounts that are left alone, and what a poll has said of each: what one poll tells the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from replywatch.domain.results.polled import Trouble
from replywatch.store.database import Database


class Refusal(NamedTuple):
    """A server would not let an account in, and is left alone for some time. Instants are seconds UTC."""

    kind: str
    """Of the error, as `replywatch.errors` names it."""
    settings: str
    """Digest of what was tried: the refusal speaks of nothing else."""
    refused_at: int
    until: int


class SaidTrouble(NamedTuple):
    """Something that is wrong with an account, and when that was said. Instants are seconds UTC."""

    reason: str
    """Digest of why."""
    began_at: int
    said_at: int


class Refusals:
    """Reads and writes which accounts are left alone, at most one refusal each."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, account: int) -> Refusal | None:
        """The refusal that the last pass over the account ended with; None if it ended with none."""
        sql = "SELECT kind, settings, refused_at, until FROM refusals WHERE account = ?"
        row = self._db.row(sql, [account])
        return Refusal(*row) if row else None

    def put(self, account: int, refusal: Refusal | None) -> None:
        """A pass over the account ended with this refusal, or with none; what was known before is over."""
        self._db.execute("DELETE FROM refusals WHERE account = ?", [account])
        if refusal:
            self._db.execute("INSERT INTO refusals VALUES (?, ?, ?, ?, ?)", [account, *refusal])

    def last_error(self, account: int) -> str:
        """What the last pass over the account ended with, in words; "" if it was complete."""
        sql = "SELECT error FROM passes WHERE account = ? AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        return str(self._db.value(sql, [account]) or "")


class Troubles:
    """Reads and writes what was said of accounts."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, account: int) -> dict[Trouble, SaidTrouble]:
        """What is wrong with the account, as far as polls have said it."""
        rows = self._db.rows("SELECT trouble, reason, began_at, said_at FROM troubles WHERE account = ?", [account])
        return {Trouble(trouble): SaidTrouble(*said) for trouble, *said in rows}

    def put(self, account: int, troubles: Mapping[Trouble, SaidTrouble]) -> None:
        """This is wrong with the account, and nothing else."""
        with self._db.transaction():
            self._db.execute("DELETE FROM troubles WHERE account = ?", [account])
            self._db.execute_many(
                "INSERT INTO troubles VALUES (?, ?, ?, ?, ?)",
                [(account, trouble.value, *said) for trouble, said in troubles.items()],
            )
