"""What is counted across conversations: what a message is may depend on others that nothing ties to it.

Three counts are kept: whose Message-IDs have which right side, which letters of ours went out to many, and behind which
addresses several people write. Where one tips, the clusters of the messages that it speaks of become dirty; so what is
derived is the same in whatever order mail came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from replywatch.domain.matching.form_letters import ABOUT, are_form_letters
from replywatch.store.database import Database

_STAYING = "counted_before b CROSS JOIN readings r ON r.identity = b.identity"
"""Messages that are what they were counted as before others were erased."""


class Counts(NamedTuple):
    """What a batch of messages adds to the counts."""

    id_domains: Mapping[str, tuple[int, int]]
    """Right side of Message-IDs → on how many of our and of other new readings."""
    named_domains: Sequence[tuple[str, int]]
    """Right side of an id that a message from outside names, and the message."""
    letters: Mapping[int, tuple[int, int, int] | None]
    """Message → digest of its subject, instant, digest of the contact; None: it is no letter, whatever it was."""
    relays: Mapping[int, tuple[int, int]]
    """New message → digest of its From, digest of its Reply-To."""


class Counted:
    """Reads and writes the counts of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, counts: Counts) -> None:
        """Add a batch, whose messages are in their clusters already; within the caller's transaction."""
        self._count_domains(counts.id_domains, counts.named_domains)
        self._note_letters(counts.letters)
        self._db.execute_many(
            "INSERT INTO relays VALUES (?, ?, ?, NULL)",
            [(sender, reply_to, message) for message, (sender, reply_to) in counts.relays.items()],
        )

    def tell(self) -> None:
        """Tell form letters and relays, as far as that may have changed, now that all that came was noted."""
        with self._db.transaction():
            self._tell_letters()
            self._tell_relays()

    # Right sides of Message-IDs

    def our_id_domains(self) -> frozenset[str]:
        """The right sides that were seen on our mail and on no other."""
        return frozenset(d for (d,) in self._db.rows("SELECT domain FROM id_domains WHERE ours > 0 AND outside = 0"))

    def _count_domains(self, seen: Mapping[str, tuple[int, int]], named: Iterable[tuple[str, int]]) -> None:
        ours_before = self.our_id_domains()
        self._db.execute_many(
            "INSERT INTO id_domains VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET ours = ours + excluded.ours, outside = outside + excluded.outside",
            [(domain, *counts) for domain, counts in seen.items()],
        )
        self._db.execute_many("INSERT OR IGNORE INTO named_domains VALUES (?, ?)", named)
        tipped = json.dumps(sorted(self.our_id_domains() ^ ours_before))
        self._soil("SELECT g.message FROM json_each(?) j CROSS JOIN named_domains g ON g.domain = j.value", tipped)

    # Form letters

    def _note_letters(self, letters: Mapping[int, tuple[int, int, int] | None]) -> None:
        """Put these in place of what their messages were before; what is none any more stays until that was told."""
        sql = "UPDATE letters SET contact = NULL, is_form = NULL WHERE message = ?"
        self._db.execute_many(sql, [(message,) for message in letters])
        self._db.execute_many(
            "INSERT INTO letters VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET contact = excluded.contact",
            [(*letter, message) for message, letter in letters.items() if letter],
        )

    def _tell_letters(self) -> None:
        tipped = list(self._tipped_letters())
        sql = "UPDATE letters SET is_form = ? WHERE subject = ? AND sent_at = ? AND message = ?"
        self._db.execute_many(sql, tipped)
        self._soil("SELECT value AS message FROM json_each(?)", json.dumps([message for *_, message in tipped]))
        self._db.execute("DELETE FROM letters WHERE is_form IS NULL AND contact IS NULL")
        self._db.execute("UPDATE letters SET is_form = 0 WHERE is_form IS NULL")

    def _tipped_letters(self) -> Iterator[tuple[bool, int, int, int]]:
        """Whether it is a form letter, subject, instant and message of each that is on record as something else.

        What came or went counts for letters up to `ABOUT` away from it, and those for them that are as far from these.
        """
        near = self._db.rows(
            "SELECT l.subject, l.sent_at, l.contact, l.message, l.is_form, s.since, s.until"
            " FROM (SELECT subject, min(sent_at) AS since, max(sent_at) AS until FROM letters WHERE is_form IS NULL"
            " GROUP BY subject) s CROSS JOIN letters l ON l.subject = s.subject AND l.contact IS NOT NULL"
            f" AND l.sent_at BETWEEN s.since - {2 * ABOUT} AND s.until + {2 * ABOUT} ORDER BY 1, 2"
        )
        stay = {m for (m,) in self._db.rows(f"SELECT r.message FROM {_STAYING}")}
        for subject, group in groupby(near, itemgetter(0)):
            letters = list(group)
            are_forms = are_form_letters([(at, contact) for _, at, contact, *_ in letters])
            for (_, at, _, message, was_form, since, until), so_many in zip(letters, are_forms, strict=True):
                is_form = so_many or message in stay
                if is_form != bool(was_form) and since - ABOUT <= at <= until + ABOUT:
                    yield is_form, subject, at, message

    # Relays

    def _tell_relays(self) -> None:
        """Senders of which a second Reply-To is seen are relays, in all of their mail; also those that were before."""
        first = "SELECT reply_to FROM relays WHERE sender = t.sender ORDER BY reply_to"
        several = (
            "SELECT t.sender FROM (SELECT DISTINCT sender FROM relays WHERE is_relayed IS NULL) t"
            f" WHERE ({first} LIMIT 1) <> ({first} DESC LIMIT 1)"
            f" UNION SELECT t.sender FROM {_STAYING} CROSS JOIN relays t ON t.message = r.message"
        )
        relays = [sender for (sender,) in self._db.rows(several)]
        tipped = "SELECT t.message FROM json_each(?) j CROSS JOIN relays t ON t.is_relayed = 0 AND t.sender = j.value"
        self._soil(tipped, json.dumps(relays))
        for state in ("is_relayed = 0", "is_relayed IS NULL"):
            sql = f"UPDATE relays SET is_relayed = 1 WHERE {state} AND sender = ?"
            self._db.execute_many(sql, [(sender,) for sender in relays])
        self._db.execute("UPDATE relays SET is_relayed = 0 WHERE is_relayed IS NULL")

    # All of them

    def _soil(self, messages: str, tipped: str) -> None:
        """Make dirty the clusters of messages for which a count has tipped: those that SQL gives for a JSON list."""
        of_clusters = f"SELECT r.cluster FROM ({messages}) t CROSS JOIN readings r ON r.message = t.message"
        self._db.execute(f"INSERT OR IGNORE INTO dirty {of_clusters}", [tipped])
