"""What a pass did not find where it was: gathered over all mailboxes, weighed, and only then written down.

A message that is not found is *missed*; one that is missed again in a later pass is *gone*.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from replywatch.store.database import Database
from replywatch.store.epochs import let_go

_MISSING = "(SELECT uid FROM temp.missing WHERE epoch = :epoch)"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a mailbox was not found."""

    known: int
    """Messages that are held to be in it."""
    missing: int
    """Of these, not found."""
    lost: int
    """Of these, not found anywhere else in the account either: they were not moved."""


class Vanished:
    """Gathers what one pass misses. The messages are noted in a table of the connection, however many they are."""

    def __init__(self, database: Database) -> None:
        """Nothing is missing yet."""
        self._db = database
        database.execute(
            "CREATE TEMP TABLE IF NOT EXISTS missing (epoch INTEGER, uid INTEGER, PRIMARY KEY (epoch, uid))"
            " WITHOUT ROWID"
        )
        database.execute("DELETE FROM temp.missing")

    def forget(self, epoch: int) -> None:
        """Nothing of this epoch is noted."""
        self._db.execute("DELETE FROM temp.missing WHERE epoch = ?", [epoch])

    def note(self, epoch: int, uids: Iterable[int]) -> None:
        """These were not found."""
        self._db.execute_many("INSERT OR IGNORE INTO temp.missing VALUES (?, ?)", [(epoch, uid) for uid in uids])

    def note_all(self, epoch: int) -> None:
        """Nothing of this epoch was found."""
        self._db.execute(
            "INSERT OR IGNORE INTO temp.missing SELECT epoch, uid FROM locations WHERE epoch = :epoch AND gone IS NULL"
            " UNION ALL SELECT epoch, uid FROM quarantine WHERE epoch = :epoch",
            {"epoch": epoch},
        )

    def live_epochs(self, mailbox: int) -> list[int]:
        """The epochs of a mailbox, superseded ones too, that hold messages which are not gone."""
        rows = self._db.rows(
            "SELECT id FROM epochs e WHERE mailbox = :mailbox AND (EXISTS (SELECT 1 FROM locations WHERE epoch = e.id"
            " AND gone IS NULL) OR EXISTS (SELECT 1 FROM quarantine WHERE epoch = e.id))",
            {"mailbox": mailbox},
        )
        return [epoch for (epoch,) in rows]

    def superseded(self, mailbox: int) -> list[int]:
        """The earlier numberings of a mailbox that have not been let go."""
        rows = self._db.rows(
            "SELECT id FROM epochs WHERE mailbox = ? AND superseded_at IS NOT NULL AND completed_at IS NULL", [mailbox]
        )
        return [epoch for (epoch,) in rows]

    def extent(self, epoch: int, elsewhere: Collection[int]) -> Extent:
        """How much of an epoch is missing; a message that is in one of the epochs `elsewhere` is not lost."""
        row = self._db.row(
            "SELECT (SELECT count(*) FROM locations WHERE epoch = :epoch AND gone IS NULL)"
            " + (SELECT count(*) FROM quarantine WHERE epoch = :epoch),"
            f" (SELECT count(*) FROM locations WHERE epoch = :epoch AND gone IS NULL AND uid IN {_MISSING})"
            f" + (SELECT count(*) FROM quarantine WHERE epoch = :epoch AND uid IN {_MISSING}),"
            f" (SELECT count(*) FROM locations l WHERE l.epoch = :epoch AND l.gone IS NULL AND l.uid IN {_MISSING}"
            " AND l.message IS NOT NULL AND NOT EXISTS (SELECT 1 FROM locations o WHERE o.message = l.message"
            " AND o.gone IS NULL AND o.missed_at IS NULL AND o.epoch IN (SELECT value FROM json_each(:elsewhere))"
            " AND NOT EXISTS (SELECT 1 FROM temp.missing x WHERE x.epoch = o.epoch AND x.uid = o.uid)))",
            {"epoch": epoch, "elsewhere": json.dumps(sorted(elsewhere))},
        )
        return Extent(*(row or ()))

    def miss(self, epoch: int, now: int, *, since: int | None = None) -> None:
        """All that is held to be there was found but what was noted; that is missed, and gone if it was missed before.

        With `since` only what has been missed since then, or longer, is gone, and what could never be read stays.
        """
        values = {"epoch": epoch, "now": now, "since": since}
        live = "epoch = :epoch AND gone IS NULL"
        again = f"{live} AND missed_at <= coalesce(:since, missed_at) AND uid IN {_MISSING}"
        with self._db.transaction():
            due = f"SELECT message FROM locations WHERE {again} AND message IS NOT NULL"
            self._db.execute(f"INSERT OR IGNORE INTO pending {due}", values)
            self._db.execute(f"UPDATE locations SET gone = :now WHERE {again}", values)
            self.found(epoch)
            self._db.execute(
                f"UPDATE locations SET missed_at = coalesce(missed_at, :now) WHERE {live} AND uid IN {_MISSING}",
                values,
            )
            if since is None:
                self._db.execute(f"DELETE FROM quarantine WHERE epoch = :epoch AND uid IN {_MISSING}", values)
            self._db.execute(
                "UPDATE epochs SET message_count = NULL WHERE id = :epoch"
                " AND EXISTS (SELECT 1 FROM temp.missing WHERE epoch = :epoch)",
                values,
            )

    def found(self, epoch: int) -> None:
        """What was missed before and is not noted is there: it was not missed in two passes in a row."""
        self._db.execute(
            "UPDATE locations SET missed_at = NULL WHERE epoch = :epoch AND gone IS NULL AND missed_at IS NOT NULL"
            f" AND uid NOT IN {_MISSING}",
            {"epoch": epoch},
        )

    def hold(self, epoch: int, now: int) -> int:
        """Since when so much of an epoch is missing that it may be the server's mistake; from now on if not before."""
        self._db.execute("UPDATE epochs SET held_at = coalesce(held_at, ?) WHERE id = ?", [now, epoch])
        return int(self._db.value("SELECT held_at FROM epochs WHERE id = ?", [epoch]))

    def held_at(self, epoch: int) -> int | None:
        """What `hold` said last; None if it is over."""
        found = self._db.value("SELECT held_at FROM epochs WHERE id = ?", [epoch])
        return None if found is None else int(found)

    def release(self, epoch: int) -> None:
        """What is missing there is no more than usual."""
        self._db.execute("UPDATE epochs SET held_at = NULL WHERE id = ? AND held_at IS NOT NULL", [epoch])

    def let_go(self, epoch: int, present: int, now: int) -> None:
        """Drop what the superseded `epoch` says that `present` says, too; what is left of it is gone."""
        let_go(self._db, epoch, present, now)
