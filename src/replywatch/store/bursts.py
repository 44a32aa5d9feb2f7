"""Which copies were moved to their mailbox without their times (`domain.matching.bursts`), kept up to date.

A burst is made of copies of many clusters. Those that were saved late are noted when they are read; which of them are
of a burst is told once all are read, and makes dirty the clusters of those of which it is told otherwise than before.
They go by mailbox, not by epoch: a mailbox that is numbered anew holds the same copies.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from replywatch.domain.matching.bursts import WITHIN, LateCopies, burst_seconds
from replywatch.domain.matching.clocks import NEAR
from replywatch.store.database import Database


class Bursts:
    """Reads and writes the copies that were saved late."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, dates: Mapping[int, int | None], servers: Collection[str]) -> None:
        """Note which copies of these messages, with their Dates, were saved late; within the caller's transaction.

        `servers` are the accounts that lie on one: the time of a file tells no move.
        """
        self._drop_moved_on(dates)
        written = [(message, date) for message, date in dates.items() if date is not None]
        self._db.execute(
            "INSERT OR IGNORE INTO late_copies (message, mailbox, saved_at, written_at)"
            " SELECT l.message, e.mailbox, l.internal_date, j.value ->> 1 FROM json_each(?) j"
            " CROSS JOIN locations l ON l.message = j.value ->> 0 CROSS JOIN epochs e ON e.id = l.epoch"
            f" WHERE l.internal_date - (j.value ->> 1) > {NEAR:d} AND e.mailbox IN (SELECT m.id FROM mailboxes m"
            " JOIN accounts a ON a.id = m.account WHERE a.name IN (SELECT value FROM json_each(?)))",
            [json.dumps(written), json.dumps(sorted(servers))],
        )

    def _drop_moved_on(self, messages: Iterable[int]) -> None:
        """Drop what is noted of messages that are no longer known there: their places have other headers now."""
        gone = list(
            self._db.rows(
                "SELECT b.message, b.mailbox, b.saved_at FROM json_each(?) j CROSS JOIN late_copies b"
                " ON b.message = j.value WHERE NOT EXISTS (SELECT 1 FROM locations l JOIN epochs e ON e.id = l.epoch"
                " WHERE l.message = b.message AND l.internal_date = b.saved_at AND e.mailbox = b.mailbox)",
                [json.dumps(list(messages))],
            )
        )
        self._db.execute_many("DELETE FROM late_copies WHERE message = ? AND mailbox = ? AND saved_at = ?", gone)
        self._db.execute_many(
            "UPDATE late_copies SET in_burst = NULL WHERE mailbox = ? AND saved_at BETWEEN ? AND ?",
            [(mailbox, saved_at - WITHIN, saved_at + WITHIN) for _, mailbox, saved_at in gone],
        )

    def judge(self) -> None:
        """Tell what is of a burst, as far as that may have changed; all or nothing."""
        with self._db.transaction():
            for mailbox, begin, end in list(self._unjudged()):
                self._judge(mailbox, begin - WITHIN, end + WITHIN)

    def _unjudged(self) -> Iterator[tuple[int, int, int]]:
        """(mailbox, first, last second) in which something changed; no two could be of one window."""
        rows = self._db.rows("SELECT DISTINCT mailbox, saved_at FROM late_copies WHERE in_burst IS NULL ORDER BY 1, 2")
        for mailbox, seconds in groupby(rows, key=itemgetter(0)):
            begin = end = None
            for _, second in seconds:
                if begin is not None and end is not None and second - end > 2 * WITHIN:
                    yield mailbox, begin, end
                    begin = None
                begin, end = second if begin is None else begin, second
            if begin is not None and end is not None:
                yield mailbox, begin, end

    def _judge(self, mailbox: int, begin: int, end: int) -> None:
        """Tell it of the copies saved from `begin` to `end`; the clusters of those that change are dirty."""
        rows = self._db.rows(
            "SELECT saved_at, count(*), min(written_at), max(written_at) FROM late_copies"
            " WHERE mailbox = ? AND saved_at BETWEEN ? AND ? GROUP BY 1 ORDER BY 1",
            [mailbox, begin - WITHIN, end + WITHIN],
        )
        seconds = [LateCopies(*row) for row in rows]
        before = self._db.rows("SELECT saved_at FROM moved_before WHERE mailbox = ?", [mailbox])
        in_burst = burst_seconds(seconds).union(saved_at for (saved_at,) in before)
        told = [(mailbox, s.saved_at, s.saved_at in in_burst) for s in seconds if begin <= s.saved_at <= end]
        changed = "mailbox = ?1 AND saved_at = ?2 AND in_burst IS NOT ?3"
        self._db.execute_many(
            "INSERT OR IGNORE INTO dirty SELECT r.cluster FROM late_copies b JOIN readings r ON r.message = b.message"
            f" WHERE {changed}",
            told,
        )
        self._db.execute_many(f"UPDATE late_copies SET in_burst = ?3 WHERE {changed}", told)
