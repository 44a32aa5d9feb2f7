"""Derived rows: what rules and config make of the facts. They can all be dropped and made again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter, itemgetter

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.labels import Labels
from replywatch.domain.matching.clusters import Assignment
from replywatch.domain.messages import (
    Copy,
    Exchange,
    Flagged,
    Kind,
    Message,
    Parties,
    Reading,
    Role,
    Rung,
    Sighting,
    Verdict,
)
from replywatch.store.database import Database
from replywatch.store.schema import CLUSTER_TABLES, DERIVED_TABLES

EXCHANGE_COLUMNS = tuple(f.name for f in fields(Exchange))


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
    id_domains: Mapping[str, tuple[int, int]]
    """Right side of Message-IDs → on how many of our and of other new readings."""
    named_domains: Sequence[tuple[str, int]]
    """Right side of an id that a message from outside names, and the message."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the config says of a mailbox; found by the ids of its epochs."""

    account: str
    watched: bool
    role: Role
    both_directions: bool
    """An archive: mail of ours lies beside mail to us."""
    on_disk: bool
    """Of a Maildir or mbox account."""
    labels: Labels
    """What labels say in this account."""
    of_other_user: bool = False
    """Another user's, whose personal mail is not watched."""

    def roles(self, labels: str | None) -> tuple[Role, ...]:
        """The roles of a message here with these labels, a JSON list; None: it can't have any."""
        return self.labels.roles(self.role, None if labels is None else json.loads(labels))


UNFINISHED = -1
"""Stands for the last pass while derived rows are being made anew."""


class Derived:
    """Reads and writes the derived rows of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

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

    def restart(self, fingerprint: str) -> None:
        """Drop all derived rows and make every message due, under a new fingerprint."""
        with self._db.transaction():
            for table in DERIVED_TABLES:
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("DELETE FROM pending")
            self._db.execute("INSERT INTO pending SELECT id FROM messages")
            self._db.execute("INSERT INTO derivation VALUES (1, ?, ?)", [fingerprint, UNFINISHED])

    def newest_pass(self) -> int:
        """The number of the pass that began last, 0 if there was none."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM passes"))

    def is_finished(self) -> bool:
        """Whether everything was derived at least once under the present fingerprint."""
        return bool(self._db.value("SELECT last_pass <> ? FROM derivation", [UNFINISHED]))

    def finish(self, last_pass: int) -> None:
        """All that passes up to `last_pass` brought is derived now."""
        self._db.execute("UPDATE derivation SET last_pass = ?", [last_pass])

    # First hop: readings and clusters

    def pending(self, most: int) -> list[Pending]:
        """Up to `most` messages that are due, ascending."""
        rows = self._db.rows(
            "SELECT p.message, m.header, r.cluster, r.identity,"
            " (SELECT json_group_array(DISTINCT l.thread) FROM locations l"
            " WHERE l.message = p.message AND l.thread IS NOT NULL)"
            " FROM pending p JOIN messages m ON m.id = p.message LEFT JOIN readings r ON r.message = p.message"
            " ORDER BY p.message LIMIT ?",
            [most],
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
            ours_before = self.our_id_domains()
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
                "INSERT INTO id_domains VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                " SET ours = ours + excluded.ours, outside = outside + excluded.outside",
                [(domain, *counts) for domain, counts in batch.id_domains.items()],
            )
            self._db.execute_many("INSERT OR IGNORE INTO named_domains VALUES (?, ?)", batch.named_domains)
            self._db.execute_many(
                "INSERT OR IGNORE INTO dirty VALUES (?)", [(c,) for c in set(assignment.clusters.values())]
            )
            self._soil_namers(self.our_id_domains() ^ ours_before)
            self._db.execute_many("DELETE FROM pending WHERE message = ?", [(m,) for m in assignment.clusters])

    def our_id_domains(self) -> frozenset[str]:
        """The right sides that were seen on our mail and on no other."""
        return frozenset(d for (d,) in self._db.rows("SELECT domain FROM id_domains WHERE ours > 0 AND outside = 0"))

    def _soil_namers(self, domains: Iterable[str]) -> None:
        """Make dirty the clusters of all messages that name an id with one of these right sides.

        The right side became ours, or is ours no longer; what is derived from an unseen id changes with it.
        """
        self._db.execute(
            "INSERT OR IGNORE INTO dirty SELECT r.cluster FROM json_each(?) j"
            " JOIN named_domains g ON g.domain = j.value JOIN readings r ON r.message = g.message",
            [json.dumps(sorted(domains))],
        )

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
        """The accounts in whose All Mail the newest message has labels, so that they say what was sent."""
        rows = self._db.rows(
            "SELECT DISTINCT a.name FROM epochs e JOIN mailboxes m ON m.id = e.mailbox JOIN accounts a ON a.id ="
            " m.account WHERE m.attributes LIKE '%\\\\all\"%' AND e.superseded_at IS NULL AND"
            " (SELECT labels IS NOT NULL FROM locations WHERE epoch = e.id ORDER BY uid DESC LIMIT 1)"
        )
        return {name for (name,) in rows}

    def dirty(self, most: int) -> list[int]:
        """Up to `most` clusters that have to be derived again, ascending."""
        return [c for (c,) in self._db.rows("SELECT cluster FROM dirty ORDER BY cluster LIMIT ?", [most])]

    def copies(self, clusters: Sequence[int], places: Mapping[int, Place]) -> Iterator[tuple[int, list[Copy]]]:
        """Each of `clusters` with its copies and the places where they lie."""
        rows = self._db.rows(
            "SELECT r.cluster, r.message, m.digest, r.data, l.epoch, l.internal_date, l.thread, l.first_seen, l.gone,"
            " l.flags, l.unanswered_at, l.answered_at, l.labels"
            " FROM json_each(?) j JOIN readings r ON r.cluster = j.value JOIN messages m ON m.id = r.message"
            " LEFT JOIN locations l ON l.message = r.message ORDER BY r.cluster, r.message",
            [json.dumps(list(clusters))],
        )
        for cluster, of_cluster in groupby(rows, itemgetter(0)):
            copies = []
            for _, of_message in groupby(of_cluster, itemgetter(1)):
                found = list(of_message)
                sightings = tuple(
                    Sighting(
                        p.account,
                        p.watched,
                        role,
                        p.both_directions,
                        date,
                        thread,
                        first_seen,
                        gone,
                        draft="\\Draft" in flags,
                        flagged=None if answered_at is None else Flagged(unanswered_at, answered_at),
                        on_disk=p.on_disk,
                    )
                    for *_, epoch, date, thread, first_seen, gone, flags, unanswered_at, answered_at, labels in found
                    if (p := places.get(epoch))
                    for role in p.roles(labels)
                )
                copies.append(Copy(found[0][2].hex(), decode_reading(found[0][3]), sightings))
            yield cluster, copies

    def replace(self, clusters: Sequence[int], rows: DerivedRows) -> None:
        """Put the rows of `clusters` in place of what was derived from them before, and mark them clean."""
        gone = [(c,) for c in clusters]
        with self._db.transaction():
            for table in CLUSTER_TABLES:
                self._db.execute_many(f"DELETE FROM {table} WHERE cluster = ?", gone)
            self._db.execute_many(f"INSERT INTO judgements VALUES ({', '.join('?' * 16)})", rows.judgements)
            self._db.execute_many(
                f"INSERT INTO exchanges (cluster, levels, {', '.join(EXCHANGE_COLUMNS)})"
                f" VALUES ({', '.join('?' * (len(EXCHANGE_COLUMNS) + 2))})",
                rows.exchanges,
            )
            self._db.execute_many("INSERT INTO written VALUES (?, ?, ?, ?, ?)", rows.written)
            self._db.execute_many(
                "INSERT INTO evidence VALUES (?, ?, ?, ?)",
                [(account, in_sent, clock, cluster) for (account, in_sent, cluster), clock in rows.evidence.items()],
            )
            self._db.execute_many("DELETE FROM dirty WHERE cluster = ?", gone)


class DerivedRows:
    """The rows of some clusters, gathered before they are written."""

    __slots__ = ("evidence", "exchanges", "judgements", "written")

    def __init__(self) -> None:
        self.judgements: list[tuple[object, ...]] = []
        self.exchanges: list[tuple[object, ...]] = []
        self.written: list[tuple[object, ...]] = []
        self.evidence: dict[tuple[str, bool, int], int] = {}

    def add_message(self, cluster: int, message: Message, conversation: str, rung: Rung | None) -> None:
        """Add the judgement of a message, and whom it was written to if a person of ours wrote it."""
        m = message
        tied = (m.identity, cluster, conversation, rung, m.message_id)
        judged = (m.direction, m.disposition, *m.verdict, m.contact, m.author, m.address)
        self.judgements.append((*tied, *judged, m.clock, m.clock_source, m.clock_sure))
        for in_sent, accounts in ((True, m.sent_in), (False, m.filed_in)):
            for account in accounts:
                key = (account, in_sent, cluster)
                self.evidence[key] = min(m.clock, self.evidence.get(key, m.clock))
        if m.author and m.verdict.kind is Kind.HUMAN:
            self.written.extend((a, m.clock, m.identity, conversation, cluster) for a in sorted(m.outsiders))

    def add_exchange(self, cluster: int, exchange: Exchange, levels: int) -> None:
        """Add an exchange that holds under `levels` of matching."""
        self.exchanges.append((cluster, levels, *_exchange_values(exchange)))


def encode_reading(reading: Reading) -> str:
    """A reading as JSON: its fields in order."""
    return json.dumps(_reading_values(reading), separators=(",", ":"))


def decode_reading(data: str) -> Reading:
    """The reading that `encode_reading` wrote."""
    identity, message_id, ids, replies, references, *simple, outsiders, verdict, parties = json.loads(data)
    date, has_zone, received, subject, base, reply_prefix, public_list = simple
    kind, rule, because = verdict
    ours, contact, name, source, author, senders, recipients, address, names_ours = parties
    return Reading(
        identity,
        message_id,
        tuple(ids),
        tuple(replies),
        tuple(references),
        date,
        has_zone,
        received,
        subject,
        base,
        reply_prefix,
        public_list,
        tuple(outsiders),
        Verdict(Kind(kind), rule, because),
        Parties(ours, contact, name, source, author, tuple(senders), tuple(recipients), address, names_ours),
    )


_reading_values = attrgetter(*(f.name for f in fields(Reading)))
_exchange_values = attrgetter(*EXCHANGE_COLUMNS)
