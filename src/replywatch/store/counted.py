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

from replywatch.domain.judging.form_letters import ABOUT, are_form_letters
from replywatch.store.database import Database


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

    def add(self, counts: Counts) -> None:
        """Add a batch, whose messages are in their clusters already; within the caller's transaction."""
        self._count_domains(counts.id_domains, counts.named_domains)
        self._count_letters(counts.letters)
        self._count_relays(counts.relays)

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
        self._soil("named_domains", "domain", self.our_id_domains() ^ ours_before)

    # Form letters

    def _count_letters(self, letters: Mapping[int, tuple[int, int, int] | None]) -> None:
        """Put these in place of what their messages were before, and see which letters about that time have tipped."""
        sql = "SELECT l.subject, l.sent_at FROM json_each(?) j CROSS JOIN letters l ON l.message = j.value"
        touched = list(self._db.rows(sql, [json.dumps(list(letters))]))
        self._db.execute_many("DELETE FROM letters WHERE message = ?", [(m,) for m in letters])
        rows = [(*letter, message) for message, letter in letters.items() if letter]
        self._db.execute_many("INSERT INTO letters VALUES (?, ?, ?, ?, 0)", rows)
        touched += [row[:2] for row in rows]
        tipped = list(self._tipped_letters(touched)) if touched else []
        sql = "UPDATE letters SET is_form = ? WHERE subject = ? AND sent_at = ? AND message = ?"
        self._db.execute_many(sql, tipped)
        self._soil("letters", "message", [message for *_, message in tipped])

    def _tipped_letters(self, touched: Iterable[tuple[int, int]]) -> Iterator[tuple[bool, int, int, int]]:
        """Whether it is a form letter, subject, instant and message of each that is on record as something else.

        `touched` are subject and instant of all that came or went; they count for others up to `ABOUT` away.
        """
        spans: dict[int, tuple[int, int]] = {}
        for subject, at in touched:
            since, until = spans.get(subject, (at, at))
            spans[subject] = min(since, at - ABOUT), max(until, at + ABOUT)
        rows = self._db.rows(
            "SELECT l.subject, l.sent_at, l.contact, l.message, l.is_form FROM json_each(?) j CROSS JOIN letters l"
            " ON l.subject = json_extract(j.value, '$[0]')"
            " AND l.sent_at BETWEEN json_extract(j.value, '$[1]') AND json_extract(j.value, '$[2]')",
            [json.dumps([(subject, since - ABOUT, until + ABOUT) for subject, (since, until) in spans.items()])],
        )
        sql = "SELECT r.message FROM counted_before b CROSS JOIN readings r ON r.identity = b.identity"
        stay = {message for (message,) in self._db.rows(sql)}
        for subject, group in groupby(rows, itemgetter(0)):
            since, until = spans[subject]
            near = list(group)
            are_forms = are_form_letters([(at, contact) for _, at, contact, *_ in near])
            for (_, at, _, message, was_form), so_many in zip(near, are_forms, strict=True):
                is_form = so_many or message in stay
                if is_form != was_form and since <= at <= until:
                    yield is_form, subject, at, message

    # Relays

    def _count_relays(self, relays: Mapping[int, tuple[int, int]]) -> None:
        """Add mail of such senders; those of which a second Reply-To is seen now have tipped."""
        senders = {sender for sender, _ in relays.values()}
        were_relays = self._relays_among(senders)
        self._db.execute_many(
            "INSERT INTO relays VALUES (?, ?, ?, ?)",
            [(sender, to, message, sender in were_relays) for message, (sender, to) in relays.items()],
        )
        tipped = self._relays_among(senders) - were_relays
        self._db.execute_many("UPDATE relays SET is_relayed = 1 WHERE sender = ?", [(s,) for s in tipped])
        self._soil("relays", "sender", tipped)

    def _relays_among(self, senders: set[int]) -> set[int]:
        """Those of `senders` of which two Reply-To were seen, or more, before something was erased or since."""
        first = "SELECT reply_to FROM relays WHERE sender = j.value ORDER BY reply_to"
        sql = (
            f"SELECT j.value FROM json_each(?) j WHERE ({first} LIMIT 1) <> ({first} DESC LIMIT 1)"
            " UNION SELECT t.sender FROM counted_before b CROSS JOIN readings r ON r.identity = b.identity"
            " CROSS JOIN relays t ON t.message = r.message"
        )
        return {sender for (sender,) in self._db.rows(sql, [json.dumps(sorted(senders))])} & senders

    # All of them

    def _soil(self, table: str, column: str, values: Iterable[str | int]) -> None:
        """Make dirty the clusters of the messages of `table` whose `column` is one of `values`: a count has tipped."""
        self._db.execute(
            f"INSERT OR IGNORE INTO dirty SELECT r.cluster FROM json_each(?) j CROSS JOIN {table} t"
            f" ON t.{column} = j.value CROSS JOIN readings r ON r.message = t.message",
            [json.dumps(sorted(values))],
        )
