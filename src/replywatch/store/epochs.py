"""What of superseded numberings of a mailbox is still worth keeping: what no later one says, too.

Some servers number a mailbox anew every time it is opened (Courier, as long as nobody selects it for writing): without
this the store would grow with every pass.
"""

from __future__ import annotations

from replywatch.store.database import Database


def carry_over(database: Database, old: int, epoch: int) -> None:
    """Drop what the superseded epoch `old` says that `epoch` says, too; within the caller's transaction.

    A message with the same INTERNALDATE is in the same place: it counts as first seen, and as answered, when it was
    under the old number; where the flag isn't there any more, this was one look at it. What else it bears is as it was
    said last. Of erased messages there is nothing to say but that they are somewhere in the mailbox.
    """
    values = {"old": old, "epoch": epoch}
    passes = (
        "SELECT p.started_at FROM epochs e JOIN mailboxes m ON m.id = e.mailbox JOIN passes p ON p.account = m.account"
        " WHERE e.id = :epoch{} ORDER BY p.id DESC LIMIT 1"
    )
    began = database.value(passes.format(""), {"epoch": epoch})
    complete = database.value(passes.format(" AND finished_at IS NOT NULL AND error IS NULL"), {"epoch": epoch})
    read, file = database.row("SELECT flags_read_at, bookmark <> '' FROM epochs WHERE id = ?", [old]) or (None, 0)
    read = max(read or 0, (complete or 0) if file else 0)  # a file that is as it was is not read, and says so
    gone = "locations.answered_at IS NULL AND o.answer_missed_at <= :complete"
    same = "o.epoch = :old AND locations.message = o.message AND locations.internal_date IS o.internal_date"
    database.execute(
        "INSERT OR IGNORE INTO pending SELECT message FROM locations WHERE epoch = :old AND message IS NOT NULL", values
    )
    database.execute(
        "UPDATE locations SET first_seen = min(locations.first_seen, o.first_seen),"
        f" unanswered_at = CASE WHEN {gone} THEN NULL WHEN o.answered_at IS NOT NULL THEN o.unanswered_at"
        " WHEN max(o.first_seen, :read) < locations.answered_at THEN max(o.first_seen, :read)"
        " WHEN o.first_seen < locations.answered_at THEN o.first_seen END,"
        f" answered_at = CASE WHEN {gone} THEN NULL ELSE coalesce(o.answered_at, locations.answered_at) END,"
        " answer_missed_at = CASE WHEN o.answered_at IS NULL OR locations.answered_at IS NOT NULL"
        f" THEN locations.answer_missed_at WHEN {gone} THEN NULL"
        " ELSE coalesce(o.answer_missed_at, :began, locations.first_seen) END"
        f" FROM locations o WHERE locations.epoch = :epoch AND {same}",
        values | {"began": began, "complete": complete, "read": read},
    )
    database.execute(
        "DELETE FROM locations WHERE epoch = :old AND EXISTS (SELECT 1 FROM locations l WHERE l.epoch = :epoch"
        " AND l.message = locations.message AND l.internal_date IS locations.internal_date)",
        values,
    )
    database.execute(
        "DELETE FROM locations WHERE epoch = :old AND message IS NULL"
        " AND EXISTS (SELECT 1 FROM locations l WHERE l.epoch = :epoch)",
        values,
    )


def let_go(database: Database, old: int, present: int, now: int) -> None:
    """Drop what epoch `old` says that `present` says, too; what is left of it is gone.

    Should it be read again, it is read from the beginning.
    """
    values = {"old": old, "now": now}
    with database.transaction():
        carry_over(database, old, present)
        database.execute("UPDATE locations SET gone = :now WHERE gone IS NULL AND epoch = :old", values)
        database.execute("DELETE FROM quarantine WHERE epoch = :old", {"old": old})
        database.execute(
            "UPDATE epochs SET completed_at = :now, held_at = NULL, scanned_to = 0, message_count = NULL"
            " WHERE id = :old",
            values,
        )


def tidy(database: Database, mailbox: int, present: int) -> None:
    """Before `present` is superseded in its turn: drop what it says, too, and epochs of which nothing is left.

    That is for passes that never come to the end of the mailbox; the others have let go of the old ones by then.
    """
    old = "SELECT id FROM epochs WHERE mailbox = ? AND superseded_at IS NOT NULL"
    for (epoch,) in list(database.rows(f"{old} AND completed_at IS NULL", [mailbox])):
        carry_over(database, epoch, present)
    empty = f"{old} AND NOT EXISTS (SELECT 1 FROM locations WHERE epoch = epochs.id)"
    for (epoch,) in list(database.rows(empty, [mailbox])):
        database.execute("DELETE FROM quarantine WHERE epoch = ?", [epoch])
        database.execute("DELETE FROM epochs WHERE id = ?", [epoch])
