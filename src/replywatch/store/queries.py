"""What reports ask of the derived rows. Nothing here writes to the file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from replywatch.domain.figures.doubts import reason_of
from replywatch.domain.figures.measure import Wait
from replywatch.domain.messages import RUNG_BITS, Direction, Exchange, NamedLocation, Rung
from replywatch.store.database import Database
from replywatch.store.derived_rows import EXCHANGE_COLUMNS
from replywatch.store.readings import decode_reading

SHORTEST_ID = 4
"""Characters of an identity that are shown at least, so that they look like one and not like a word."""

_EXCHANGE = ", ".join(f"e.{c}" for c in EXCHANGE_COLUMNS)
_MATCHED_BY = EXCHANGE_COLUMNS.index("matched_by")
_ELSEWHERE = "w.contact = ? AND w.sent_at > ? AND w.sent_at <= ? AND w.conversation <> ?"
_FLAGS = [EXCHANGE_COLUMNS.index(name) for name in ("arrival_sure", "marked", "put_away", "answer_sure")]


@dataclass(frozen=True, slots=True)
class Window:
    """Which exchanges: by arrival (`since` included, `until` not), matched down to one rung."""

    since: int
    until: int
    down_to: int
    """Bit of `domain.messages.RUNG_BITS`: of the weakest rung that counts."""
    first_only: bool
    """Only enquiries (ordinal 1)."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the passes over one account and of our own mail in it. None = there is none."""

    name: str
    last_complete: int | None
    last_attempt: int | None
    last_error: str | None
    oldest_in_sent: int | None
    oldest_in_archive: int | None
    unread: int
    """Messages that are there and could not be read so far."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A judged message as `explain` shows it."""

    identity: str
    cluster: int
    message_id: str | None
    conversation: str
    rung: Rung | None
    direction: Direction
    clock: int
    person: str
    """Who of ours wrote it, else the contact."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A person's mail of ours to somebody outside."""

    identity: str
    message_id: str | None
    sent_at: int
    subject: str
    answers: str | None
    """Id of an exchange that it closes; None: it closes none."""


@dataclass(frozen=True, slots=True)
class LocatedCopy:
    """A copy of a message in one of its locations, with the header found there."""

    identity: str
    header: bytes
    location: NamedLocation


class Queries:
    """Reads derived rows as they stood at a given moment.

    Clusters with messages after that moment are *spanning*: their stored rows know too much. `hide_spanning` leaves
    them out of everything that follows and names them, so that the caller can derive them as they were.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def hide_spanning(self, as_of: int) -> list[int]:
        """The clusters that have messages after `as_of`; their exchanges are left out from now on."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS spanning (cluster INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM temp.spanning")
        self._db.execute("INSERT OR IGNORE INTO temp.spanning SELECT cluster FROM judgements WHERE clock > ?", [as_of])
        return [c for (c,) in self._db.rows("SELECT cluster FROM temp.spanning")]

    def waits(self, window: Window) -> Iterator[Wait]:
        """What the figures need of each exchange, in the order of arrival."""
        rows = self._db.rows(
            "SELECT id, arrived_at, answered_at, answered_after, answered_before, acknowledged_at FROM exchanges e"
            f" WHERE {_where(window)}",
            _values(window),
        )
        return map(Wait._make, rows)

    def doubts(self, window: Window, as_of: int) -> dict[str, int]:
        """Of the exchanges answered by `as_of` those that rest on an unsure clock: reason → how many."""
        rows = self._db.rows(
            "SELECT arrival_sure, arrival_source, answer_source, count(*) FROM exchanges e"
            f" WHERE {_where(window)} AND answered_at IS NOT NULL AND (arrival_sure = 0 OR answer_sure = 0)"
            " AND answered_at <= ? GROUP BY 1, 2, 3",
            [*_values(window), as_of],
        )
        found: dict[str, int] = {}
        for arrival_sure, arrival_source, answer_source, count in rows:
            reason = reason_of(arrival_source, answer_source, arrival_sure=arrival_sure)
            found[reason] = found.get(reason, 0) + count
        return found

    def exchanges(self, window: Window) -> Iterator[Exchange]:
        """The exchanges whole, in the order of arrival."""
        rows = self._db.rows(
            f"SELECT {_EXCHANGE} FROM exchanges e WHERE {_where(window)} ORDER BY arrived_at, id", _values(window)
        )
        return map(_exchange, rows)

    def exchanges_by_id(self, ids: Sequence[str], down_to: int) -> dict[str, Exchange]:
        """Those of the exchanges with these ids that the store holds matched down to this rung."""
        rows = self._db.rows(
            f"SELECT {_EXCHANGE} FROM json_each(?) j JOIN exchanges e ON e.id = j.value WHERE e.levels & ?",
            [json.dumps(ids), down_to],
        )
        return {e.id: e for e in map(_exchange, rows)}

    def written_to(self, contact: str, after: int, until: int, conversation: str) -> int | None:
        """When somebody of ours first wrote to `contact` after an instant, in another conversation."""
        found = self._db.value(
            "SELECT min(sent_at) FROM written WHERE contact = ? AND sent_at > ? AND sent_at <= ? AND conversation <> ?",
            [contact, after, until, conversation],
        )
        return None if found is None else int(found)

    def written_elsewhere(
        self, contact: str, after: int, until: int, conversation: str, most: int
    ) -> tuple[list[WrittenRow], int]:
        """What `written_to` dates, the first `most` by when they left; and how many there are in all."""
        values = [contact, after, until, conversation]
        rows = self._db.rows(
            "SELECT w.identity, j.message_id, w.sent_at,"
            " (SELECT data FROM readings r WHERE r.identity = w.identity ORDER BY r.message LIMIT 1),"
            " (SELECT min(x.id) FROM exchanges x WHERE x.cluster = w.cluster AND x.reply = w.identity"
            f" AND x.levels & {RUNG_BITS[Rung.SUBJECT]})"
            f" FROM written w JOIN judgements j ON j.identity = w.identity WHERE {_ELSEWHERE}"
            " ORDER BY w.sent_at, w.identity LIMIT ?",
            [*values, most],
        )
        nearest = [WrittenRow(i, m, at, decode_reading(data).subject, answers) for i, m, at, data, answers in rows]
        return nearest, int(self._db.value(f"SELECT count(*) FROM written w WHERE {_ELSEWHERE}", values))

    def count_written_to(self, ids: Sequence[str], down_to: int, until: int) -> int:
        """For how many of the stored exchanges with these ids `written_to` knows an instant."""
        return int(
            self._db.value(
                "SELECT count(*) FROM json_each(?) j JOIN exchanges e ON e.id = j.value WHERE e.levels & ? AND EXISTS"
                " (SELECT 1 FROM written w WHERE w.contact = contact_key(e.contact) AND w.sent_at > e.arrived_at"
                " AND w.sent_at <= ? AND w.conversation <> e.conversation)",
                [json.dumps(ids), down_to, until],
            )
        )

    def count_answered(self, window: Window, as_of: int) -> int:
        """How many exchanges were answered at a known time by `as_of`."""
        sql = (
            f"SELECT count(*) FROM exchanges e WHERE {_where(window)} AND answered_at IS NOT NULL AND answered_at <= ?"
        )
        return int(self._db.value(sql, [*_values(window), as_of]))

    def is_any_open(self, window: Window) -> bool:
        """Whether there is an exchange without an answer, be it at an unknown time."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM exchanges e INDEXED BY exchanges_open WHERE e.answered_at IS NULL"
            f" AND e.answered_before IS NULL AND {_where(window)})"
        )
        return bool(self._db.value(sql, _values(window)))

    def count_put_away(self, window: Window) -> int:
        """How many exchanges count though their opener was thrown away or called spam, since it was answered."""
        return int(
            self._db.value(
                f"SELECT count(*) FROM exchanges e INDEXED BY exchanges_put_away WHERE e.put_away AND {_where(window)}",
                _values(window),
            )
        )

    def account(self, since: int, until: int) -> list[tuple[str, str, int]]:
        """(disposition, kind, messages) of all messages whose clock lies in [since, until)."""
        return [
            (d, k, n)
            for d, k, n in self._db.rows(
                "SELECT disposition, kind, count(*) FROM judgements WHERE clock >= ? AND clock < ? GROUP BY 1, 2",
                [since, until],
            )
        ]

    def lowest_fields_version(self, epochs: Sequence[int]) -> int | None:
        """The lowest version of stored fields among those of these epochs that hold mail; None if none does."""
        found = self._db.value(
            "SELECT min(e.fields_version) FROM json_each(?) j JOIN epochs e ON e.id = j.value WHERE EXISTS"
            " (SELECT 1 FROM locations WHERE epoch = e.id AND gone IS NULL AND message IS NOT NULL)",
            [json.dumps(list(epochs))],
        )
        return None if found is None else int(found)

    def foreign_senders(self, since: int, until: int) -> list[tuple[str, int]]:
        """(address, messages) of senders in Sent mailboxes whom the team doesn't know, most frequent first."""
        return [
            (a, n)
            for a, n in self._db.rows(
                "SELECT contact, count(*) FROM judgements WHERE clock >= ? AND clock < ? AND disposition = 'foreign'"
                " AND contact <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
                [since, until],
            )
        ]

    def newest_message(self, until: int) -> int | None:
        """The clock of the newest message not after `until`."""
        found = self._db.value("SELECT max(clock) FROM judgements WHERE clock <= ?", [until])
        return None if found is None else int(found)

    def passes(self, *, derived: bool = True) -> list[AccountFacts]:
        """What is known of each account that was ever polled; complete passes only as far as they are `derived`.

        The last pass is the one that was made last: the clock may have been wrong in one before.
        """
        evidence = (
            "(SELECT min(min(v.clock), coalesce((SELECT clock FROM covered_since WHERE account = a.name"
            " AND in_sent = {0}), min(v.clock))) FROM evidence v WHERE v.account = a.name AND v.in_sent = {0})"
        )
        known = " AND p.id <= (SELECT last_pass FROM derivation)" if derived else ""
        rows = self._db.rows(
            "SELECT a.name, (SELECT started_at FROM passes p WHERE p.account = a.id AND p.finished_at IS NOT NULL"
            f" AND p.error IS NULL{known} ORDER BY p.id DESC LIMIT 1),"
            " l.started_at, l.error,"
            f" {evidence.format(1)}, {evidence.format(0)},"
            " (SELECT count(*) FROM quarantine q JOIN epochs e ON e.id = q.epoch JOIN mailboxes m ON m.id = e.mailbox"
            " WHERE m.account = a.id AND e.superseded_at IS NULL) FROM accounts a LEFT JOIN passes l ON l.id ="
            " (SELECT max(id) FROM passes p WHERE p.account = a.id AND p.finished_at IS NOT NULL)"
        )
        return [AccountFacts(*row) for row in rows]

    def pass_starts(self, account: str, most: int) -> list[int]:
        """When the last complete passes over an account began, up to `most`, the one that was made last first."""
        rows = self._db.rows(
            "SELECT p.started_at FROM passes p JOIN accounts a ON a.id = p.account WHERE a.name = ?"
            " AND p.finished_at IS NOT NULL AND p.error IS NULL ORDER BY p.id DESC LIMIT ?",
            [account, most],
        )
        return [start for (start,) in rows]

    def short_ids(self, ids: Sequence[str]) -> dict[str, str]:
        """Identity → its first characters, at least 4, as far as no other message begins so."""
        found = {}
        for identity in ids:
            near = self._db.row(
                "SELECT (SELECT max(identity) FROM judgements WHERE identity < ?1),"
                " (SELECT min(identity) FROM judgements WHERE identity > ?1)",
                [identity],
            )
            shared = max((_alike(identity, other) for other in near or () if other), default=0)
            found[identity] = identity[: max(SHORTEST_ID, shared + 1)]
        return found

    def find_messages(self, text: str, most: int) -> list[MessageRow]:
        """The message of this id, else those with this Message-ID and those whose id begins so; `most` by clock.

        A Message-ID is what its sender likes: it takes no id away from another message.
        """
        begins = text.lower()
        return self._messages("identity = ?", [begins], most) or self._messages(
            "message_id = ? OR (identity >= ? AND identity < ?)", [text, begins, begins + "g"], most
        )

    def clusters_of(self, identities: Collection[str]) -> dict[str, int]:
        """Identity → cluster of those of these messages that are judged."""
        return dict(
            self._db.rows(
                "SELECT j.identity, j.cluster FROM json_each(?) i JOIN judgements j ON j.identity = i.value",
                [json.dumps(list(identities))],
            )
        )

    def count_inbound(self) -> int:
        """How many inbound messages there are."""
        return int(self._db.value("SELECT count(*) FROM judgements WHERE direction = 'inbound'"))

    def inbound_at(self, places: Collection[int]) -> list[MessageRow]:
        """The inbound messages at these places (from 0) of their order by identity."""
        rows = self._db.rows("SELECT identity FROM judgements WHERE direction = 'inbound' ORDER BY identity")
        found = [identity for place, (identity,) in enumerate(rows) if place in places]
        return [row for identity in found for row in self._messages("identity = ?", [identity], 1)]

    def _messages(self, where: str, values: Sequence[object], most: int) -> list[MessageRow]:
        rows = self._db.rows(
            "SELECT identity, cluster, message_id, conversation, rung, direction, clock, coalesce(nullif(author, ''),"
            f" contact) FROM judgements WHERE {where} ORDER BY clock, identity LIMIT ?",
            [*values, most],
        )
        return [MessageRow(i, c, m, v, Rung(r) if r else None, Direction(d), t, p) for i, c, m, v, r, d, t, p in rows]

    def located(self, cluster: int) -> list[LocatedCopy]:
        """The copies of a cluster and where they lie, in the order in which they were found."""
        rows = self._db.rows(
            "SELECT r.identity, m.header, a.name, b.name, l.uid, l.internal_date, l.gone FROM readings r"
            " JOIN messages m ON m.id = r.message JOIN locations l ON l.message = r.message"
            " JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox JOIN accounts a ON a.id = b.account"
            " WHERE r.cluster = ? ORDER BY l.first_seen, l.epoch, l.uid",
            [cluster],
        )
        return [LocatedCopy(identity, header, NamedLocation(*location)) for identity, header, *location in rows]


def _alike(one: str, other: str) -> int:
    """How many characters two different texts have in common at their beginning."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))


def _where(window: Window) -> str:
    first = " AND e.ordinal = 1" if window.first_only else ""
    return (
        "e.arrived_at >= ? AND e.arrived_at < ? AND e.levels & ?"
        f"{first} AND e.cluster NOT IN (SELECT cluster FROM temp.spanning)"
    )


def _values(window: Window) -> list[int]:
    return [window.since, window.until, window.down_to]


def _exchange(row: Sequence[object]) -> Exchange:
    values = list(row)
    matched_by = values[_MATCHED_BY]
    values[_MATCHED_BY] = None if matched_by is None else Rung(str(matched_by))
    for at in _FLAGS:
        values[at] = bool(values[at])
    return Exchange(*values)  # type: ignore[arg-type] # the columns are the fields, of the types of the STRICT table
