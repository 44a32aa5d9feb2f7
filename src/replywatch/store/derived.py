"""Derived rows: what rules and config make of the facts. They can all be dropped and made again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.matching.clusters import Assignment
from replywatch.domain.messages import Copy, Reading
from replywatch.store.bursts import Bursts
from replywatch.store.copies import COPIES, MailboxUse, copies_of
from replywatch.store.counted import Counted, Counts
from replywatch.store.database import Database
from replywatch.store.derived_rows import EXCHANGE_COLUMNS, JUDGEMENT_COLUMNS, DerivedRows, inserting
from replywatch.store.headers import how_many
from replywatch.store.readings import decode_reading, encode_reading
from replywatch.store.schema import CLUSTER_TABLES, DERIVED_TABLES


@dataclass(frozen=True, slots=True)
class Pending:
    """A message whose derived rows are due: new, or found in another place."""

    message: int
    header: bytes
    cluster: int | None
    """None: it was never read under these rules."""
    threads: frozenset[str]
    identity: str | None
    """None: it was never read under these rules."""


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A batch of messages read on their own."""

    readings: Mapping[int, Reading]
    """Of the messages that were not read before."""
    assignment: Assignment
    """The clusters of all messages of the batch."""
    counts: Counts
    """What they tell of messages in other conversations."""
    servers: Collection[str] = ()
    """Accounts that lie on one: what was saved late there tells of bursts."""


UNFINISHED = -1
"""Stands for the last pass while derived rows are being made anew."""


class Derived:
    """Reads and writes the derived rows of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._counted = Counted(database)

    # Up to date?

    def fingerprint(self) -> str | None:
        """Of the rules and config behind all derived rows; None if nothing was derived yet."""
        found = self._db.value("SELECT fingerprint FROM derivation")
        return None if found is None else str(found)

    def is_due(self) -> bool:
        """Whether facts came that no derived row knows of."""
        return bool(self._db.value("SELECT EXISTS (SELECT 1 FROM pending) OR EXISTS (SELECT 1 FROM dirty)"))

    def due(self) -> tuple[int, int]:
        """How many messages and how many clusters wait to be derived."""
        pending = self._db.value("SELECT count(*) FROM pending")
        return int(pending), int(self._db.value("SELECT count(*) FROM dirty"))

    def rules_version(self) -> int | None:
        """Of the rules behind all derived rows, 0 if an earlier release made them; None if nothing was derived yet."""
        found = self._db.value("SELECT rules_version FROM derivation")
        return None if found is None else int(found)

    def restart(self, fingerprint: str, rules_version: int) -> None:
        """Drop all derived rows and make every message due, under a new fingerprint."""
        with self._db.transaction():
            for table in DERIVED_TABLES:
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("DELETE FROM pending")
            self._db.execute("INSERT INTO pending SELECT id FROM messages")
            self._db.execute("INSERT INTO derivation VALUES (1, ?, ?, ?)", [fingerprint, UNFINISHED, rules_version])

    def newest_pass(self) -> int:
        """The number of the pass that began last, 0 if there was none."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM passes"))

    def is_finished(self) -> bool:
        """Whether everything was derived at least once under the present fingerprint."""
        return bool(self._db.value("SELECT last_pass <> ? FROM derivation", [UNFINISHED]))

    def last_look(self) -> int | None:
        """When mail was last looked for, by the clock of this machine; None: never."""
        found = self._db.value("SELECT coalesce(finished_at, started_at) FROM passes ORDER BY id DESC LIMIT 1")
        return None if found is None else int(found)

    def soil_ahead(self) -> None:
        """Make dirty what may be read otherwise since another pass was made: clusters in which something lay ahead."""
        if int(self._db.value("SELECT last_pass FROM derivation")) != self.newest_pass():
            self._db.execute("INSERT OR IGNORE INTO dirty SELECT cluster FROM judgements WHERE ahead")

    def finish(self, last_pass: int) -> None:
        """All that passes up to `last_pass` brought is derived now."""
        self._db.execute("UPDATE derivation SET last_pass = ?", [last_pass])

    # First hop: readings and clusters

    def pending(self, most: int, octets: int) -> list[Pending]:
        """Up to `most` messages that are due, ascending; fewer if their headers have more than so many octets."""
        sizes = self._db.rows(
            "SELECT length(m.header) FROM pending p JOIN messages m ON m.id = p.message ORDER BY p.message LIMIT ?",
            [most],
        )
        rows = self._db.rows(
            "SELECT p.message, m.header, r.cluster, r.identity,"
            " (SELECT json_group_array(DISTINCT l.thread) FROM locations l"
            " WHERE l.message = p.message AND l.thread IS NOT NULL)"
            " FROM pending p JOIN messages m ON m.id = p.message LEFT JOIN readings r ON r.message = p.message"
            " ORDER BY p.message LIMIT ?",
            [how_many(sizes, octets)],
        )
        return [Pending(m, h, c, frozenset(json.loads(t)), i) for m, h, c, i, t in rows]

    def clusters_of(self, keys: Iterable[int]) -> dict[int, int]:
        """Key → cluster, for those keys that were seen before."""
        return dict(
            self._db.rows(
                "SELECT k.key, r.cluster FROM json_each(?) j JOIN keys k ON k.key = j.value"
                " JOIN readings r ON r.message = k.message",
                [json.dumps(list(keys))],
            )
        )

    def add_batch(self, batch: ReadBatch) -> None:
        """Store a batch of readings; every cluster that it touches becomes dirty."""
        assignment = batch.assignment
        with self._db.transaction():
            for old, new in assignment.absorbed.items():
                for table in ("readings", *CLUSTER_TABLES):
                    # Both may have the same row of evidence: mail of ours sent in the same second.
                    self._db.execute(f"UPDATE OR REPLACE {table} SET cluster = ? WHERE cluster = ?", [new, old])
                self._db.execute("DELETE FROM dirty WHERE cluster = ?", [old])
            self._db.execute_many(
                "INSERT INTO readings VALUES (?, ?, ?, ?)",
                [(m, assignment.clusters[m], r.identity, encode_reading(r)) for m, r in batch.readings.items()],
            )
            self._db.execute_many("INSERT INTO keys VALUES (?, ?)", assignment.holders.items())
            self._db.execute_many(
                "INSERT OR IGNORE INTO dirty VALUES (?)", [(c,) for c in set(assignment.clusters.values())]
            )
            self._counted.note(batch.counts)
            Bursts(self._db).note(self._dates(batch), batch.servers)
            self._db.execute_many("DELETE FROM pending WHERE message = ?", [(m,) for m in assignment.clusters])

    def _dates(self, batch: ReadBatch) -> dict[int, int | None]:
        """The Date of each message of a batch."""
        dates = {message: reading.date for message, reading in batch.readings.items()}
        read_before = [message for message in batch.assignment.clusters if message not in dates]
        rows = self._db.rows(
            "SELECT message, data FROM readings WHERE message IN (SELECT value FROM json_each(?))",
            [json.dumps(read_before)],
        )
        return dates | {message: decode_reading(data).date for message, data in rows}

    def tell_counts(self) -> None:
        """Tell what is counted across conversations, now that all that came was read."""
        self._counted.tell()
        Bursts(self._db).judge()

    def our_id_domains(self) -> frozenset[str]:
        """The right sides that were seen on our mail and on no other."""
        return self._counted.our_id_domains()

    # Second hop: clusters

    def epochs(self) -> list[tuple[int, str, Listing]]:
        """(epoch, account, mailbox) of every epoch."""
        return [
            (e, a, Listing(m, d, tuple(json.loads(t)), bool(o)))
            for e, a, m, d, t, o in self._db.rows(
                "SELECT e.id, a.name, m.name, m.delimiter, m.attributes, m.of_other_user FROM epochs e"
                " JOIN mailboxes m ON m.id = e.mailbox JOIN accounts a ON a.id = m.account"
            )
        ]

    def mailboxes(self) -> list[tuple[str, Listing]]:
        """(account, mailbox) of every mailbox that was ever listed, read or not."""
        rows = self._db.rows(
            "SELECT a.name, m.name, m.delimiter, m.attributes, m.of_other_user"
            " FROM mailboxes m JOIN accounts a ON a.id = m.account"
        )
        return [(a, Listing(m, d, tuple(json.loads(t)), bool(o))) for a, m, d, t, o in rows]

    def accounts_with_labels(self) -> set[str]:
        """The accounts in whose All Mail the newest message that is not erased has labels: they say what was sent."""
        rows = self._db.rows(
            "SELECT DISTINCT a.name FROM epochs e JOIN mailboxes m ON m.id = e.mailbox JOIN accounts a ON a.id ="
            " m.account WHERE m.attributes LIKE '%\\\\all\"%' AND e.superseded_at IS NULL AND"
            " (SELECT labels IS NOT NULL FROM locations WHERE epoch = e.id AND message IS NOT NULL"
            " ORDER BY uid DESC LIMIT 1)"
        )
        return {name for (name,) in rows}

    def dirty(self, most: int) -> list[int]:
        """Up to `most` clusters that have to be derived again, ascending."""
        return [c for (c,) in self._db.rows("SELECT cluster FROM dirty ORDER BY cluster LIMIT ?", [most])]

    def copies(self, clusters: Sequence[int], uses: Mapping[int, MailboxUse]) -> Iterator[tuple[int, list[Copy]]]:
        """Each of `clusters` with its copies and where they lie, given the use of the mailbox of each epoch."""
        return copies_of(self._db.rows(COPIES, [json.dumps(list(clusters))]), uses)

    def replace(self, clusters: Sequence[int], rows: DerivedRows) -> None:
        """Put the rows of `clusters` in place of what was derived from them before, and mark them clean."""
        gone = [(c,) for c in clusters]
        with self._db.transaction():
            for table in CLUSTER_TABLES:
                self._db.execute_many(f"DELETE FROM {table} WHERE cluster = ?", gone)
            self._db.execute_many(inserting("judgements", JUDGEMENT_COLUMNS), rows.judgements)
            self._db.execute_many(inserting("exchanges", ("cluster", "levels", *EXCHANGE_COLUMNS)), rows.exchanges)
            self._db.execute_many("INSERT INTO written VALUES (?, ?, ?, ?, ?)", rows.written)
            self._db.execute_many(
                "INSERT INTO evidence VALUES (?, ?, ?, ?)",
                [(account, in_sent, clock, cluster) for (account, in_sent, cluster), clock in rows.evidence.items()],
            )
            self._db.execute_many("DELETE FROM dirty WHERE cluster = ?", gone)
