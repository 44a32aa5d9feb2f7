"""Whose mail a store holds, found out without touching it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from replywatch.store.database import Database


class HeldAccount(NamedTuple):
    """An account that was polled, as a store knows it; None for what it does not know of it, or what it has not."""

    name: str
    kind: str | None
    host: str | None
    login: str | None


def held_accounts(path: Path) -> list[HeldAccount]:
    """The accounts that were polled into the store at `path`; none where there is no store.

    Raises:
        StoreError: it can't be read as it stands: damaged, of another release, being written.
    """
    if not path.exists() or not path.stat().st_size:
        return []
    with Database(path, untouched=True) as database:
        return [HeldAccount(*row) for row in database.rows("SELECT name, kind, host, login FROM accounts")]
